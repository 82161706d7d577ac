import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { passGrace } from "#e2e/change-session.ts";
import { type Sent, send, signUp } from "#e2e/client.ts";
import { claimsOf } from "#e2e/forge.ts";
import { eventually, startServer, type TestServer, withDatabase } from "#e2e/harness.ts";
import { onceWaiting } from "#e2e/held-account.ts";
import { expectSessionCookies } from "#e2e/session-cookies.ts";
import { comeFromDjango, HEADERS, logInAtDjango, loginClaims, seconds, signAsPython, signText } from "#e2e/simplejwt.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

// simplejwt's tokens, as a test signs them. e2e/django/sessions.test.ts has Django itself.

const DATABASE = inject("databaseUrl");
const SECRET = inject("authSecret");
const shared = inject("origin");
const PROFILE = "/api/user/profile/";
const REFRESH = "/api/token/refresh/";
const LOGOUT = "/api/user/logout/";

let moving: TestServer;
let renamed: TestServer;
let origin: string;
beforeAll(async () => {
  const common = { DATABASE_URL: DATABASE, LEGACY_SIMPLEJWT: "2099-12-31" };
  const newer = randomBytes(32).toString("base64url");
  [moving, renamed] = await Promise.all([
    startServer({ ...common, AUTH_SECRET: SECRET }),
    startServer({
      ...common,
      AUTH_SECRET: `${newer},${SECRET}`,
      LEGACY_SIMPLEJWT_USER_CLAIM: "sub",
      PUBLIC_URL: "https://movies.example",
      WEB_CONCURRENCY: "1",
    }),
  ]);
  origin = moving.origin;
});
afterAll(() => Promise.all([moving.stop(), renamed.stop()]));

async function cameFromDjango() {
  const user = await signUp(shared);
  await comeFromDjango(DATABASE, user.id);
  return user;
}

const byBody = (refresh: string, at = origin) => send(at, "POST", REFRESH, { json: { refresh } });
const byCookie = (cookies: Record<string, string>, at = origin) => send(at, "POST", REFRESH, { cookies });
const profile = (sent: Sent, at = origin) => send(at, "GET", PROFILE, sent);
const bearer = (token: string): Sent => ({ headers: { authorization: `Bearer ${token}` } });
const query = (text: string, values: unknown[]) => withDatabase(DATABASE, (run) => run(text, values));
const sessionsOf = async (userId: number) =>
  (await query("select generation, revoked_at is null as lives from sessions where user_id = $1", [userId])).length;

test("a refresh token of simplejwt's is exchanged for a session's, in both orders of the header", async () => {
  for (const header of HEADERS) {
    const user = await cameFromDjango();
    const token = signAsPython(loginClaims(user.id).refresh, SECRET, header);
    const [first, second] = [await byBody(token), await byCookie({ refresh_token: token })];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.cookies).toEqual(first.cookies);
    expect(first.json.refresh).toBe(first.cookies.refresh_token);
    expect((await profile({ cookies: first.cookies })).json).toEqual({ username: user.username });
    await passGrace(DATABASE, first.json.refresh);
    expect((await byBody(first.json.refresh)).status).toBe(200);
  }
});

test("50 parallel first refreshes of one token of simplejwt's open one session, and get the same successors", async () => {
  const user = await cameFromDjango();
  const { refresh } = logInAtDjango(user.id, SECRET);
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      unlessBusy(() => (index % 2 ? byBody(refresh) : byCookie({ refresh_token: refresh }))),
    ),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(answers.map(({ cookies }) => cookies.refresh_token)).size).toBe(1);
  expect(await sessionsOf(user.id)).toBe(1);
});

test("a token of simplejwt's that comes again after the grace ends the session that it opened", async () => {
  const user = await cameFromDjango();
  const { refresh } = logInAtDjango(user.id, SECRET);
  const first = await byBody(refresh);
  await passGrace(DATABASE, first.json.refresh);
  const again = await byCookie({ refresh_token: refresh });
  expect([again.status, again.json.reason]).toEqual([401, "replayed"]);
  await eventually(async () => (await profile({ cookies: first.cookies })).status === 401);
  expect((await byBody(first.json.refresh)).json.reason).toBe("replayed");
});

test("an access token of simplejwt's opens a session, and its answer sets the cookies, once for both tokens of a login", async () => {
  const user = await cameFromDjango();
  const { access, refresh } = logInAtDjango(user.id, SECRET);
  const first = await profile({ cookies: { access_token: access, refresh_token: refresh } });
  expect([first.status, first.json]).toEqual([200, { username: user.username }]);
  expectSessionCookies(first.setCookies);
  expect(claimsOf(first.cookies.refresh_token ?? "").gen).toBe(0);
  const [sameSession, own] = [await byBody(refresh), await byCookie(first.cookies)];
  expect([sameSession.status, own.status]).toEqual([200, 200]);
  expect(sameSession.cookies).toEqual(first.cookies);
  expect(await sessionsOf(user.id)).toBe(1);
});

test("an access token of simplejwt's that comes alone, in a cookie or a header, opens a session that goes on", async () => {
  for (const sent of [(token: string) => ({ cookies: { access_token: token } }), bearer]) {
    const user = await cameFromDjango();
    const { access } = logInAtDjango(user.id, SECRET);
    const first = await profile(sent(access));
    expect(first.json).toEqual({ username: user.username });
    await passGrace(DATABASE, first.cookies.refresh_token ?? "");
    const next = await byCookie(first.cookies);
    expect(next.status).toBe(200);
    expect((await profile(sent(access))).json).toEqual({ username: user.username });
    expect(await sessionsOf(user.id)).toBe(1);
  }
});

test("both tokens of a login at once, through two workers, open one session and lead to one successor", async () => {
  const user = await cameFromDjango();
  const { access, refresh } = logInAtDjango(user.id, SECRET);
  const cookies = { access_token: access, refresh_token: refresh };
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => unlessBusy(() => (index % 2 ? profile({ cookies }) : byCookie(cookies)))),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(answers.flatMap(({ cookies: { refresh_token: token } }) => token ?? [])).size).toBe(1);
  expect(await sessionsOf(user.id)).toBe(1);
});

test("an access token of simplejwt's is refused once its session has ended", async () => {
  const user = await cameFromDjango();
  const { access, refresh } = logInAtDjango(user.id, SECRET);
  const { cookies } = await profile({ cookies: { access_token: access, refresh_token: refresh } });
  expect((await send(origin, "POST", LOGOUT, { cookies })).status).toBe(200);
  await eventually(async () => (await profile(bearer(access))).status === 401);
  expect((await byBody(refresh)).json.reason).toBe("logged_out");
});

test("a logout with a token of simplejwt's ends its session: by the access token, the cookie or the body", async () => {
  const ways: ((tokens: { access: string; refresh: string }) => Sent)[] = [
    ({ access, refresh }) => ({ ...bearer(access), json: { refresh } }),
    ({ access, refresh }) => ({ cookies: { access_token: access, refresh_token: refresh } }),
    ({ refresh }) => ({ cookies: { refresh_token: refresh } }),
    ({ refresh }) => ({ json: { refresh } }),
  ];
  for (const sent of ways) {
    const user = await cameFromDjango();
    const tokens = logInAtDjango(user.id, SECRET);
    const answer = await send(origin, "POST", LOGOUT, sent(tokens));
    expect([answer.status, answer.cookies]).toEqual([200, { access_token: "", refresh_token: "" }]);
    const [again, access] = [await byBody(tokens.refresh), await profile(bearer(tokens.access))];
    expect([again.status, again.json.reason, access.status]).toEqual([401, "logged_out", 401]);
  }
});

test("a token of simplejwt's opens no account that did not come from Django, is disabled or gone, or has a second factor", async () => {
  const stranger = await signUp(shared);
  const refused: [string, number, string | null][] = [["an account of ours with that id", stranger.id, null]];
  const states = {
    "a disabled account": "update users set is_active = false where id = $1",
    "a deleted account": "delete from users where id = $1",
    "an account with a second factor": "update users set has_second_factor = true where id = $1",
    "an account with a new password": "update passwords set changed_at = clock_timestamp() where user_id = $1",
  };
  for (const [name, change] of Object.entries(states)) refused.push([name, (await cameFromDjango()).id, change]);
  for (const [name, id, change] of refused) {
    const { access, refresh } = logInAtDjango(id, SECRET);
    if (change) await query(change, [id]);
    const [byToken, byAccess] = [
      await byCookie({ refresh_token: refresh }),
      await profile({ cookies: { access_token: access } }),
    ];
    expect([byToken.status, byAccess.status], name).toEqual([401, 401]);
    expect(byToken.cookies, name).toEqual({ access_token: "", refresh_token: "" });
    expect(await sessionsOf(id), name).toBe(0);
  }
});

test("a login at Django opens no account whose password was set here, or that has a second factor", async () => {
  for (const change of [
    "update passwords set changed_at = clock_timestamp() where user_id = $1",
    "update users set has_second_factor = true where id = $1",
  ]) {
    const user = await cameFromDjango();
    await query(change, [user.id]);
    const later = logInAtDjango(user.id, SECRET, { iat: seconds() + 3_600 });
    expect((await byBody(later.refresh)).status).toBe(401);
    expect((await profile(bearer(later.access))).status).toBe(401);
    expect(await sessionsOf(user.id)).toBe(0);
  }
});

test("verifying a token of simplejwt's says what a use would, and opens no session", async () => {
  const user = await cameFromDjango();
  const verify = async (token: string) => (await send(origin, "POST", "/api/token/verify/", { json: { token } })).status;
  const { access, refresh } = logInAtDjango(user.id, SECRET);
  expect([await verify(refresh), await verify(access), await sessionsOf(user.id)]).toEqual([200, 200, 0]);
  const { json } = await byBody(refresh);
  expect([await verify(refresh), await verify(access), await verify(json.refresh)]).toEqual([200, 200, 200]);
  await passGrace(DATABASE, json.refresh);
  expect([await verify(refresh), await verify(json.refresh)]).toEqual([401, 200]);
  await send(origin, "POST", LOGOUT, { json: { refresh: json.refresh } });
  expect([await verify(refresh), await verify(access)]).toEqual([401, 401]);
  await query("delete from django_users where user_id = $1", [user.id]);
  const other = logInAtDjango(user.id, SECRET);
  expect([await verify(other.refresh), await verify(other.access)]).toEqual([401, 401]);
});

test("a refresh token of simplejwt's that is blacklisted before it was used opens nothing, nor does its access token", async () => {
  const user = await cameFromDjango();
  const { access, refresh } = logInAtDjango(user.id, SECRET);
  expect((await profile(bearer(access))).status).toBe(200);
  const blacklist = () => send(origin, "POST", "/api/token/blacklist/", { json: { refresh } });
  expect([(await blacklist()).status, (await blacklist()).status]).toEqual([200, 401]);
  expect((await byBody(refresh)).json.reason).toBe("logged_out");
  await eventually(async () => (await profile(bearer(access))).status === 401);
  const jtis = await query("select jti from django_tokens t join sessions s on s.id = t.session_id where user_id = $1", [
    user.id,
  ]);
  expect(jtis.map(({ jti }) => jti)).toContain(claimsOf(refresh).jti);
});

test("whatever ends a person's sessions while a token opens one leaves none alive", async () => {
  const endings = [
    "update users set is_active = false where id = $1",
    "update passwords set changed_at = clock_timestamp() where user_id = $1",
    "delete from users where id = $1",
  ];
  for (const ending of endings) {
    const user = await cameFromDjango();
    const tokens = Array.from({ length: 10 }, () => logInAtDjango(user.id, SECRET));
    const [, ...answers] = await Promise.all([
      query(ending, [user.id]),
      ...tokens.map(({ refresh }) => unlessBusy(() => byBody(refresh))),
      ...tokens.map(({ access }) => unlessBusy(() => profile(bearer(access)))),
    ]);
    expect(answers.filter(({ status }) => status !== 200 && status !== 401)).toEqual([]);
    expect(await query("select id from sessions where user_id = $1 and revoked_at is null", [user.id])).toEqual([]);
    for (const { refresh } of tokens) expect((await byBody(refresh)).status).toBe(401);
  }
});

test("a token that Django made from one of ours is judged as the one that it was made from", async () => {
  const user = await cameFromDjango();
  const { refresh } = await byBody(logInAtDjango(user.id, SECRET).refresh).then(({ json }) => json);
  const ours = claimsOf(refresh);
  const { refresh: fresh, access: freshAccess } = loginClaims(user.id, { iat: Number(ours.iat) });
  const { sid, gen, user_id } = ours;
  const successor = signAsPython({ ...fresh, user_id, sid, gen }, SECRET);
  const access = signAsPython({ ...freshAccess, user_id, sid, gen }, SECRET);
  expect((await profile(bearer(access))).json).toEqual({ username: user.username });
  // Django may have put ours on its blacklist, so that the session must move on at once.
  const [next, same] = await Promise.all([byBody(successor), byBody(successor)]);
  expect([next.status, claimsOf(next.json.refresh).gen]).toEqual([200, Number(gen) + 1]);
  expect(same.cookies).toEqual(next.cookies);
  expect((await byBody(refresh)).cookies).toEqual(next.cookies);
  await passGrace(DATABASE, next.json.refresh);
  expect((await byBody(successor)).json.reason).toBe("replayed");
  await eventually(async () => (await profile(bearer(access))).status === 401);
});

const ENDED_AT_DJANGO =
  "insert into django_ended_sessions (session_id, tokens_void_before) values ($1, now() - interval '30 seconds')";

/** Ends a session of ours, as a logout does. @returns its claims, without those that each token has of its own */
async function endedSession(userId: number) {
  const { refresh } = await byBody(logInAtDjango(userId, SECRET).refresh).then(({ json }) => json);
  const { sid, gen, user_id } = claimsOf(refresh);
  await query("update sessions set revoked_at = now(), end_reason = 'logged_out' where id = $1", [sid]);
  return { refresh, kept: { user_id, sid, gen } };
}

test("what Django exchanged a token of ours for opens a session of its own, if its blacklist ended that of ours", async () => {
  for (const isEndedThere of [true, false]) {
    const user = await cameFromDjango();
    const { refresh, kept } = await endedSession(user.id);
    // The session had outlived this.
    await query("update users set has_second_factor = true where id = $1", [user.id]);
    if (isEndedThere) await query(ENDED_AT_DJANGO, [kept.sid]);
    const successor = signAsPython({ ...loginClaims(user.id).refresh, ...kept }, SECRET);
    const answer = await byBody(successor);
    expect(answer.status).toBe(isEndedThere ? 200 : 401);
    expect((await profile({ cookies: answer.cookies })).status).toBe(isEndedThere ? 200 : 401);
    expect((await byBody(refresh)).status).toBe(401);
  }
});

test("what Django made from a token of ours before its blacklist ended that one's session opens nothing", async () => {
  const user = await cameFromDjango();
  const { kept } = await endedSession(user.id);
  await query(ENDED_AT_DJANGO, [kept.sid]);
  const { iat: _, ...timeless } = loginClaims(user.id).refresh;
  const post = (path: string, json: Record<string, string>, sent: Sent = {}) => send(origin, "POST", path, { ...sent, json });
  for (const claims of [loginClaims(user.id, { iat: seconds() - 60 }).refresh, timeless]) {
    const earlier = signAsPython({ ...claims, ...kept }, SECRET);
    const refused = [await byBody(earlier), await byCookie({ refresh_token: earlier })];
    refused.push(await post("/api/token/blacklist/", { refresh: earlier }));
    expect(refused.map(({ status, json }) => [status, json.reason])).toEqual(refused.map(() => [401, "logged_out"]));
    expect((await post("/api/token/verify/", { token: earlier })).status).toBe(401);
    expect((await post(LOGOUT, { refresh: earlier })).status).toBe(401);
    const access = signAsPython({ ...loginClaims(user.id).access, ...kept }, SECRET);
    expect((await profile({ cookies: { access_token: access, refresh_token: earlier } })).status).toBe(401);
  }
  expect(await sessionsOf(user.id)).toBe(1);
});

test("a token that Django made from one of ours goes on where the blacklist's poll ends its session in the middle of the refresh", async () => {
  const user = await cameFromDjango();
  const { refresh } = (await byBody(logInAtDjango(user.id, SECRET).refresh)).json;
  const { jti: _jti, ...claims } = claimsOf(refresh);
  const made = signAsPython({ ...claims, jti: randomBytes(16).toString("hex"), iat: seconds() }, SECRET);
  const answer = await withDatabase(DATABASE, async (run) => {
    await run("begin");
    await run("update sessions set revoked_at = now(), end_reason = 'logged_out' where id = $1", [claims.sid]);
    await run(ENDED_AT_DJANGO, [claims.sid]);
    return onceWaiting(
      run,
      1,
      () => byBody(made),
      () => run("commit"),
    );
  });
  expect([answer.status, claimsOf(answer.json?.refresh ?? ".e30.").sid === claims.sid]).toEqual([200, false]);
});

test("the user's id may be a string, and in a claim of another name, which our tokens have as well", async () => {
  const user = await cameFromDjango();
  const byString = await byBody(logInAtDjango(String(user.id), SECRET).refresh);
  expect(claimsOf(byString.json.refresh).user_id).toBe(user.id);
  const other = await cameFromDjango();
  const { refresh, access } = logInAtDjango(String(other.id), SECRET, { userClaim: "sub" });
  const moved = await byBody(refresh, renamed.origin);
  for (const token of [moved.json.refresh, moved.cookies.access_token ?? ""]) {
    expect(claimsOf(token)).toMatchObject({ user_id: other.id, sub: String(other.id) });
  }
  expect((await profile(bearer(access), renamed.origin)).status).toBe(200);
  expect((await profile({ cookies: moved.cookies }, renamed.origin)).status).toBe(200);
  expect((await byBody(logInAtDjango(other.id, SECRET).refresh, renamed.origin)).status).toBe(401);
  expect((await byBody(refresh)).status).toBe(401);
});

test("a token of simplejwt's may lack iat, and have claims of the site's own", async () => {
  const user = await cameFromDjango();
  const { iat: _, ...claims } = loginClaims(user.id).refresh;
  const answer = await byBody(signAsPython({ ...claims, name: "Zoë 🎬\u007f", roles: [1.5, null, true] }, SECRET));
  expect(answer.status).toBe(200);
});

test("over https, Django's names are set, read and cleared beside ours, and what Django has set counts first", async () => {
  const [ann, bob] = [await cameFromDjango(), await cameFromDjango()];
  const hers = await byBody(logInAtDjango(ann.id, SECRET, { userClaim: "sub" }).refresh, renamed.origin);
  const names = ["__Host-access_token", "access_token", "__Host-refresh_token", "refresh_token"];
  expect(Object.keys(hers.cookies)).toEqual(names);
  expect(hers.setCookies.filter((line) => !line.endsWith("; HttpOnly; SameSite=Lax; Secure"))).toEqual([]);
  const his = logInAtDjango(bob.id, SECRET, { userClaim: "sub" });
  const cookies = { ...hers.cookies, access_token: his.access, refresh_token: his.refresh };
  expect((await profile({ cookies }, renamed.origin)).json).toEqual({ username: bob.username });
  const renewed = await byCookie(cookies, renamed.origin);
  expect(claimsOf(renewed.cookies["__Host-refresh_token"] ?? "").user_id).toBe(bob.id);
  const left = await send(renamed.origin, "POST", LOGOUT, { cookies });
  expect(left.cookies).toEqual(Object.fromEntries(names.map((name) => [name, ""])));
  expect((await byBody(his.refresh, renamed.origin)).json.reason).toBe("logged_out");
  expect((await profile({ cookies: hers.cookies }, renamed.origin)).json).toEqual({ username: ann.username });
});

test("a page and Auth.js' session know the holder of an access token of simplejwt's, and their answers set the cookies", async () => {
  const user = await cameFromDjango();
  const { access } = logInAtDjango(user.id, SECRET);
  const page = await send(origin, "GET", "/", { cookies: { access_token: access } });
  expect(page.text).toContain(user.username);
  expect((await profile({ cookies: page.cookies })).json).toEqual({ username: user.username });
  const again = await send(origin, "GET", "/api/auth/session", { cookies: { access_token: access } });
  expect(again.json.user).toEqual({ id: String(user.id), name: user.username });
  expect(Date.parse(again.json.expires)).toBeGreaterThan(Date.now());
  expect(await sessionsOf(user.id)).toBe(1);
});

/** A login's claims, each spoiled in its own way: by name. `type` is that of the token which they are presented as. */
function spoiled(userId: number, type: "access" | "refresh"): Record<string, string> {
  const claims: Record<string, unknown> = loginClaims(userId)[type];
  const text = JSON.stringify(claims);
  const good = signText(text, SECRET);
  const [header = "", payload = "", signature = ""] = good.split(".");
  const other = loginClaims(userId)[type === "access" ? "refresh" : "access"];
  const changed = (name: string, values: unknown[]) =>
    values.map((value, index) => [`${name} is strange, ${index}`, signAsPython({ ...claims, [name]: value }, SECRET)]);
  const without = (name: string) =>
    signAsPython(Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name)), SECRET);
  const headers = [
    '{"alg":"none","typ":"JWT"}',
    '{"alg":"HS384","typ":"JWT"}',
    '{"typ":"JWT","alg":"RS256"}',
    '{"alg":"HS256"}',
    '{"typ":"JWT", "alg":"HS256"}',
    '{"typ":"jwt","alg":"HS256"}',
    '{"typ":"JWT","alg":"HS256","kid":"1"}',
    '{"typ":"JWT","alg":"HS256","crit":["exp"]}',
    '{"typ":"JWT","typ":"JWT","alg":"HS256"}',
    '{"alg":"HS256","typ":"JWT","jku":"https://evil.example"}',
  ];
  const texts = [
    ` ${text}`,
    text.replace(",", ", "),
    text.replace("{", '{"user_id":1,'),
    text.replace(/"user_id":\d+/, `"user_id":${userId}.0`),
    text.replace("{", '{"name":"\\u00C9",'),
    `[${text}]`,
    "null",
    text.slice(0, -1),
  ];
  return Object.fromEntries([
    ...headers.map((each) => [`header ${each}`, signText(text, SECRET, each)]),
    ["another hash", signText(text, SECRET, '{"alg":"HS384","typ":"JWT"}', "sha384")],
    ["HS384 that says HS256", signText(text, SECRET, HEADERS[1], "sha384")],
    ...texts.map((each) => [`payload ${each.slice(0, 20)}`, signText(each, SECRET)]),
    ["no signature", `${header}.${payload}.`],
    ["another signature", `${header}.${payload}.${"A".repeat(43)}`],
    ["padding", `${good}=`],
    ["padding in the payload", `${header}.${payload}=.${signature}`],
    ["a fourth part", `${good}.${signature}`],
    ["another secret", signText(text, "another secret that is long enough to sign")],
    ["the other type", signAsPython(other, SECRET)],
    ...["exp", "jti", "token_type", "user_id"].map((name) => [`no ${name}`, without(name)]),
    ...changed("exp", [seconds() - 1, 0, -1, 1.5, 1e300, 2 ** 53, String(claims.exp), `${claims.exp}.0`, null, [claims.exp]]),
    ...changed("iat", [-1, 1.5, 1e300, seconds() + 31 * 86_400, String(claims.iat), null]),
    ...changed("jti", [
      "",
      1,
      null,
      [],
      "a".repeat(33),
      "a".repeat(5_000),
      "A".repeat(32),
      `${"a".repeat(31)}\0`,
      "a".repeat(22),
    ]),
    ...changed("token_type", ["sliding", "", null, 1, ["refresh"], type.toUpperCase()]),
    ...changed("user_id", [0, -1, 1.5, 2 ** 53, 1e300, `0${userId}`, ` ${userId}`, `${userId} `, `+${userId}`, "1e0", "", "0"]),
    ...changed("user_id", [true, null, [userId], { id: userId }, "9".repeat(16), "9".repeat(400), "٣"]),
    ...["aud", "iss", "nbf"].flatMap((name) => changed(name, [1, "x", null, ""])),
    ...changed("sid", ["x", "A".repeat(22), null, 1]),
    ...changed("gen", [0, -1, null]),
  ]);
}

test("a token that differs from what simplejwt writes is refused: as a refresh token, in a cookie and a header", async () => {
  const user = await cameFromDjango();
  for (const [name, token] of Object.entries(spoiled(user.id, "refresh"))) {
    const answers = [await byBody(token), await byCookie({ refresh_token: token })];
    expect(
      answers.map(({ status }) => status),
      name,
    ).toEqual([401, 401]);
  }
  for (const [name, token] of Object.entries(spoiled(user.id, "access"))) {
    const answers = [await profile(bearer(token)), await profile({ cookies: { access_token: token } })];
    expect(
      answers.map(({ status }) => status),
      name,
    ).toEqual([401, 401]);
  }
  expect(await sessionsOf(user.id)).toBe(0);
});

test("outside of the period no token of simplejwt's is taken, and what the period gave goes on", async () => {
  const user = await cameFromDjango();
  const { access, refresh } = logInAtDjango(user.id, SECRET);
  const taken = await byBody(logInAtDjango(user.id, SECRET).refresh);
  expect((await byBody(refresh, shared)).status).toBe(401);
  expect((await profile(bearer(access), shared)).status).toBe(401);
  await passGrace(DATABASE, taken.json.refresh);
  expect((await byBody(taken.json.refresh, shared)).status).toBe(200);
});
