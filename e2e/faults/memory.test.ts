import { Agent } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { residentMegabytes, workerPids } from "#e2e/bench/process-figures.ts";
import { freshName, newSession, PASSWORD, type Sent, send } from "#e2e/client.ts";
import { startPostgres, startServer, type TestPostgres, type TestServer } from "#e2e/harness.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

// How much memory a worker keeps after its requests have ended.

const PEOPLE = 8;
const ROUNDS = 40;
const PHASES = 5;
// The garbage collector's leftovers from one phase to the next; a leak would grow beyond.
const MOST_GROWTH = 1.3;

let postgres: TestPostgres;
let server: TestServer;
beforeAll(async () => {
  postgres = await startPostgres();
  server = await startServer({ DATABASE_URL: postgres.url, LOG_LEVEL: "silent", REFRESH_GRACE: "0" });
});
afterAll(async () => {
  agent.destroy();
  await server.stop();
  await postgres.stop();
});

const agent = new Agent({ keepAlive: true });
const post = (path: string, json?: unknown, cookies: Record<string, string> = {}) =>
  unlessBusy(() => send(server.origin, "POST", path, json === undefined ? { cookies, agent } : { json, cookies, agent }));

const get = (path: string, sent: Sent) => unlessBusy(() => send(server.origin, "GET", path, sent));

/** Refreshes, and refusals of every kind. One kind costs a hash. */
async function visit(cookies: Record<string, string>, round: number): Promise<Record<string, string>> {
  const refreshed = await post("/api/token/refresh/", undefined, cookies);
  expect(refreshed.status).toBe(200);
  const refusals = [
    await post("/api/token/", { username: freshName() }),
    await post("/api/token/refresh/", { refresh: `${freshName()}.b.c` }),
    await post("/api/user/signup/", { username: freshName(), email: "x".repeat(10_000) }),
    await get(`/api/user/profile/?${freshName()}`, { headers: { authorization: `Bearer ${freshName()}` } }),
    await get("/api/user/profile/", { cookies: refreshed.cookies }),
    ...(round % 10 === 0 ? [await post("/api/token/", { username: freshName(), password: PASSWORD })] : []),
  ];
  expect(refusals.map(({ status }) => status).slice(0, 5)).toEqual([400, 401, 400, 401, 200]);
  return refreshed.cookies;
}

test("a worker's memory stays flat over thousands of refreshes and refusals", { timeout: 400_000 }, async () => {
  const people = await Promise.all(Array.from({ length: PEOPLE }, () => newSession(server.origin)));
  const medians: number[] = [];
  for (let phase = 0; phase < PHASES; phase += 1) {
    const samples: number[] = [];
    await Promise.all(
      people.map(async (person) => {
        for (let round = 0; round < ROUNDS; round += 1) {
          person.cookies = await visit(person.cookies, round);
          if (round % 5 === 0)
            samples.push(
              residentMegabytes(workerPids(server.process.pid ?? 0, "worker.ts")).reduce((sum, each) => sum + each, 0),
            );
        }
      }),
    );
    medians.push(samples.sort((a, b) => a - b)[Math.floor(samples.length / 2)] ?? 0);
  }
  // The first two phases are the warm-up. Where the system does not tell the memory, all figures are 0.
  const [earlier = 0, later = 0] = [medians[2], medians.at(-1)];
  expect(later, `MB, phase by phase: ${medians}`).toBeLessThanOrEqual(MOST_GROWTH * earlier);
});
