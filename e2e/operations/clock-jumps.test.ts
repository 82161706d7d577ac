import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newSession, send } from "#e2e/client.ts";
import { eventually, startPostgres, startServer, type TestPostgres, type TestServer } from "#e2e/harness.ts";
import { setClockOf, settableClock } from "#e2e/tools/faketime.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

// The database's clock, or the application's, is set while everything runs.

const MINUTE = 60;
const DAY = 86_400;
// The database's clock stays ahead of the true time. A signal that interrupts libfaketime itself, as it reads its file, is shown the
// true time: Postgres, whose handlers of time limits look at the clock, would find each limit passed if the true time were later.
const DATABASE_AHEAD = 600;

let directory = "";
let databaseClock = "";
let ownClock = "";
let postgres: TestPostgres;
let server: TestServer;

type Cookies = Record<string, string>;
const profile = async (cookies: Cookies) =>
  (await unlessBusy(() => send(server.origin, "GET", "/api/user/profile/", { cookies }))).status;
const refresh = (cookies: Cookies) => send(server.origin, "POST", "/api/token/refresh/", { cookies });
const home = (cookies: Cookies) => send(server.origin, "GET", "/", { cookies });
const setDatabaseClock = (seconds: number) => setClockOf(databaseClock, DATABASE_AHEAD + seconds);

/** The answers of both workers: each request is a connection of its own. */
const everywhere = async (cookies: Cookies) => new Set(await Promise.all(Array.from({ length: 24 }, () => profile(cookies))));

/** What a worker loads with its first request takes a busy machine long enough for a 503, whatever the clock says. */
async function loadOnEachWorker(): Promise<void> {
  const { cookies } = await newSession(server.origin);
  await Promise.all(Array.from({ length: 12 }, () => unlessBusy(() => refresh(cookies))));
  await Promise.all(Array.from({ length: 12 }, () => unlessBusy(() => home(cookies))));
}

describe.skipIf(settableClock(join(tmpdir(), "movieconnect-clock")) === undefined && process.env.CI !== "true")(
  "with clocks that jump",
  () => {
    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), "movieconnect-clocks-"));
      [databaseClock, ownClock] = [join(directory, "database"), join(directory, "own")];
      const [forPostgres, forServer] = [settableClock(databaseClock), settableClock(ownClock)];
      if (!forPostgres || !forServer) throw new Error("faketime is not installed");
      setDatabaseClock(0);
      // Postgres, which reads the file, may run as another user.
      const { chmod } = await import("node:fs/promises");
      await chmod(directory, 0o755);
      postgres = await startPostgres({}, tmpdir(), forPostgres);
      server = await startServer({ ...forServer, DATABASE_URL: postgres.url });
      await loadOnEachWorker();
    });
    afterAll(async () => {
      await server?.stop();
      await postgres?.stop();
      await rm(directory, { recursive: true, force: true });
    });

    test.each([
      ["a minute ahead", MINUTE],
      ["back again", 0],
      ["a minute behind", -MINUTE],
      ["two minutes ahead of that", MINUTE],
    ])(
      "a logout right before the database's clock is set %s holds on every worker, and other users stay signed in",
      async (_how, seconds) => {
        const stayer = await newSession(server.origin);
        const leavers = await Promise.all([1, 2, 3].map(() => newSession(server.origin)));
        for (const { cookies } of leavers)
          expect((await send(server.origin, "POST", "/api/user/logout/", { cookies })).status).toBe(200);
        setDatabaseClock(seconds);
        for (const { cookies } of leavers) {
          await eventually(async () => [...(await everywhere(cookies))].join() === "401", 4);
          expect((await unlessBusy(() => refresh(cookies))).status).toBe(401);
        }
        expect([...(await everywhere(stayer.cookies))]).toEqual([200]);
        // What the first worker answers that can tell whether the token is a replay: the other may not have heard the new time yet.
        const renewed = await unlessBusy(() => refresh(stayer.cookies));
        expect(renewed.status).toBe(200);
        expect([...(await everywhere(renewed.cookies))]).toEqual([200]);
      },
    );

    test.each([
      ["a day ahead", DAY],
      ["back", 0],
      ["a day behind", -DAY],
      ["back again", 0],
    ])("after the application's own clock is set %s no request is refused, not even the next one", async (_how, seconds) => {
      const { cookies } = await newSession(server.origin);
      setClockOf(ownClock, seconds);
      const answers = await Promise.all([everywhere(cookies), refresh(cookies), refresh(cookies)]);
      expect([...answers[0]]).toEqual([200]);
      for (const answer of [answers[1], answers[2]]) {
        expect(answer.status).toBe(200);
        expect(await profile(answer.cookies)).toBe(200);
      }
      const page = await home(cookies);
      expect([page.status, page.setCookies]).toEqual([200, []]);
    });
  },
);
