import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { send, signUp } from "#e2e/client.ts";
import { startServer, type TestServer, withDatabase } from "#e2e/harness.ts";
import { startPostgresWithRoles } from "#e2e/postgres-with-roles.ts";
import { djangoPython } from "#e2e/tools/django.ts";
import { formatOf, matches } from "#lib/passwords/formats.ts";
import { type Django, type Person, startDjango } from "./django-server.ts";

// Django's hashes here, and ours there.

const PASSWORD = "sieben Samurai – 七人の侍";
const FORMATS = {
  default: "pbkdf2_sha256$260000",
  pbkdf2_sha1: "pbkdf2_sha1$260000",
  argon2: "argon2$argon2id$v=19$m=102400,t=2,p=8",
  bcrypt_sha256: "bcrypt_sha256$12",
  bcrypt: "bcrypt$12",
};
type Hasher = keyof typeof FORMATS;
const HASHERS = Object.keys(FORMATS) as Hasher[];

let postgres: Awaited<ReturnType<typeof startPostgresWithRoles>>;
let django: Django;
/** With REHASH=off, and with REHASH=on. */
let keeping: TestServer;
let renewing: TestServer;
beforeAll(async () => {
  if (djangoPython() === undefined) return;
  postgres = await startPostgresWithRoles("application");
  const settings = { DATABASE_URL: postgres.owner, AUTH_SECRET: inject("authSecret"), WEB_CONCURRENCY: "1", RATE_LIMITS: "off" };
  keeping = await startServer({ ...settings, BCRYPT_COST: "10" });
  [renewing, django] = await Promise.all([
    // Beside the lane, whose threads are loaded from the source: those of Next's build load Argon2 from a bundle.
    startServer({ ...settings, BCRYPT_COST: "10", REHASH: "on", API_LANE: "off" }),
    startDjango(postgres.superuser, "django_hashes"),
  ]);
  await ask("insert into password_formats values ('pbkdf2_sha256$260000')");
});
afterAll(async () => {
  await Promise.all([keeping?.stop(), renewing?.stop(), django?.stop()]);
  await postgres?.stop();
});

test.runIf(djangoPython())(
  "Django's hash of each format opens its account and stays byte for byte, until REHASH is on",
  async () => {
    for (const hasher of HASHERS) {
      const { username, encoded } = await move({ password: PASSWORD, hasher });
      expect(formatOf(encoded)).toBe(FORMATS[hasher]);
      expect(await logIn(keeping, username, `${PASSWORD}.`), hasher).toBe(401);
      expect(await logIn(keeping, username, PASSWORD), hasher).toBe(200);
      expect(await stored(username)).toEqual({ encoded, is_from_django: true });
      expect(await logIn(renewing, username, PASSWORD), hasher).toBe(200);
      const renewed = await stored(username);
      expect(renewed).toEqual({ encoded: expect.stringMatching(/^bcrypt_sha256\$\$2b\$10\$/), is_from_django: false });
      expect(checkPassword(PASSWORD, String(renewed?.encoded))).toBe(true);
      expect(await logIn(keeping, username, PASSWORD), hasher).toBe(200);
    }
  },
);

test.runIf(djangoPython())(
  "Django and this application judge the same passwords alike, for each format and for scrypt",
  async () => {
    const long = "侍".repeat(24);
    const passwords = [PASSWORD, `${PASSWORD} `, PASSWORD.normalize("NFD"), "x", "X", "", long, `${long}x`, `${long}y`];
    const verdicts: [password: string, encoded: string, isRight: boolean][] = JSON.parse(
      django.python(`
import base64, hashlib, json
from django.contrib.auth.hashers import get_hashers, identify_hasher
passwords = json.loads(${JSON.stringify(JSON.stringify(passwords))})
for hasher in get_hashers():
    hasher.iterations, hasher.rounds, hasher.time_cost, hasher.memory_cost, hasher.parallelism = 1000, 4, 3, 100, 2
verdicts = [
    (password, encoded, hasher.verify(password, encoded))
    for hasher in get_hashers()
    for encoded in [hasher.encode(right, hasher.salt()) for right in ("", "x", *passwords[-3:], passwords[0])]
    for password in passwords
]
# Django 4.0's, as its code has it.
for right in passwords:
    hash = hashlib.scrypt(right.encode(), salt=b"seasalt", n=1024, r=8, p=5, maxmem=0, dklen=64)
    encoded = "scrypt$1024$seasalt$8$5$" + base64.b64encode(hash).decode()
    verdicts += [(password, encoded, password == right) for password in passwords]
print(json.dumps(verdicts))`),
    );
    expect(verdicts.length).toBe((5 * 6 + 9) * 9);
    for (const [password, encoded, isRight] of verdicts) {
      expect(await matches(password, encoded), `${password} for ${encoded}`).toBe(isRight);
    }
  },
);

test.runIf(djangoPython())("white space around a password counts as it did in Django, until the hash is ours", async () => {
  const moved = await move({ password: PASSWORD, hasher: "pbkdf2_sha1" });
  const { username, encoded } = moved;
  for (const around of [` ${PASSWORD}`, `${PASSWORD}\n`, `\u0085${PASSWORD}\u3000`, `${PASSWORD}\ufeff`, `${PASSWORD}  .`]) {
    const status = await logInThere(username, around);
    expect([await logIn(keeping, username, around), await logIn(renewing, username, around)], around).toEqual([status, status]);
  }
  // The password that was typed is not the one that was hashed, so the hash stays.
  expect(await stored(username)).toEqual({ encoded, is_from_django: true });
  const cookies = await cookiesOf(username, ` ${PASSWORD}`);
  const proof = { json: { password: `${PASSWORD} ` }, cookies };
  expect((await send(keeping.origin, "POST", "/api/user/reauthenticate/", proof)).status).toBe(200);
  const change = { json: { current_password: ` ${PASSWORD} `, new_password: `${PASSWORD} 2` }, cookies };
  expect((await send(keeping.origin, "POST", "/api/user/password/", change)).status).toBe(200);
  expect((await stored(username))?.is_from_django).toBe(false);
  expect(await logIn(keeping, username, `${PASSWORD} 2`)).toBe(200);
  expect(await logIn(keeping, username, `${PASSWORD} 2 `)).toBe(401);
});

test.runIf(djangoPython())(
  "a password that bcrypt cuts at 72 bytes opens the account as in Django, and is not hashed anew",
  async () => {
    const long = "x".repeat(72);
    const { username, encoded } = await move({ password: `${long}-the-end`, hasher: "bcrypt" });
    for (const password of [`${long}-the-end`, `${long}-another`]) expect(await logIn(renewing, username, password)).toBe(200);
    expect(await logIn(renewing, username, long.slice(1))).toBe(401);
    expect(await stored(username)).toEqual({ encoded, is_from_django: true });
    expect(await logIn(renewing, username, long)).toBe(200);
    expect((await stored(username))?.is_from_django).toBe(false);
  },
);

test.runIf(djangoPython())("an unusable password, or a hash of an unknown kind, opens nothing", async () => {
  for (const encoded of [
    undefined,
    "md5$salt$5f4dcc3b5aa765d61d8327deb882cf99",
    "argon2$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHNhbHQ$",
  ]) {
    const { username } = await move(encoded === undefined ? { hasher: "unusable" } : { encoded });
    for (const password of [PASSWORD, "!", encoded ?? "!x"]) expect(await logIn(keeping, username, password)).toBe(401);
  }
});

/** Makes a user in Django, and here an account that came from there. */
async function move(person: Omit<Person, "username">): Promise<{ username: string; encoded: string }> {
  const { username } = await signUp(keeping.origin);
  const [made] = django.addPeople([{ username, ...person }]);
  if (!made) throw new Error("Django made no user");
  await ask(
    "update passwords set encoded = $2, is_from_django = true where user_id = (select id from users where username = $1)",
    [username, made.encoded],
  );
  return made;
}

async function logIn({ origin }: { origin: string }, username: string, password: string): Promise<number> {
  return (await send(origin, "POST", "/api/token/", { json: { username, password } })).status;
}

// Not by `send`: this application's document does not say how Django answers. Django closes a connection that was idle for two
// seconds, maybe just as the next request is sent.
async function logInThere(username: string, password: string): Promise<number> {
  const headers = { "content-type": "application/json", connection: "close" };
  const body = JSON.stringify({ username, password });
  return (await fetch(`${django.origin}/api/token/`, { method: "POST", headers, body })).status;
}

async function cookiesOf(username: string, password: string): Promise<Record<string, string>> {
  return (await send(keeping.origin, "POST", "/api/token/", { json: { username, password } })).cookies;
}

function checkPassword(password: string, encoded: string): boolean {
  const [first, second] = [password, encoded].map((text) => JSON.stringify(text));
  return (
    django.python(`from django.contrib.auth.hashers import check_password\nprint(check_password(${first}, ${second}))`) ===
    "True\n"
  );
}

async function stored(username: string) {
  const [row] = await ask("select encoded, is_from_django from passwords join users on id = user_id where username = $1", [
    username,
  ]);
  return row;
}

function ask(statement: string, values: unknown[] = []) {
  return withDatabase(postgres.owner, (query) => query(statement, values));
}
