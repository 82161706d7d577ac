const uid = process.getuid?.() ?? 0;

/** Windows has no users by number, and there Postgres makes no difference. */
export const isRoot = process.getuid !== undefined && uid === 0;

/** The user, by number, that Postgres runs as: this process' own, or "nobody" in place of root, which Postgres refuses. */
export const OWNER = isRoot ? 65_534 : uid;
