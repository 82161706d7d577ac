/** Within how many seconds a request that was let in to have a password hashed is answered, at the latest. */
export const LONGEST_HASH_ANSWER_SECONDS = 15;

/** How many seconds a client is told to wait where the database could not be asked. */
export const OUTAGE_RETRY_SECONDS = 2;
