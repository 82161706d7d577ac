import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import { changeSession } from "#e2e/change-session.ts";
import { freshName, logIn, newSession, send } from "#e2e/client.ts";
import { withDatabase } from "#e2e/harness.ts";
import { holdingAccount } from "#e2e/held-account.ts";
import { withIdToken } from "#e2e/providers/answers.ts";
import { signedBy } from "#e2e/providers/id-tokens.ts";
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
import { walk } from "#e2e/providers/walk.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

// What the owner of an account begins: linking an account at a provider, and proving with a provider who they are.

const databaseUrl = inject("databaseUrl");
const REAUTHENTICATE = "/api/user/reauthenticate/";
const EXPORT = "/api/user/account/export/";

let running: WithProviders;
let origin = "";
beforeAll(async () => {
  running = await startWithProviders({ DATABASE_URL: databaseUrl, AUTH_SECRET: inject("authSecret") });
  origin = running.origin;
});
afterAll(() => running?.stop());
afterEach(() => running.oidc.proxy.restore());

const linkPath = (provider: string) => `/api/user/providers/${provider}/`;
const providersOf = async (visitor: Visitor) => (await visitor.send("GET", "/api/user/account/")).json.providers;
const forgetProof = ({ cookies }: Visitor) =>
  changeSession(databaseUrl, cookies.refresh_token ?? "", "authenticated_at = authenticated_at - interval '1 hour'");

/** The holder of a session that a password opened. */
async function owner() {
  const { user, cookies } = await newSession(origin);
  return { user, visitor: newVisitor(origin, cookies) };
}

/** The holder of a session of an account that has only a provider, and that was proved an hour ago. */
async function staleMember() {
  const name = freshName();
  const visitor = newVisitor(origin);
  await signUpAt(visitor, "oidc", name);
  await forgetProof(visitor);
  return { name, visitor };
}

async function beginLink(visitor: Visitor, provider = "oidc"): Promise<string> {
  const { status, json } = await visitor.send("POST", linkPath(provider));
  expect(status).toBe(200);
  return json.url;
}

async function beginProof(visitor: Visitor): Promise<string> {
  const { status, json } = await visitor.send("POST", REAUTHENTICATE, { json: { provider: "oidc" } });
  expect(status).toBe(200);
  return json.url;
}

test.each(["oidc", "github"])(
  "an account at %s that its owner links opens the account, and all other sessions end",
  async (provider) => {
    const { user, visitor } = await owner();
    const elsewhere = await logIn(origin, user);
    const name = freshName();
    const answer = await comeBack(visitor, await walk(await beginLink(visitor, provider), name));
    expect(endOf(answer)).toEqual({ path: "/account", linked: provider });
    expect(await providersOf(visitor)).toEqual([provider]);
    const refused = await send(origin, "POST", "/api/token/refresh/", { cookies: elsewhere.cookies });
    expect([refused.status, refused.json.reason]).toEqual([401, "ended_elsewhere"]);
    const again = newVisitor(origin);
    await signInAt(again, provider, name);
    expect((await again.send("GET", "/api/user/profile/")).json).toEqual({ username: user.username });
  },
);

test("linking and unlinking want a fresh proof, and without one begin nothing", async () => {
  const { visitor } = await owner();
  await forgetProof(visitor);
  for (const method of ["POST", "DELETE"]) {
    const { status, json, setCookies } = await visitor.send(method, linkPath("oidc"));
    expect([status, json.code, setCookies]).toEqual([403, "reauthentication_required", []]);
  }
});

test("an account at a provider that opens another account is not linked, and goes on opening that one", async () => {
  const name = freshName();
  await signUpAt(newVisitor(origin), "oidc", name);
  const { visitor } = await owner();
  const answer = await comeBack(visitor, await walk(await beginLink(visitor), name));
  expect(endOf(answer)).toMatchObject({ path: "/account", error: "already_linked" });
  expect(await providersOf(visitor)).toEqual([]);
  const theirs = newVisitor(origin);
  await signInAt(theirs, "oidc", name);
  expect((await theirs.send("GET", "/api/user/profile/")).json).toEqual({ username: name });
});

test("of two accounts that link the same account at a provider at once one gets it", async () => {
  const name = freshName();
  const visitors = [(await owner()).visitor, (await owner()).visitor];
  const urls = await Promise.all(visitors.map(async (visitor) => walk(await beginLink(visitor), name)));
  const ends = await Promise.all(visitors.map(async (visitor, index) => endOf(await comeBack(visitor, urls[index] ?? ""))));
  expect(ends.map((end) => end.error ?? end.linked).sort()).toEqual(["already_linked", "oidc"]);
});

test("another person's way back from a provider links nothing to the account that is signed in here", async () => {
  const attacker = await owner();
  const url = await walk(await beginLink(attacker.visitor), freshName());
  const { visitor } = await owner();
  for (const hasBegun of [false, true]) {
    if (hasBegun) await beginLink(visitor);
    expect(endOf(await comeBack(visitor, url))).toMatchObject({ error: "expired" });
  }
  expect(await providersOf(visitor)).toEqual([]);
});

test.each(["link", "proof"])(
  "a %s that one session began ends in no other session, of the same account or of another one",
  async (what) => {
    for (const isOwn of [true, false]) {
      const { name, visitor } = await staleMember();
      if (what === "link") await signInAt(visitor, "oidc", name);
      const url = what === "link" ? await beginLink(visitor, "github") : await beginProof(visitor);
      const before = { ...visitor.cookies };
      const other = newVisitor(origin);
      await signInAt(other, "oidc", isOwn ? name : freshName());
      if (!isOwn) Object.assign(other.cookies, (await newSession(origin)).cookies);
      await forgetProof(other);
      const { access_token = "", refresh_token = "" } = other.cookies;
      const mixed = newVisitor(origin, { ...before, access_token, refresh_token });
      const answer = await comeBack(mixed, await walk(url, name));
      expect(endOf(answer)).toMatchObject({ path: "/account", error: "session_over" });
      expect(await providersOf(mixed)).toEqual(isOwn ? ["oidc"] : []);
      expect((await mixed.send("GET", EXPORT)).status).toBe(403);
    }
  },
);

test("a walk that began as a link signs nobody in once the session is over", async () => {
  const { visitor } = await owner();
  const url = await beginLink(visitor);
  await visitor.send("POST", "/api/user/logout/");
  const answer = await comeBack(visitor, await walk(url, freshName()));
  expect(endOf(answer)).toMatchObject({ error: "session_over" });
  expect([sessionCookiesOf(answer), Object.keys(visitor.cookies).includes("pending_signup")]).toEqual([[], false]);
});

test("a new login at the provider proves who the owner of an account without a password is", async () => {
  const { name, visitor } = await staleMember();
  const refused = await visitor.send("GET", EXPORT);
  expect([refused.status, refused.json.methods]).toEqual([403, ["provider"]]);
  const url = await beginProof(visitor);
  expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({ prompt: "login", max_age: "0" });
  const old = { ...visitor.cookies };
  const answer = await comeBack(visitor, await walk(url, name));
  expect(endOf(answer)).toEqual({ path: "/account", confirmed: "oidc" });
  expect(sessionCookiesOf(answer).sort()).toEqual(["access_token", "refresh_token"]);
  expect(visitor.cookies.refresh_token).not.toBe(old.refresh_token);
  expect((await visitor.send("GET", EXPORT)).status).toBe(200);
});

test("a provider's session alone is no proof: the provider asks for the login again", async () => {
  const { name, visitor } = await staleMember();
  const jar = {};
  await walk((await begin(newVisitor(origin), "oidc")).href, name, jar);
  const url = await beginProof(visitor);
  const before = running.oidc.proxy.exchanges.length;
  await comeBack(visitor, await walk(url, name, jar));
  const pages = running.oidc.proxy.exchanges.slice(before).filter(({ asked }) => asked.method === "POST");
  expect(pages.some(({ asked }) => asked.body.includes("action=sign_in"))).toBe(true);
  expect((await visitor.send("GET", EXPORT)).status).toBe(200);
});

test.each([
  ["of an hour ago", () => Math.floor(Date.now() / 1_000) - 3_600, "not_fresh"],
  ["that is missing", () => undefined, "not_fresh"],
  ["that is no number", () => String(Math.floor(Date.now() / 1_000)), "failed"],
])("a login %s, by the provider's auth_time, is no proof", async (_what, authTime, error) => {
  const { name, visitor } = await staleMember();
  running.oidc.proxy.respond(PATHS.token, withIdToken(signedBy(running.oidc.key, { auth_time: authTime() })));
  const answer = await comeBack(visitor, await walk(await beginProof(visitor), name));
  expect(endOf(answer)).toMatchObject({ path: "/account", error });
  expect((await visitor.send("GET", EXPORT)).status).toBe(403);
});

test("a login at the provider as somebody else is no proof", async () => {
  const other = freshName();
  await signUpAt(newVisitor(origin), "oidc", other);
  for (const person of [other, freshName()]) {
    const { visitor } = await staleMember();
    const answer = await comeBack(visitor, await walk(await beginProof(visitor), person));
    expect(endOf(answer)).toMatchObject({ path: "/account", error: "other_account" });
    expect((await visitor.send("GET", EXPORT)).status).toBe(403);
  }
});

test("an ordinary sign-in's way back proves nothing to a session, and a proof's signs nobody in elsewhere", async () => {
  const { name, visitor } = await staleMember();
  const url = await walk(await beginProof(visitor), name);
  const stranger = newVisitor(origin);
  const answer = await comeBack(stranger, url);
  expect([endOf(answer).error, sessionCookiesOf(answer)]).toEqual(["expired", []]);
});

test("a provider is no proof for an account with a password, and GitHub is none at all", async () => {
  const { visitor } = await owner();
  await comeBack(visitor, await walk(await beginLink(visitor), freshName()));
  const member = newVisitor(origin);
  await signUpAt(member, "github", freshName());
  for (const [who, provider] of [
    [visitor, "oidc"],
    [member, "github"],
    [member, "oidc"],
  ] as const) {
    const answer = await who.send("POST", REAUTHENTICATE, { json: { provider } });
    expect([answer.status, Object.keys(answer.json), answer.setCookies]).toEqual([400, ["provider"], []]);
  }
});

test("of two removals at once that would leave no way in one is refused", async () => {
  const name = freshName();
  const visitor = newVisitor(origin);
  await signUpAt(visitor, "oidc", name);
  await comeBack(visitor, await walk(await beginLink(visitor, "github"), name));
  const { id } = (await visitor.send("GET", "/api/user/account/")).json;
  // Both wait for the account before either has looked what is left.
  const remove = () =>
    Promise.all(["oidc", "github"].map((provider) => unlessBusy(() => visitor.send("DELETE", linkPath(provider)))));
  const answers = await holdingAccount(id, 2, remove);
  expect(answers.map(({ status }) => status).sort()).toEqual([204, 400]);
  const refused = answers.find(({ status }) => status === 400);
  expect(refused?.json).toEqual({ detail: "This is the last way to log in.", code: "last_way_in" });
  expect((await providersOf(visitor)).length).toBe(1);
});

test("an account at a provider that its owner unlinks opens nothing any more, and all other sessions end", async () => {
  const { visitor } = await owner();
  const name = freshName();
  await comeBack(visitor, await walk(await beginLink(visitor), name));
  const elsewhere = newVisitor(origin);
  await signInAt(elsewhere, "oidc", name);
  expect((await visitor.send("DELETE", linkPath("oidc"))).status).toBe(204);
  const refused = await elsewhere.send("POST", "/api/token/refresh/");
  expect([refused.status, refused.json.reason]).toEqual([401, "ended_elsewhere"]);
  expect(endOf(await signInAt(newVisitor(origin), "oidc", name))).toEqual({ path: "/signup/complete" });
  expect((await visitor.send("DELETE", linkPath("oidc"))).status).toBe(404);
});

test("a pending signup makes one account, however many requests complete it at once", async () => {
  const name = freshName();
  const visitor = newVisitor(origin);
  await signInAt(visitor, "oidc", name);
  const complete = (username: string) =>
    newVisitor(origin, visitor.cookies).send("POST", "/api/user/signup/complete/", {
      json: { username, age: "1990-01-02", email: `${username}@example.com` },
    });
  const answers = await Promise.all([name, freshName(), freshName(), freshName()].map(complete));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 400, 400, 400]);
  for (const { status, json } of answers) if (status === 400) expect(json.code).toBe("no_pending_signup");
  const linked = await withDatabase(databaseUrl, (query) =>
    query(`select from accounts where "providerAccountId" = $1`, [`${running.oidc.issuer}#subject-of-${name}`]),
  );
  expect(linked.length).toBe(1);
});

test("a pending signup that was completed makes no second account, even after the first one is deleted", async () => {
  const name = freshName();
  const visitor = newVisitor(origin);
  await signInAt(visitor, "oidc", name);
  const before = { ...visitor.cookies };
  const json = { username: name, age: "1990-01-02" };
  expect((await visitor.send("POST", "/api/user/signup/complete/", { json })).status).toBe(201);
  expect((await visitor.send("DELETE", "/api/user/account/")).status).toBe(204);
  const again = await newVisitor(origin, before).send("POST", "/api/user/signup/complete/", { json });
  expect([again.status, again.json.code]).toEqual([400, "no_pending_signup"]);
});

test("two pending signups of one person at a provider make one account", async () => {
  const name = freshName();
  const visitors = [newVisitor(origin), newVisitor(origin)];
  for (const visitor of visitors) await signInAt(visitor, "oidc", name);
  const answers = await Promise.all(
    visitors.map((visitor) => {
      const username = freshName();
      const json = { username, age: "1990-01-02", email: `${username}@example.com` };
      return visitor.send("POST", "/api/user/signup/complete/", { json });
    }),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 400]);
});
