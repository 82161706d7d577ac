import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import { freshName, newSession, send } from "#e2e/client.ts";
import { eventually } from "#e2e/harness.ts";
import { dripping, failing, rubbish, silent, withMembers } from "#e2e/providers/answers.ts";
import { GITHUB_PATHS } from "#e2e/providers/github.ts";
import { PATHS } from "#e2e/providers/identity-provider.ts";
import { startWithProviders, type WithProviders } from "#e2e/providers/start-with-providers.ts";
import type { Respond } from "#e2e/providers/tampering-proxy.ts";
import { begin, comeBack, endOf, newVisitor, sessionCookiesOf, signInAt } from "#e2e/providers/visitor.ts";
import { walk } from "#e2e/providers/walk.ts";

// A provider that is down, slow or confused costs its own sign-ins a few seconds and a page that says so, and other people nothing.

let running: WithProviders;
let origin = "";
beforeAll(async () => {
  running = await startWithProviders({ DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret") });
  origin = running.origin;
});
afterAll(() => running?.stop());
afterEach(() => {
  running.oidc.proxy.restore();
  running.github.proxy.restore();
});

const CONFUSED: [string, Respond][] = [
  ["names another issuer", withMembers({ issuer: "https://accounts.google.com" })],
  ["names its issuer with a slash", (response, original, asked) => withSlash(response, original, asked)],
  ["sends codes where others can read them", withMembers({ token_endpoint: "http://provider.example/token" })],
  ["sends tokens where others can read them", withMembers({ userinfo_endpoint: "http://provider.example/me" })],
  ["has its keys where others can change them", withMembers({ jwks_uri: "http://provider.example/jwks" })],
  ["sends people where others can read along", withMembers({ authorization_endpoint: "http://provider.example/auth" })],
  ["has no token endpoint", withMembers({ token_endpoint: undefined })],
  ["answers 500", failing],
  ["answers five megabytes of rubbish", rubbish(5)],
  ["never answers", silent],
];
const withSlash: Respond = (response, original, asked) =>
  withMembers({ issuer: `${running.oidc.issuer}/` })(response, original, asked);

// Metadata are kept once they were good, so these come first.
test.each(CONFUSED)("nobody is sent to a provider whose metadata are wrong: one that %s", async (_what, respond) => {
  running.oidc.proxy.respond(PATHS.discovery, respond);
  const url = await begin(newVisitor(origin), "oidc", { next: "/films" });
  expect(url.origin + url.pathname).toBe(`${origin}/login`);
  expect(Object.fromEntries(url.searchParams)).toMatchObject({ error: "unavailable", next: "/films" });
});

test("a provider whose port is closed is told of on the login page, and is there again as soon as the port is open", async () => {
  await running.oidc.proxy.close();
  expect((await begin(newVisitor(origin), "oidc")).pathname).toBe("/login");
  await running.oidc.proxy.open();
  expect(endOf(await signInAt(newVisitor(origin), "oidc", freshName()))).toEqual({ path: "/signup/complete" });
});

const FAILURES: [string, string, Respond][] = [
  ["token endpoint", "never answers", silent],
  ["token endpoint", "sends a byte a second", dripping],
  ["token endpoint", "answers 500", failing],
  ["token endpoint", "answers five megabytes of rubbish", rubbish(5)],
  ["userinfo", "never answers", silent],
  ["userinfo", "answers 500", failing],
];
const OIDC: Record<string, string> = { "token endpoint": PATHS.token, userinfo: PATHS.userinfo };
const GITHUB: Record<string, string> = { "token endpoint": GITHUB_PATHS.token, userinfo: GITHUB_PATHS.user };

test.each(FAILURES)(
  "a %s that %s ends the sign-in within a bound of ours, and others are served meanwhile",
  async (where, _what, respond) => {
    running.oidc.proxy.respond(OIDC[where] ?? "", respond);
    running.github.proxy.respond(GITHUB[where] ?? "", respond);
    const { cookies } = await newSession(origin);
    let isWaiting = true;
    const ends = ["oidc", "github"].map(async (provider) => {
      const answer = await signInAt(newVisitor(origin), provider, freshName(), { next: "/films" });
      expect(endOf(answer), provider).toMatchObject({ path: "/login", error: "unavailable", next: "/films" });
      expect(sessionCookiesOf(answer)).toEqual([]);
    });
    const ended = Promise.all(ends).finally(() => {
      isWaiting = false;
    });
    while (isWaiting) {
      const profile = await send(origin, "GET", "/api/user/profile/", { cookies });
      expect(profile.status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await ended;
  },
);

test("a provider that goes away between the two ends of a sign-in is told of on the login page", async () => {
  const visitor = newVisitor(origin);
  const url = await walk((await begin(visitor, "oidc")).href, freshName());
  await running.oidc.proxy.close();
  expect(endOf(await comeBack(visitor, url))).toMatchObject({ path: "/login", error: "unavailable" });
  await running.oidc.proxy.open();
});

test("the log says once for each failure which provider could not be asked, in one line of JSON", async () => {
  running.oidc.proxy.respond(PATHS.token, failing);
  const answer = await signInAt(newVisitor(origin), "oidc", freshName());
  const id = String(answer.headers["x-request-id"]);
  const lines = () =>
    running.server
      .output()
      .split("\n")
      .filter((line) => line.includes(id) && line.includes(PATHS.token));
  await eventually(() => lines().length > 0);
  expect(lines().length).toBe(1);
  expect(JSON.parse(lines()[0] ?? "")).toMatchObject({ event: "provider_failed", provider: "oidc", failure: "unavailable" });
});
