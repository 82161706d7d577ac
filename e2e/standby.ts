import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBinaries, runBinary } from "#db/embedded/binaries.ts";
import { startEmbedded } from "#db/embedded/embedded.ts";
import { OWNER } from "#db/embedded/owner.ts";
import { freePort } from "#db/embedded/ports.ts";
import { shiftedClock } from "#e2e/tools/faketime.ts";
import { eventually, withDatabase } from "./harness.ts";
import { openSwitch } from "./switch.ts";

// Two servers behind one address, of which one follows the other, as Patroni and HAProxy or a managed Postgres set them up.

/** A port at which nothing listens. */
const NOWHERE = 1;

/** `directory` has the embedded Postgres' layout: `pausePostgres(directory)` of launch.ts works on it. */
type Member = { directory: string; url: string; port: number };

export type PostgresPair = {
  /** The application's URL: it leads to the primary, and to the standby once that is promoted. */
  url: string;
  primary: Member;
  /** The standby, which answers reads while it follows. */
  standby: Member;
  /** Sets whether each commit of the primary waits for the standby's disk. */
  setSynchronous: (isSynchronous: boolean) => Promise<void>;
  /** Cuts the standby off: a synchronous primary's commits wait, an asynchronous one goes ahead. */
  holdReplication: () => void;
  resumeReplication: () => void;
  /** Ends the primary as a crash does. The standby never gets what it has not received by then; `url` leads nowhere. */
  killPrimary: () => Promise<void>;
  /** Makes the standby the primary, which `url` then leads to. Its commits wait for no standby. */
  promote: () => Promise<void>;
  stop: () => Promise<void>;
};

/**
 * Starts a primary, and a standby that has caught up with it.
 * @param options.synchronous as for `setSynchronous`
 * @param options.standbyClock seconds that the standby's clock is ahead, negative where it is behind; needs faketime
 */
export async function startPostgresPair({ synchronous = true, standbyClock = 0 } = {}): Promise<PostgresPair> {
  const directory = await mkdtemp(join(tmpdir(), "movieconnect-pair-"));
  const [primary, standby] = await makePair(directory);
  const replication = await openSwitch(primary.port);
  await appendFile(
    configurationOf(standby),
    `primary_conninfo = 'host=127.0.0.1 port=${replication.port} user=follower application_name=standby'\n`,
  );
  await start(primary);
  await start(standby, standbyClock);
  const address = await openSwitch(primary.port);

  const setSynchronous = async (isSynchronous: boolean) => {
    const line = `synchronous_standby_names = '${isSynchronous ? "standby" : ""}'\n`;
    await writeFile(join(primary.directory, "synchronous.conf"), line);
    await control(primary, ["reload"]);
    const state = "select from pg_stat_replication where state = 'streaming' and sync_state = $1";
    const isApplied = async () =>
      (await withDatabase(primary.url, (query) => query(state, [isSynchronous ? "sync" : "async"]))).length === 1;
    await eventually(isApplied);
  };
  const killPrimary = async () => {
    // In this order, so that the standby does not get what the primary still sends while it ends.
    replication.turnTo(NOWHERE);
    await control(primary, ["stop", "-m", "immediate", "-w"]);
    address.turnTo(NOWHERE);
  };
  const promote = async () => {
    await control(standby, ["promote", "-w", "-t", "60"]);
    address.turnTo(standby.port);
  };
  const stop = async () => {
    for (const one of [address, replication]) one.close();
    for (const member of [standby, primary]) {
      await control(member, ["stop", "-m", "immediate", "-w"]).catch(() => undefined);
    }
    await rm(directory, { recursive: true, force: true });
  };
  await setSynchronous(synchronous);
  const { hold: holdReplication, resume: resumeReplication } = replication;
  const url = withPort(primary.url, address.port);
  return { url, primary, standby, setSynchronous, holdReplication, resumeReplication, killPrimary, promote, stop };
}

// The npm packages have no pg_basebackup. A cluster that is not running can be copied as it is.
async function makePair(directory: string): Promise<[primary: Member, standby: Member]> {
  const first = await startEmbedded(join(directory, "primary"));
  await first.stop();
  const [primary, standby] = await Promise.all(
    ["primary", "standby"].map(async (name) => {
      const port = await freePort();
      return { directory: join(directory, name), url: withPort(first.url, port), port };
    }),
  );
  if (!primary || !standby) throw new Error("two names make two members");
  const { postgres } = await findBinaries();
  const roles = "create role follower login replication;\n\ngrant pg_monitor to mcuser;\n\n";
  await runBinary(postgres, OWNER, ["--single", "-j", "-D", dataOf(primary), "postgres"], roles);
  await appendFile(join(dataOf(primary), "pg_hba.conf"), "host replication follower 127.0.0.1/32 trust\n");
  await runBinary("cp", OWNER, ["-a", primary.directory, standby.directory]);
  await writeFile(join(dataOf(standby), "standby.signal"), "");
  await appendFile(configurationOf(primary), `include_if_exists = '${join(primary.directory, "synchronous.conf")}'\n`);
  return [primary, standby];
}

async function start(member: Member, clock = 0): Promise<void> {
  const shift = clock === 0 ? {} : shiftedClock(clock);
  if (!shift) throw new Error("faketime is not installed");
  const { pg_ctl } = await findBinaries();
  const settings = { port: member.port, listen_addresses: "127.0.0.1", unix_socket_directories: "", max_connections: 200 };
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`);
  const environment = Object.entries(shift).map(([name, value]) => `${name}=${value}`);
  const log = join(member.directory, "postgres.log");
  const command = [pg_ctl, "start", "-w", "-t", "60", "-D", dataOf(member), "-l", log, "-o", options.join(" ")];
  await runBinary("env", OWNER, [...environment, ...command]);
}

async function control(member: Member, args: string[]): Promise<void> {
  await runBinary((await findBinaries()).pg_ctl, OWNER, [...args, "-D", dataOf(member)]);
}

function dataOf({ directory }: Member): string {
  return join(directory, "postgres");
}

function configurationOf(member: Member): string {
  return join(dataOf(member), "postgresql.conf");
}

function withPort(url: string, port: number): string {
  const moved = new URL(url);
  moved.port = String(port);
  return moved.href;
}
