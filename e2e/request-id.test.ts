import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { freshName, send } from "./client.ts";
import { eventually, startServer, type TestServer } from "./harness.ts";
import { hasNginx, startNginx, type TestNginx } from "./nginx-server.ts";

// One request id in the proxy's log and the application's, which no client can choose.

const FORGED = "somebody-elses-id";
const SETTINGS = { DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret"), WEB_CONCURRENCY: "1" };
let trusting: TestServer;
beforeAll(async () => {
  trusting = await startServer({ ...SETTINGS, TRUSTED_PROXIES: "127.0.0.0/8,::1" });
});
afterAll(() => trusting.stop());

const idOf = async (origin: string, id?: string) => {
  const { headers } = await send(
    origin,
    "GET",
    "/api/user/profile/",
    id === undefined ? {} : { headers: { "x-request-id": id } },
  );
  return String(headers["x-request-id"]);
};

test("without a proxy each request gets a new id, whatever id the client sends", async () => {
  const ids = new Set<string>();
  for (let request = 0; request < 5; request += 1) ids.add(await idOf(inject("origin"), FORGED));
  expect(ids.size).toBe(5);
  for (const id of ids) expect(id).toMatch(/^[\da-f-]{36}$/);
});

test("a trusted proxy's id is kept, if it is well-formed", async () => {
  expect(await idOf(trusting.origin, "0af7651916cd43dd8448eb211c80319c")).toBe("0af7651916cd43dd8448eb211c80319c");
  for (const odd of ["", "x".repeat(65), "a b", "a\tb", 'a"b', "é", "\u00a0ab"])
    expect(await idOf(trusting.origin, odd)).toMatch(/^[\da-f-]{36}$/);
});

describe.skipIf(!hasNginx())("behind Nginx", () => {
  let nginx: TestNginx;
  beforeAll(async () => {
    nginx = await startNginx({ mode: "development", upstreams: [new URL(trusting.origin).host] });
  });
  afterAll(() => nginx.stop());

  test("Nginx' id, and never the client's, is in the answer and in every line", async () => {
    const json = { username: freshName(), password: "wrong-password" };
    const answer = await send(nginx.http, "POST", "/api/token/", { json, headers: { "x-request-id": FORGED } });
    const id = String(answer.headers["x-request-id"]);
    expect(id).toMatch(/^[\da-f]{32}$/);
    const events = () =>
      [...trusting.output().matchAll(new RegExp(`"request_id":"${id}","event":"(\\w+)"`, "g"))].map(([, event]) => event);
    await eventually(() => events().length === 2);
    expect(events()).toEqual(["login_refused", "request"]);
    expect(trusting.output()).not.toContain(FORGED);
    expect(await idOf(nginx.http, FORGED)).not.toBe(id);
  });
});
