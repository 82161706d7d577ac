/** A request that was admitted for hashing is answered within so many seconds. */
export const LONGEST_HASH_ANSWER_SECONDS = 15;

/** `Retry-After` during an outage of the database, in seconds. */
export const OUTAGE_RETRY_SECONDS = 2;
