import { readFile, readlink, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";

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

/** A free port of the loopback interface: the wanted one, or null; any, with 0. */
export function freePort(wanted: number): Promise<number | null> {
  return new Promise((found) => {
    const server = createServer();
    server.once("error", () => found(null));
    server.listen(wanted, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => found(typeof address === "object" && address ? address.port : null));
    });
  });
}

// After a reboot, or in a new container, the number may be another program's. A server works in its data directory;
// where a process' directory can't be read, what counts is whether anybody listens.
async function isPostmaster(pid: number, data: string, port: number): Promise<boolean> {
  const workingDirectory = await readlink(`/proc/${pid}/cwd`).catch(() => null);
  if (workingDirectory !== null) return workingDirectory === data;
  return port > 0 && (await freePort(port)) === null;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
