import { availableParallelism, cpus } from "node:os";
import bcrypt from "bcryptjs";
import { median, medianRatio, readable, tabulate } from "./figures.ts";
import { inTurns, type Load, loggingIn, logIn, measure, PASSWORD, refreshing, signUp, type Target } from "./load.ts";
import { startNginxBefore } from "./nginx.ts";
import { residentMegabytes, untilIdle, workerPids } from "./process-figures.ts";
import { startMeasured } from "./start-measured.ts";

// What the application costs, beside what Next costs without it and what it costs through Nginx, in the
// same build and the same run. Figures of a shared machine wander, so that everything is measured in turns, and the medians
// are compared.

const ROUNDS = 5;
const LOGIN_ROUNDS = 3;
const SECONDS = 4;
const COST = 12;
const CORES = availableParallelism();

export async function bench(): Promise<void> {
  const variables = {
    BENCH_ROUTES: "on",
    LOG_LEVEL: "warn",
    BCRYPT_COST: String(COST),
    WEB_CONCURRENCY: String(CORES),
    // One access token for all of it.
    ACCESS_TOKEN_LIFETIME: "3600",
    // Each refresh rotates.
    REFRESH_GRACE: "0",
    // With it the application is the same for both: its cookies are those of https, whichever way they go.
    PUBLIC_URL: "https://localhost",
  };
  const { firstStart, secondStart, server } = await startMeasured(variables);
  const direct: Target = { origin: server.origin, workers: workerPids(server.pid, "worker.ts"), nginx: [] };
  const stops = [server.stop];
  try {
    const nginx = await startNginxBefore(direct);
    stops.unshift(nginx.stop);
    const targets = { direct, nginx: nginx.target };
    const idleMemory = residentMegabytes(direct.workers);
    const username = await signUp(direct);
    const profile = { path: "/api/user/profile/", connections: 16, headers: { cookie: await logIn(direct, username) } };
    const hashSeconds: number[] = [];
    const turnedAway: number[] = [];

    const steady = (load: Load) => (target: Target) => measure(target, load, SECONDS);
    await inTurns(1, targets, { profile: steady(profile) });
    const turns = await inTurns(ROUNDS, targets, {
      bare: steady({ path: "/api/floor/empty/", connections: 16 }),
      floor: steady({ path: "/api/floor/", connections: 16 }),
      profile: steady(profile),
      refresh: async (target) => measure(target, await refreshing(direct, username, 16), SECONDS),
      loginPage: steady({ path: "/login", connections: 16, headers: { "accept-encoding": "gzip" } }),
    });
    const logins = await inTurns(LOGIN_ROUNDS, targets, {
      login: (target) => {
        hashSeconds.push(timeOneHash());
        return measure(target, loggingIn(username, 2 * CORES), 8);
      },
    });
    const crowded = await inTurns(LOGIN_ROUNDS, targets, {
      profileWhile64Logins: async (target) => {
        // What the crowd before this one left in the queue would be ahead of it, and some of it be turned away.
        await untilIdle(direct.workers);
        const crowd = measure(target, loggingIn(username, 64), 12);
        const figures = await measure(target, { ...profile, connections: 4 }, 10);
        turnedAway.push((await crowd).errors);
        return figures;
      },
    });

    const table = tabulate({ ...turns, ...logins, ...crowded });
    // The ceiling is what all cores could hash if they did nothing else.
    const loginCeilingPerSecond = CORES / median(hashSeconds);
    const result = {
      machine: { cpu: cpus()[0]?.model ?? "unknown", cores: CORES, node: process.version, workers: direct.workers.length },
      ...table,
      profileOfFloor: medianRatio(turns.profile.direct, turns.floor.direct),
      profileOfBare: medianRatio(turns.profile.direct, turns.bare.direct),
      loginCeilingPerSecond,
      loginOfCeiling: (table.login?.requestsPerSecond ?? 0) / loginCeilingPerSecond,
      turnedAwayOf64LoginsInEachTurn: turnedAway,
      residentMegabytesPerWorker: { idle: idleMemory, after: residentMegabytes(direct.workers) },
      secondsToReady: { firstStart, secondStart },
    };
    console.table(Object.fromEntries(Object.entries(table).map(([name, figures]) => [name, readable(figures)])));
    console.log(JSON.stringify(result));
  } finally {
    for (const stop of stops) await stop();
  }
}

function timeOneHash(): number {
  const start = performance.now();
  bcrypt.hashSync(PASSWORD, COST);
  return (performance.now() - start) / 1_000;
}
