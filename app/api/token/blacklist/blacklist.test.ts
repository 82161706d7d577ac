import { expect, inject, test } from "vitest";
import { changeSession } from "#e2e/change-session.ts";
import { logIn, newSession, type Sent, send } from "#e2e/client.ts";
import { eventually } from "#e2e/harness.ts";

const origin = inject("origin");
const blacklist = (refresh: unknown, sent: Sent = {}) =>
  send(origin, "POST", "/api/token/blacklist/", { json: { refresh }, ...sent });
const refreshBy = (refresh: string) => send(origin, "POST", "/api/token/refresh/", { json: { refresh } });
const ended = (reason: string) => ({ detail: "Token is invalid or expired", code: "token_not_valid", reason });

test("a blacklisted refresh token ends its session as a logout does, and no other session", async () => {
  const { user, refresh, cookies } = await newSession(origin);
  const other = await logIn(origin, user);
  const answer = await blacklist(refresh);
  expect([answer.status, answer.text, answer.setCookies]).toEqual([200, "{}", []]);
  expect(await refreshBy(refresh)).toMatchObject({ status: 401, json: ended("logged_out") });
  const profile = () => send(origin, "GET", "/api/user/profile/", { cookies });
  // The other worker hears of it at its next poll.
  await eventually(async () => (await profile()).status === 401);
  expect((await refreshBy(other.refresh)).status).toBe(200);
});

test("a token that was blacklisted is refused a second time, with a challenge", async () => {
  const { refresh } = await newSession(origin);
  await blacklist(refresh);
  const again = await blacklist(refresh);
  expect(again).toMatchObject({ status: 401, json: ended("logged_out"), setCookies: [] });
  expect(again.headers["www-authenticate"]).toBe('Bearer realm="api"');
});

test("an access token and garbage are refused, and end nothing", async () => {
  const { cookies, refresh } = await newSession(origin);
  expect((await blacklist(cookies.access_token, { cookies })).json.detail).toBe("Token has wrong type");
  expect((await blacklist("garbage", { cookies })).json.detail).toBe("Token is invalid or expired");
  expect((await refreshBy(refresh)).status).toBe(200);
});

test("a refresh token that was exchanged long ago is a replay here too: it ends the session", async () => {
  const { refresh } = await newSession(origin);
  const exchanged = "generation = 2, grace_generation = 1, rotated_at = rotated_at - interval '1 minute'";
  await changeSession(inject("databaseUrl"), refresh, exchanged);
  expect(await blacklist(refresh)).toMatchObject({ status: 401, json: ended("replayed") });
});

test("a browser loses the cookies of the session that it blacklists, and keeps those of another session", async () => {
  const { user, cookies, refresh } = await newSession(origin);
  const other = await logIn(origin, user);
  expect((await blacklist(other.refresh, { cookies })).setCookies).toEqual([]);
  expect((await blacklist(refresh, { cookies })).cookies).toEqual({ access_token: "", refresh_token: "" });
});

test.each([
  [{}, "This field is required."],
  [{ refresh: null }, "This field may not be null."],
  [{ refresh: "" }, "This field may not be blank."],
  [{ refresh: 5 }, "Not a valid string."],
])("the body %j is refused in the words of Django REST Framework", async (json, message) => {
  const answer = await send(origin, "POST", "/api/token/blacklist", { json });
  expect(answer).toMatchObject({ status: 400, json: { refresh: [message] } });
});
