/** Room for the files that an idle worker has open, without its connections to Postgres: about 50. */
const IDLE_FILES = 100;
/** A worker accepts up to 5,000 connections (transport.ts). With fewer than these, even a small rush is felt. */
const FEWEST_CONNECTIONS = 1_024;

type Limit = { problem?: string; note?: string };

/**
 * Checks that a process may have enough files open, connections included. Node has already raised the soft limit to the hard
 * limit.
 * @param poolSize how many connections to Postgres a worker may hold, if that is known already
 * @returns one line, if the limit allows only few connections
 * @throws {Error} one line, if the limit is too low to start
 */
export function assertOpenFiles(poolSize = 0): string | undefined {
  const { problem, note } = checkLimit(openFilesLimit(), poolSize);
  if (problem !== undefined) throw new Error(problem);
  return note;
}

/** @internal for its test */
export function checkLimit(limit: number, poolSize: number): Limit {
  const least = IDLE_FILES + poolSize;
  const raise = `raise the limit (ulimit -n ${FEWEST_CONNECTIONS + least}; LimitNOFILE in systemd; ulimits in Compose)`;
  if (limit < least) return { problem: `a process may have ${limit} files open, and a worker needs ${least} to start: ${raise}` };
  if (limit >= least + FEWEST_CONNECTIONS) return {};
  return { note: `a process may have ${limit} files open, so that a worker serves ${limit - least} connections: ${raise}` };
}

function openFilesLimit(): number {
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft: number | string } } };
  const soft = Number(report.userLimits?.open_files?.soft);
  // The value is "unlimited", or this system has no such limits.
  return Number.isNaN(soft) ? Number.POSITIVE_INFINITY : soft;
}
