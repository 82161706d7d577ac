import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { logIn, newSession, send, signUp } from "#e2e/client.ts";
import { claimsOf, sign, wellSigned } from "#e2e/forge.ts";
import { openLine } from "#e2e/fuzz/raw-http.ts";
import { eventually, startServer, type TestServer } from "#e2e/harness.ts";

// Which credential counts where a request has several, or ones of another application; and which cookies are cleared.

const PROFILE = "/api/user/profile/";
const REFRESH = "/api/token/refresh/";
const LOGOUT = "/api/user/logout/";
const SECRET = "a-secret-of-this-file-0123456789-0123456789";
const ELSEWHERE = "a-secret-of-another-application-0123456789";
const [ACCESS, RENEWAL] = ["__Host-access_token", "__Host-refresh_token"];

/** A server as it is behind https, with a secret that this file knows. */
let server: TestServer;
beforeAll(async () => {
  const settings = { DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: SECRET, PUBLIC_URL: "https://movies.example" };
  server = await startServer({ ...settings, WEB_CONCURRENCY: "1" });
});
afterAll(() => server.stop());

const ask = (method: string, path: string, cookie: string, headers: Record<string, string> = {}) =>
  send(server.origin, method, path, { headers: { ...headers, cookie } });
const openSession = async () => {
  const { user, refresh, cookies } = await newSession(server.origin);
  const access = cookies[ACCESS] ?? "";
  return { user, access, refresh, sid: claimsOf(refresh).sid };
};
/** The session that a token belongs to. */
const sidOf = (token = "") => claimsOf(token).sid;

/** A token that another application signed, with claims like ours. */
const foreign = (token: string) => sign(claimsOf(token), ELSEWHERE);
const othersToken = sign({ sub: "somebody", iss: "another application" }, ELSEWHERE);

// RFC 6265bis lets any site of a domain set a cookie for the whole domain, but not one with the `__Host-` prefix. A name that
// browsers do not take for that prefix must not count as it here.
test("a cookie whose name only looks like the session's to JavaScript opens, renews and ends nothing", async () => {
  const attacker = await openSession();
  const names = (which: string) => [
    `\u00a0${which}`,
    `${which}\u00a0`,
    `\u00a0 \u00a0${which}`,
    which.toLowerCase(),
    which.slice(7),
  ];
  for (let variant = 0; variant < names(ACCESS).length; variant += 1) {
    const victim = await openSession();
    const planted = `${names(ACCESS)[variant]}=${attacker.access}; ${names(RENEWAL)[variant]}=${attacker.refresh}`;
    const both = `${planted}; ${ACCESS}=${victim.access}; ${RENEWAL}=${victim.refresh}`;
    expect((await ask("GET", PROFILE, planted)).status).toBe(401);
    expect((await ask("GET", PROFILE, both)).json).toEqual({ username: victim.user.username });
    const renewed = await ask("POST", REFRESH, both);
    expect(sidOf(renewed.cookies[RENEWAL])).toBe(victim.sid);
    const page = await ask("GET", "/", `${planted}; ${RENEWAL}=${victim.refresh}`);
    expect([page.status, sidOf(page.cookies[RENEWAL])]).toEqual([200, victim.sid]);
    expect(page.text).toContain(victim.user.username);
    expect(page.text).not.toContain(attacker.user.username);
    expect((await ask("POST", LOGOUT, both)).status).toBe(200);
    expect((await ask("GET", PROFILE, `${ACCESS}=${victim.access}`)).status).toBe(401);
  }
  expect((await ask("GET", PROFILE, `${ACCESS}=${attacker.access}`)).status).toBe(200);
});

test("only HTTP's own white space ends a cookie's name or a part of a header", async () => {
  const { user, access } = await openSession();
  const line = openLine(server.origin);
  const get = async (...headers: string[]) => {
    const head = `GET ${PROFILE} HTTP/1.1\r\nHost: movies.example\r\n${headers.map((header) => `${header}\r\n`).join("")}\r\n`;
    const { status, body } = await line.ask(Buffer.from(head, "latin1"));
    return status === 200 ? JSON.parse(body.toString()).username : status;
  };
  for (const byte of ["\x85", "\xa0", "\xc2\xa0", "\xe2\x80\x83", "\xef\xbb\xbf"]) {
    expect(await get(`Cookie: ${byte}${ACCESS}=${access}`)).toBe(401);
    expect(await get(`Authorization: Bearer${byte}${access}`)).toBe(401);
    expect(await get(`Authorization: Bearer ${byte}${access}`)).toBe(401);
    expect(await get(`Authorization: ${byte}Bearer ${access}`)).toBe(401);
    expect(await get(`Authorization: Bearer ${access}${byte}`)).toBe(401);
  }
  expect(await get(`Cookie:\t ${ACCESS}=${access}\t`)).toBe(user.username);
  expect(await get(`Cookie: a=1;\t${ACCESS}=${access} ;b=2`, "Cookie: c=3")).toBe(user.username);
  expect(await get(`Authorization: \tBearer \t${access} `)).toBe(user.username);
  line.close();
});

test("of several access cookies the first that verifies counts, whatever comes before it", async () => {
  const [first, second, over] = [await openSession(), await openSession(), await openSession()];
  await ask("POST", LOGOUT, `${ACCESS}=${over.access}`);
  for (const bad of ["nope", othersToken, foreign(first.access), over.access, first.refresh, "a.b.c", ".."]) {
    const answer = await ask("GET", PROFILE, `${ACCESS}=${bad}; ${ACCESS}=${first.access}; ${ACCESS}=${second.access}`);
    expect(answer.json, bad).toEqual({ username: first.user.username });
    const page = await ask("GET", "/", `${ACCESS}=${bad}; ${ACCESS}=${first.access}`);
    expect(page.text, bad).toContain(first.user.username);
  }
  const mute = await ask("GET", PROFILE, `${ACCESS}=${othersToken}; ${ACCESS}=${over.access}`);
  expect([mute.status, mute.json.code]).toEqual([401, "token_not_valid"]);
});

test("of several refresh cookies the first that verifies is renewed, on a page too, and logs out", async () => {
  const [over, other] = [await openSession(), await openSession()];
  await ask("POST", LOGOUT, `${ACCESS}=${over.access}`);
  for (const bad of ["nope", othersToken, foreign(other.refresh), over.refresh, other.access]) {
    const session = await openSession();
    const cookies = `${RENEWAL}=${bad}; ${RENEWAL}=${session.refresh}; ${RENEWAL}=${other.refresh}`;
    const page = await ask("GET", "/", cookies);
    expect([page.status, sidOf(page.cookies[RENEWAL])], bad).toEqual([200, session.sid]);
    const renewed = await ask("POST", REFRESH, cookies);
    expect([renewed.status, sidOf(renewed.cookies[RENEWAL])], bad).toEqual([200, session.sid]);
    expect((await ask("POST", LOGOUT, cookies)).status, bad).toBe(200);
    expect((await ask("POST", REFRESH, `${RENEWAL}=${session.refresh}`)).status, bad).toBe(401);
  }
  expect((await ask("POST", REFRESH, `${RENEWAL}=${other.refresh}`)).status).toBe(200);
});

test("another application's tokens are cleared by no endpoint and no page", async () => {
  const { access, refresh } = await openSession();
  const cookies = [
    `${ACCESS}=${othersToken}; ${RENEWAL}=${othersToken}`,
    `${ACCESS}=${foreign(access)}; ${RENEWAL}=${foreign(refresh)}`,
    `${RENEWAL}=${foreign(refresh)}`,
    `${ACCESS}=${othersToken}`,
    `${ACCESS}=nope; ${ACCESS}=${othersToken}`,
  ];
  for (const cookie of cookies) {
    for (const [method, path] of [
      ["POST", REFRESH],
      ["POST", LOGOUT],
      ["GET", PROFILE],
      ["GET", "/"],
      ["GET", "/login"],
    ] as const) {
      const answer = await ask(method, path, cookie);
      expect([path, answer.setCookies], cookie).toEqual([path, []]);
    }
  }
});

test("our own dead cookies are cleared, and another application's beside them are not", async () => {
  const over = await openSession();
  await ask("POST", LOGOUT, `${ACCESS}=${over.access}`);
  const cleared = (names: string[]) => Object.fromEntries(names.map((name) => [name, ""]));
  for (const [method, path] of [
    ["POST", REFRESH],
    ["POST", LOGOUT],
    ["GET", "/"],
  ] as const) {
    const alone = await ask(method, path, `${RENEWAL}=${over.refresh}`);
    expect(alone.cookies, path).toEqual(cleared([ACCESS, RENEWAL]));
    const both = await ask(method, path, `${ACCESS}=${over.access}; ${RENEWAL}=${over.refresh}`);
    expect(both.cookies, path).toEqual(cleared([ACCESS, RENEWAL]));
    const mixed = await ask(method, path, `${ACCESS}=${othersToken}; ${RENEWAL}=${over.refresh}`);
    expect(mixed.cookies, path).toEqual(cleared([RENEWAL]));
    // Two cookies of one name have two paths, and clearing reaches the one with ours.
    const beside = await ask(method, path, `${RENEWAL}=${othersToken}; ${RENEWAL}=${over.refresh}`);
    expect(beside.cookies, path).toEqual(cleared([ACCESS, RENEWAL]));
  }
});

test("a cookie that holds no token at all is cleared at refresh and logout, and stays on pages", async () => {
  for (const value of ["nope", "a.b", "a.b.c.d", "%7B%7D", "a b.c.d", ".."]) {
    for (const path of [REFRESH, LOGOUT]) {
      const answer = await ask("POST", path, `${ACCESS}=${value}; ${RENEWAL}=${value}`);
      expect([answer.status, answer.cookies], value).toEqual([401, { [ACCESS]: "", [RENEWAL]: "" }]);
    }
    expect((await ask("GET", "/login", `${ACCESS}=${value}; ${RENEWAL}=${value}`)).setCookies, value).toEqual([]);
  }
});

test("a refused token in a body or a header leaves the cookies of another session alone", async () => {
  const [over, living] = [await openSession(), await openSession()];
  await ask("POST", LOGOUT, `${ACCESS}=${over.access}`);
  const cookie = `${ACCESS}=${living.access}; ${RENEWAL}=${living.refresh}`;
  for (const refresh of [over.refresh, "nope", othersToken]) {
    const answer = await send(server.origin, "POST", REFRESH, { json: { refresh }, headers: { cookie } });
    expect([answer.status, answer.setCookies], refresh).toEqual([401, []]);
  }
  const ofTheSame = `${ACCESS}=${over.access}; ${RENEWAL}=${over.refresh}`;
  const same = await send(server.origin, "POST", REFRESH, { json: { refresh: over.refresh }, headers: { cookie: ofTheSame } });
  expect(same.cookies).toEqual({ [ACCESS]: "", [RENEWAL]: "" });
  const logout = await ask("POST", LOGOUT, `${ACCESS}=${living.access}`, { authorization: "Bearer nope" });
  expect([logout.status, logout.setCookies]).toEqual([401, []]);
  expect((await ask("POST", REFRESH, cookie)).status).toBe(200);
});

test("a logout clears our cookies, and leaves another application's beside them", async () => {
  const bearer = await openSession();
  const byHeader = await ask("POST", LOGOUT, `${ACCESS}=${othersToken}; ${RENEWAL}=${othersToken}`, {
    authorization: `Bearer ${bearer.access}`,
  });
  expect([byHeader.status, byHeader.setCookies]).toEqual([200, []]);
  const { access, refresh } = await openSession();
  const beside = await ask("POST", LOGOUT, `${ACCESS}=${othersToken}; ${ACCESS}=${access}; ${RENEWAL}=${refresh}`);
  expect([beside.status, beside.cookies]).toEqual([200, { [ACCESS]: "", [RENEWAL]: "" }]);
});

test("a well-signed token with claims that we never write is refused like any other, and not logged", async () => {
  const { user, access, refresh } = await openSession();
  const before = server.output().length;
  const ids = new Set<string>();
  for (const [name, token] of [...Object.entries(wellSigned(access, SECRET)), ...Object.entries(wellSigned(refresh, SECRET))]) {
    const answers = [
      await ask("GET", PROFILE, "", { authorization: `Bearer ${token}` }),
      await ask("GET", PROFILE, `${ACCESS}=${token}`),
      await ask("POST", REFRESH, `${RENEWAL}=${token}`),
      await send(server.origin, "POST", REFRESH, { json: { refresh: token } }),
      await ask("POST", LOGOUT, `${ACCESS}=${token}; ${RENEWAL}=${token}`),
    ];
    for (const { status, text } of answers) expect([name, text, status]).toEqual([name, text, 401]);
    const page = await ask("GET", "/login", `${ACCESS}=${token}; ${RENEWAL}=${token}`);
    expect(page.status, name).toBe(200);
    for (const { headers } of [...answers, page]) ids.add(String(headers["x-request-id"]));
  }
  const log = () => server.output().slice(before);
  const lines = () => linesOf(log(), ids);
  await eventually(() => lines().length >= ids.size);
  expect(log()).not.toContain("secret-marker");
  // The worker may have other lines meanwhile, as about what other tests keep in the shared database.
  expect(lines().join("\n")).not.toMatch(/"level":(40|50|60)|error/i);
  // The refused tokens ended no session: the originals are still good.
  expect((await ask("GET", PROFILE, `${ACCESS}=${access}`)).json).toEqual({ username: user.username });
  expect((await ask("POST", REFRESH, `${RENEWAL}=${refresh}`)).status).toBe(200);
});

test("`Bearer null`, `Bearer undefined` and `Bearer` alone count as no header at all", async () => {
  const user = await signUp(server.origin);
  for (const authorization of ["Bearer", "Bearer ", "bearer null", "Bearer undefined", "BEARER\tnull \t"]) {
    const { cookies } = await logIn(server.origin, user);
    const cookie = `${ACCESS}=${cookies[ACCESS]}`;
    expect((await ask("GET", PROFILE, cookie, { authorization })).json).toEqual({ username: user.username });
    for (const [method, path] of [
      ["GET", PROFILE],
      ["POST", LOGOUT],
    ] as const) {
      const none = await ask(method, path, "", { authorization });
      expect([none.status, none.json]).toEqual([401, { detail: "Authentication credentials were not provided." }]);
    }
    expect((await ask("POST", LOGOUT, cookie, { authorization })).status).toBe(200);
    expect((await ask("GET", PROFILE, cookie, { authorization })).status).toBe(401);
  }
});

/** The lines of a log that these requests caused. */
function linesOf(log: string, ids: Set<string>): string[] {
  const lines = log.split("\n").filter((line) => /^\{.*\}$/.test(line));
  return lines.filter((line) => ids.has(JSON.parse(line).request_id));
}
