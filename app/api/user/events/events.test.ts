import { expect, inject, test } from "vitest";
import { passGrace } from "#e2e/change-session.ts";
import { logIn, newSession, PASSWORD, send } from "#e2e/client.ts";
import { eventNames, eventsOf } from "#e2e/events-of.ts";
import { withDatabase } from "#e2e/harness.ts";

const origin = inject("origin");
const databaseUrl = inject("databaseUrl");

type Cookies = Record<string, string>;
type Id = { id: number };

const page = (cookies: Cookies, query = "") => send(origin, "GET", `/api/user/events/${query}`, { cookies });
const query = (text: string, values: unknown[]) => withDatabase(databaseUrl, (run) => run(text, values));
const refresh = (token = "") => send(origin, "POST", "/api/token/refresh/", { json: { refresh: token } });

test("the events of an account are listed latest first, with the client's address and device", async () => {
  const { user, cookies } = await newSession(origin);
  const headers = { "user-agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0" };
  await send(origin, "POST", "/api/token/", { headers, json: { username: user.username, password: "wrong-password" } });
  const answer = await page(cookies);
  expect(answer.status).toBe(200);
  expect(Object.keys(answer.json)).toEqual(["results", "next"]);
  const common = {
    id: expect.any(Number),
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    address: "127.0.0.1",
  };
  expect(answer.json).toEqual({
    results: [
      { ...common, event: "login_refused", device: "Firefox on Windows" },
      { ...common, event: "login", device: "Unknown device" },
      { ...common, event: "signup", device: "Unknown device" },
    ],
    next: null,
  });
  expect(Object.keys(answer.json.results[0])).toEqual(["id", "at", "event", "address", "device"]);
  const ids = answer.json.results.map(({ id }: Id) => id);
  expect(ids).toEqual([...ids].sort((a, b) => b - a));
});

test("a logout and a replay are events", async () => {
  const { user, cookies } = await newSession(origin);
  const [leaving, stolen] = [await logIn(origin, user), await logIn(origin, user)];
  await send(origin, "POST", "/api/user/logout/", { cookies: leaving.cookies });
  expect((await eventNames(origin, cookies))[0]).toBe("logout");
  await passGrace(databaseUrl, stolen.refresh);
  const renewed = await refresh(stolen.refresh);
  await passGrace(databaseUrl, renewed.json.refresh);
  await Promise.all(Array.from({ length: 8 }, () => refresh(stolen.refresh)));
  await refresh(stolen.refresh);
  expect((await eventNames(origin, cookies)).slice(0, 2)).toEqual(["replay", "logout"]);
});

test("a name that no account has leaves no event anywhere, and a refused login no row of another account", async () => {
  const [{ user, cookies }, bystander] = [await newSession(origin), await newSession(origin)];
  for (const username of ["nobody-at-all", user.email]) {
    await send(origin, "POST", "/api/token/", { json: { username, password: "wrong-password" } });
  }
  expect(await eventNames(origin, cookies)).toEqual(["login_refused", "login", "signup"]);
  expect(await eventNames(origin, bystander.cookies)).toEqual(["login", "signup"]);
});

test("a page has 50 events, and next leads to the following page until there is none", async () => {
  const { user, cookies } = await newSession(origin);
  await query("insert into events (user_id, event) select $1, 'login_refused' from generate_series(1, 118)", [user.id]);
  const first = await page(cookies);
  const second = await page(cookies, `?before=${first.json.next}`);
  const third = await page(cookies, `?before=${second.json.next}`);
  expect([first, second, third].map(({ json }) => json.results.length)).toEqual([50, 50, 20]);
  expect([first, second].map(({ json }) => json.next)).toEqual([first, second].map(({ json }) => json.results.at(-1).id));
  expect(third.json.next).toBe(null);
  const ids = [first, second, third].flatMap(({ json }) => json.results.map(({ id }: Id) => id));
  expect(new Set(ids).size).toBe(120);
  expect(ids).toEqual([...ids].sort((a, b) => b - a));
  // Events of an operator have no client.
  expect(first.json.results[0]).toMatchObject({ address: null, device: null });
});

test("a page that is exactly full and the last one has no next", async () => {
  const { user, cookies } = await newSession(origin);
  await query("insert into events (user_id, event) select $1, 'login_refused' from generate_series(1, 48)", [user.id]);
  const { json } = await page(cookies);
  expect([json.results.length, json.next]).toEqual([50, null]);
});

test("an event that only a newer version of the application knows is left out, and pages are as full without it", async () => {
  const { user, cookies } = await newSession(origin);
  await query(
    "insert into events (user_id, event) select $1, event from generate_series(1, 49), unnest(array['login_refused', 'badge_won']) as event",
    [user.id],
  );
  const first = await page(cookies);
  const second = await page(cookies, `?before=${first.json.next}`);
  expect([first, second].map(({ status, json }) => [status, json.results.length])).toEqual([
    [200, 50],
    [200, 1],
  ]);
  expect(JSON.stringify([first.json, second.json])).not.toContain("badge_won");
});

test.each(["x", "", "-1", "1.5", "1e3", "0x10", "9".repeat(16), "%00", "1%20or%201", "null", "1&before=x"])(
  "before=%s is refused in Django REST Framework's words",
  async (before) => {
    const { cookies } = await newSession(origin);
    const answer = await page(cookies, `?before=${before}`);
    expect([answer.status, answer.json]).toEqual([400, { before: ["A valid integer is required."] }]);
  },
);

test("of several values of before the last one counts, other parameters are ignored, and the session comes first", async () => {
  const { cookies } = await newSession(origin);
  const [latest, earlier] = await eventsOf(origin, cookies);
  const answer = await page(cookies, `?before=x&before=${latest?.id}&page=7`);
  expect(answer.json.results.map(({ id }: Id) => id)).toEqual([earlier?.id]);
  expect((await page(cookies, "?before=0")).json).toEqual({ results: [], next: null });
  expect((await page({}, "?before=x")).status).toBe(401);
});

test("another account's event in before shows none of that account's events", async () => {
  const [older, newer] = [await newSession(origin), await newSession(origin)];
  const [latest] = await eventsOf(origin, newer.cookies);
  const { json } = await page(older.cookies, `?before=${latest?.id}`);
  const own = (await eventsOf(origin, older.cookies)).map(({ id }) => id);
  expect(json.results.map(({ id }: Id) => id)).toEqual(own);
});

test("a refused login does not lose a disabled account's events, and a disabled account's right password is refused as one", async () => {
  const { user, cookies } = await newSession(origin);
  await query("update users set is_active = false where id = $1", [user.id]);
  await send(origin, "POST", "/api/token/", { json: { username: user.username, password: PASSWORD } });
  const rows = await query("select event from events where user_id = $1 order by id", [user.id]);
  expect(rows.map(({ event }) => event)).toEqual(["signup", "login", "login_refused"]);
  expect(cookies.access_token).not.toBe("");
});
