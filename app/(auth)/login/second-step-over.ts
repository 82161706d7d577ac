/** For a challenge whose time is over, or whose codes were wrong too often. */
export const SECOND_STEP_OVER = "That took too long, or too many codes were wrong. Log in again.";
