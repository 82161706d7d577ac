import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { passGrace } from "#e2e/change-session.ts";
import { type Answer, newSession, send } from "#e2e/client.ts";
import { claimsOf } from "#e2e/forge.ts";
import { eventually, startServer, type TestServer, withDatabase } from "#e2e/harness.ts";
import { type PostgresPair, startPostgresPair } from "#e2e/standby.ts";

// A synchronous standby receives nothing, so every commit that needs it waits.

const REFRESH = "/api/token/refresh/";
const HELD_SECONDS = 30;
const PEOPLE = 8;
/** How many seconds before the standby receives again each group of users refreshes. All are longer than the grace. */
const GROUPS = [30, 12, 3];

let pair: PostgresPair;
let server: TestServer;
beforeAll(async () => {
  pair = await startPostgresPair();
  server = await startServer({ DATABASE_URL: pair.url, REFRESH_GRACE: "2" });
});
afterAll(async () => {
  await server?.stop();
  await pair?.stop();
});

const refresh = (cookies: Record<string, string>) => send(server.origin, "POST", REFRESH, { cookies });

/** Repeats a request until it is answered, as a 503 asks for. */
async function untilAnswered(cookies: Record<string, string>): Promise<{ answer: Answer; refused: number }> {
  for (let refused = 0; ; refused += 1) {
    const answer = await refresh(cookies);
    if (answer.status !== 503) return { answer, refused };
    await delay(1_000 * Number(answer.headers["retry-after"]));
  }
}

async function signedIn() {
  const person = await newSession(server.origin);
  await passGrace(pair.url, person.refresh);
  return person;
}

test("while commits wait 3, 12 and 30 s for a standby, users who refresh stay signed in, and a logout waits for the standby", async () => {
  // One after the other: hashing takes turns.
  const groups: Awaited<ReturnType<typeof signedIn>>[][] = GROUPS.map(() => []);
  for (const people of groups) while (people.length < PEOPLE) people.push(await signedIn());
  const leaver = await newSession(server.origin);
  pair.holdReplication();
  const held = delay(1_000 * HELD_SECONDS).then(() => pair.resumeReplication());
  const leaving = await send(server.origin, "POST", "/api/user/logout/", { cookies: leaver.cookies });
  // The end of a session is not acknowledged before it is safe from a fail-over.
  expect(leaving.status).toBe(503);
  const refreshed = await Promise.all(
    groups.map(async (people, index) => {
      await delay(1_000 * (HELD_SECONDS - (GROUPS[index] ?? 0)));
      return Promise.all(people.map(({ cookies }) => untilAnswered(cookies)));
    }),
  );
  await held;
  for (const { answer } of refreshed.flat()) expect(answer.status).toBe(200);
  // A refresh that has to wait for nothing is answered the first time.
  expect(refreshed.flat().map(({ refused }) => refused)).toEqual(Array(PEOPLE * GROUPS.length).fill(0));
  await delay(2_500);
  for (const { answer } of refreshed.flat()) {
    expect(claimsOf(answer.cookies.refresh_token ?? "").gen).toBe(1);
    expect((await untilAnswered(answer.cookies)).answer.status).toBe(200);
  }
  await eventually(async () => (await refresh(leaver.cookies)).status === 401, 5);
  const [row] = await withDatabase(pair.url, (query) => query("select count(*)::int from sessions where revoked_at is not null"));
  expect(row).toEqual({ count: 1 });
});
