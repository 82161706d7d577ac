/** What a worker has open that serves nobody, without its connections to Postgres: about 50. */
const IDLE = 100;
/** A worker takes up to 5,000 connections (transport.ts). Fewer than these make a small crowd feel it. */
const CROWD = 1_024;

type Limit = { problem?: string; note?: string };

/**
 * Whether a process may have as many files open, connections included, as the application needs. Node has raised the limit
 * to the hard one by itself.
 * @param poolSize connections to Postgres that a worker may hold, where that is known yet
 * @returns one line, where it suffices for little
 * @throws {Error} one line, where it does not suffice
 */
export function assertOpenFiles(poolSize = 0): string | undefined {
  const { problem, note } = judgeLimit(openFilesLimit(), poolSize);
  if (problem !== undefined) throw new Error(problem);
  return note;
}

/** @internal for its test */
export function judgeLimit(limit: number, poolSize: number): Limit {
  const least = IDLE + poolSize;
  const raise = `raise the limit (ulimit -n ${CROWD + least}; LimitNOFILE of systemd; ulimits of Compose)`;
  if (limit < least) return { problem: `a process may have ${limit} files open, and a worker needs ${least} to start: ${raise}` };
  if (limit >= least + CROWD) return {};
  return { note: `a process may have ${limit} files open, so that a worker serves ${limit - least} connections: ${raise}` };
}

function openFilesLimit(): number {
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft: number | string } } };
  const soft = Number(report.userLimits?.open_files?.soft);
  // "unlimited", or a system without such limits.
  return Number.isNaN(soft) ? Number.POSITIVE_INFINITY : soft;
}
