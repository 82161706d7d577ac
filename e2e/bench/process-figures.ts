import { readdirSync, readFileSync } from "node:fs";

// What Linux tells about processes (proc(5)). Elsewhere these figures are missing, and the bench does without.

const TICKS_PER_SECOND = 100;

/** The workers that a primary has forked: those of its children that have this in their command. */
export function workerPids(primary: number, command: string): number[] {
  const children = read(`/proc/${primary}/task/${primary}/children`).trim();
  return children === ""
    ? []
    : children
        .split(" ")
        .map(Number)
        .filter((pid) => read(`/proc/${pid}/cmdline`).includes(command));
}

/** CPU time that these processes have used so far, in user and kernel mode. */
export function cpuSeconds(pids: number[]): number {
  const ticks = pids.map((pid) => {
    // The second field is a name in parentheses and may hold spaces: count from behind it.
    const fields = read(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ") ?? [];
    return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  });
  return ticks.reduce((sum, value) => sum + value, 0) / TICKS_PER_SECOND;
}

/** Resolves when these processes have had nothing to do for half a second. */
export async function untilIdle(pids: number[]): Promise<void> {
  let before = Number.NEGATIVE_INFINITY;
  while (cpuSeconds(pids) - before > 0.05) {
    before = cpuSeconds(pids);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Resident memory of each. */
export function residentMegabytes(pids: number[]): number[] {
  return pids.map((pid) => Math.round(Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1_024));
}

/** Files and connections that each holds open. */
export function openDescriptors(pids: number[]): number[] {
  return pids.map((pid) => {
    try {
      return readdirSync(`/proc/${pid}/fd`).length;
    } catch {
      return 0;
    }
  });
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
