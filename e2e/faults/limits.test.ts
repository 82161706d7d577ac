import { afterAll, beforeAll, expect, test } from "vitest";
import { PASSWORD, send, signUp } from "#e2e/client.ts";
import { startPostgres, startServer, type TestPostgres, type TestServer } from "#e2e/harness.ts";
import { restartPostgres, stopPostgres } from "#e2e/postgres-control.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

// Attempts are counted in a table that a crash of Postgres empties (UNLOGGED).

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

/** A new application, whose memory holds no counts. */
function startFresh(): Promise<TestServer> {
  return startServer({ DATABASE_URL: postgres.url, RATE_LIMITS: "on", RATE_LIMIT_LOGIN_ACCOUNT_ADDRESS: "3/900" });
}

async function logInStatus({ origin }: TestServer, username: string, password: string): Promise<number> {
  const json = { username, password };
  return (await unlessBusy(() => send(origin, "POST", "/api/token/", { json }))).status;
}

test("a limit survives a restart of Postgres, and after a crash of Postgres the count begins anew", async () => {
  let server = await startFresh();
  const { username } = await signUp(server.origin);
  for (const expected of [401, 401, 401, 429]) expect(await logInStatus(server, username, "wrong-password")).toBe(expected);
  await server.stop();
  await stopPostgres(postgres, "fast");
  await restartPostgres(postgres);
  server = await startFresh();
  expect(await logInStatus(server, username, PASSWORD)).toBe(429);
  await server.stop();
  await stopPostgres(postgres, "immediate");
  await restartPostgres(postgres);
  server = await startFresh();
  expect(await logInStatus(server, username, "wrong-password")).toBe(401);
  expect(await logInStatus(server, username, PASSWORD)).toBe(200);
  await server.stop();
});
