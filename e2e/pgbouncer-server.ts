import { spawn } from "node:child_process";
import { chmod, chown, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRoot, OWNER } from "#db/embedded/owner.ts";
import { freePort } from "#db/embedded/ports.ts";
import { onPath } from "#e2e/tools/on-path.ts";

// A real PgBouncer with the shipped configuration, in front of a test's Postgres.

const SHIPPED = join(import.meta.dirname, "..", "pgbouncer", "pgbouncer.ini");

export type TestPgBouncer = { url: string; stop: () => Promise<void> };

/** Whether its tests can run here. In CI, where none may be left out, they fail instead. */
export const hasPgBouncer = () => onPath("pgbouncer") !== undefined || process.env.CI === "true";

/**
 * Starts a PgBouncer in transaction mode.
 * @param target a Postgres' URL, with the role that most clients connect with
 * @param options.roles further roles, as URLs
 * @param options.settings replace the shipped ones
 * @returns `url`: the target's URL through the pooler
 */
export async function startPgBouncer(
  target: string,
  { roles = [], settings = {} }: { roles?: string[]; settings?: Record<string, string | number> } = {},
): Promise<TestPgBouncer> {
  const binary = onPath("pgbouncer");
  if (!binary) throw new Error("PgBouncer is not installed");
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), "movieconnect-pgbouncer-"));
  const users = join(directory, "userlist.txt");
  await writeFile(users, [target, ...roles].map(userLine).join(""));
  const file = join(directory, "pgbouncer.ini");
  const { hostname, port: postgresPort } = new URL(target);
  const text = (await readFile(SHIPPED, "utf8")).replace("host=db port=5432", `host=${hostname} port=${postgresPort}`);
  await writeFile(file, replaceSettings(text, { listen_port: port, auth_file: users, ...settings }));
  await chmod(directory, 0o700);
  if (isRoot) await chown(directory, OWNER, OWNER);
  // It refuses to run as root, too.
  const child = spawn(binary, [...(isRoot ? ["-u", "nobody"] : []), file], { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.on("data", (chunk) => {
    log += chunk;
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  while (!(await isListening(port))) {
    if (child.exitCode !== null) throw new Error(`PgBouncer ended:\n${log}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const url = new URL(target);
  url.port = String(port);
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  return { url: url.href, stop };
}

function userLine(url: string): string {
  const { username, password } = new URL(url);
  const quoted = [username, password].map((text) => `"${decodeURIComponent(text).replaceAll('"', '""')}"`);
  return `${quoted.join(" ")}\n`;
}

function replaceSettings(text: string, settings: Record<string, string | number>): string {
  let replaced = text;
  for (const [name, value] of Object.entries(settings)) {
    const line = new RegExp(`^${name} = .*$`, "m");
    if (!line.test(replaced)) throw new Error(`${name} is not in the shipped configuration`);
    replaced = replaced.replace(line, () => `${name} = ${value}`);
  }
  return replaced;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true));
    socket.on("error", () => resolve(false)).on("connect", () => socket.destroy());
  });
}
