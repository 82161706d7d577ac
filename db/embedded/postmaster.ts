import { readdir, readFile, readlink, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isPortFree } from "./ports.ts";

/** The longest that a killed or stopped server is waited for. */
const END_MS = 5_000;

/**
 * The port of the server that runs on these data: another command's, or one that a killed command left behind.
 * Null when none runs. Then a stale postmaster.pid is removed, because Postgres would believe it.
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

/** Whether the server reports that it is shutting down. */
export async function isStopping(data: string): Promise<boolean> {
  const lines = (await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
  return lines[7]?.trim() === "stopping";
}

/**
 * Kills the backends that a killed server left behind. One in the middle of a statement keeps the server's shared memory, and
 * the next server refuses to start beside it. Nothing is lost: recovery rolls back what was not committed. Linux alone;
 * elsewhere such backends end with their statement.
 */
export async function killOrphans(data: string): Promise<void> {
  for (const pid of await serversOf(data)) kill(pid);
  await awaitEnd(data);
}

/**
 * Waits until no process of the server is left. A server removes its pid file, for which pg_ctl waits, a moment before it ends,
 * and until then its shared memory keeps the next server from starting. Linux alone.
 */
export async function awaitEnd(data: string): Promise<void> {
  for (const end = performance.now() + END_MS; (await serversOf(data)).length > 0 && performance.now() < end; ) await delay(20);
}

async function serversOf(data: string): Promise<number[]> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const works = await Promise.all(pids.map((pid) => worksOn(pid, data)));
  return pids.filter((_pid, index) => works[index]);
}

// After a reboot, or in a new container, the process number may belong to another program. A server's working directory is
// its data directory. Where a process's directory can't be read, it counts as the server if its port is taken.
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
    // The process has ended by itself.
  }
}
