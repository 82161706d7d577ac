const uid = process.getuid?.() ?? 0;

/** Always false on Windows, where users have no numbers and Postgres runs as any user. */
export const isRoot = process.getuid !== undefined && uid === 0;

/** The number of the user that runs Postgres: this process's user, or "nobody" if that is root, which Postgres refuses. */
export const OWNER = isRoot ? 65_534 : uid;
