import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { codeAt, wrongCode } from "#e2e/authenticator-app.ts";
import { freshName, newSession, send } from "#e2e/client.ts";
import { changeEmail, confirmEmail, inDatabase, newOwner, undoEmailChange } from "#e2e/email-changes.ts";
import { claimsOf, linkKey, sign } from "#e2e/forge.ts";
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
import { recoveryToken, reset } from "#e2e/recovery.ts";
import { answerChallenge, challengeOf, enrol, forgetUsedCodes, newGuarded } from "#e2e/second-factor.ts";
import type { ValueKind } from "#lib/auth/signed-value.ts";

// The gate at the providers' door; and, as all doors are open here, every signed value presented in the place of every other.

const authSecret = inject("authSecret");
const OVER = { detail: "Token is invalid or expired", code: "token_not_valid" };

let running: WithProviders;
let origin = "";
beforeAll(async () => {
  running = await startWithProviders({ DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: authSecret });
  origin = running.origin;
});
afterAll(() => running?.stop());

/** An account that a provider alone opens, with a second factor. `name`: the login name there. */
async function newMember() {
  const name = freshName();
  const visitor = newVisitor(origin);
  const { json } = await signUpAt(visitor, "oidc", name);
  const enrolled = await enrol(origin, visitor.cookies);
  await forgetUsedCodes(json.id);
  return { id: json.id as number, name, visitor, ...enrolled };
}

const sessionsOf = async (userId: number) =>
  (await inDatabase("select id from sessions where user_id = $1 and revoked_at is null order by 1", [userId])).map(
    ({ id }) => id,
  );
const carried = ({ cookies }: Visitor) => cookies.second_factor ?? "";

test("a sign-in at a provider to an account with a second factor leads to the page for codes, with a challenge and no session", async () => {
  const { id, name } = await newMember();
  const before = await sessionsOf(id);
  const visitor = newVisitor(origin);
  const arrived = await signInAt(visitor, "oidc", name, { next: "/films" });
  expect(endOf(arrived)).toEqual({ path: "/login/second-factor", next: "/films" });
  expect(sessionCookiesOf(arrived)).toEqual([]);
  const cookie = arrived.setCookies.find((line) => line.startsWith("second_factor="));
  expect(cookie).toMatch(/^second_factor=[\w-]+\.[\w-]+\.[\w-]+; Path=\/; Max-Age=300; HttpOnly; SameSite=Lax$/);
  expect(await sessionsOf(id)).toEqual(before);
  expect((await visitor.send("GET", "/api/user/profile/")).status).toBe(401);
});

test("a code then opens the session, ends the one that this browser had, and takes the challenge's cookie away", async () => {
  const { id, name, secret } = await newMember();
  const { user, cookies } = await newSession(origin);
  const visitor = newVisitor(origin, cookies);
  await signInAt(visitor, "oidc", name);
  const challenge = carried(visitor);
  const refused = await visitor.send("POST", "/api/token/second-factor/", { json: { challenge, code: wrongCode(secret) } });
  expect([refused.status, refused.setCookies]).toEqual([401, []]);
  expect((await visitor.send("GET", "/api/user/profile/")).json).toEqual({ username: user.username });
  const opened = await visitor.send("POST", "/api/token/second-factor/", { json: { challenge, code: codeAt(secret) } });
  expect([opened.status, sessionCookiesOf(opened).sort(), opened.cookies.second_factor]).toEqual([
    200,
    ["access_token", "refresh_token"],
    "",
  ]);
  expect((await visitor.send("GET", "/api/user/profile/")).json).toEqual({ username: name });
  const before = await send(origin, "POST", "/api/token/refresh/", { cookies });
  expect([before.status, before.json.reason]).toEqual([401, "logged_out"]);
  expect((await sessionsOf(id)).length).toBe(2);
});

test("a challenge of a provider's sign-in is over once that provider is unlinked", async () => {
  const { id, name, secret, visitor: owner } = await newMember();
  const visitor = newVisitor(origin);
  await signInAt(visitor, "oidc", name);
  const { url } = (await owner.send("POST", "/api/user/providers/github/")).json;
  await comeBack(owner, await walk(url, freshName()));
  expect((await owner.send("DELETE", "/api/user/providers/oidc/")).status).toBe(204);
  const before = await sessionsOf(id);
  const refused = await answerChallenge(origin, carried(visitor), codeAt(secret));
  expect([refused.status, refused.json, await sessionsOf(id)]).toEqual([401, OVER, before]);
});

test("a provider proves nothing for an account with a second factor, also if the walk to it began before", async () => {
  const { visitor } = await newMember();
  const refused = await visitor.send("POST", "/api/user/reauthenticate/", { json: { provider: "oidc" } });
  expect([refused.status, Object.keys(refused.json)]).toEqual([400, ["provider"]]);
  const name = freshName();
  const other = newVisitor(origin);
  const { json } = await signUpAt(other, "oidc", name);
  const { url } = (await other.send("POST", "/api/user/reauthenticate/", { json: { provider: "oidc" } })).json;
  await inDatabase("insert into totp_secrets (user_id, is_on, sealed) values ($1, true, '')", [json.id]);
  await inDatabase("update sessions set authenticated_at = authenticated_at - interval '1 hour' where user_id = $1", [json.id]);
  const answer = await comeBack(other, await walk(url, name));
  expect(endOf(answer)).toMatchObject({ path: "/account", error: "not_fresh" });
  expect((await other.send("GET", "/api/user/account/export/")).status).toBe(403);
});

type Kind = ValueKind | "access" | "refresh";
/** What takes a value of this kind: whether it takes `value` for one. A value of another kind must change nothing. */
type Taker = { own: string; takes: (value: string) => Promise<boolean> };

const statusOf = async (path: string, json: unknown) => (await send(origin, "POST", path, { json })).status;

async function takers(): Promise<Partial<Record<Kind, Taker>>> {
  const confirming = await newOwner(origin);
  const undoing = await newOwner(origin);
  const { undo } = await changeEmail(origin, undoing.cookies, undoing.user.email, `${freshName()}@example.com`);
  const { user } = await newSession(origin);
  const recovery = await recoveryToken(origin, user.email);
  const guarded = await newGuarded(origin);
  const wrong = wrongCode(guarded.secret);
  const newcomer = newVisitor(origin);
  await signInAt(newcomer, "oidc", freshName());
  const walker = newVisitor(origin);
  const back = await walk((await begin(walker, "oidc")).href, freshName());
  return {
    access: {
      own: confirming.cookies.access_token ?? "",
      takes: async (access_token) =>
        (await send(origin, "GET", "/api/user/profile/", { cookies: { access_token } })).status === 200 ||
        (await send(origin, "GET", "/api/user/profile/", { headers: { authorization: `Bearer ${access_token}` } })).status ===
          200,
    },
    refresh: {
      own: guarded.refresh,
      takes: async (refresh) => (await statusOf("/api/token/refresh/", { refresh })) === 200,
    },
    recovery: {
      own: recovery,
      // A refused password leaves a good token good.
      takes: async (token) => (await reset(origin, token, "short")).json.token === undefined,
    },
    "confirm-email": { own: confirming.token, takes: async (token) => (await confirmEmail(origin, token)).status === 200 },
    "undo-email-change": { own: undo, takes: async (token) => (await undoEmailChange(origin, token)).status === 200 },
    "second-factor": {
      own: await challengeOf(origin, guarded.user),
      takes: async (challenge) => (await answerChallenge(origin, challenge, wrong)).json.code === "invalid_code",
    },
    "pending-signup": {
      own: newcomer.cookies.pending_signup ?? "",
      takes: async (pending_signup) => {
        const json = { username: "", age: "" };
        const answer = await send(origin, "POST", "/api/user/signup/complete/", { json, cookies: { pending_signup } });
        return answer.json.code !== "no_pending_signup";
      },
    },
    "provider-flow": {
      own: walker.cookies.provider_flow ?? "",
      takes: async (provider_flow) => {
        const arrived = await comeBack(newVisitor(origin, { ...walker.cookies, provider_flow }), back);
        return endOf(arrived).error !== "expired";
      },
    },
  };
}

test("every signed value is refused in the place of every other, and is good in its own", async () => {
  const all = Object.entries(await takers()) as [Kind, Taker][];
  const iat = Date.now() / 1_000;
  const passkeys = (["passkey-login", "passkey-registration"] as const).map((kind): [Kind, string] => {
    const said = { jti: "j".repeat(22), browser: "b".repeat(43), session: null, iat, exp: iat + 300 };
    return [kind, sign(said, linkKey(authSecret, kind))];
  });
  const values: [Kind, string][] = [...all.map(([kind, { own }]): [Kind, string] => [kind, own]), ...passkeys];
  expect(values.length).toBe(10);
  const keyOf = (kind: Kind) => (kind === "access" || kind === "refresh" ? authSecret : linkKey(authSecret, kind));
  for (const [kind, { own, takes }] of all) {
    const wrongly: string[] = [];
    for (const [other, value] of values.filter(([each]) => each !== kind)) {
      if (await takes(value)) wrongly.push(other);
      // Its own claims, as if they had been signed for something else: the key alone tells. Sessions' tokens share one, and say their type.
      const isSameKey = keyOf(other) === keyOf(kind);
      if (!isSameKey && (await takes(sign(claimsOf(own), keyOf(other))))) wrongly.push(`${other}'s key`);
    }
    expect([kind, wrongly, await takes(own)]).toEqual([kind, [], true]);
  }
});
