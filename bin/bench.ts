import { randomBytes } from "node:crypto";
import type { EventEmitter } from "node:events";
import { availableParallelism, cpus } from "node:os";
import autocannon from "autocannon";
import bcrypt from "bcryptjs";
import { environmentWith } from "../lib/config.ts";
import { cpuSeconds, residentMegabytes, workerPids } from "./process-figures.ts";
import { type Running, startMeasured } from "./start-measured.ts";

// `npm run bench`: what the application costs, beside what Next costs without it, in the same build and the same run.
// Figures of a shared machine wander, so that everything is measured in turns, and the medians are compared.

const ROUNDS = 5;
const SECONDS = 4;
const COST = 12;
const CORES = availableParallelism();
const PASSWORD = "seven-samurai-1954";

type Load = Omit<autocannon.Options, "url"> & { path: string };
type Figures = { requestsPerSecond: number; p50: number; p99: number; cpuMs: number; errors: number };

const variables = { BENCH_ROUTES: "on", PORT: "0", LOG_LEVEL: "warn", BCRYPT_COST: String(COST) };
const { firstStart, secondStart, server } = await startMeasured(environmentWith(variables));
try {
  const pids = workerPids(server.pid);
  const cookies = await Promise.all(Array.from({ length: 16 }, () => openSession(server)));
  const [cookie = ""] = cookies;
  const idleMemory = residentMegabytes(pids);

  const bare: Load = { path: "/api/floor/empty/", connections: 16 };
  const floor: Load = { path: "/api/floor/", connections: 16 };
  const profile: Load = { path: "/api/user/profile/", connections: 16, headers: { cookie } };
  const refresh: Load = { path: "/api/token/refresh/", method: "POST", connections: 16, setupClient: ownSession(cookies) };
  const login: Load = {
    path: "/api/token/",
    method: "POST",
    connections: 2 * CORES,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: await signUp(server), password: PASSWORD }),
  };
  for (const load of [floor, profile]) await measure(load, 2);

  const turns = await inTurns({ bare, floor, profile, refresh });
  const loginTurns: Figures[] = [];
  const hashSeconds: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    hashSeconds.push(timeOneHash());
    loginTurns.push(await measure(login, 8));
  }
  const [crowd, busyProfile] = await Promise.all([
    measure({ ...login, connections: 64 }, 12),
    measure({ ...profile, connections: 4 }, 10),
  ]);

  const ceiling = CORES / median(hashSeconds);
  const logins = medians(loginTurns);
  const result = {
    machine: { cpu: cpus()[0]?.model ?? "unknown", cores: CORES, node: process.version, workers: pids.length },
    bare: medians(turns.bare),
    floor: medians(turns.floor),
    profile: medians(turns.profile),
    refresh: medians(turns.refresh),
    login: logins,
    profileOfFloor: median(
      turns.profile.map((figures, round) => figures.requestsPerSecond / (turns.floor[round]?.requestsPerSecond ?? 1)),
    ),
    profileCpuOverFloorMs: medians(turns.profile).cpuMs - medians(turns.floor).cpuMs,
    loginCeilingPerSecond: ceiling,
    loginOfCeiling: logins.requestsPerSecond / ceiling,
    profileWhile64Logins: busyProfile,
    errorsOf64Logins: crowd.errors,
    residentMegabytesPerWorker: { idle: idleMemory, after: residentMegabytes(pids) },
    secondsToReady: { firstStart, secondStart },
  };
  printTable(result);
  console.log(JSON.stringify(result));
} finally {
  await server.stop();
}

async function inTurns<Name extends string>(loads: Record<Name, Load>): Promise<Record<Name, Figures[]>> {
  const names = Object.keys(loads) as Name[];
  const turns = Object.fromEntries(names.map((name) => [name, [] as Figures[]])) as Record<Name, Figures[]>;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of names) turns[name].push(await measure(loads[name], SECONDS));
  }
  return turns;
}

async function measure({ path, ...load }: Load, duration: number): Promise<Figures> {
  const pids = workerPids(server.pid);
  const before = cpuSeconds(pids);
  const result = await autocannon({ ...load, url: `${server.origin}${path}`, duration });
  const spent = cpuSeconds(pids) - before;
  return {
    requestsPerSecond: result.requests.total / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    cpuMs: (spent * 1_000) / Math.max(1, result.requests.total),
    errors: result.errors + result.non2xx,
  };
}

/** Each connection refreshes a session of its own, with the cookie that its last answer set. */
function ownSession(cookies: string[]): (client: autocannon.Client) => void {
  let next = 0;
  return (client) => {
    const index = next % cookies.length;
    next += 1;
    client.setHeaders({ cookie: cookies[index] ?? "" });
    const onHeaders = ({ headers }: { headers: string[] }) => {
      const set = headers.filter((_, at) => at > 0 && headers[at - 1]?.toLowerCase() === "set-cookie");
      if (set.length === 0) return;
      cookies[index] = set.map((line) => line.split(";", 1)[0]).join("; ");
      client.setHeaders({ cookie: cookies[index] ?? "" });
    };
    // Documented, and missing in the types.
    (client as unknown as EventEmitter).on("headers", onHeaders);
  };
}

async function signUp({ origin }: Running): Promise<string> {
  const username = `bench${randomBytes(6).toString("hex")}`;
  const body = JSON.stringify({ username, email: `${username}@example.com`, password: PASSWORD, age: "1990-01-02" });
  const answer = await fetch(`${origin}/api/user/signup/`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
  });
  if (answer.status !== 201) throw new Error(`signup answered ${answer.status}`);
  return username;
}

async function openSession(running: Running): Promise<string> {
  const body = JSON.stringify({ username: await signUp(running), password: PASSWORD });
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${running.origin}/api/token/`, { method: "POST", body, headers });
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0])
    .join("; ");
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

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
}

function printTable(
  result: Record<"bare" | "floor" | "profile" | "refresh" | "login" | "profileWhile64Logins", Figures> & Record<string, unknown>,
): void {
  const names = ["bare", "floor", "profile", "refresh", "login", "profileWhile64Logins"] as const;
  const rows = names.map((name) => {
    const { requestsPerSecond, p50, p99, cpuMs, errors } = result[name];
    const figures = {
      "requests/s": requestsPerSecond.toFixed(1),
      "p50 ms": p50,
      "p99 ms": p99,
      "CPU ms/request": cpuMs.toFixed(2),
      errors,
    };
    return [name, figures] as const;
  });
  console.table(Object.fromEntries(rows));
}
