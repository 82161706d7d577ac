import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withDirectDatabase } from "#db/direct-database.ts";
import { findUsersTable } from "#db/django-tables.ts";
import { dump } from "#e2e/dump.ts";
import { withDatabase } from "#e2e/harness.ts";
import { djangoPython } from "#e2e/tools/django.ts";
import { countFindings, type Finding } from "#lib/django/findings.ts";
import { importUsers } from "#lib/django/import-users.ts";
import type { KindName } from "#lib/django/kinds.ts";
import { type Databases, startDatabases } from "./databases.ts";
import { type Django, startDjango } from "./django-server.ts";

// What an import brings, judged by the rows here. The tables there are those that Django made.

const HASH = "pbkdf2_sha256$1000$salt$G0Wtvn5DaoCKlWOGPvUvcjMlGisLe9ePj2QLwPxKJcE=";
const OTHER_HASH = "bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuuGp2p0sOr0TqyS3n7A8g5iV7vQb0h5fO";

let databases: Databases;
let plain: Django;
let custom: Django;
beforeAll(async () => {
  if (djangoPython() === undefined) return;
  databases = await startDatabases();
  [plain, custom] = await Promise.all([
    startDjango(databases.superuser, "plain", { hasBlacklist: false }),
    startDjango(databases.superuser, "custom", { userModel: "api.GenericUser" }),
  ]);
});
afterAll(async () => {
  await Promise.all([plain, custom].map((django) => django?.stop()));
  await databases?.stop();
});

type Row = Record<string, unknown>;
type Person = { id?: number; username: string } & Row;

/** A site whose users are these, and an application without accounts. Both are databases of this test alone. */
async function newMove(people: Person[] = []) {
  const [site, home] = [await databases.copy(custom.url), await databases.copy(databases.application)];
  const move = {
    site,
    home,
    there: (text: string, values: unknown[] = []) => withDatabase(site, (query) => query(text, values)),
    here: (text: string, values: unknown[] = []) => withDatabase(home, (query) => query(text, values)),
    add: (person: Person) => {
      const row = { ...DEFAULTS, email: `${createHash("md5").update(person.username).digest("hex")}@example.com`, ...person };
      const names = Object.keys(row);
      const places = names.map((_, index) => `$${index + 1}`);
      return move.there(`insert into api_genericuser (${names.join(", ")}) values (${places.join(", ")})`, Object.values(row));
    },
    /** Imports. `rows`: kind and id of each finding */
    bring: async (mended: KindName[] = [], { isDry = false } = {}) => {
      const rows: Finding[] = [];
      const findings = countFindings(new Set(mended), (finding) => rows.push(finding));
      const tally = await withDirectDatabase(site, (source) =>
        withDirectDatabase(home, async (db) => {
          const table = await findUsersTable(source, { table: undefined, birthDate: undefined });
          return importUsers(source, db, { table, isDry, findings, onProgress: () => {} });
        }),
      );
      return { tally, rows, found: rows.map(({ kind, id }) => `${kind} ${id}`).sort(), counts: findings.counts };
    },
  };
  for (const person of people) await move.add(person);
  return move;
}

const DEFAULTS = {
  password: HASH,
  birth_date: "1990-01-02",
  is_active: true,
  is_staff: false,
  is_superuser: false,
  first_name: "",
  last_name: "",
  date_joined: "2020-02-03T04:05:06.789012Z",
};

const NOTHING = { read: 0, created: 0, changed: 0, unchanged: 0, refused: 0 };

test.runIf(djangoPython())("users keep their ids, dates, hashes, standing and last login", async () => {
  const last_login = "2026-10-11T12:13:14.151617+00:00";
  const move = await newMove([
    { id: 7, username: "ann", email: "Ann@example.com", is_staff: true, last_login },
    { id: 9, username: "bob", email: "bob@example.com", is_active: false, password: `!${"x".repeat(40)}` },
  ]);
  expect((await move.bring()).tally).toEqual({ ...NOTHING, read: 2, created: 2 });
  const times = "created_at::text, changed_at::text, last_login_at::text, email_verified_at, tokens_void_before";
  const rows = await move.here(
    `select id::int, username, username_key, email, birth_date::text, is_active, is_staff, encoded, is_from_django, ${times}
     from users left join passwords p on p.user_id = id left join django_users d on d.user_id = id order by id`,
  );
  const joined = "2020-02-03 04:05:06.789012+00";
  const common = { birth_date: "1990-01-02", created_at: joined, email_verified_at: null, tokens_void_before: null };
  expect(rows).toEqual([
    {
      ...{ id: 7, username: "ann", username_key: "ann", email: "Ann@example.com", is_active: true, is_staff: true },
      ...{ ...common, encoded: HASH, is_from_django: true, changed_at: joined, last_login_at: "2026-10-11 12:13:14.151617+00" },
    },
    {
      ...{ id: 9, username: "bob", username_key: "bob", email: "bob@example.com", is_active: false, is_staff: false },
      ...{ ...common, encoded: null, is_from_django: null, changed_at: null, last_login_at: null },
    },
  ]);
  expect(await move.here("select format from password_formats")).toEqual([{ format: "pbkdf2_sha256$1000" }]);
});

test.runIf(djangoPython())("a site with Django's own user model comes without birth dates", async () => {
  const [made] = plain.addPeople([{ username: "ann", email: "ann@example.com", password: "seven-samurai-1954" }]);
  const [site, home] = [await databases.copy(plain.url), await databases.copy(databases.application)];
  const findings = countFindings(new Set(["without_birth_date"]), () => {});
  await withDirectDatabase(site, (source) =>
    withDirectDatabase(home, async (db) => {
      const table = await findUsersTable(source, { table: undefined, birthDate: undefined });
      expect(table).toEqual({ name: "auth_user", birthDate: null, hasStaff: true, hasVerifiedEmails: false });
      await importUsers(source, db, { table, isDry: false, findings, onProgress: () => {} });
    }),
  );
  const rows = await withDatabase(home, (query) =>
    query("select id::int, birth_date, encoded from users join passwords on user_id = id"),
  );
  expect(rows).toEqual([{ id: made?.id, birth_date: null, encoded: made?.encoded }]);
});

/** Users who can't come as they are, each with what comes in place of it. */
const KINDS: [kind: KindName, person: Person, comes: Row][] = [
  ["without_birth_date", { id: 11, username: "a", birth_date: null }, { birth_date: null }],
  ["bad_birth_date", { id: 12, username: "b", birth_date: "2999-01-01" }, { birth_date: null }],
  ["bad_birth_date", { id: 13, username: "c", birth_date: "1850-01-01" }, { birth_date: null }],
  ["same_name", { id: 14, username: "STRASSE", last_login: "2026-01-01T00:00:00Z" }, { username: "STRASSE-14" }],
  ["name_with_at", { id: 15, username: "d@else.example" }, { username: "d-else.example-15" }],
  ["bad_name", { id: 16, username: "e f!" }, { username: "e-f-16" }],
  ["bad_name", { id: 17, username: "" }, { username: "user-17" }],
  ["same_email", { id: 18, username: "g", email: "G@example.com", last_login: "2026-01-01T00:00:00Z" }, { email: null }],
  ["without_email", { id: 19, username: "h", email: "" }, { email: null }],
  ["bad_email", { id: 20, username: "i", email: "jürgen@example.com" }, { email: null }],
  ["unknown_hash", { id: 21, username: "j", password: "md5$salt$0123456789abcdef" }, { encoded: null }],
];
/** They logged in later than the others of their name or address. */
const KEEPERS: Person[] = [
  { id: 31, username: "Straße", last_login: "2026-01-02T00:00:00Z" },
  { id: 32, username: "k", email: "g@example.com", last_login: "2026-01-02T00:00:00Z" },
];

test.runIf(djangoPython())(
  "a user who can't come is left out with the reason, and comes mended where that is asked for, once",
  async () => {
    const move = await newMove([...KINDS.map(([, person]) => person), ...KEEPERS]);
    const said = KINDS.map(([kind, { id }]) => `${kind} ${id}`).sort();
    const refused = await move.bring();
    expect(refused.found).toEqual(said);
    expect(refused.tally).toEqual({ ...NOTHING, read: 13, created: KEEPERS.length, refused: KINDS.length });
    expect(await move.here("select from users where id < 31")).toEqual([]);

    const mends = [...new Set(KINDS.map(([kind]) => kind))];
    const mended = await move.bring(mends);
    expect(mended.found).toEqual(said);
    expect(mended.tally).toEqual({ ...NOTHING, read: 13, created: KINDS.length, unchanged: KEEPERS.length });
    const rows = await move.here(
      "select id::int, username, email, birth_date, encoded from users left join passwords on user_id = id where id < 31 order by id",
    );
    for (const [index, [, { id }, comes]] of KINDS.entries()) expect(rows[index]).toMatchObject({ id, ...comes });

    // The next login must not turn a mend around.
    await move.there("update api_genericuser set last_login = now() where id < 31");
    const again = await move.bring(mends);
    expect([again.found, again.tally]).toEqual([[], { ...NOTHING, read: 13, unchanged: 13 }]);
  },
);

test.runIf(djangoPython())(
  "a name or an address of an account made here is not taken from it, and its id is no user's of Django",
  async () => {
    const move = await newMove([
      { id: 5, username: "ANN", email: "five@example.com" },
      { id: 6, username: "six", email: "ANN@example.com" },
      { id: 7, username: "seven", email: "seven@example.com" },
    ]);
    await move.here(
      `insert into users (id, username, username_key, email, birth_date) overriding system value
     values (1000, 'ann', 'ann', 'ann@example.com', '1990-01-02'), (7, 'other', 'other', 'other@example.com', '1990-01-02')`,
    );
    const refused = await move.bring();
    expect(refused.found).toEqual(["id_taken 7", "same_email 6", "same_name 5"]);
    await move.bring(["same_name", "same_email"]);
    expect(await move.here("select id::int, username, email from users order by id")).toEqual([
      { id: 5, username: "ANN-5", email: "five@example.com" },
      { id: 6, username: "six", email: null },
      { id: 7, username: "other", email: "other@example.com" },
      { id: 1000, username: "ann", email: "ann@example.com" },
    ]);
  },
);

test.runIf(djangoPython())(
  "a name that is the account's own address comes as it is, other forms of a name and an address in one form",
  async () => {
    const move = await newMove([
      { id: 1, username: "Ann@Example.com", email: "ann@example.com" },
      { id: 2, username: "ﬁlm", email: " bob@bücher.example " },
    ]);
    const { found, rows } = await move.bring();
    expect(found).toEqual(["email_form 2", "name_form 2"]);
    expect(rows.map(({ becomes }) => becomes)).toEqual(["film", "bob@xn--bcher-kva.example"]);
    expect(await move.here("select username, email from users order by id")).toEqual([
      { username: "Ann@Example.com", email: "ann@example.com" },
      { username: "film", email: "bob@xn--bcher-kva.example" },
    ]);
  },
);

test.runIf(djangoPython())("a new name is one that nobody has, here or there", async () => {
  const move = await newMove([
    { id: 12, username: "ann!" },
    { id: 13, username: "ann-12" },
  ]);
  await move.bring(["bad_name"]);
  expect(await move.here("select id::int, username from users order by id")).toEqual([
    { id: 12, username: "ann-12-12" },
    { id: 13, username: "ann-12" },
  ]);
});

test.runIf(djangoPython())(
  "what changed there comes, what changed here stays, and what changed on both sides is told and stays",
  async () => {
    const move = await newMove([
      { id: 1, username: "there" },
      { id: 2, username: "here" },
      { id: 3, username: "both" },
      { id: 4, username: "same" },
    ]);
    await move.bring();
    const session = "insert into sessions (id, user_id, expires_at) values ('kept', 1, now() + interval '1 day')";
    await move.here(session);
    await move.there("update api_genericuser set username = 'there2', password = $1, birth_date = '1991-01-02' where id = 1", [
      OTHER_HASH,
    ]);
    await move.here("update users set username = 'here2', username_key = 'here2', is_active = false where id = 2");
    await move.there("update api_genericuser set username = 'both2', email = 'both2@example.com' where id = 3");
    await move.here("update users set username = 'both3', username_key = 'both3' where id = 3");
    await move.there("update api_genericuser set email = 'same@example.com' where id = 4");
    await move.here("update users set email = 'same@example.com' where id = 4");

    const { found, tally, rows } = await move.bring();
    expect(found).toEqual(["changed_on_both_sides 3"]);
    expect(rows[0]).toMatchObject({ field: "username", value: "both2", becomes: "both3" });
    expect(tally).toEqual({ ...NOTHING, read: 4, changed: 3, unchanged: 1 });
    const accounts = "select username, email, birth_date::text, is_active from users order by id";
    expect(await move.here(accounts)).toMatchObject([
      { username: "there2", birth_date: "1991-01-02" },
      { username: "here2", is_active: false },
      { username: "both3", email: "both2@example.com" },
      { username: "same", email: "same@example.com" },
    ]);
    // Django encodes anew at logins: such a hash ends nothing, and is no newer than the account.
    const [password] = await move.here(
      `select encoded, is_from_django, changed_at = users.created_at as is_old, revoked_at, tokens_void_before
     from passwords join users on users.id = user_id join django_users using (user_id) join sessions using (user_id) where user_id = 1`,
    );
    expect(password).toEqual({
      encoded: OTHER_HASH,
      is_from_django: true,
      is_old: true,
      revoked_at: null,
      tokens_void_before: null,
    });
    expect(await move.here("select format from password_formats order by format")).toEqual([
      { format: "bcrypt_sha256$4" },
      { format: "pbkdf2_sha256$1000" },
    ]);

    expect((await move.bring()).found).toEqual(["changed_on_both_sides 3"]);
  },
);

test.runIf(djangoPython())("a password that was set here is not replaced by one that was set there", async () => {
  const move = await newMove([{ id: 1, username: "ann" }]);
  await move.bring();
  await move.here("update passwords set encoded = 'ours', is_from_django = false, changed_at = now()");
  expect((await move.bring()).tally.unchanged).toBe(1);
  await move.there("update api_genericuser set password = $1", [OTHER_HASH]);
  const { found, rows } = await move.bring();
  expect(found).toEqual(["changed_on_both_sides 1"]);
  expect(JSON.stringify(rows)).not.toContain("$");
  expect(await move.here("select encoded from passwords")).toEqual([{ encoded: "ours" }]);
});

test.runIf(djangoPython())("a user who is disabled there is logged out here", async () => {
  const move = await newMove([{ id: 1, username: "ann" }]);
  await move.bring();
  await move.here("insert into sessions (id, user_id, expires_at) values ('hers', 1, now() + interval '1 day')");
  await move.there("update api_genericuser set is_active = false");
  await move.bring();
  const [session] = await move.here(
    "select is_active, end_reason, tokens_void_before is null as takes_tokens from users join sessions on user_id = users.id join django_users using (user_id)",
  );
  expect(session).toEqual({ is_active: false, end_reason: "account_disabled", takes_tokens: false });
});

test.runIf(djangoPython())("an account that was deleted here does not come again", async () => {
  const move = await newMove([{ id: 1, username: "ann" }]);
  await move.bring();
  await move.here("delete from users");
  const { found, tally } = await move.bring();
  expect([found, tally.refused]).toEqual([["deleted_here 1"], 1]);
  expect(await move.here("select from users")).toEqual([]);
});

test.runIf(djangoPython())("an account that was deleted there stays, or is disabled until it is there again", async () => {
  const move = await newMove([
    { id: 1, username: "ann" },
    { id: 2, username: "bob" },
  ]);
  await move.bring();
  const active = async () => (await move.here("select is_active from users order by id")).map((row) => row.is_active);
  await move.there("delete from api_genericuser where id = 1");
  expect((await move.bring()).found).toEqual(["gone 1"]);
  expect(await active()).toEqual([true, true]);
  await move.bring(["gone"]);
  expect(await active()).toEqual([false, true]);
  await move.add({ id: 1, username: "ann" });
  expect((await move.bring(["gone"])).found).toEqual([]);
  expect(await active()).toEqual([true, true]);
});

test.runIf(djangoPython())("accounts made here get ids that are a million beyond Django's, and never go back", async () => {
  const move = await newMove([{ id: 70, username: "ann" }]);
  const nextId = async () => {
    const rows = await move.here(
      `insert into users (username, username_key, email, birth_date)
       select n, n, n || '@example.com', '1990-01-02' from (select gen_random_uuid()::text as n) name returning id::int`,
    );
    return rows[0]?.id;
  };
  await move.bring([], { isDry: true });
  expect(await nextId()).toBe(1);
  await move.bring();
  expect(await nextId()).toBe(1_000_071);
  await move.bring();
  expect(await nextId()).toBe(1_000_072);
  await move.add({ id: 5_000, username: "bob" });
  await move.bring();
  expect(await nextId()).toBe(1_005_001);
});

test.runIf(djangoPython())("a dry run finds what an import finds, and changes nothing", async () => {
  const move = await newMove([
    { id: 1, username: "ann" },
    { id: 2, username: "Ann", birth_date: null },
    { id: 3, username: "b b", password: "crypt$$x" },
  ]);
  const before = await dump(move.home);
  const dry = await move.bring(["same_name", "bad_name"], { isDry: true });
  expect(await dump(move.home)).toBe(before);
  const real = await move.bring(["same_name", "bad_name"]);
  expect(dry.found).toEqual(["bad_name 3", "same_name 2", "unknown_hash 3", "without_birth_date 2"]);
  expect([real.found, real.tally]).toEqual([dry.found, dry.tally]);
});
