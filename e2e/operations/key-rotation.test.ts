import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "#db/embedded/ports.ts";
import { codeAt } from "#e2e/authenticator-app.ts";
import { logIn, newSession, send, signUp } from "#e2e/client.ts";
import { eventually, startPostgres, startServer, type TestPostgres, type TestServer } from "#e2e/harness.ts";
import { launch } from "#e2e/launch.ts";
import { hasNginx, startNginx, type TestNginx } from "#e2e/nginx-server.ts";
import { scrapeText } from "#e2e/scrape.ts";
import { answerChallenge, challengeOf, forgetUsedCodes, newGuarded } from "#e2e/second-factor.ts";

// AUTH_SECRET is rotated while users are served, by the steps that docs/operating.md gives to operators.

const OLD = randomBytes(32).toString("base64url");
const NEW = randomBytes(32).toString("base64url");
const STRANGE = randomBytes(32).toString("base64url");
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

  test("`old,new`, then `new,old`, then `new`: no 5xx, active users stay signed in, and tokens that `old` signed are refused", async () => {
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

describe("one application whose secret is replaced", () => {
  let server: TestServer;
  let present: Awaited<ReturnType<typeof newSession>>;
  let absent: Awaited<ReturnType<typeof newSession>>;
  let guarded: Awaited<ReturnType<typeof newGuarded>>;

  const start = (AUTH_SECRET: string) =>
    startServer({
      DATABASE_URL: postgres.url,
      AUTH_SECRET,
      WEB_CONCURRENCY: "1",
      SHUTDOWN_DELAY_MS: "0",
      PRUNE_INTERVAL_SECONDS: "1",
    });
  const codeLogin = async (code: string) => answerChallenge(server.origin, await challengeOf(server.origin, guarded.user), code);
  const unreadable = async () => Number(/^movieconnect_secrets_unreadable (\d+)$/m.exec(await scrapeText(server.metrics))?.[1]);

  beforeAll(async () => {
    server = await start(OLD);
    [present, absent] = [await newSession(server.origin), await newSession(server.origin)];
    guarded = await newGuarded(server.origin, postgres.url);
    await server.stop();
  });
  afterAll(() => server?.stop());

  test("`new,old` at once logs nobody out, and the secrets of codes are sealed anew with `new`, so that `old` may go", async () => {
    const both = `${NEW},${OLD}`;
    const before = await secrets(both);
    expect(before).toEqual({ secrets: [sealedBy(1, 0), sealedBy(2, 1)], unlisted: [] });
    server = await start(both);
    for (const { cookies } of [present, absent]) expect(await profile(server.origin, cookies)).toBe(200);
    const renewed = await refresh(server.origin, present.cookies);
    expect(renewed.status).toBe(200);
    present.cookies = renewed.cookies;
    await eventually(async () => (await secrets(both)).secrets[0]?.sealed === 1);
    expect((await secrets(both)).secrets.map(({ sealed }) => sealed)).toEqual([1, 0]);
    await eventually(() => server.output().includes('"event":"secrets_resealed","count":1'));
    await server.stop();
  });

  test("then `new` refuses tokens that `old` signed, and takes the same app's codes", async () => {
    server = await start(NEW);
    expect(await profile(server.origin, present.cookies)).toBe(200);
    expect((await refresh(server.origin, present.cookies)).status).toBe(200);
    expect(await profile(server.origin, absent.cookies)).toBe(401);
    expect((await refresh(server.origin, absent.cookies)).status).toBe(401);
    // A user whose tokens are refused can just log in again.
    await logIn(server.origin, absent.user);
    expect((await codeLogin(codeAt(guarded.secret))).status).toBe(200);
    expect(await unreadable()).toBe(0);
    await server.stop();
  });

  test("with a secret that has nothing to do with them, codes are refused and recovery codes log in, and a line and a metric say why", async () => {
    server = await start(STRANGE);
    await eventually(async () => (await unreadable()) === 1);
    const warnings = () => server.output().match(/that no secret in AUTH_SECRET opens: 1 /g) ?? [];
    await eventually(() => warnings().length > 0);
    await forgetUsedCodes(guarded.user.id, postgres.url);
    const refused = await codeLogin(codeAt(guarded.secret));
    expect([refused.status, refused.text]).toEqual([401, '{"detail":"Invalid code.","code":"invalid_code"}']);
    const line = new RegExp(`"user_id":${guarded.user.id},[^\n]*sealed with a secret that AUTH_SECRET does not list`);
    await eventually(() => line.test(server.output()));
    expect((await codeLogin(guarded.recoveryCodes[0] ?? "")).status).toBe(200);
    const { secrets: listed, unlisted } = await secrets(STRANGE);
    expect([listed, unlisted]).toEqual([[sealedBy(1, 0)], [{ key: expect.any(String), sealed: 1 }]]);
    // With the secret that sealed it, behind the first, an operator has it sealed anew at once.
    expect(await secrets(`${STRANGE},${NEW}`, "--reseal")).toMatchObject({
      resealed: 1,
      secrets: [sealedBy(1, 1), sealedBy(2, 0)],
    });
    expect((await codeLogin(codeAt(guarded.secret))).status).toBe(200);
    await server.stop();
    // It looks once a second, and warns once.
    expect(warnings()).toHaveLength(1);
  });
});

const sealedBy = (position: number, sealed: number) => ({ position, key: expect.stringMatching(/^[0-9a-f]{8}$/), sealed });

/** What `manage secrets` says of these secrets. */
async function secrets(AUTH_SECRET: string, ...options: string[]) {
  const command = [process.execPath, "--import", "tsx", "bin/manage.ts", "secrets", "--json", ...options];
  const run = launch({ DATABASE_URL: postgres.url, AUTH_SECRET }, { command });
  expect([await run.ended, run.errors()]).toEqual([0, ""]);
  for (const secret of AUTH_SECRET.split(",")) expect(run.output()).not.toContain(secret);
  return JSON.parse(run.output()) as { resealed?: number; secrets: { sealed: number }[]; unlisted: object[] };
}
