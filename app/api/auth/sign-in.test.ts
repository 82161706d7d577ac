import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { freshName, logIn, newSession, PASSWORD, send, signUp } from "#e2e/client.ts";
import { withDatabase } from "#e2e/harness.ts";
import { GITHUB_PATHS } from "#e2e/providers/github.ts";
import { PATHS } from "#e2e/providers/identity-provider.ts";
import { startWithProviders, type WithProviders } from "#e2e/providers/start-with-providers.ts";
import { begin, comeBack, endOf, newVisitor, sessionCookiesOf, signInAt, signUpAt } from "#e2e/providers/visitor.ts";
import { walk } from "#e2e/providers/walk.ts";

const databaseUrl = inject("databaseUrl");

let running: WithProviders;
let origin = "";
beforeAll(async () => {
  running = await startWithProviders({ DATABASE_URL: databaseUrl, AUTH_SECRET: inject("authSecret") });
  origin = running.origin;
});
afterAll(() => running?.stop());

const accountsOf = (userId: number) =>
  withDatabase(databaseUrl, (query) => query('select provider from accounts where "userId" = $1', [userId]));
const countUsers = (email: string) =>
  withDatabase(databaseUrl, async (query) => (await query("select from users where email = $1", [email])).length);

test("an OpenID provider is asked for openid, profile and email, with PKCE by S256, a state and a nonce", async () => {
  const url = await begin(newVisitor(origin), "oidc");
  expect(url.origin + url.pathname).toBe(running.oidc.issuer + PATHS.authorization);
  const { code_challenge, state, nonce, ...rest } = Object.fromEntries(url.searchParams);
  expect(rest).toEqual({
    client_id: running.oidc.clientId,
    response_type: "code",
    redirect_uri: `${origin}/api/auth/callback/oidc`,
    scope: "openid profile email",
    code_challenge_method: "S256",
  });
  for (const random of [code_challenge, state, nonce]) expect(random?.length).toBeGreaterThanOrEqual(43);
});

test("GitHub is asked for the profile and the addresses to read, with PKCE by S256 and a state", async () => {
  const url = await begin(newVisitor(origin), "github");
  expect(url.origin + url.pathname).toBe(running.github.origin + GITHUB_PATHS.authorization);
  const { code_challenge, state, client_id, ...rest } = Object.fromEntries(url.searchParams);
  expect(rest).toEqual({
    response_type: "code",
    redirect_uri: `${origin}/api/auth/callback/github`,
    scope: "read:user user:email",
    code_challenge_method: "S256",
  });
  for (const random of [code_challenge, state]) expect(random?.length).toBeGreaterThanOrEqual(43);
});

test("no query and no field of a client changes what a provider is asked for", async () => {
  const foreign = {
    scope: "openid email offline_access",
    redirect_uri: "https://evil.example/callback",
    response_mode: "fragment",
    response_type: "code id_token",
    client_id: "another",
    state: "chosen",
    nonce: "chosen",
    code_challenge: "chosen",
    code_challenge_method: "plain",
  };
  for (const provider of ["oidc", "github"]) {
    const usual = await begin(newVisitor(origin), provider);
    const query = `?${new URLSearchParams(foreign)}`;
    const asked = await begin(newVisitor(origin), provider, { query, fields: foreign });
    const random = ["state", "nonce", "code_challenge"];
    for (const name of random) expect(asked.searchParams.get(name)).not.toBe("chosen");
    for (const url of [usual, asked]) for (const name of random) url.searchParams.delete(name);
    expect(asked.href).toBe(usual.href);
  }
});

test("a provider's session opens none here without an act of the user: GET of signin sets no cookie and asks no provider", async () => {
  const page = await newVisitor(origin).send("GET", "/api/auth/signin");
  expect([endOf(page), page.setCookies]).toEqual([{ path: "/login" }, []]);
  const direct = await newVisitor(origin).send("GET", "/api/auth/signin/oidc?prompt=none");
  expect([direct.status, direct.setCookies]).toEqual([405, []]);
});

test("a client may ask for another login at the provider, and not for one without the person", async () => {
  const asked = await begin(newVisitor(origin), "oidc", { query: "?prompt=login&login_hint=ann" });
  expect(Object.fromEntries(asked.searchParams)).toMatchObject({ prompt: "login", login_hint: "ann" });
  for (const prompt of ["none", "login none"]) {
    const silent = await begin(newVisitor(origin), "oidc", { query: `?${new URLSearchParams({ prompt })}` });
    expect(silent.searchParams.get("prompt")).toBeNull();
  }
});

test("a newcomer is sent to complete the signup, and until then there is no row", async () => {
  const name = freshName();
  const visitor = newVisitor(origin);
  const answer = await signInAt(visitor, "oidc", name, { next: "/films" });
  expect(endOf(answer)).toEqual({ path: "/signup/complete", next: "/films" });
  expect(sessionCookiesOf(answer)).toEqual([]);
  expect(Object.keys(visitor.cookies)).toContain("pending_signup");
  expect(await countUsers(`${name}@example.com`)).toBe(0);
});

test.each(["oidc", "github"])(
  "an account that %s opened is logged in to there again, at the page where it was wanted",
  async (provider) => {
    const name = freshName();
    await signUpAt(newVisitor(origin), provider, name);
    const visitor = newVisitor(origin);
    const answer = await signInAt(visitor, provider, name, { next: "/account?from=films#devices" });
    expect(sessionCookiesOf(answer).sort()).toEqual(["access_token", "refresh_token"]);
    expect(answer.headers.location).toMatch(/\/account\?from=films/);
    expect((await visitor.send("GET", "/api/user/profile/")).json).toEqual({ username: name });
    expect((await visitor.send("POST", "/api/token/refresh/")).status).toBe(200);
  },
);

test.each(["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])(
  "a sign-in leads to no other place than this application: %s",
  async (next) => {
    const name = freshName();
    await signUpAt(newVisitor(origin), "oidc", name);
    const answer = await signInAt(newVisitor(origin), "oidc", name, { next });
    expect(new URL(answer.headers.location ?? "", origin).href).toBe(`${origin}/`);
  },
);

test("one subject at two providers is two people", async () => {
  const name = freshName();
  running.oidc.people.set(name, { sub: "1954", name, email: `${name}@example.com`, email_verified: true });
  running.github.people.set(name, { id: 1954, login: name, name, email: null, emails: [] });
  await signUpAt(newVisitor(origin), "oidc", name);
  expect(endOf(await signInAt(newVisitor(origin), "github", name))).toEqual({ path: "/signup/complete" });
});

test("a subject of another issuer opens nothing: after AUTH_OIDC_ISSUER has changed, people are newcomers", async () => {
  const name = freshName();
  const { json } = await signUpAt(newVisitor(origin), "oidc", name);
  const moved = `update accounts set "providerAccountId" = replace("providerAccountId", $2, 'https://before.example') where "userId" = $1`;
  await withDatabase(databaseUrl, (query) => query(moved, [json.id, running.oidc.issuer]));
  expect(endOf(await signInAt(newVisitor(origin), "oidc", name))).toEqual({ path: "/signup/complete" });
});

test.each([
  ["the same", (email: string) => email],
  ["the same in capitals", (email: string) => email.toUpperCase()],
])(
  "an address that is %s as an account's joins nobody to it: nothing is linked, and no signup completed",
  async (_how, write) => {
    const owner = await signUp(origin);
    const loginName = freshName();
    running.oidc.people.set(loginName, { sub: loginName, name: "Namesake", email: write(owner.email), email_verified: true });
    const visitor = newVisitor(origin);
    expect(endOf(await signInAt(visitor, "oidc", loginName))).toEqual({ path: "/signup/complete" });
    const fields = { username: freshName(), age: "1990-01-02" };
    const refused = await visitor.send("POST", "/api/user/signup/complete/", { json: fields });
    expect([refused.status, Object.keys(refused.json)]).toEqual([400, ["email"]]);
    expect(sessionCookiesOf(refused)).toEqual([]);
    expect(await accountsOf(owner.id)).toEqual([]);
    expect((await logIn(origin, owner)).cookies.access_token).toBeTruthy();
  },
);

test.each([
  ["false", false],
  ['the string "false"', "false"],
  ['the string "true"', "true"],
  ["1", 1],
  ["absent", undefined],
])("an address counts as unknown where email_verified is %s", async (_what, email_verified) => {
  const name = freshName();
  running.oidc.people.set(name, { sub: name, name, email: `${name}@example.com`, email_verified });
  const visitor = newVisitor(origin);
  await signInAt(visitor, "oidc", name);
  const refused = await visitor.send("POST", "/api/user/signup/complete/", { json: { username: name, age: "1990-01-02" } });
  expect([refused.status, refused.json]).toEqual([400, { email: ["This field is required."] }]);
});

test("GitHub's address counts only if it is the primary one and verified", async () => {
  const name = freshName();
  const emails = [
    { email: `${name}@other.example`, primary: false, verified: true },
    { email: `${name}@example.com`, primary: true, verified: false },
  ];
  running.github.people.set(name, { id: 1_000_001, login: name, name: null, email: `${name}@public.example`, emails });
  const visitor = newVisitor(origin);
  await signInAt(visitor, "github", name);
  const refused = await visitor.send("POST", "/api/user/signup/complete/", { json: { username: name, age: "1990-01-02" } });
  expect([refused.status, refused.json]).toEqual([400, { email: ["This field is required."] }]);
});

test("a disabled account is not opened by its provider", async () => {
  const name = freshName();
  const { json } = await signUpAt(newVisitor(origin), "oidc", name);
  await withDatabase(databaseUrl, (query) => query("update users set is_active = false where id = $1", [json.id]));
  const answer = await signInAt(newVisitor(origin), "oidc", name, { next: "/films" });
  expect(endOf(answer)).toMatchObject({ path: "/login", error: "account_disabled", next: "/films" });
  expect(sessionCookiesOf(answer)).toEqual([]);
});

test("of two tabs that began at once the later one signs in, and the earlier one is told to start again", async () => {
  const name = freshName();
  await signUpAt(newVisitor(origin), "oidc", name);
  const visitor = newVisitor(origin);
  const [earlier, later] = [await begin(visitor, "oidc"), await begin(visitor, "oidc")];
  const refused = await comeBack(visitor, await walk(earlier.href, name));
  expect(endOf(refused)).toMatchObject({ path: "/login", error: "expired" });
  expect(sessionCookiesOf(refused)).toEqual([]);
  const answer = await comeBack(visitor, await walk(later.href, name));
  expect(sessionCookiesOf(answer).length).toBe(2);
});

test("the session that a browser had ends when it signs in as somebody else", async () => {
  const name = freshName();
  await signUpAt(newVisitor(origin), "oidc", name);
  const { cookies } = await newSession(origin);
  const visitor = newVisitor(origin, cookies);
  await signInAt(visitor, "oidc", name);
  expect((await visitor.send("GET", "/api/user/profile/")).json).toEqual({ username: name });
  const old = await send(origin, "POST", "/api/token/refresh/", { cookies: { refresh_token: cookies.refresh_token ?? "" } });
  expect([old.status, old.json.reason]).toEqual([401, "logged_out"]);
});

test("a sign-in links no provider to the account that is signed in", async () => {
  const { cookies, user } = await newSession(origin);
  const answer = await signInAt(newVisitor(origin, cookies), "oidc", freshName());
  expect(endOf(answer)).toEqual({ path: "/signup/complete" });
  expect(await accountsOf(user.id)).toEqual([]);
});

test("an account that a provider opened has no password to log in with", async () => {
  const name = freshName();
  await signUpAt(newVisitor(origin), "oidc", name);
  for (const password of [PASSWORD, "null", "undefined"]) {
    const answer = await send(origin, "POST", "/api/token/", { json: { username: name, password } });
    expect(answer.status).toBe(401);
  }
});
