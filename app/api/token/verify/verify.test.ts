import { expect, inject, test } from "vitest";
import { changeSession } from "#e2e/change-session.ts";
import { logIn, newSession, send } from "#e2e/client.ts";
import { mutations, sign } from "#e2e/forge.ts";
import { eventually } from "#e2e/harness.ts";
import { challengeOf, newGuarded } from "#e2e/second-factor.ts";

const origin = inject("origin");
const verify = (token: unknown) => send(origin, "POST", "/api/token/verify/", { json: { token } });
const INVALID = { status: 401, text: '{"detail":"Token is invalid or expired","code":"token_not_valid"}' };

test("a good token of either type is verified, and the answer sets no cookie", async () => {
  const { cookies, refresh } = await newSession(origin);
  for (const token of [cookies.access_token, refresh]) {
    const answer = await verify(token);
    expect([answer.status, answer.text, answer.setCookies]).toEqual([200, "{}", []]);
  }
});

test("a token that would be accepted nowhere is refused, with a challenge", async () => {
  const { refresh } = await newSession(origin);
  const { user } = await newGuarded(origin);
  const others = { ...mutations(refresh, inject("authSecret")), "a second factor's challenge": await challengeOf(origin, user) };
  for (const [name, token] of Object.entries(others)) {
    const answer = await verify(token);
    expect(answer, name).toMatchObject(INVALID);
    expect(answer.headers["www-authenticate"]).toBe('Bearer realm="api"');
  }
  expect(await verify(sign({ token_type: "access" }, inject("authSecret")))).toMatchObject(INVALID);
});

test("both tokens of a session that ended are refused, and those of another session are not", async () => {
  const { user, cookies, refresh } = await newSession(origin);
  const other = await logIn(origin, user);
  await send(origin, "POST", "/api/user/logout/", { cookies });
  // The other worker hears of it at its next poll.
  await eventually(async () => (await verify(cookies.access_token)).text === INVALID.text);
  expect(await verify(refresh)).toMatchObject(INVALID);
  expect((await verify(other.refresh)).status).toBe(200);
});

test("a refresh token is good until its grace is over, and looking at it then ends no session", async () => {
  const { refresh } = await newSession(origin);
  await changeSession(inject("databaseUrl"), refresh, "generation = 1, grace_generation = 0");
  expect((await verify(refresh)).status).toBe(200);
  await changeSession(inject("databaseUrl"), refresh, "rotated_at = rotated_at - interval '1 minute'");
  expect(await verify(refresh)).toMatchObject(INVALID);
  await changeSession(inject("databaseUrl"), refresh, "generation = 0");
  expect((await verify(refresh)).status).toBe(200);
});

test.each([
  [{}, "This field is required."],
  [{ token: null }, "This field may not be null."],
  [{ token: "" }, "This field may not be blank."],
  [{ token: 5 }, "Not a valid string."],
])("the body %j is refused in the words of Django REST Framework", async (json, message) => {
  const answer = await send(origin, "POST", "/api/token/verify", { json });
  expect(answer).toMatchObject({ status: 400, json: { token: [message] } });
});
