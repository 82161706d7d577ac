import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { passGrace } from "#e2e/change-session.ts";
import { type Answer, answered, send } from "#e2e/client.ts";
import { claimsOf } from "#e2e/forge.ts";
import { startServer, type TestServer, withDatabase } from "#e2e/harness.ts";
import { startPostgresWithRoles } from "#e2e/postgres-with-roles.ts";
import { comeFromDjango } from "#e2e/simplejwt.ts";
import { djangoPython } from "#e2e/tools/django.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";
import { type Django, startDjango } from "./django-server.ts";

// People who go from Django to us and back, with the tokens that each gave them.

const DATABASE = inject("databaseUrl");
const PASSWORD = "seven-samurai-1954";
const [LOGIN, REFRESH, PROFILE, LOGOUT, VERIFY] = [
  "/api/token/",
  "/api/token/refresh/",
  "/api/user/profile/",
  "/api/user/logout/",
  "/api/token/verify/",
];
const SITES = {
  "that rotates, with the blacklist": { rotates: true, hasBlacklist: true },
  "that rotates, without the blacklist": { rotates: true, hasBlacklist: false },
  "that rotates nothing": { rotates: false, hasBlacklist: true },
};

let postgres: Awaited<ReturnType<typeof startPostgresWithRoles>>;
let sites: Record<string, Django> = {};
let plain: TestServer;
let secure: TestServer;
beforeAll(async () => {
  if (djangoPython() === undefined) return;
  postgres = await startPostgresWithRoles("application");
  const started = await Promise.all(
    Object.entries(SITES).map(async ([name, settings], index) => {
      return [name, await startDjango(postgres.superuser, `site_${index}`, settings)] as const;
    }),
  );
  sites = Object.fromEntries(started);
  const settings = {
    DATABASE_URL: DATABASE,
    AUTH_SECRET: started[0]?.[1].settings.secret ?? "",
    LEGACY_SIMPLEJWT: "2099-12-31",
    WEB_CONCURRENCY: "1",
  };
  [plain, secure] = await Promise.all([
    startServer(settings),
    startServer({ ...settings, PUBLIC_URL: "https://movies.example" }),
  ]);
});
afterAll(async () => {
  // The API's document speaks of our answers alone.
  const djangos = Object.values(sites).map(({ origin }) => origin);
  for (const [key, { origin }] of answered) if (djangos.includes(origin)) answered.delete(key);
  await Promise.all([...Object.values(sites), plain, secure].map((server) => server?.stop()));
  await postgres?.stop();
});

/** A person whom both sites know by one id. */
async function newPerson(django: Django) {
  const id = 700_000_000 + Math.floor(Math.random() * 100_000_000);
  const username = `django${id}`;
  django.addPeople([{ id, username, password: PASSWORD }]);
  await withDatabase(DATABASE, (query) =>
    query("insert into users (id, username, username_key) overriding system value values ($1, $2, $2)", [id, username]),
  );
  await comeFromDjango(DATABASE, id);
  return { id, username };
}

/** A browser: it keeps the cookies that either site sets. */
function newBrowser() {
  const cookies: Record<string, string> = {};
  return {
    cookies,
    async send(origin: string, method: string, path: string, json?: unknown): Promise<Answer> {
      const sent = { cookies, ...(json === undefined ? {} : { json }) };
      const answer = await unlessBusy(() => send(origin, method, path, sent));
      for (const [name, value] of Object.entries(answer.cookies)) {
        if (value === "" || value === '""') delete cookies[name];
        else cookies[name] = value;
      }
      return answer;
    },
  };
}

const bearer = (origin: string, path: string, token: string, json?: unknown) =>
  unlessBusy(() =>
    send(origin, json === undefined ? "GET" : "POST", path, { json, headers: { authorization: `Bearer ${token}` } }),
  );

describe.runIf(djangoPython()).each(Object.keys(SITES))("beside a Django %s", (name) => {
  test.each(["http", "https"])("a browser goes on, whichever site serves it, over %s", async (scheme) => {
    const [django, ours] = [sites[name] as Django, (scheme === "http" ? plain : secure).origin];
    const { id, username } = await newPerson(django);
    const browser = newBrowser();
    expect((await browser.send(django.origin, "POST", LOGIN, { username, password: PASSWORD })).status).toBe(200);
    for (let round = 0; round < 3; round += 1) {
      for (const origin of [ours, django.origin]) {
        const steps = [
          await browser.send(origin, "GET", PROFILE),
          await browser.send(origin, "POST", REFRESH, {}),
          await browser.send(origin, "GET", PROFILE),
        ];
        expect(
          steps.map(({ status, text }) => [status, text.includes(username)]),
          `${round} ${origin === ours}`,
        ).toEqual([
          [200, true],
          [200, false],
          [200, true],
        ]);
      }
      for (const token of Object.values(browser.cookies)) await agePast(token);
    }
    expect((await browser.send(ours, "POST", LOGOUT)).status).toBe(200);
    expect(browser.cookies).toEqual({});
    expect(await livingSessions(id)).toBe(0);
  });

  test("a client that sends its tokens in headers and bodies goes on, whichever site serves it", async () => {
    const django = sites[name] as Django;
    const { id, username } = await newPerson(django);
    const login = await send(django.origin, "POST", LOGIN, { json: { username, password: PASSWORD } });
    let { access, refresh } = login.json;
    for (let round = 0; round < 3; round += 1) {
      for (const origin of [plain.origin, django.origin]) {
        expect((await bearer(origin, PROFILE, access)).json, `${round} ${origin}`).toEqual({ username });
        const renewed = await send(origin, "POST", REFRESH, { json: { refresh } });
        expect(renewed.status, renewed.text).toBe(200);
        access = renewed.json.access ?? renewed.cookies.access_token;
        refresh = renewed.json.refresh ?? refresh;
      }
      await agePast(refresh);
    }
    expect((await bearer(plain.origin, LOGOUT, access, { refresh })).status).toBe(200);
    expect((await send(plain.origin, "POST", REFRESH, { json: { refresh } })).json.reason).toBe("logged_out");
    expect(await livingSessions(id)).toBe(0);
  });

  test("Django takes our tokens in the second in which they were signed", async () => {
    const django = sites[name] as Django;
    const { username } = await newPerson(django);
    const { json } = await send(django.origin, "POST", LOGIN, { json: { username, password: PASSWORD } });
    const ours = await send(plain.origin, "POST", REFRESH, { json: { refresh: json.refresh } });
    const { access_token: access = "", refresh_token: refresh = "" } = ours.cookies;
    for (const token of [access, refresh]) {
      expect((await send(django.origin, "POST", VERIFY, { json: { token } })).status).toBe(200);
    }
    expect((await bearer(django.origin, PROFILE, access)).json).toEqual({ username });
    const there = await send(django.origin, "POST", REFRESH, { json: { refresh } });
    expect([there.status, claimsOf(there.json.access).sid]).toEqual([200, claimsOf(refresh).sid]);
  });
});

/** As if the grace had passed since the session's last rotation. */
async function agePast(token: string): Promise<void> {
  if (claimsOf(token).sid !== undefined && claimsOf(token).gen !== undefined) await passGrace(DATABASE, token);
}

async function livingSessions(userId: number): Promise<number> {
  const rows = await withDatabase(DATABASE, (query) =>
    query("select id from sessions where user_id = $1 and revoked_at is null", [userId]),
  );
  return rows.length;
}
