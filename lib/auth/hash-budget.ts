// Imports nothing: bin/ reads it too, outside of the bundles.

/** Within how many seconds a request that was let in to have a password hashed is answered, at the latest. */
export const LONGEST_HASH_ANSWER_SECONDS = 15;
