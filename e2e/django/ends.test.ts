import { afterAll, beforeAll, expect, test } from "vitest";
import { dump } from "#e2e/dump.ts";
import { claimsOf } from "#e2e/forge.ts";
import { eventually, startServer, type TestServer, withDatabase } from "#e2e/harness.ts";
import { type Launched, launch } from "#e2e/launch.ts";
import { djangoPython } from "#e2e/tools/django.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";
import { type Databases, startDatabases } from "./databases.ts";
import { type Django, startDjango } from "./django-server.ts";

// Sessions that end on one side, Django's blacklist between both. The commands and both sites are real.

const COMMAND = [process.execPath, "--import", "tsx", "bin/manage.ts"];
const [REFRESH, PROFILE, LOGOUT] = ["/api/token/refresh/", "/api/user/profile/", "/api/user/logout/"];

let databases: Databases;
let django: Django;
let ours: TestServer;
beforeAll(async () => {
  if (djangoPython() === undefined) return;
  databases = await startDatabases();
  django = await startDjango(databases.superuser, "films", { userModel: "api.GenericUser", rotates: true });
  // The role that migrates: npm start does.
  ours = await startServer({ ...variables(), DATABASE_URL: databases.owner, WEB_CONCURRENCY: "1", REVOCATION_POLL_MS: "50" });
});
afterAll(async () => {
  await Promise.all([ours?.stop(), django?.stop()]);
  await databases?.stop();
});

const variables = () => ({
  DATABASE_URL: databases.application,
  AUTH_SECRET: django.settings.secret,
  LEGACY_SIMPLEJWT: "2099-12-31",
  ACCESS_TOKEN_IN_BODY: "on",
});

const manage = (...args: string[]) => launch(variables(), { command: [...COMMAND, ...args] });

/** A command's result for programs. */
// biome-ignore lint/suspicious/noExplicitAny: tests compare it with literals
async function answer(...args: string[]): Promise<any> {
  const run = manage(...args, "--json");
  expect([await run.ended, run.errors()]).toEqual([0, ""]);
  return JSON.parse(run.output());
}
const bring = () => answer("import", "django", "--from", django.url);

type Pair = { refresh: string; access: string };

/** A person with one login at Django. */
function newPerson(username: string): Pair {
  const [made] = django.addPeople([
    { username, email: `${username}@example.com`, birth_date: "1990-01-02", encoded: "!", tokens: 1 },
  ]);
  return made?.tokens[0] ?? { refresh: "", access: "" };
}

async function post(origin: string, path: string, body: Record<string, unknown>, access?: string) {
  const authorization = access === undefined ? {} : { authorization: `Bearer ${access}` };
  // Django closes a connection that was idle for two seconds, maybe just as the next request is sent.
  const headers = { "content-type": "application/json", connection: "close", ...authorization };
  const answered = await unlessBusy(() => fetch(origin + path, { method: "POST", headers, body: JSON.stringify(body) }));
  return { status: answered.status, body: await answered.json() };
}

async function exchange(origin: string, { refresh }: Pair): Promise<Pair> {
  const { status, body } = await post(origin, REFRESH, { refresh });
  expect(status).toBe(200);
  return body;
}
const refreshStatus = async (origin: string, { refresh }: Pair) => (await post(origin, REFRESH, { refresh })).status;
async function profileStatus(origin: string, { access }: Pair): Promise<number> {
  const headers = { authorization: `Bearer ${access}`, connection: "close" };
  return (await unlessBusy(() => fetch(origin + PROFILE, { headers }))).status;
}

async function logOut(origin: string, { refresh, access }: Pair): Promise<void> {
  expect((await post(origin, LOGOUT, { refresh }, access)).status).toBe(200);
}

test.runIf(djangoPython())("a login that was ended at Django opens nothing here, one that Django exchanged goes on", async () => {
  const [ended, exchanged, untouched] = ["ann", "bob", "cid"].map(newPerson) as [Pair, Pair, Pair];
  await logOut(django.origin, ended);
  const successor = await exchange(django.origin, exchanged);
  expect((await bring()).blacklist).toMatchObject({ tokens: 2, sessions: 2 });

  expect(await post(ours.origin, REFRESH, { refresh: ended.refresh })).toMatchObject({
    status: 401,
    body: { code: "token_not_valid", reason: "logged_out" },
  });
  expect(await profileStatus(ours.origin, ended)).toBe(401);
  expect(await refreshStatus(ours.origin, exchanged)).toBe(401);
  expect(await refreshStatus(ours.origin, successor)).toBe(200);
  expect(await refreshStatus(ours.origin, untouched)).toBe(200);
});

test.runIf(djangoPython())(
  "a session of ours that was ended at Django ends here, one that Django exchanged goes on with the successor",
  async () => {
    const logins = ["dee", "eva", "fay"].map(newPerson) as [Pair, Pair, Pair];
    await bring();
    const [ended, exchanged, kept] = await Promise.all(logins.map((login) => exchange(ours.origin, login)));
    if (!ended || !exchanged || !kept) throw new Error("three sessions");
    await logOut(django.origin, ended);
    const successor = await exchange(django.origin, exchanged);
    // Its old token, which was exchanged here: what it was exchanged for is another's now.
    await logOut(django.origin, { ...kept, refresh: logins[2].refresh });
    expect((await bring()).blacklist.sessions).toBe(2);

    await eventually(async () => (await profileStatus(ours.origin, ended)) === 401);
    expect([await refreshStatus(ours.origin, ended), await refreshStatus(ours.origin, exchanged)]).toEqual([401, 401]);
    const again = await exchange(ours.origin, successor);
    expect(await profileStatus(ours.origin, again)).toBe(200);
    expect(await refreshStatus(ours.origin, kept)).toBe(200);

    // A successor that is logged out at Django, too, opens nothing.
    const [, third] = [null, await exchange(django.origin, again)];
    await bring();
    await logOut(django.origin, third);
    await bring();
    expect(await refreshStatus(ours.origin, third)).toBe(401);
  },
);

/** A session of ours, and what a Django with BLACKLIST_AFTER_ROTATION off makes of its token: one of the other, in other seconds. */
async function goneOnUnlisted(login: Pair): Promise<[Pair, Pair, Pair]> {
  const { refresh } = await exchange(ours.origin, login);
  const printed = django.python(`
import json, time
from rest_framework_simplejwt.serializers import TokenRefreshSerializer
from rest_framework_simplejwt.settings import api_settings
api_settings.BLACKLIST_AFTER_ROTATION = False
made = [{"refresh": "${refresh}"}]
for _ in range(3):
    serializer = TokenRefreshSerializer(data=made[-1])
    serializer.is_valid(raise_exception=True)
    made.append(serializer.validated_data)
    time.sleep(1)
print(json.dumps(made[1:]))`);
  return JSON.parse(printed);
}

/** As if Django had listed the token so much later. */
const listLater = (token: Pair, seconds: number) =>
  withDatabase(django.url, (query) =>
    query(
      `update token_blacklist_blacklistedtoken set blacklisted_at = blacklisted_at + make_interval(secs => $2)
       where token_id = (select id from token_blacklist_outstandingtoken where jti = $1)`,
      [claimsOf(token.refresh).jti, seconds],
    ),
  );

test.runIf(djangoPython())(
  "where Django does not list the tokens that it exchanges, a logout there ends the session's earlier tokens here",
  async () => {
    const logins = ["pam", "quin", "rita", "sam"].map(newPerson) as [Pair, Pair, Pair, Pair];
    await bring();
    const made = await Promise.all(logins.map(goneOnUnlisted));
    const [byLast, byFirst, inOrder, inReverse] = made as [
      (typeof made)[0],
      (typeof made)[0],
      (typeof made)[0],
      (typeof made)[0],
    ];
    await logOut(django.origin, byLast[2]);
    await logOut(django.origin, byFirst[0]);
    await listLater(byFirst[0], 60);
    await logOut(django.origin, inOrder[0]);
    await logOut(django.origin, inReverse[2]);
    expect((await bring()).blacklist.sessions).toBeGreaterThanOrEqual(4);
    await logOut(django.origin, inOrder[2]);
    await logOut(django.origin, inReverse[0]);
    await bring();
    for (const [name, tokens] of Object.entries({ byLast, byFirst, inOrder, inReverse })) {
      const answers = await Promise.all(tokens.map(({ refresh }) => post(ours.origin, REFRESH, { refresh })));
      expect(
        answers.map(({ status, body }) => [status, body.reason]),
        name,
      ).toEqual(tokens.map(() => [401, "logged_out"]));
    }
  },
);

test.runIf(djangoPython())("a person is not logged out by the time that Django takes to exchange a token", async () => {
  const login = newPerson("tess");
  await bring();
  const before = await exchange(ours.origin, login);
  const successor = await exchange(django.origin, before);
  await listLater(before, 25);
  await bring();
  expect([await refreshStatus(ours.origin, before), await refreshStatus(ours.origin, successor)]).toEqual([401, 200]);
});

test.runIf(djangoPython())(
  "a session that ended here opens nothing at Django, with no token that Django can have of it",
  async () => {
    const login = newPerson("gus");
    await bring();
    const first = await exchange(ours.origin, login);
    await logOut(ours.origin, first);
    const before = await dump(django.url);
    const dry = await answer("export", "django", "--to", django.url, "--dry-run");
    expect(dry.ended).toMatchObject({ added: 0 });
    expect(await dump(django.url)).toBe(before);

    expect((await answer("export", "django", "--to", django.url)).ended.added).toBeGreaterThanOrEqual(3);
    expect(await refreshStatus(django.origin, first)).toBe(401);
    expect(await refreshStatus(django.origin, login)).toBe(401);
    const lists = /^token_blacklist_\w+ .*\n/gm;
    expect((await dump(django.url)).replaceAll(lists, "")).toBe(before.replaceAll(lists, ""));
    expect((await answer("export", "django", "--to", django.url)).ended.added).toBe(0);
    // What was written there is not taken for an end that happened there.
    expect((await bring()).blacklist.sessions).toBe(0);
  },
);

test.runIf(djangoPython())(
  "commands that follow bring new users and ends within seconds, and end when they are told to",
  async () => {
    const [login, other] = [newPerson("hal"), newPerson("ida")];
    const followers = [
      manage("import", "django", "--from", django.url, "--follow"),
      manage("export", "django", "--to", django.url, "--follow"),
    ];
    try {
      await eventually(() => followers.every((each) => each.output().includes("until stopped")));
      const [here, there] = await Promise.all([exchange(ours.origin, login), exchange(ours.origin, other)]);
      await logOut(ours.origin, here);
      await eventually(async () => (await refreshStatus(django.origin, login)) === 401);
      await logOut(django.origin, there);
      await eventually(async () => (await profileStatus(ours.origin, there)) === 401);
      const newcomer = newPerson("jo");
      await eventually(async () => (await refreshStatus(ours.origin, newcomer)) === 200);
    } finally {
      for (const each of followers) each.process.kill("SIGTERM");
    }
    expect(await Promise.all(followers.map(({ ended }: Launched) => ended))).toEqual([0, 0]);
  },
);

test.runIf(djangoPython())("before the way back, what the site does not get is counted", async () => {
  const people = ["kim", "lea", "mia"];
  django.addPeople(
    people.map((username) => ({ username, email: `${username}@example.com`, birth_date: "1990-01-02", password: "x" })),
  );
  await bring();
  const before = (await answer("export", "django", "--to", django.url)).staying;
  await withDatabase(databases.application, async (query) => {
    await query("update users set username = 'kimmy', username_key = 'kimmy' where username = 'kim'");
    await query(
      "update passwords set encoded = 'x', is_from_django = false, changed_at = now() from users where id = user_id and username = 'lea'",
    );
    await query("delete from users where username = 'mia'");
    await query(
      "insert into users (username, username_key, email, birth_date) values ('new', 'new', 'new@example.com', '1990-01-02')",
    );
  });
  const { staying } = await answer("export", "django", "--to", django.url);
  const more = (kind: string) => staying[kind] - before[kind];
  expect(Object.keys(staying).filter((kind) => more(kind) !== 0)).toEqual([
    "made_here",
    "deleted_here",
    "password_set_here",
    "name_changed_here",
  ]);
  expect(
    Object.keys(staying)
      .map(more)
      .every((each) => each === 0 || each === 1),
  ).toBe(true);
});
