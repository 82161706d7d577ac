/** A password that would wait longer than this for its hash is refused at once. */
export const LONGEST_WAIT_SECONDS = 15;
