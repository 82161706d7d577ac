import { availableParallelism, cpus } from "node:os";
import bcrypt from "bcryptjs";
import { type Figures, type Load, loggingIn, logIn, measure, PASSWORD, refreshing, signUp } from "./bench-load.ts";
import { residentMegabytes, workerPids } from "./process-figures.ts";
import { startMeasured } from "./start-measured.ts";

// `npm run bench`: what the application costs, beside what Next costs without it, in the same build and the same run.
// Figures of a shared machine wander, so that everything is measured in turns, and the medians are compared.

const ROUNDS = 5;
const SECONDS = 4;
const COST = 12;
const CORES = availableParallelism();

const variables = { BENCH_ROUTES: "on", LOG_LEVEL: "warn", BCRYPT_COST: String(COST), WEB_CONCURRENCY: String(CORES) };
const { firstStart, secondStart, server } = await startMeasured(variables);
try {
  const pids = workerPids(server.pid);
  const idleMemory = residentMegabytes(pids);
  const username = await signUp(server);
  const cookie = await logIn(server, username);
  const loads = {
    bare: { path: "/api/floor/empty/", connections: 16 },
    floor: { path: "/api/floor/", connections: 16 },
    profile: { path: "/api/user/profile/", connections: 16, headers: { cookie } },
    refresh: () => refreshing(server, username, 16),
  };
  for (const load of [loads.floor, loads.profile]) await measure(server, load, 2);
  const turns = await inTurns(loads);
  const logins = await loginsBesideHashes(loggingIn(username, 2 * CORES));
  const [crowd, profileWhile64Logins] = await Promise.all([
    measure(server, loggingIn(username, 64), 12),
    measure(server, { ...loads.profile, connections: 4 }, 10),
  ]);
  const table = {
    bare: medians(turns.bare),
    floor: medians(turns.floor),
    profile: medians(turns.profile),
    refresh: medians(turns.refresh),
    login: medians(logins.turns),
    profileWhile64Logins,
  };
  const result = {
    machine: { cpu: cpus()[0]?.model ?? "unknown", cores: CORES, node: process.version, workers: pids.length },
    ...table,
    profileOfFloor: medianRatio(turns.profile, turns.floor),
    profileOfBare: medianRatio(turns.profile, turns.bare),
    loginCeilingPerSecond: logins.ceiling,
    loginOfCeiling: table.login.requestsPerSecond / logins.ceiling,
    turnedAwayOf64Logins: crowd.errors,
    residentMegabytesPerWorker: { idle: idleMemory, after: residentMegabytes(pids) },
    secondsToReady: { firstStart, secondStart },
  };
  console.table(Object.fromEntries(Object.entries(table).map(([name, figures]) => [name, readable(figures)])));
  console.log(JSON.stringify(result));
} finally {
  await server.stop();
}

async function inTurns<Name extends string>(all: Record<Name, Load | (() => Promise<Load>)>): Promise<Record<Name, Figures[]>> {
  const names = Object.keys(all) as Name[];
  const turns = Object.fromEntries(names.map((name) => [name, [] as Figures[]])) as Record<Name, Figures[]>;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of names) {
      const load = all[name];
      turns[name].push(await measure(server, typeof load === "function" ? await load() : load, SECONDS));
    }
  }
  return turns;
}

// The ceiling is what all cores could hash if they did nothing else.
async function loginsBesideHashes(load: Load): Promise<{ turns: Figures[]; ceiling: number }> {
  const turns: Figures[] = [];
  const hashSeconds = [timeOneHash()];
  for (let round = 0; round < 3; round += 1) {
    turns.push(await measure(server, load, 8));
    hashSeconds.push(timeOneHash());
  }
  return { turns, ceiling: CORES / median(hashSeconds) };
}

function timeOneHash(): number {
  const start = performance.now();
  bcrypt.hashSync(PASSWORD, COST);
  return (performance.now() - start) / 1_000;
}

function medians(turns: Figures[]): Figures {
  const of = (name: keyof Figures) => median(turns.map((figures) => figures[name]));
  return { requestsPerSecond: of("requestsPerSecond"), p50: of("p50"), p99: of("p99"), cpuMs: of("cpuMs"), errors: of("errors") };
}

function medianRatio(turns: Figures[], others: Figures[]): number {
  return median(turns.map(({ requestsPerSecond }, round) => requestsPerSecond / (others[round]?.requestsPerSecond ?? 1)));
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
}

function readable({ requestsPerSecond, p50, p99, cpuMs, errors }: Figures) {
  return { "requests/s": requestsPerSecond.toFixed(1), "p50 ms": p50, "p99 ms": p99, "CPU ms/request": cpuMs.toFixed(2), errors };
}
