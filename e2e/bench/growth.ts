import pg from "pg";
import { startPostgres, withDatabase } from "#e2e/harness.ts";
import { medianRatio, readable, tabulateMedians } from "./figures.ts";
import { inTurns, loggingIn, logIn, measure, refreshing, signingUp, signUp } from "./load.ts";
import { startForBench } from "./server.ts";

// What a full database costs: the same loads on 1,000 users and on 1,000,000 with 3,000,000 sessions, by turns. Bcrypt at its lowest cost, so that the database's part is not lost behind it.

const ROUNDS = 3;
const SECONDS = 5;
const SIZES = { small: { users: 1_000, sessions: 3_000 }, large: { users: 1_000_000, sessions: 3_000_000 } };
type Size = keyof typeof SIZES;

export async function bench(): Promise<void> {
  const open = async (size: Size) => {
    const postgres = await startPostgres({ shared_buffers: "512MB", max_wal_size: "4GB" });
    const server = await startForBench({ DATABASE_URL: postgres.url, BCRYPT_COST: "10" });
    const seconds = await seed(postgres.url, await signUp(server), SIZES[size]);
    console.log(`${SIZES[size].users} users and ${SIZES[size].sessions} sessions seeded in ${seconds.toFixed(0)} s`);
    const stop = async () => {
      await server.stop();
      await postgres.stop();
    };
    return { ...server, url: postgres.url, stop };
  };
  const servers = { small: await open("small"), large: await open("large") };
  const anybody = (size: Size) => () => `seeded${1 + Math.floor(Math.random() * SIZES[size].users)}`;
  const cookies = { small: await logIn(servers.small, "seeded1"), large: await logIn(servers.large, "seeded1") };
  const before = await scans(servers.large.url);
  const turns = await inTurns(ROUNDS, servers, {
    profile: (target, size) =>
      measure(target, { path: "/api/user/profile/", connections: 8, headers: { cookie: cookies[size] } }, SECONDS),
    refresh: async (target, size) => measure(target, await refreshing(target, anybody(size), 8), SECONDS),
    login: (target, size) => measure(target, loggingIn(anybody(size), 4), SECONDS),
    signup: (target) => measure(target, signingUp(4), SECONDS),
  });
  const after = await scans(servers.large.url);
  const table = tabulateMedians(turns);
  const ofSmall = Object.fromEntries(Object.entries(turns).map(([name, { small, large }]) => [name, medianRatio(large, small)]));
  const sequentialScans = Object.fromEntries(Object.keys(after).map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]));
  console.table(Object.fromEntries(Object.entries(table).map(([name, figures]) => [name, readable(figures)])));
  console.table({ "large of small": ofSmall });
  console.log(JSON.stringify({ ...table, largeOfSmall: ofSmall, sequentialScansOfTheLargeTables: sequentialScans }));
  for (const { stop } of Object.values(servers)) await stop();
}

/** Fills the tables with copies of one user, whose password all of them have. */
async function seed(url: string, original: string, { users, sessions }: { users: number; sessions: number }): Promise<number> {
  const start = performance.now();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const name = "'seeded' || number";
  await client.query(
    `insert into users (username, username_key, email, birth_date)
     select ${name}, ${name}, ${name} || '@example.com', '1990-01-02' from generate_series(1, $1::int) number`,
    [users],
  );
  await client.query(
    `insert into passwords (user_id, encoded)
     select id, (select encoded from passwords join users on user_id = id where username = $1)
     from users where username like 'seeded%'`,
    [original],
  );
  await client.query(
    `insert into sessions (id, user_id, generation, rotated_at, created_at, expires_at)
     select translate(rtrim(encode(uuid_send(gen_random_uuid()), 'base64'), '='), '+/', '-_'), id, (random() * 100)::int,
            now() - random() * interval '1 day', now() - interval '1 day', now() + random() * interval '29 days'
     from users cross join generate_series(1, $1::int) where username like 'seeded%'`,
    [sessions / users],
  );
  // As many as a month of logins, and an attack, would leave.
  await client.query(`insert into login_addresses (user_id, address) select id, '203.0.113.' || id % 256 from users`);
  await client.query(
    `insert into rate_limits (key, used, resets_at)
     select 'login_address:' || number, 1, now() + interval '15 minutes' from generate_series(1, $1::int) number`,
    [users],
  );
  await client.query("vacuum analyze");
  await client.end();
  return (performance.now() - start) / 1_000;
}

/** How often each table that grows was read from its beginning to its end, so far. */
async function scans(url: string): Promise<Record<string, number>> {
  const tables = ["users", "passwords", "sessions", "login_addresses", "rate_limits"];
  const rows = await withDatabase(url, (query) =>
    query("select relname, seq_scan::int from pg_stat_user_tables where relname = any($1)", [tables]),
  );
  return Object.fromEntries(rows.map(({ relname, seq_scan }) => [String(relname), Number(seq_scan)]));
}
