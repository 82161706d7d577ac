import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { freshName } from "#e2e/client.ts";
import { PATHS } from "#e2e/providers/identity-provider.ts";
import { startWithProviders, type WithProviders } from "#e2e/providers/start-with-providers.ts";
import {
  begin,
  comeBack,
  endOf,
  newVisitor,
  sessionCookiesOf,
  signInAt,
  signUpAt,
  type Visitor,
} from "#e2e/providers/visitor.ts";
import { cancel, walk } from "#e2e/providers/walk.ts";

// A callback opens a session only in the browser that began the sign-in, with the provider that it began with, once.

let running: WithProviders;
let origin = "";
const member = freshName();
beforeAll(async () => {
  running = await startWithProviders({ DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret") });
  origin = running.origin;
  await signUpAt(newVisitor(origin), "oidc", member);
  await signUpAt(newVisitor(origin), "github", `${member}g`);
});
afterAll(() => running?.stop());

/** A visitor who has been at the provider and comes back, with the URL to which the provider sent the browser. */
async function atTheDoor(provider = "oidc", next?: string): Promise<{ visitor: Visitor; url: URL }> {
  const visitor = newVisitor(origin);
  const begun = await begin(visitor, provider, next === undefined ? {} : { next });
  return { visitor, url: new URL(await walk(begun.href, provider === "github" ? `${member}g` : member)) };
}

/** Comes back, and is refused: no session and no signup. */
async function expectRefused(visitor: Visitor, url: URL, error: string): Promise<void> {
  const answer = await comeBack(visitor, url.href);
  expect(endOf(answer)).toMatchObject({ path: "/login", error });
  expect(sessionCookiesOf(answer)).toEqual([]);
  expect(Object.keys(visitor.cookies)).not.toContain("pending_signup");
  expect((await visitor.send("GET", "/api/auth/session")).json).toBeNull();
}

const CHECKS = ["authjs.state", "authjs.nonce", "authjs.pkce.code_verifier", "provider_flow"];
const checksOf = ({ cookies }: Visitor) => CHECKS.filter((name) => name in cookies);

test("a callback with all that belongs to it signs in, and takes its cookies away", async () => {
  const { visitor, url } = await atTheDoor();
  expect(checksOf(visitor)).toEqual(CHECKS);
  const answer = await comeBack(visitor, url.href);
  expect(sessionCookiesOf(answer).sort()).toEqual(["access_token", "refresh_token"]);
  expect(checksOf(visitor)).toEqual([]);
});

test.each(CHECKS)("a callback without the cookie %s opens no session", async (name) => {
  const { visitor, url } = await atTheDoor();
  delete visitor.cookies[name];
  await expectRefused(visitor, url, "expired");
});

test.each(CHECKS)("a callback with the cookie %s of another sign-in opens no session", async (name) => {
  const [{ visitor, url }, other] = [await atTheDoor(), await atTheDoor()];
  visitor.cookies[name] = other.visitor.cookies[name] ?? "";
  await expectRefused(visitor, url, "expired");
});

test.each(CHECKS)("a callback with a cookie %s that was altered opens no session", async (name) => {
  const { visitor, url } = await atTheDoor();
  const value = visitor.cookies[name] ?? "";
  visitor.cookies[name] = `${value.slice(0, 40)}${value[40] === "A" ? "B" : "A"}${value.slice(41)}`;
  await expectRefused(visitor, url, "expired");
});

test("another person's callback URL opens no session in one's browser, with no sign-in begun or with one's own begun", async () => {
  await expectRefused(newVisitor(origin), (await atTheDoor()).url, "expired");
  const { visitor } = await atTheDoor();
  await expectRefused(visitor, (await atTheDoor()).url, "expired");
});

test("another person's code under one's own state opens no session", async () => {
  const [{ visitor, url }, other] = [await atTheDoor(), await atTheDoor()];
  url.searchParams.set("code", other.url.searchParams.get("code") ?? "");
  await expectRefused(visitor, url, "expired");
  expect(checksOf(visitor)).toEqual([]);
});

test.each(["oidc", "github"])("a state that is missing or another's opens no session after %s", async (provider) => {
  for (const state of [null, "", "chosen"]) {
    const { visitor, url } = await atTheDoor(provider);
    if (state === null) url.searchParams.delete("state");
    else url.searchParams.set("state", state);
    await expectRefused(visitor, url, "expired");
  }
});

test.each(["oidc", "github"])(
  "a code of %s opens no second session, even with the cookies of the first time",
  async (provider) => {
    const { visitor, url } = await atTheDoor(provider);
    const again = newVisitor(origin, visitor.cookies);
    expect(sessionCookiesOf(await comeBack(visitor, url.href)).length).toBe(2);
    await expectRefused(again, url, "expired");
  },
);

test.each([
  ["oidc", "github"],
  ["github", "oidc"],
])("what began at %s and comes back at %s opens no session, and no code goes to the other provider", async (began, other) => {
  const { visitor, url } = await atTheDoor(began);
  const proxy = other === "oidc" ? running.oidc.proxy : running.github.proxy;
  const before = proxy.exchanges.length;
  url.pathname = `/api/auth/callback/${other}`;
  await expectRefused(visitor, url, "expired");
  const asked = proxy.exchanges.slice(before).map(({ asked: { path } }) => path);
  expect(asked.filter((path) => path !== PATHS.discovery)).toEqual([]);
});

test("an answer in the name of another issuer, or of none, opens no session", async () => {
  for (const issuer of [running.github.origin, `${running.oidc.issuer}/`, null]) {
    const { visitor, url } = await atTheDoor();
    if (issuer === null) url.searchParams.delete("iss");
    else url.searchParams.set("iss", issuer);
    await expectRefused(visitor, url, "failed");
  }
});

test.each(["oidc", "github"])(
  "a person who says no at %s comes back to the login page, which knows where they wanted to go",
  async (provider) => {
    const visitor = newVisitor(origin);
    const begun = await begin(visitor, provider, { next: "/films" });
    const answer = await comeBack(visitor, await cancel(begun.href));
    expect(endOf(answer)).toMatchObject({ path: "/login", error: "cancelled", next: "/films" });
    expect(sessionCookiesOf(answer)).toEqual([]);
  },
);

test("an error that a provider did not send changes nothing but the page's words, and none of it reaches the page's URL", async () => {
  const query = new URLSearchParams({ error: "<script>", error_description: "Call 555-1954", error_uri: "https://evil.example" });
  const answer = await comeBack(newVisitor(origin), `${origin}/api/auth/callback/oidc?${query}`);
  expect(endOf(answer)).toMatchObject({ path: "/login", error: "expired" });
});

test("a sign-in that failed can be begun again at once", async () => {
  const { visitor, url } = await atTheDoor();
  url.searchParams.set("state", "chosen");
  await expectRefused(visitor, url, "expired");
  expect(sessionCookiesOf(await signInAt(visitor, "oidc", member)).length).toBe(2);
});
