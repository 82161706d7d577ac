import { availableParallelism } from "node:os";
import { startPostgres } from "#e2e/harness.ts";
import { type Figures, median, medianRatio, readable, tabulateMedians } from "./figures.ts";
import { inTurns, type Load, loggingIn, logIn, measure, refreshing, signUp, type Target } from "./load.ts";
import { startForBench } from "./server.ts";

// What the lane to the API's endpoints brings (bin/server/lane.ts): one build with it and without it, and, where BENCH_BEFORE names
// another checkout of this project with its packages installed, that one. All on one Postgres, by turns.

const ROUNDS = 5;
const SECONDS = 3;
const BEFORE = process.env.BENCH_BEFORE;

export async function bench(): Promise<void> {
  const postgres = await startPostgres();
  const stops = [postgres.stop];
  const variables = {
    BENCH_ROUTES: "on",
    DATABASE_URL: postgres.url,
    // One for all of them: a session is good at each.
    AUTH_SECRET: "a-secret-of-the-bench-0123456789-abcdefghij",
    WEB_CONCURRENCY: String(availableParallelism()),
    BCRYPT_COST: "10",
  };
  const start = async (lane: "on" | "off", directory?: string): Promise<Target> => {
    const server = await startForBench({ ...variables, API_LANE: lane }, directory);
    stops.unshift(server.stop);
    return server;
  };
  try {
    const lane = await start("on");
    const servers: Record<string, Target> = { "by the lane": lane, "by Next's router": await start("off") };
    if (BEFORE) servers.before = await start("on", BEFORE);
    await compare(servers, await signUp(lane));
  } finally {
    for (const stop of stops) await stop();
  }
}

async function compare(servers: Record<string, Target>, username: string): Promise<void> {
  const [first] = Object.values(servers) as [Target];
  const cookie = await logIn(first, username);
  const steady = (path: string, headers = {}) => {
    const load: Load = { path, connections: 16, headers };
    return (target: Target) => measure(target, load, SECONDS);
  };
  const trials = {
    "an empty answer": steady("/api/floor/empty/"),
    "an empty JSON answer": steady("/api/floor/"),
    profile: steady("/api/user/profile/", { cookie }),
    refresh: async (target: Target) => measure(target, await refreshing(target, username, 16), SECONDS),
    login: (target: Target) => measure(target, loggingIn(username, 2 * availableParallelism()), SECONDS),
    "the login page": steady("/login", { "accept-encoding": "gzip" }),
  };
  await inTurns(1, servers, trials);
  const turns = await inTurns(ROUNDS, servers, trials);
  const table = tabulateMedians(turns);
  console.table(Object.fromEntries(Object.entries(table).map(([name, figures]) => [name, readable(figures)])));
  console.log(JSON.stringify({ node: process.version, ...ratios(turns), ...table }));
}

// Of turns that followed one another.
function ratios(turns: Record<string, Record<string, Figures[]>>) {
  const at = (name: string, place: string) => turns[name]?.[place] ?? [];
  const cpu = (of: Figures[], to: Figures[]) => median(of.map(({ cpuMs }, round) => cpuMs / (to[round]?.cpuMs ?? 1)));
  const [lane, rest] = ["by the lane", ["by Next's router", "before"]];
  const compared = Object.keys(turns).flatMap((name) =>
    rest.map((place) => [
      `${name}, of ${place}`,
      { rate: medianRatio(at(name, lane), at(name, place)), cpu: cpu(at(name, lane), at(name, place)) },
    ]),
  );
  const floor = at("an empty JSON answer", "by Next's router");
  return { profileOfRoutedFloor: medianRatio(at("profile", lane), floor), ...Object.fromEntries(compared) };
}
