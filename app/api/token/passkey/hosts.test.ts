import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { newSession, send } from "#e2e/client.ts";
import { startServer, type TestServer } from "#e2e/harness.ts";
import { addPasskey } from "#e2e/passkeys.ts";
import { newAuthenticator } from "#e2e/software-authenticator.ts";

// Without PUBLIC_URL a site's passkeys belong to the name in the request's Host. An address has none.

const OFF = '{"detail":"Passkeys need a site with a name, not an IP address.","code":"passkeys_off"}';
const WELL_KNOWN = "/.well-known/passkey-endpoints";

let server: TestServer;
let origin = "";
beforeAll(async () => {
  const settings = { DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret"), WEB_CONCURRENCY: "1" };
  server = await startServer(settings);
  origin = server.origin;
});
afterAll(() => server.stop());

const ask = (host: string) => send(origin, "POST", "/api/token/passkey/options/", { headers: { host } });

test.each(["127.0.0.1", "127.0.0.1:3000", "[::1]", "[::1]:3000", "127.1", "0x7f.1", "2130706433"])(
  "at the address %s passkeys are off, in words",
  async (host) => {
    const { cookies } = await newSession(inject("origin"));
    const login = await ask(host);
    expect([login.status, login.text, login.setCookies]).toEqual([400, OFF, []]);
    const registration = await send(origin, "POST", "/api/user/passkeys/options/", { cookies, headers: { host } });
    expect([registration.status, registration.text]).toEqual([400, OFF]);
    const answer = { response: newAuthenticator().make({ challenge: "AA" }, `http://${host}`) };
    expect((await send(origin, "POST", "/api/user/passkeys/", { cookies, headers: { host }, json: answer })).status).toBe(400);
    expect((await send(origin, "GET", WELL_KNOWN, { headers: { host } })).status).toBe(404);
  },
);

test("a PUBLIC_URL with an address switches them off, whatever the request's Host says", async () => {
  const answer = await send(inject("origin"), "POST", "/api/token/passkey/options/", { headers: { host: "localhost" } });
  expect([answer.status, answer.text]).toEqual([400, OFF]);
});

test("a passkey belongs to the name of the Host, and is answered at its port alone", async () => {
  const host = "films.example:8080";
  const authenticator = newAuthenticator();
  expect((await ask(host)).json.rpId).toBe("films.example");
  const { cookies } = await newSession(inject("origin"));
  const begun = await send(origin, "POST", "/api/user/passkeys/options/", { cookies, headers: { host } });
  const response = authenticator.make(begun.json, `http://${host}`);
  const sent = { cookies: { ...cookies, ...begun.cookies }, headers: { host }, json: { response } };
  expect((await send(origin, "POST", "/api/user/passkeys/", sent)).status).toBe(201);
  const logIn = async (site: string) => {
    const asked = await ask(host);
    const json = { response: authenticator.sign(asked.json, site) };
    return (await send(origin, "POST", "/api/token/passkey/", { cookies: asked.cookies, headers: { host }, json })).status;
  };
  expect([await logIn(`http://${host}`), await logIn("http://films.example"), await logIn("http://localhost")]).toEqual([
    200, 401, 401,
  ]);
  // At another name it is another site's.
  expect((await addPasskey(origin, cookies, authenticator)).status).toBe(400);
});

test.each(["a b", "a/b", "a@b", "%", "[::1", "a:b", "", "exa mple.com:80", "a\\b", "é.example"])(
  "a Host of %j fails nothing",
  async (host) => {
    const statuses = [(await ask(host)).status, (await send(origin, "GET", WELL_KNOWN, { headers: { host } })).status];
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
  },
);

test("password managers find the account's page of passkeys without a session", async () => {
  const answer = await send(origin, "GET", WELL_KNOWN, { headers: { host: "films.example" } });
  const page = "http://films.example/account#passkeys";
  expect([answer.status, answer.json]).toEqual([200, { enroll: page, manage: page }]);
  expect(answer.headers["content-type"]).toMatch(/^application\/json/);
  expect(answer.setCookies).toEqual([]);
});
