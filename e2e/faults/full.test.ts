import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { expect, test } from "vitest";
import { type Answer, newSession, send, signUpBody } from "#e2e/client.ts";
import { eventually, startPostgres, startServer, type TestPostgres, withDatabase } from "#e2e/harness.ts";

// What the application does when its database is up and has no room.

/** The contract says 2 s. A test's clock also counts what a busy machine adds. */
const LIMIT_MS = 3_000;
const UNAVAILABLE = '{"detail":"Service temporarily unavailable.","code":"unavailable"}';

async function signUpOnce(origin: string): Promise<{ answer: Answer; username: string; milliseconds: number }> {
  const json = signUpBody();
  const startedAt = performance.now();
  const answer = await send(origin, "POST", "/api/user/signup/", { json });
  return { answer, username: json.username, milliseconds: performance.now() - startedAt };
}

function expectCreatedOrUnavailable({ status, text, headers }: Answer): void {
  if (status === 201) return;
  expect([status, text]).toEqual([503, UNAVAILABLE]);
  expect(headers["retry-after"]).toMatch(/^[1-9]\d*$/);
}

const profileStatus = async (origin: string, cookies: Record<string, string>) =>
  (await send(origin, "GET", "/api/user/profile/", { cookies })).status;

test("with every connection taken by others a signup gets 503 at once, and 201 within 5 s of their end", async () => {
  const postgres = await startPostgres({ max_connections: 20 });
  const server = await startServer({ DATABASE_URL: postgres.url });
  try {
    const { cookies } = await newSession(server.origin);
    const release = await takeEveryConnection(postgres);
    const { answer, milliseconds } = await signUpOnce(server.origin);
    expectCreatedOrUnavailable(answer);
    expect(answer.status).toBe(503);
    expect(milliseconds).toBeLessThan(LIMIT_MS);
    await release();
    await eventually(async () => (await signUpOnce(server.origin)).answer.status === 201, 5);
    await eventually(async () => (await profileStatus(server.origin, cookies)) === 200, 5);
  } finally {
    await server.stop();
    await postgres.stop();
  }
});

/** How many connections a role without special rights can have beside that of the harness. */
const FREE = `select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
    - current_setting('reserved_connections')::int
    - (select count(*)::int from pg_stat_activity where application_name = 'movieconnect-start') as free`;

/** Takes all connections. The application's are ended, and it finds all of them taken: none is about to end or to begin. */
async function takeEveryConnection({ directUrl }: TestPostgres): Promise<() => Promise<void>> {
  const taken: pg.Client[] = [];
  const take = async () => {
    const client = new pg.Client({ connectionString: directUrl, application_name: "taker" });
    client.on("error", () => undefined);
    await client.connect();
    taken.push(client);
  };
  await take();
  // The connection of the harness may stay. So the others are ours once they are all that is left: a backend that is ending, or
  // that does not know its user yet, has a place that is not among them.
  const others = "usename = current_user and application_name not in ('taker', 'movieconnect-start')";
  for (;;) {
    await taken[0]?.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${others}`);
    const isFull = await take().then(
      () => false,
      (error: pg.DatabaseError) => error.code === "53300",
    );
    const found = await taken[0]?.query(FREE);
    if (isFull && found?.rows[0].free === taken.length) break;
  }
  return async () => {
    await Promise.all(taken.map((client) => client.end()));
  };
}

/** A file system of its own. Only root can make one. */
function mountDisk(): { directory: string; remove: () => void } {
  const directory = mkdtempSync(join(tmpdir(), "movieconnect-disk-"));
  const remove = () => rmSync(directory, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=160m,mode=755", "tmpfs", directory], { stdio: "pipe" });
  } catch (error) {
    remove();
    throw error;
  }
  return {
    directory,
    remove: () => {
      execFileSync("umount", [directory]);
      remove();
    },
  };
}

function canMount(): boolean {
  try {
    mountDisk().remove();
    return true;
  } catch {
    return false;
  }
}

test.skipIf(process.env.CI !== "true" && !canMount())(
  "with a full disk writes get 503 and reads are served, and with room again writes are served too",
  async () => {
    const disk = mountDisk();
    const ballast = join(disk.directory, "ballast");
    let postgres: TestPostgres | undefined;
    let server: Awaited<ReturnType<typeof startServer>> | undefined;
    try {
      postgres = await startPostgres({ max_connections: 50 }, disk.directory);
      server = await startServer({ DATABASE_URL: postgres.url });
      const { origin } = server;
      const { cookies, refresh, user } = await newSession(origin);
      fill(ballast);
      const attempts: Awaited<ReturnType<typeof signUpOnce>>[] = [];
      await eventually(async () => {
        attempts.push(await signUpOnce(origin));
        return attempts.filter(({ answer }) => answer.status === 503).length >= 10;
      }, 100);
      for (const { answer, milliseconds } of attempts) {
        expectCreatedOrUnavailable(answer);
        if (answer.status === 503) expect(milliseconds).toBeLessThan(LIMIT_MS);
      }
      expect(await profileStatus(origin, cookies)).toBe(200);
      rmSync(ballast);
      await eventually(async () => (await signUpOnce(origin)).answer.status === 201, 5);
      const renewed = await send(origin, "POST", "/api/token/refresh/", { json: { refresh } });
      expect(renewed.status).toBe(200);
      const profile = await send(origin, "GET", "/api/user/profile/", { cookies: renewed.cookies });
      expect(profile.json).toEqual({ username: user.username });
      const acknowledged = attempts.filter(({ answer }) => answer.status === 201).map(({ username }) => username);
      const refused = attempts.filter(({ answer }) => answer.status === 503).map(({ username }) => username);
      const rows = await withDatabase(postgres.directUrl, (query) =>
        query("select username, encoded from users left join passwords on user_id = id"),
      );
      expect(rows.filter(({ encoded }) => encoded === null)).toEqual([]);
      const names = new Set(rows.map(({ username }) => username));
      expect(acknowledged.filter((name) => !names.has(name))).toEqual([]);
      expect(refused.filter((name) => names.has(name))).toEqual([]);
    } finally {
      await server?.stop();
      await postgres?.stop();
      disk.remove();
    }
  },
);

/** Writes until the disk is full. */
function fill(path: string): void {
  const file = openSync(path, "w");
  for (const size of [1_048_576, 4_096]) {
    try {
      for (;;) writeSync(file, Buffer.alloc(size, 1));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  }
  closeSync(file);
}
