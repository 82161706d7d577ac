import { readdir, readFile, readlink, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isPortFree } from "./ports.ts";

const ORPHAN_MS = 5_000;

/**
 * The port of the server that runs on this data: one that a killed start left behind, or another command's.
 * Null when there is none; a file that says otherwise is removed then, because Postgres would believe it.
 * @param data a real path
 */
export async function runningPort(data: string): Promise<number | null> {
  const pidFile = join(data, "postmaster.pid");
  const lines = (await readFile(pidFile, "utf8").catch(() => "")).split("\n");
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  if (!pid || !isAlive(pid)) return null;
  if (await isPostmaster(pid, data, port)) return port;
  await rm(pidFile, { force: true });
  return null;
}

/** Whether the server says that it is about to end. */
export async function isStopping(data: string): Promise<boolean> {
  const lines = (await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
  return lines[7]?.trim() === "stopping";
}

/**
 * Ends what a killed server left behind: processes in the middle of a statement keep its shared memory, and the next server
 * refuses to start beside them. Nothing is lost: what they had not committed is rolled back by the recovery.
 * On Linux alone; elsewhere they end by themselves, with their statement.
 */
export async function endOrphans(data: string): Promise<void> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const works = await Promise.all(pids.map((pid) => worksOn(pid, data)));
  const orphans = pids.filter((_pid, index) => works[index]);
  for (const pid of orphans) kill(pid);
  for (const end = performance.now() + ORPHAN_MS; orphans.some(isAlive) && performance.now() < end; ) await delay(20);
}

// After a reboot, or in a new container, the number may be another program's. A server works in its data directory;
// where a process' directory can't be read, what counts is whether anybody listens.
async function isPostmaster(pid: number, data: string, port: number): Promise<boolean> {
  const workingDirectory = await readlink(`/proc/${pid}/cwd`).catch(() => null);
  if (workingDirectory !== null) return workingDirectory === data;
  return port > 0 && !(await isPortFree(port));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function worksOn(pid: number, data: string): Promise<boolean> {
  const [directory, program] = await Promise.all(["cwd", "exe"].map((link) => readlink(`/proc/${pid}/${link}`).catch(() => "")));
  return directory === data && basename(program ?? "") === "postgres";
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
