/** One line: why a database can't be reached, and what to do about it. */
export function connectionProblem(error: unknown, databaseUrl: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const { host, username, pathname } = new URL(databaseUrl);
  const database = `the database ${host}${pathname}`;
  // SQLSTATE class 28: invalid authorization. PgBouncer calls everything a protocol violation.
  const isRefused = code?.startsWith("28") || (code === "08P01" && /authentication failed|no such user/.test(message));
  if (isRefused) return `${database} refuses the user ${username} or the password: check DATABASE_URL`;
  return `${database} can't be reached (${code ?? message}): start it, or check DATABASE_URL`;
}
