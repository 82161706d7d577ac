import { describe, expect, inject, test } from "vitest";
import { freePort } from "#db/embedded/ports.ts";
import { type Answer, freshName, newSession, PASSWORD, send, signUpBody } from "#e2e/client.ts";
import { startServer, withDatabase } from "#e2e/harness.ts";
import { hasNginx, startNginx } from "#e2e/nginx-server.ts";

// Applications and Nginx are replaced while clients use them.

const SETTINGS = { DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret"), LOG_LEVEL: "silent" };

describe.skipIf(!hasNginx())("behind Nginx", () => {
  test("two applications that restart in turn lose no request, not even one that changes something", async () => {
    const ports = [await freePort(), await freePort()];
    const start = (index: number) => startServer({ ...SETTINGS, PORT: String(ports[index]), SHUTDOWN_DELAY_MS: "3000" });
    const servers = await Promise.all([start(0), start(1)]);
    const upstreams = ports.map((port) => `127.0.0.1:${port}`);
    const nginx = await startNginx({ mode: "development", upstreams, isWatched: true });
    const { cookies } = await newSession(nginx.http);
    const signUps: string[] = [];
    const load = startLoad([
      () => send(nginx.http, "GET", "/api/user/profile/", { cookies }),
      () => send(nginx.http, "GET", "/login"),
      () => send(nginx.http, "POST", "/api/token/refresh/", { json: { refresh: "none" } }),
      () => send(nginx.http, "POST", "/api/user/signup/", { json: {} }),
      async () => {
        const username = freshName();
        signUps.push(username);
        return send(nginx.http, "POST", "/api/user/signup/", { json: signUpBody(username) });
      },
    ]);
    for (const index of [0, 1]) {
      await servers[index]?.stop();
      servers[index] = await start(index);
    }
    const { failures, answered } = await load.stop();
    await Promise.all([nginx.stop(), ...servers.map((server) => server.stop())]);
    expect(failures, nginx.errors()).toEqual([]);
    expect(answered).toBeGreaterThan(100);
    const select = "select count(*)::int as count from users where username = any($1)";
    const [row] = await withDatabase(inject("databaseUrl"), (query) => query(select, [signUps]));
    expect(row?.count).toBe(signUps.length);
  });

  test("a reload of Nginx loses no request", async () => {
    const ports = { http: await freePort(), https: await freePort() };
    const server = await startServer({ ...SETTINGS, PUBLIC_URL: `https://localhost:${ports.https}` });
    const nginx = await startNginx({ mode: "production", upstreams: [new URL(server.origin).host], ports });
    const { cookies } = await newSession(nginx.https);
    const load = startLoad([
      () => send(nginx.https, "GET", "/api/user/profile/", { cookies }),
      () => send(nginx.https, "POST", "/api/user/signup/", { json: {} }),
      () => send(nginx.https, "POST", "/api/token/", { json: { username: freshName(), password: PASSWORD } }),
    ]);
    for (let reload = 0; reload < 3; reload += 1) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      nginx.reload();
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { failures } = await load.stop();
    await Promise.all([nginx.stop(), server.stop()]);
    expect(failures).toEqual([]);
  });
});

/** Repeats each request, all kinds side by side. A failure is a missing answer or a 5xx. */
function startLoad(requests: (() => Promise<Answer>)[]) {
  let isOver = false;
  let answered = 0;
  const failures: string[] = [];
  const loops = requests.map(async (request, index) => {
    while (!isOver) {
      const problem = await request().then(
        ({ status, text }) => (status >= 500 ? `${status} ${text.slice(0, 80)}` : null),
        (error: Error) => error.message,
      );
      if (problem) failures.push(`request ${index}: ${problem}`);
      answered += 1;
      // A steady load, and not all that the machine can bear: other tests run beside this one.
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  });
  const stop = async () => {
    isOver = true;
    await Promise.all(loops);
    return { failures, answered };
  };
  return { stop };
}
