import pg from "pg";

/** Whether Postgres could not be asked: unreachable, hanging, restarting, full. False for an error of the statement itself. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // This covers every failure to connect, also one because of a password that has been changed.
  if ("databaseUnavailable" in error) return true;
  if (!(error instanceof pg.DatabaseError)) return false;
  // Connection exceptions, conflicts that were retried until the deadline, insufficient resources, operator intervention
  // (timeouts too), system errors; read-only databases, and other time limits: 25P03 and 25P04 of a transaction, 55P03 of a
  // lock.
  return /^(08|40|53|57|58|25006|25P03|25P04|55P03)/.test(error.code ?? "");
}

/** Marks an error so that `isUnavailable` is true of it. */
export function asUnavailable(error: unknown): Error {
  const cause = error instanceof Error ? error : new Error(String(error));
  return Object.assign(cause, { databaseUnavailable: true });
}
