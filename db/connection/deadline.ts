/** How long a statement may take, waiting for a connection included. After that it is abandoned. */
export const DEADLINE_MS = 1_500;
