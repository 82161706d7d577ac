import { randomBytes } from "node:crypto";
import { chown, mkdir, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Binaries, findBinaries, runBinary } from "./binaries.ts";
import { isRoot, OWNER } from "./owner.ts";

export const DATABASE = "mcdatabase_dev";
export const ROLE = "mcuser";

/** An embedded Postgres: where its data are, its programs, and the user that runs it. `directory` and `data` are real paths. */
export type Cluster = { directory: string; data: string; binaries: Binaries; owner: number };

/**
 * Finds the data of an embedded Postgres below a directory, or creates them: one database, and one role that may log in.
 * @throws {Error} one line that says what failed
 */
export async function prepareCluster(wanted: string): Promise<Cluster> {
  const directory = await mkdir(wanted, { recursive: true, mode: 0o700 })
    .then(() => realpath(wanted))
    .catch((error: NodeJS.ErrnoException) => {
      throw new Error(`${wanted} can't be created (${error.code}): set DATA_DIR to a directory that can`);
    });
  const data = join(directory, "postgres");
  const existing = await stat(data).catch(() => null);
  // An earlier start may have been another user's.
  const owner = existing?.uid || OWNER;
  if (!isRoot && owner !== OWNER) {
    throw new Error(`${data} belongs to another user: start as that user, or set DATA_DIR to a directory of your own`);
  }
  const cluster = { directory, data, binaries: await findBinaries(), owner };
  if (!existing) await initialise(cluster);
  return cluster;
}

// The data go to a temporary directory, which is renamed at the end: after a start that was killed half-way, the next one
// starts over.
async function initialise(cluster: Cluster): Promise<void> {
  const half = `${cluster.data}.new`;
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { mode: 0o700 });
  if (isRoot) await chown(half, cluster.owner, cluster.owner);
  const { initdb, postgres } = cluster.binaries;
  const locale = ["--encoding=UTF8", "--no-locale"];
  const create = ["-D", half, "-U", "postgres", "--auth=trust", ...locale, "--no-instructions"];
  await runBinary(initdb, cluster.owner, create, "", { needsUserName: true });
  // The role gets a password, the superuser gets none: only this single-user mode, without a server, runs as superuser.
  const password = randomBytes(24).toString("base64url");
  await writeFile(join(half, "pg_hba.conf"), "host all all 127.0.0.1/32 scram-sha-256\n");
  const statements = [`create role ${ROLE} login password '${password}'`, `create database ${DATABASE} owner ${ROLE}`];
  const input = statements.map((sql) => `${sql};\n\n`).join("");
  await runBinary(postgres, cluster.owner, ["--single", "-j", "-D", half, "postgres"], input, { needsUserName: true });
  await writeFile(join(cluster.directory, "database-password"), password, { mode: 0o600 });
  await rename(half, cluster.data);
}
