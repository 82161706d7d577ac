import { afterAll, beforeAll, expect, test } from "vitest";
import { PASSWORD, send, signUpBody } from "#e2e/client.ts";
import { startPostgres, startServer, type TestPostgres, type TestServer } from "#e2e/harness.ts";

// What an application answers that has just started, and has to load the code of each route first. Other tests ask again after a
// 503, since the machine may be busy: here nothing else runs.

let postgres: TestPostgres;
let server: TestServer;
beforeAll(async () => {
  postgres = await startPostgres();
  server = await startServer({ DATABASE_URL: postgres.url, BCRYPT_COST: "12" });
});
afterAll(async () => {
  await server?.stop();
  await postgres?.stop();
});

test("the first requests after a start are all served, also several at once", async () => {
  const bodies = [signUpBody(), signUpBody(), signUpBody()];
  const signUps = await Promise.all(bodies.map((json) => send(server.origin, "POST", "/api/user/signup/", { json })));
  expect(signUps.map(({ status, text }) => (status === 201 ? 201 : text))).toEqual([201, 201, 201]);
  const logins = await Promise.all(
    bodies.map(({ username }) => send(server.origin, "POST", "/api/token/", { json: { username, password: PASSWORD } })),
  );
  expect(logins.map(({ status, text }) => (status === 200 ? 200 : text))).toEqual([200, 200, 200]);
  for (const [index, { cookies }] of logins.entries()) {
    const profile = await send(server.origin, "GET", "/api/user/profile/", { cookies });
    expect([profile.status, profile.json]).toEqual([200, { username: bodies[index]?.username }]);
    expect((await send(server.origin, "GET", "/account", { cookies })).status).toBe(200);
  }
});
