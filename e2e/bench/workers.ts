import { startPostgres } from "#e2e/harness.ts";
import { readable, tabulateMedians } from "./figures.ts";
import { inTurns, loggingIn, logIn, measure, refreshing, signUp } from "./load.ts";
import { startForBench } from "./server.ts";

// What more workers bring, on this machine's cores, which load generator and Postgres share.

const ROUNDS = 3;
const SECONDS = 4;

export async function bench(): Promise<void> {
  const postgres = await startPostgres();
  const start = (count: number) =>
    startForBench({ DATABASE_URL: postgres.url, WEB_CONCURRENCY: String(count), AUTH_SECRET: SECRET, BCRYPT_COST: "12" });
  const servers = { "1 worker": await start(1), "2 workers": await start(2), "4 workers": await start(4) };
  const username = await signUp(servers["1 worker"]);
  const cookie = await logIn(servers["1 worker"], username);
  const turns = await inTurns(ROUNDS, servers, {
    profile: (target) => measure(target, { path: "/api/user/profile/", connections: 16, headers: { cookie } }, SECONDS),
    refresh: async (target) => measure(target, await refreshing(target, username, 16), SECONDS),
    login: (target) => measure(target, loggingIn(username, 8), SECONDS),
  });
  const table = tabulateMedians(turns);
  console.table(Object.fromEntries(Object.entries(table).map(([name, figures]) => [name, readable(figures)])));
  console.log(JSON.stringify(table));
  for (const server of Object.values(servers)) await server.stop();
  await postgres.stop();
}

// One for all three: a session is good at each of them.
const SECRET = "a-secret-of-the-bench-0123456789-abcdefghij";
