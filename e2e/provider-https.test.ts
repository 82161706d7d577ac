import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { freePort } from "#db/embedded/ports.ts";
import { type IdentityProvider, startIdentityProvider } from "#e2e/providers/identity-provider.ts";
import { begin, comeBack, endOf, newVisitor, sessionCookiesOf, signInAt, signUpAt } from "#e2e/providers/visitor.ts";
import { walk } from "#e2e/providers/walk.ts";
import { freshName, newSession, send } from "./client.ts";
import { startServer, type TestServer } from "./harness.ts";
import { hasNginx, startNginx, type TestNginx } from "./nginx-server.ts";
import { askForPasskey } from "./passkeys.ts";
import { newAuthenticator } from "./software-authenticator.ts";

// As in production: two instances of the application behind Nginx, at an https origin, and a provider that speaks https. Passkeys, too.

describe.skipIf(!hasNginx())("behind Nginx", () => {
  let oidc: IdentityProvider;
  let instances: TestServer[] = [];
  let nginx: TestNginx;
  let origin = "";
  beforeAll(async () => {
    const ports = { http: await freePort(), https: await freePort() };
    origin = `https://localhost:${ports.https}`;
    oidc = await startIdentityProvider({ redirectUris: [`${origin}/api/auth/callback/oidc`], host: "127.0.0.1", isTls: true });
    const variables = {
      DATABASE_URL: inject("databaseUrl"),
      AUTH_SECRET: inject("authSecret"),
      PUBLIC_URL: origin,
      WEB_CONCURRENCY: "1",
      ...oidc.variables,
    };
    instances = await Promise.all([startServer(variables), startServer(variables)]);
    nginx = await startNginx({ mode: "production", upstreams: instances.map((each) => new URL(each.origin).host), ports });
  });
  afterAll(async () => {
    await nginx?.stop();
    await Promise.all([...instances, oidc].map((each) => each?.stop()));
  });

  test("a newcomer signs up, and comes in again, by a provider at an https address", async () => {
    const name = freshName();
    await signUpAt(newVisitor(origin), "oidc", name);
    const visitor = newVisitor(origin);
    const answer = await signInAt(visitor, "oidc", name, { next: "/account" });
    expect(endOf(answer)).toEqual({ path: "/account" });
    expect(sessionCookiesOf(answer).sort()).toEqual(["__Host-access_token", "__Host-refresh_token"]);
    expect((await visitor.send("GET", "/api/auth/session")).json.user.name).toBe(name);
  });

  test("every cookie of a sign-in is bound to https by its name, closed to scripts and SameSite=Lax", async () => {
    const lines: string[] = [];
    const visitor = newVisitor(origin);
    const send = visitor.send;
    visitor.send = async (...asked) => {
      const answer = await send(...asked);
      lines.push(...answer.setCookies);
      return answer;
    };
    await signUpAt(visitor, "oidc", freshName());
    const names = new Set(lines.map((line) => line.split("=", 1)[0]));
    expect([...names].sort()).toEqual(expect.arrayContaining(["__Host-pending_signup", "__Host-provider_flow"]));
    expect(names.size).toBeGreaterThanOrEqual(8);
    for (const line of lines) {
      expect(line).toMatch(/^__(?:Host|Secure)-[\w.-]+=/);
      expect(line).toMatch(/; Path=\/(?:;|$)/);
      for (const attribute of [/; Secure(?:;|$)/i, /; HttpOnly(?:;|$)/i, /; SameSite=Lax(?:;|$)/i])
        expect(line).toMatch(attribute);
      expect(line).not.toMatch(/; Domain=/i);
    }
  });

  test("a sign-in that begins at one instance ends at the other, and so does the signup that it leads to", async () => {
    const [one, other] = instances.map((each) => each.origin);
    const name = freshName();
    const first = newVisitor(one ?? "");
    const url = await begin(first, "oidc");
    expect(url.searchParams.get("redirect_uri")).toBe(`${origin}/api/auth/callback/oidc`);
    const second = newVisitor(other ?? "", first.cookies);
    expect(endOf(await comeBack(second, await walk(url.href, name)))).toEqual({ path: "/signup/complete" });
    const third = newVisitor(one ?? "", second.cookies);
    const fields = { username: name, age: "1990-01-02" };
    expect((await third.send("POST", "/api/user/signup/complete/", { json: fields })).status).toBe(201);
    const again = await newVisitor(other ?? "", second.cookies).send("POST", "/api/user/signup/complete/", {
      json: { ...fields, username: freshName() },
    });
    expect([again.status, again.json.code]).toEqual([400, "no_pending_signup"]);
  });

  test("a passkey that one instance asks for is added by the other, and opens a session at both, with cookies that are bound to https", async () => {
    const [one = "", other = ""] = instances.map((each) => each.origin);
    const { user, cookies } = await newSession(origin);
    const authenticator = newAuthenticator();
    const begun = await send(one, "POST", "/api/user/passkeys/options/", { cookies });
    expect(begun.json.rp.id).toBe("localhost");
    const made = { response: authenticator.make(begun.json, origin) };
    const added = await send(other, "POST", "/api/user/passkeys/", { cookies: { ...cookies, ...begun.cookies }, json: made });
    expect(added.status, added.text).toBe(201);
    for (const [asked, answered] of [
      [one, other],
      [other, one],
      [origin, origin],
    ] as const) {
      const { options, cookies: browser } = await askForPasskey(asked);
      expect(Object.keys(browser)).toEqual(["__Host-passkey_browser"]);
      const json = { response: authenticator.sign(options, origin) };
      const opened = await send(answered, "POST", "/api/token/passkey/", { cookies: browser, json });
      expect(Object.keys(opened.cookies).sort()).toEqual(["__Host-access_token", "__Host-refresh_token"]);
      const profile = await send(origin, "GET", "/api/user/profile/", { cookies: opened.cookies });
      expect(profile.json.username).toBe(user.username);
    }
    const asked = await send(origin, "POST", "/api/token/passkey/options/");
    expect(asked.setCookies).toEqual([
      expect.stringMatching(/^__Host-passkey_browser=[\w-]{22}; Path=\/; Max-Age=300; HttpOnly; SameSite=Lax; Secure$/),
    ]);
    // The same name without the prefix is not this cookie: any page of the domain could have set it.
    const json = { response: authenticator.sign(asked.json, origin) };
    const unbound = { passkey_browser: asked.cookies["__Host-passkey_browser"] ?? "" };
    expect((await send(origin, "POST", "/api/token/passkey/", { cookies: unbound, json })).status).toBe(401);
  });

  test("password managers find the page of passkeys behind Nginx", async () => {
    const { status, headers, json } = await send(origin, "GET", "/.well-known/passkey-endpoints");
    const page = `${origin}/account#passkeys`;
    expect([status, headers["content-type"], json]).toEqual([
      200,
      "application/json; charset=utf-8",
      { enroll: page, manage: page },
    ]);
  });

  test("a request's Host and X-Forwarded headers move no callback to another origin", async () => {
    const [one = ""] = instances.map((each) => each.origin);
    const visitor = newVisitor(one);
    const usual = visitor.send;
    const headers = { host: "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "http" };
    visitor.send = (method, path, sent = {}) => usual(method, path, { ...sent, headers: { ...sent.headers, ...headers } });
    const url = await begin(visitor, "oidc", { next: "http://evil.example/" });
    expect(url.searchParams.get("redirect_uri")).toBe(`${origin}/api/auth/callback/oidc`);
    const answer = await comeBack(visitor, await walk(url.href, freshName()));
    expect(new URL(answer.headers.location ?? "", origin).href).toBe(`${origin}/signup/complete`);
  });
});
