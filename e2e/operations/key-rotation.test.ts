import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "#db/embedded/ports.ts";
import { logIn, newSession, send, signUp } from "#e2e/client.ts";
import { startPostgres, startServer, type TestPostgres, type TestServer } from "#e2e/harness.ts";
import { hasNginx, startNginx, type TestNginx } from "#e2e/nginx-server.ts";

// AUTH_SECRET is rotated while users are served, by the steps that docs/operating.md gives to operators.

const OLD = randomBytes(32).toString("base64url");
const NEW = randomBytes(32).toString("base64url");
const PROFILE = "/api/user/profile/";
const REFRESH = "/api/token/refresh/";

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

type Cookies = Record<string, string>;
type User = { username: string; password: string };

const profile = async (origin: string, cookies: Cookies) => (await send(origin, "GET", PROFILE, { cookies })).status;
const refresh = (origin: string, cookies: Cookies) => send(origin, "POST", REFRESH, { cookies });

/** Users who stay signed in, and one who logs in again and again. Every answer other than 200 is a failure. */
function startStorm(origin: string, users: User[]) {
  const failures: string[] = [];
  let answered = 0;
  let isOver = false;
  async function ask(method: string, path: string, sent: { cookies?: Cookies; json?: unknown }) {
    const answer = await send(origin, method, path, sent).catch((error: Error) => ({
      status: 0,
      text: error.message,
      cookies: {},
    }));
    answered += 1;
    if (answer.status !== 200) failures.push(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 120)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    return answer;
  }
  const stay = users.map(async (user) => {
    let { cookies } = await logIn(origin, user);
    while (!isOver) {
      await ask("GET", PROFILE, { cookies });
      const renewed = await ask("POST", REFRESH, { cookies });
      if (renewed.status === 200) cookies = renewed.cookies;
    }
    return cookies;
  });
  const comeAndGo = async ({ username, password }: User) => {
    while (!isOver) {
      const { cookies } = await ask("POST", "/api/token/", { json: { username, password } });
      await ask("GET", PROFILE, { cookies });
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  };
  const all = Promise.all([Promise.all(stay), ...users.slice(0, 1).map(comeAndGo)]);
  all.catch(() => undefined);
  return {
    stop: async () => {
      isOver = true;
      const [cookies] = await all;
      return { failures, answered, cookies };
    },
  };
}

describe.skipIf(!hasNginx())("two applications behind Nginx, restarted in turn", () => {
  const variables = { WEB_CONCURRENCY: "1", LOG_LEVEL: "warn", SHUTDOWN_DELAY_MS: "3000" };
  let ports: number[] = [];
  let servers: TestServer[] = [];
  const outputs: string[] = [];
  let nginx: TestNginx;

  const start = (port: number, AUTH_SECRET: string) =>
    startServer({ ...variables, DATABASE_URL: postgres.url, PORT: String(port), AUTH_SECRET });

  /** Restarts one application after the other, as in a deployment without downtime. */
  async function restartAll(secrets: string): Promise<void> {
    for (const [index, port] of ports.entries()) {
      await servers[index]?.stop();
      outputs.push(servers[index]?.output() ?? "");
      servers[index] = await start(port, secrets);
    }
  }

  beforeAll(async () => {
    ports = [await freePort(), await freePort()];
    servers = await Promise.all(ports.map((port) => start(port, OLD)));
    nginx = await startNginx({
      mode: "development",
      upstreams: ports.map((port) => `127.0.0.1:${port}`),
      isWatched: true,
    });
  });
  afterAll(async () => {
    await nginx?.stop();
    await Promise.all(servers.map((server) => server.stop()));
  });

  test("`old,new`, then `new,old`, then `new`: no 5xx, active users stay signed in, and tokens that `old` signed are refused", {
    timeout: 240_000,
  }, async () => {
    const users = await Promise.all([1, 2, 3, 4].map(() => signUp(nginx.http)));
    const absent = await newSession(nginx.http);
    const storm = startStorm(nginx.http, users);
    await restartAll(`${OLD},${NEW}`);
    await restartAll(`${NEW},${OLD}`);
    expect(await profile(nginx.http, absent.cookies)).toBe(200);
    // After a refresh token's lifetime, a day, every token is one that the new secret signed; these users' tokens already are.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await restartAll(NEW);
    const { failures, answered, cookies } = await storm.stop();
    expect(failures, nginx.errors() + outputs.join("")).toEqual([]);
    expect(answered).toBeGreaterThan(100);
    for (const each of cookies) expect(await profile(nginx.http, each)).toBe(200);
    expect(await profile(nginx.http, absent.cookies)).toBe(401);
    const refused = await refresh(nginx.http, absent.cookies);
    expect([refused.status, refused.json.code]).toEqual([401, "token_not_valid"]);
  });
});

test("with one application `new,old` at once logs nobody out, and then `new` refuses tokens that `old` signed", {
  timeout: 120_000,
}, async () => {
  const PORT = String(await freePort());
  const start = (AUTH_SECRET: string) =>
    startServer({ DATABASE_URL: postgres.url, PORT, AUTH_SECRET, WEB_CONCURRENCY: "2", SHUTDOWN_DELAY_MS: "0" });
  let server = await start(OLD);
  const [present, absent] = [await newSession(server.origin), await newSession(server.origin)];
  await server.stop();

  server = await start(`${NEW},${OLD}`);
  for (const { cookies } of [present, absent]) expect(await profile(server.origin, cookies)).toBe(200);
  const renewed = await refresh(server.origin, present.cookies);
  expect(renewed.status).toBe(200);
  await server.stop();

  server = await start(NEW);
  expect(await profile(server.origin, renewed.cookies)).toBe(200);
  expect((await refresh(server.origin, renewed.cookies)).status).toBe(200);
  expect(await profile(server.origin, absent.cookies)).toBe(401);
  expect((await refresh(server.origin, absent.cookies)).status).toBe(401);
  // A user whose tokens are refused can just log in again.
  await logIn(server.origin, absent.user);
  await server.stop();
});
