import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { freePort } from "#db/embedded/ports.ts";
import { changeSession } from "#e2e/change-session.ts";
import { freshName, send } from "#e2e/client.ts";
import { startServer, type TestServer, withDatabase } from "#e2e/harness.ts";
import { withIdToken } from "#e2e/providers/answers.ts";
import { signedBy } from "#e2e/providers/id-tokens.ts";
import { type IdentityProvider, PATHS, startIdentityProvider } from "#e2e/providers/identity-provider.ts";
import { begin, comeBack, endOf, newVisitor, sessionCookiesOf, signInAt, signUpAt } from "#e2e/providers/visitor.ts";
import { walk } from "#e2e/providers/walk.ts";

// Two OpenID providers at once: one that calls itself Google, as Google's settings here expect, and another one. Google's own
// servers can't be asked by a test.

const GOOGLE = "https://accounts.google.com";
const databaseUrl = inject("databaseUrl");

let origin = "";
let server: TestServer;
let google: IdentityProvider;
let oidc: IdentityProvider;
beforeAll(async () => {
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  [google, oidc] = await Promise.all([
    startIdentityProvider({
      redirectUris: [`${origin}/api/auth/callback/google`],
      name: GOOGLE,
      clientAuth: "client_secret_post",
    }),
    startIdentityProvider({ redirectUris: [`${origin}/api/auth/callback/oidc`] }),
  ]);
  const { AUTH_OIDC_ID: id = "", AUTH_OIDC_SECRET: secret = "" } = google.variables;
  server = await startServer({
    DATABASE_URL: databaseUrl,
    AUTH_SECRET: inject("authSecret"),
    PORT: String(port),
    PUBLIC_URL: origin,
    WEB_CONCURRENCY: "1",
    ...oidc.variables,
    AUTH_GOOGLE_ID: id,
    AUTH_GOOGLE_SECRET: secret,
    GOOGLE_IS_AT: google.issuer,
    NODE_OPTIONS: `--import=tsx --import=${join(import.meta.dirname, "../../../e2e/providers/google-elsewhere.ts")}`,
  });
});
afterAll(async () => {
  await server?.stop();
  await Promise.all([google?.stop(), oidc?.stop()]);
});

test("Google is asked for openid, profile and email, and its people sign up and come in again by its issuer and their subject", async () => {
  const name = freshName();
  const asked = await begin(newVisitor(origin), "google");
  expect(Object.fromEntries(asked.searchParams)).toMatchObject({
    scope: "openid profile email",
    code_challenge_method: "S256",
    redirect_uri: `${origin}/api/auth/callback/google`,
    nonce: expect.any(String),
  });
  const made = await signUpAt(newVisitor(origin), "google", name);
  const accounts = await withDatabase(databaseUrl, (query) =>
    query(`select provider, "providerAccountId" from accounts where "userId" = $1`, [made.json.id]),
  );
  expect(accounts).toEqual([{ provider: "google", providerAccountId: `${GOOGLE}#subject-of-${name}` }]);
  expect(sessionCookiesOf(await signInAt(newVisitor(origin), "google", name)).sort()).toEqual(["access_token", "refresh_token"]);
});

test.each([
  ["google", "oidc"],
  ["oidc", "google"],
])(
  "what began at %s and comes back at %s, another OpenID provider, opens no session, and no code goes there",
  async (began, other) => {
    const visitor = newVisitor(origin);
    const url = new URL(await walk((await begin(visitor, began)).href, freshName()));
    const { proxy } = other === "google" ? google : oidc;
    const before = proxy.exchanges.length;
    url.pathname = `/api/auth/callback/${other}`;
    const answer = await comeBack(visitor, url.href);
    expect(endOf(answer)).toMatchObject({ path: "/login", error: "expired" });
    expect(sessionCookiesOf(answer)).toEqual([]);
    expect(proxy.exchanges.slice(before).filter(({ asked: { path } }) => path !== PATHS.discovery)).toEqual([]);
  },
);

test("a provider that takes a client's secret in the body alone gets it there, and any other by HTTP Basic", async () => {
  for (const [provider, { proxy }, isInBody] of [
    ["google", google, true],
    ["oidc", oidc, false],
  ] as const) {
    const before = proxy.exchanges.length;
    await signInAt(newVisitor(origin), provider, freshName());
    const exchanged = proxy.exchanges.slice(before).find(({ asked: { path } }) => path === PATHS.token);
    const { body = "", headers = {} } = exchanged?.asked ?? {};
    expect([exchanged?.answer.status, new URLSearchParams(body).has("client_secret"), "authorization" in headers]).toEqual([
      200,
      isInBody,
      !isInBody,
    ]);
  }
});

test("an ID token in Google's name that another provider has signed opens no session, and no signup", async () => {
  google.proxy.respond(PATHS.token, withIdToken(signedBy(oidc.key)));
  const visitor = newVisitor(origin);
  const answer = await signInAt(visitor, "google", freshName());
  google.proxy.restore();
  expect(endOf(answer)).toMatchObject({ path: "/login", error: "failed" });
  expect(Object.keys(visitor.cookies)).not.toContain("pending_signup");
});

test("Google is asked by name to say when a person logged in, where a login there is to prove who it is", async () => {
  const name = freshName();
  const visitor = newVisitor(origin);
  await signUpAt(visitor, "google", name);
  await changeSession(databaseUrl, visitor.cookies.refresh_token ?? "", "authenticated_at = '-infinity'");
  const { json } = await visitor.send("POST", "/api/user/reauthenticate/", { json: { provider: "google" } });
  const { claims = "", ...asked } = Object.fromEntries(new URL(json.url).searchParams);
  expect(asked).toMatchObject({ prompt: "login", max_age: "0" });
  expect(JSON.parse(claims)).toEqual({ id_token: { auth_time: { essential: true } } });
  expect(endOf(await comeBack(visitor, await walk(json.url, name)))).toEqual({ path: "/account", confirmed: "google" });
  const exported = await send(origin, "GET", "/api/user/account/export/", { cookies: visitor.cookies });
  expect(exported.status).toBe(200);
});
