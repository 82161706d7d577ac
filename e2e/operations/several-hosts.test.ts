import { execFileSync } from "node:child_process";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findBinaries, runBinary } from "#db/embedded/binaries.ts";
import { startEmbedded } from "#db/embedded/embedded.ts";
import { isRoot, OWNER } from "#db/embedded/owner.ts";
import { migrate } from "#db/migrate.ts";
import { newSession, send, signUpBody } from "#e2e/client.ts";
import { eventually, startPostgres, startServer, type TestPostgres, withDatabase } from "#e2e/harness.ts";
import { restartPostgres, stopPostgres } from "#e2e/postgres-control.ts";

// A URL of several hosts, as for libpq: the host that takes writes is the database. The standby here is a copy that receives
// nothing; other tests are about real replication.

let directory: string;
let primary: TestPostgres;
let standby: Awaited<ReturnType<typeof startEmbedded>>;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "movieconnect-hosts-"));
  primary = await startPostgres({}, directory);
  const copy = join(directory, "standby");
  await migrate(primary.directUrl);
  await stopPostgres(primary, "fast");
  await cp(primary.directory, copy, { recursive: true, preserveTimestamps: true });
  if (isRoot) execFileSync("chown", ["-R", `${OWNER}:${OWNER}`, join(copy, "postgres")]);
  await rm(join(copy, "postgres", "postmaster.pid"), { force: true });
  await rm(join(copy, "database-port"), { force: true });
  await writeFile(join(copy, "postgres", "standby.signal"), "");
  await restartPostgres(primary);
  // A hot standby needs at least the primary's value.
  standby = await startEmbedded(copy, { settings: { max_connections: 200 } });
});
afterAll(async () => {
  await standby?.stop();
  await primary?.stop();
  await rm(directory, { recursive: true, force: true });
});

test("of several hosts the application uses the one that takes writes, also after that has changed", async () => {
  const hosts = [standby.url, primary.directUrl].map((url) => new URL(url).host);
  const url = primary.directUrl.replace(/@[^/]*/, `@${hosts.join(",")}`);
  await withDatabase(standby.url, async (query) => {
    expect(await query("select pg_is_in_recovery() as is")).toEqual([{ is: true }]);
  });
  const server = await startServer({ DATABASE_URL: `${url}?target_session_attrs=read-write`, WEB_CONCURRENCY: "2" });
  await newSession(server.origin);
  await stopPostgres(primary, "immediate");
  const { pg_ctl } = await findBinaries();
  await runBinary(pg_ctl, OWNER, ["promote", "-w", "-D", join(directory, "standby", "postgres")]);
  const since = performance.now();
  const signsUp = async () => (await send(server.origin, "POST", "/api/user/signup/", { json: signUpBody() })).status === 201;
  await eventually(signsUp, 10);
  expect(performance.now() - since).toBeLessThan(10_000);
  await server.stop();
});
