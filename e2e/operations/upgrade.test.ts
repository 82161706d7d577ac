import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { runner } from "node-pg-migrate";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEADLINE_MS } from "#db/connection/deadline.ts";
import { MIGRATIONS } from "#db/migration-state.ts";
import { logIn, PASSWORD, send } from "#e2e/client.ts";
import { sign } from "#e2e/forge.ts";
import {
  eventually,
  type Query,
  startPostgres,
  startServer,
  type TestPostgres,
  type TestServer,
  withDatabase,
} from "#e2e/harness.ts";
import { launch } from "#e2e/launch.ts";
import { encode } from "#lib/passwords/encode.ts";

// A database that the version before 0008_account-life made and still writes to, while this version takes its place.

const BEFORE = 7;
const AUTH_SECRET = randomBytes(32).toString("base64url");
const REFRESH = "/api/token/refresh/";
// Ids have 22 characters.
const [USED, LEFT, BESIDE] = ["used", "left", "beside"].map((name) => name.padEnd(22, "-")) as [string, string, string];
const ANN = { username: "ann", password: PASSWORD };

// What that version runs, word for word where it matters.
const OPEN = "insert into sessions (id, user_id, expires_at) values ($1, $2, now() + interval '1 day')";
const ROTATE = "update sessions set generation = generation + 1, rotated_at = clock_timestamp() where id = $1";
const END = "update sessions set revoked_at = now() where id = $1";

let postgres: TestPostgres;
let ann = 0;
beforeAll(async () => {
  postgres = await startPostgres();
  const migrations = {
    dir: MIGRATIONS,
    direction: "up",
    count: BEFORE,
    migrationsTable: "migrations",
    log: () => undefined,
  } as const;
  await runner({ databaseUrl: postgres.directUrl, ...migrations });
  await inDatabase(async (query) => {
    const [row] = await query(
      `with created as (
         insert into users (username, username_key, email, birth_date) values ('ann', 'ann', 'ann@example.com', '1990-01-02') returning id
       )
       insert into passwords (user_id, encoded) select id, $1 from created returning user_id::int as id`,
      [encode(PASSWORD, 10)],
    );
    ann = Number(row?.id);
    for (const id of [USED, LEFT]) await query(OPEN, [id, ann]);
    for (const _ of [1, 2, 3]) await query(ROTATE, [USED]);
    await query("update sessions set rotated_at = now() - interval '1 hour', created_at = now() - interval '2 hours'");
    await query(END, [LEFT]);
  });
});
afterAll(() => postgres?.stop());

const inDatabase = <Outcome>(work: (query: Query) => Promise<Outcome>) => withDatabase(postgres.directUrl, work);

test("a migration that waits for a backup's locks lets requests pass, and goes on when the backup has ended", async () => {
  const backup = new pg.Client({ connectionString: postgres.directUrl });
  await backup.connect();
  await backup.query("begin; lock table users, sessions in access share mode");
  const migrating = launch(
    { DATABASE_URL: postgres.directUrl },
    { command: [process.execPath, "--import", "tsx", join("bin", "migrate.ts")] },
  );
  await inDatabase(async (query) => {
    const waits = "select from pg_locks where relation = 'users'::regclass and not granted";
    const isWaiting = async () => (await query(waits)).length > 0;
    await query(`set statement_timeout = ${DEADLINE_MS}`);
    // The second time shows that it begins again.
    for (const _ of [1, 2]) {
      await eventually(isWaiting);
      expect(await query("select from users join sessions on user_id = users.id where users.id = $1", [ann])).toHaveLength(2);
      await eventually(async () => !(await isWaiting()));
    }
  }).finally(() => backup.end());
  expect([await migrating.ended, migrating.errors()]).toEqual([0, ""]);
});

describe("after the migration", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ DATABASE_URL: postgres.url, AUTH_SECRET });
  });
  afterAll(() => server?.stop());

  const refreshToken = (sid: string, gen: number) => {
    const iat = Math.floor(Date.now() / 1_000);
    return sign(
      { token_type: "refresh", exp: iat + 3_600, iat, jti: randomBytes(16).toString("base64url"), user_id: ann, sid, gen },
      AUTH_SECRET,
    );
  };
  const refresh = (sid: string, gen: number) =>
    send(server.origin, "POST", REFRESH, { cookies: { refresh_token: refreshToken(sid, gen) } });
  const statusOf = async (cookies: Record<string, string>, path: string) =>
    (await send(server.origin, "GET", path, { cookies })).status;

  test("a session from before goes on, opens the page of the account, and has proved nothing", async () => {
    const { status, cookies } = await refresh(USED, 3);
    expect(status).toBe(200);
    expect(await statusOf(cookies, "/api/user/account/export/")).toBe(403);
    expect(await statusOf(cookies, "/account")).toBe(200);
    const json = { password: PASSWORD };
    const proved = await send(server.origin, "POST", "/api/user/reauthenticate/", { cookies, json });
    expect(await statusOf(proved.cookies, "/api/user/account/export/")).toBe(200);
  });

  test("a session that ended before is refused with a reason", async () => {
    expect((await refresh(LEFT, 0)).json).toMatchObject({ code: "token_not_valid", reason: "ended_elsewhere" });
  });

  test("what the version before writes is served: its logins are proofs, its rotations have their grace, its logouts end", async () => {
    await inDatabase(async (query) => {
      await query(OPEN, [BESIDE, ann]);
      const { cookies } = await refresh(BESIDE, 0);
      expect(await statusOf(cookies, "/api/user/account/export/")).toBe(200);
      await query(ROTATE, [BESIDE]);
      expect((await refresh(BESIDE, 0)).status).toBe(200);
      await query(END, [BESIDE]);
      expect((await refresh(BESIDE, 1)).json).toMatchObject({ reason: "ended_elsewhere" });
    });
  });

  test("the first recorded login of an account from before is on no new device", async () => {
    await logIn(server.origin, ANN);
    const kinds = await inDatabase((query) =>
      query("select event from events where user_id = $1 and event in ('login', 'new_device')", [ann]),
    );
    expect(kinds).toEqual([{ event: "login" }]);
    expect(await inDatabase((query) => query("select kind from mails"))).toEqual([]);
  });
});
