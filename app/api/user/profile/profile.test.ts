import { expect, inject, test } from "vitest";
import { newSession, send } from "#e2e/client.ts";
import { mutations } from "#e2e/forge.ts";

const origin = inject("origin");
const PROFILE = "/api/user/profile/";
const CHALLENGE = 'Bearer realm="api"';
const NOT_PROVIDED = JSON.stringify({ detail: "Authentication credentials were not provided." });

function notValid(message = "Token is invalid or expired"): string {
  return JSON.stringify({
    detail: "Given token not valid for any token type",
    code: "token_not_valid",
    messages: [{ token_class: "AccessToken", token_type: "access", message }],
  });
}

function getProfile(headers: Record<string, string>, cookies?: Record<string, string>) {
  return send(origin, "GET", PROFILE, cookies ? { headers, cookies } : { headers });
}

test("the access cookie opens the profile, which holds only the username", async () => {
  const { user, cookies } = await newSession(origin);
  const answer = await getProfile({}, { access_token: cookies.access_token ?? "" });
  expect(answer.status).toBe(200);
  expect(answer.text).toBe(JSON.stringify({ username: user.username }));
  expect(answer.setCookies).toEqual([]);
});

test("a bearer token opens the profile, whatever the scheme's case", async () => {
  const { user, cookies } = await newSession(origin);
  for (const scheme of ["Bearer", "bearer", "BEARER"]) {
    const answer = await getProfile({ authorization: `${scheme} ${cookies.access_token}` });
    expect(answer.json).toEqual({ username: user.username });
  }
});

test("the header comes before the cookie, also where only the cookie's token is valid", async () => {
  const { cookies } = await newSession(origin);
  const other = await newSession(origin);
  const good = await getProfile({ authorization: `Bearer ${other.cookies.access_token}` }, cookies);
  expect(good.json).toEqual({ username: other.user.username });
  const bad = await getProfile({ authorization: "Bearer nope" }, cookies);
  expect(bad.status).toBe(401);
});

test("another scheme is ignored: the cookie counts, and without one credentials are missing", async () => {
  const { user, cookies } = await newSession(origin);
  expect((await getProfile({ authorization: "Basic YTpi" }, cookies)).json).toEqual({ username: user.username });
  for (const authorization of ["Basic YTpi", "Token x y z", ""]) {
    const answer = await getProfile({ authorization });
    expect(answer.status).toBe(401);
    expect(answer.text).toBe(NOT_PROVIDED);
  }
});

test("a request without credentials gets a 401 with a challenge", async () => {
  for (const cookies of [{}, { access_token: "" }, { other: "x" }]) {
    const answer = await send(origin, "GET", PROFILE, { cookies });
    expect(answer.status).toBe(401);
    expect(answer.text).toBe(NOT_PROVIDED);
    expect(answer.headers["www-authenticate"]).toBe(CHALLENGE);
    expect(answer.setCookies).toEqual([]);
  }
});

test("an Authorization header of more than two parts is refused as malformed", async () => {
  for (const authorization of ["Bearer a b", "bearer a b c", "Bearer null null"]) {
    const answer = await getProfile({ authorization });
    expect(answer.status).toBe(401);
    expect(answer.text).toBe(
      '{"detail":"Authorization header must contain two space-delimited values","code":"bad_authorization_header"}',
    );
    expect(answer.headers["www-authenticate"]).toBe(CHALLENGE);
  }
});

test("a refresh token has the wrong type, in the header and in the cookie", async () => {
  const { refresh } = await newSession(origin);
  const answers = [await getProfile({ authorization: `Bearer ${refresh}` }), await getProfile({}, { access_token: refresh })];
  for (const answer of answers) {
    expect(answer.status).toBe(401);
    expect(answer.text).toBe(notValid("Token has wrong type"));
    expect(answer.headers["www-authenticate"]).toBe(CHALLENGE);
  }
});

test("no mutation of a valid token opens anything", async () => {
  const { cookies } = await newSession(origin);
  const token = cookies.access_token ?? "";
  expect((await getProfile({ authorization: `Bearer ${token}` })).status).toBe(200);
  for (const [name, mutant] of Object.entries(mutations(token, inject("authSecret")))) {
    // A space would end a header's second part: such a token can only come in a cookie.
    const inHeader = mutant.includes(" ") ? null : await getProfile({ authorization: `Bearer ${mutant}` });
    for (const answer of [inHeader, await getProfile({}, { access_token: mutant })]) {
      if (!answer) continue;
      expect(answer.status, name).toBe(401);
      expect(answer.text, name).toBe(notValid());
    }
  }
});

test("a request that tries to skip Next's proxy gains nothing", async () => {
  const skips = [
    { "x-middleware-subrequest": "proxy:proxy:proxy:proxy:proxy" },
    { "x-middleware-subrequest": "src/proxy" },
    { "x-middleware-prefetch": "1" },
    { rsc: "1" },
    { "next-router-prefetch": "1", rsc: "1" },
    { purpose: "prefetch" },
    { "x-original-method": "OPTIONS" },
    { "x-nextjs-data": "1" },
  ];
  for (const headers of skips) {
    const answer = await getProfile(headers);
    expect(answer.status, JSON.stringify(headers)).toBe(401);
    expect(answer.text).toBe(NOT_PROVIDED);
  }
});
