/** A statement that has no answer by then never gets one: waiting for a connection and for the answer count together. */
export const DEADLINE_MS = 1_500;
