import { expect, inject, test } from "vitest";
import { NOT_THEIRS, PARTS } from "#db/export.ts";
import { logIn, newSession, send } from "#e2e/client.ts";
import { askForEmail, changeEmail, freshEmail, newOwner } from "#e2e/email-changes.ts";
import { eventNames } from "#e2e/events-of.ts";
import { claimsOf } from "#e2e/forge.ts";
import { withDatabase } from "#e2e/harness.ts";
import { insertPasskey, newGuarded } from "#e2e/second-factor.ts";

const origin = inject("origin");
const databaseUrl = inject("databaseUrl");
const exportOf = (cookies: Record<string, string>) => send(origin, "GET", "/api/user/account/export/", { cookies });

type Rows = Record<string, unknown>[];

test("every column of every table is exported, or withheld for a reason", async () => {
  const columns = await withDatabase(databaseUrl, (query) =>
    query(
      `select table_name as table, column_name as column from information_schema.columns
       where table_schema = 'public' order by 1, ordinal_position`,
    ),
  );
  const parts = Object.values(PARTS).map(({ table, exported, withheld }) => ({
    table,
    // A name with capitals is quoted.
    columns: [...exported, ...Object.keys(withheld)].map((name) => name.replaceAll('"', "")),
  }));
  const known = Object.fromEntries(parts.map(({ table, columns: names }) => [table, names]));
  const unknown = columns.filter(
    ({ table, column }) => !(String(table) in NOT_THEIRS) && !known[String(table)]?.includes(String(column)),
  );
  expect(unknown, "name them in db/export.ts").toEqual([]);
  // And nothing is named there that the database does not have.
  const existing = new Set(columns.map(({ table, column }) => `${table}.${column}`));
  expect(
    parts.flatMap(({ table, columns: names }) => names.map((name) => `${table}.${name}`)).filter((name) => !existing.has(name)),
  ).toEqual([]);
  const tables = new Set(columns.map(({ table }) => table));
  expect(Object.keys(NOT_THEIRS).filter((table) => !tables.has(table))).toEqual([]);
  const reasons = [
    ...Object.values(NOT_THEIRS),
    ...Object.values(PARTS).flatMap(({ withheld }) => Object.values<string>(withheld)),
  ];
  expect(reasons.filter((reason) => reason.length < 5)).toEqual([]);
});

test("the export is a file of everything that is kept about the user, and of no other user", async () => {
  const { user, cookies, refresh } = await newOwner(origin);
  const bystander = await newSession(origin);
  const email = freshEmail();
  await changeEmail(origin, cookies, user.email, email);
  const pending = freshEmail();
  await askForEmail(origin, cookies, pending);
  const answer = await exportOf(cookies);
  expect([answer.status, answer.headers["content-type"], answer.headers["cache-control"]]).toEqual([
    200,
    "application/json; charset=utf-8",
    "no-store",
  ]);
  expect(answer.headers["content-disposition"]).toBe(`attachment; filename="movieconnect-${user.username}.json"`);
  const { account, password, sessions, login_addresses, events, email_changes, mails } = answer.json as Record<string, Rows>;
  expect(account).toEqual([
    {
      ...{ id: user.id, username: user.username, email, birth_date: "1990-01-02", is_active: true, has_second_factor: false },
      ...{ created_at: expect.stringMatching(/Z$/), email_verified_at: expect.stringMatching(/Z$/) },
    },
  ]);
  expect(password).toEqual([{ changed_at: expect.stringMatching(/Z$/) }]);
  expect(sessions).toEqual([
    expect.objectContaining({ id: claimsOf(refresh).sid, address: "127.0.0.1", device: "Unknown device", revoked_at: null }),
  ]);
  expect(login_addresses).toEqual([{ address: "127.0.0.1", last_login_at: expect.stringMatching(/Z$/) }]);
  expect(events?.map(({ event }) => event)).toEqual(["signup", "login", "email_changed", "exported"]);
  expect(email_changes).toEqual([{ old_email: user.email, changed_at: expect.stringMatching(/Z$/), undone_at: null }]);
  expect(mails?.map(({ kind }) => kind)).toContain("change_email");
  expect(answer.text).not.toContain(bystander.user.username);
});

test("the export holds no hash, no secret and no token", async () => {
  const { user, cookies, refresh } = await newSession(origin);
  await logIn(origin, user);
  const { text } = await exportOf(cookies);
  const [stored] = await withDatabase(databaseUrl, (query) =>
    query("select encoded from passwords where user_id = $1", [user.id]),
  );
  for (const secret of [String(stored?.encoded), "$2", user.password, refresh, cookies.access_token ?? "", inject("authSecret")])
    expect(text).not.toContain(secret);
});

test("the export has the passkeys, when codes were switched on, and how many recovery codes are left, without what they are checked with", async () => {
  const { user, cookies, secret, recoveryCodes } = await newGuarded(origin);
  await insertPasskey(databaseUrl, user.id, "Phone");
  const answer = await exportOf(cookies);
  expect(answer.status).toBe(200);
  const { account, passkeys, totp, recovery_codes } = answer.json as Record<string, Rows>;
  expect(account).toEqual([expect.objectContaining({ has_second_factor: true })]);
  expect(passkeys).toEqual([
    {
      ...{ name: "Phone", credential_id: `Phone of ${user.id}`, transports: ["internal"], aaguid: "an-aaguid" },
      ...{ may_sync: true, is_synced: true, created_at: expect.stringMatching(/Z$/), last_used_at: null },
    },
  ]);
  expect(totp).toEqual([{ is_on: true, added_at: expect.stringMatching(/Z$/) }]);
  expect(recovery_codes).toEqual(Array.from({ length: 10 }, () => ({ made_at: expect.stringMatching(/Z$/) })));
  const kept = await withDatabase(databaseUrl, (query) =>
    query(
      `select sealed as text from totp_secrets where user_id = $1 union all select digest from recovery_codes where user_id = $1
       union all select passkey_handle from users where id = $1 union all select encode(public_key, 'escape') from passkeys where user_id = $1`,
      [user.id],
    ),
  );
  expect(kept).toHaveLength(13);
  for (const text of [...kept.map((row) => String(row.text)), secret, ...recoveryCodes]) expect(answer.text).not.toContain(text);
});

test("an export is an event", async () => {
  const { cookies } = await newSession(origin);
  await exportOf(cookies);
  expect((await eventNames(origin, cookies))[0]).toBe("exported");
});

test("the file of a user whose name is beyond ASCII is named by it all the same", async () => {
  const { user, cookies } = await newSession(origin);
  const username = `Ængström${user.username}`;
  const renamed = await send(origin, "PATCH", "/api/user/account/", { cookies, json: { username } });
  const { headers } = await exportOf(renamed.cookies);
  expect(headers["content-disposition"]).toBe(
    `attachment; filename="movieconnect-_ngstr_m${user.username}.json"; filename*=UTF-8''movieconnect-%C3%86ngstr%C3%B6m${user.username}.json`,
  );
});
