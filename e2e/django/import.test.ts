import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withDirectDatabase } from "#db/direct-database.ts";
import { findUsersTable } from "#db/django-tables.ts";
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

/** For each kind: the users who are of it, with what comes of them if they come mended. */
const KINDS: Record<string, { people: Person[]; comes: Row }> = {
  without_birth_date: { people: [{ username: "a", birth_date: null }], comes: { birth_date: null } },
  bad_birth_date: { people: [{ username: "a", birth_date: "2999-01-01" }], comes: { birth_date: null } },
  same_name: {
    people: [
      { id: 2, username: "Straße", last_login: "2026-01-02T00:00:00Z" },
      { id: 1, username: "STRASSE", last_login: "2026-01-01T00:00:00Z" },
    ],
    comes: { username: "STRASSE-1" },
  },
  name_with_at: { people: [{ username: "a@else.example" }], comes: { username: "a-else.example-1" } },
  bad_name: { people: [{ username: "a b!" }], comes: { username: "a-b-1" } },
  same_email: {
    people: [
      { id: 2, username: "b", email: "A@example.com", last_login: "2026-01-02T00:00:00Z" },
      { id: 1, username: "a", email: "a@example.com", last_login: "2026-01-01T00:00:00Z" },
    ],
    comes: { email: null },
  },
  without_email: { people: [{ username: "a", email: "" }], comes: { email: null } },
  bad_email: { people: [{ username: "a", email: "jürgen@example.com" }], comes: { email: null } },
  unknown_hash: { people: [{ username: "a", password: "md5$salt$0123456789abcdef" }], comes: { encoded: null } },
};

for (const [kind, { people, comes }] of Object.entries(KINDS)) {
  test.runIf(djangoPython())(`a user who is ${kind} is left out, and comes mended where that is asked for`, async () => {
    const move = await newMove(people.map((person) => ({ id: 1, ...person })));
    const refused = await move.bring();
    expect(refused.found).toEqual([`${kind} 1`]);
    expect(refused.tally).toMatchObject({ created: people.length - 1, refused: 1 });
    expect(await move.here("select from users where id = 1")).toEqual([]);

    const mended = await move.bring([kind as KindName]);
    expect(mended.found).toEqual([`${kind} 1`]);
    expect(mended.tally).toMatchObject({ created: 1, refused: 0 });
    const [row] = await move.here(
      "select username, email, birth_date, encoded from users left join passwords on user_id = id where id = 1",
    );
    expect(row).toMatchObject(comes);

    // The next login must not turn the mend around.
    await move.there("update api_genericuser set last_login = now() where id = 1");
    const again = await move.bring([kind as KindName]);
    expect(again.found).toEqual([]);
    expect(again.tally).toMatchObject({ created: 0, changed: 0, unchanged: people.length });
  });
}
