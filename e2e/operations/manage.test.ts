import { spawn } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { COMMANDS } from "#bin/manage/commands.ts";
import { database } from "#db/pool.ts";
import { newBareAccount } from "#e2e/bare-account.ts";
import { freshName, logIn, newSession, PASSWORD, send, signUp, signUpBody } from "#e2e/client.ts";
import { eventually, startPostgres, startServer, type TestPostgres, type TestServer, withDatabase } from "#e2e/harness.ts";
import { launch } from "#e2e/launch.ts";
import { enrol, insertPasskey, newGuarded } from "#e2e/second-factor.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";
import { environmentWith, presetConfig } from "#lib/config.ts";

// The operators' commands, beside an application of two workers that runs.

const OTHER_PASSWORD = "the-hidden-fortress-1958";
// The command of package.json, without npm, which is slow.
const COMMAND = [process.execPath, "--import", "tsx", "bin/manage.ts"];
const REFRESH = "/api/token/refresh/";
const PROFILE = "/api/user/profile/";

let postgres: TestPostgres;
let server: TestServer;
beforeAll(async () => {
  postgres = await startPostgres();
  server = await startServer({ DATABASE_URL: postgres.url, REVOCATION_POLL_MS: "200" });
});
afterAll(async () => {
  await server.stop();
  await postgres.stop();
});

type Outcome = { status: number | null; output: string; errors: string };

async function manage(args: string[], input = "", variables: Record<string, string> = {}): Promise<Outcome> {
  const command = [...COMMAND, ...args];
  const run = launch({ DATABASE_URL: postgres.url, AUTH_SECRET: "", ...variables }, { command, input });
  return { status: await run.ended, output: run.output(), errors: run.errors() };
}

/** A command's output for programs. */
// biome-ignore lint/suspicious/noExplicitAny: tests compare it with literals
async function answer(args: string[], input = ""): Promise<any> {
  const { status, output, errors } = await manage([...args, "--json"], input);
  expect([status, errors]).toEqual([0, ""]);
  return JSON.parse(output);
}

const login = (username: string, password: string) =>
  unlessBusy(() => send(server.origin, "POST", "/api/token/", { json: { username, password } }));
const statusOf = async (path: string, cookies: Record<string, string>) =>
  (await unlessBusy(() => send(server.origin, path === REFRESH ? "POST" : "GET", path, { cookies }))).status;

/** Expects that both tokens are refused, by every worker: each request may reach another one, so there are many. */
async function expectEnded(cookies: Record<string, string>): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  for (let asked = 0; asked < 8; asked += 1) expect(await statusOf(PROFILE, cookies)).toBe(401);
  expect(await statusOf(REFRESH, cookies)).toBe(401);
}

const create = (name: string) => [
  "user",
  "create",
  "--username",
  name,
  "--email",
  `${name}@example.com`,
  "--birth-date",
  "1990-01-02",
];

test("a user that is created with a password from stdin can log in with it, and is shown", async () => {
  const name = freshName();
  const created = await answer([...create(name), "--password-stdin"], `${PASSWORD}\n`);
  expect(created).toEqual({
    id: expect.any(Number),
    username: name,
    email: `${name}@example.com`,
    email_verified: true,
    birth_date: "1990-01-02",
    is_active: true,
    second_factor: false,
    recovery_codes: 0,
    passkeys: 0,
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    ways_in: ["password"],
    living_sessions: 0,
  });
  expect((await login(name, PASSWORD)).status).toBe(200);
  expect(await answer(["user", "show", `${name.toUpperCase()}@EXAMPLE.com`])).toEqual({ ...created, living_sessions: 1 });
  const { status, output } = await manage(["user", "show", name.toUpperCase()]);
  expect(status).toBe(0);
  expect(output).toContain(`username         ${name}\n`);
});

test("an operator sees what opens an account: a password, the providers that are linked, passkeys, and whether codes are asked for", async () => {
  const { user, cookies } = await newSession(server.origin);
  const { username } = user;
  await withDatabase(postgres.url, async (query) => {
    await query(
      `insert into accounts ("userId", type, provider, "providerAccountId")
       select id, 'oidc', 'google', 'https://accounts.google.com#' || username from users where username = $1`,
      [username],
    );
  });
  for (const name of ["Phone", "Key"]) await insertPasskey(postgres.url, user.id, name);
  await enrol(server.origin, cookies);
  const ways = { second_factor: true, recovery_codes: 10, passkeys: 2, ways_in: ["password", "google", "passkey"] };
  expect(await answer(["user", "show", username])).toMatchObject(ways);
  expect((await manage(["user", "list", "--search", username])).output).toMatch(
    /second factor {2}ways in\n.* {2}yes {12}password, google, passkey\n/,
  );
});

test("an operator removes a second factor: the password alone logs in, every session has ended, and the owner is told", async () => {
  const { user, cookies } = await newGuarded(server.origin, postgres.url);
  const remove = ["second-factor", "remove", user.username];
  // Without a terminal there is nobody to ask, and nothing changes.
  expect((await manage(remove)).status).toBe(2);
  expect(await answer(["user", "show", user.username])).toMatchObject({ second_factor: true, living_sessions: 1 });
  const removed = await answer([...remove, "--yes"]);
  expect(removed).toMatchObject({ username: user.username, second_factor: false, recovery_codes: 0, living_sessions: 0 });
  await expectEnded(cookies);
  expect((await login(user.username, PASSWORD)).status).toBe(200);
  await withDatabase(postgres.url, async (query) => {
    const events = await query(
      "select event, address, device from events where user_id = $1 and event like 'totp%' order by id",
      [user.id],
    );
    expect(events.at(-1)).toEqual({ event: "totp_removed", address: null, device: null });
    const mails = await query(
      "select facts from mails where user_id = $1 and kind = 'way_in_changed' and facts ->> 'change' = 'totp_removed'",
      [user.id],
    );
    expect(mails).toEqual([{ facts: expect.objectContaining({ change: "totp_removed", isByOperator: true, address: null }) }]);
  });
  expect(await manage([...remove, "--yes"])).toEqual({
    status: 1,
    output: "",
    errors: `movieconnect: ${user.username} has no second factor\n`,
  });
});

test("an operator removes the second factor of a disabled account, which stays disabled", async () => {
  const { user } = await newGuarded(server.origin, postgres.url);
  await answer(["user", "disable", user.username]);
  const removed = await answer(["second-factor", "remove", user.username, "--yes"]);
  expect(removed).toMatchObject({ second_factor: false, is_active: false });
});

test("an operator answers for the address of a created user, which gets no mail that asks to confirm it; a signup's is unverified", async () => {
  const name = freshName();
  await answer([...create(name), "--generate-password"]);
  const mails = (address: string) =>
    withDatabase(postgres.url, (query) => query("select kind from mails where address = $1", [address]));
  expect(await mails(`${name}@example.com`)).toEqual([]);
  const user = await signUp(server.origin);
  expect(await answer(["user", "show", user.username])).toMatchObject({ email_verified: false });
  expect(await mails(user.email)).toEqual([{ kind: "confirm_email" }]);
});

test("a password that the command makes is shown once, and works", async () => {
  const name = freshName();
  const { password } = await answer([...create(name), "--generate-password"]);
  expect(password).toMatch(/^[\w-]{24}$/);
  expect((await login(name, password)).status).toBe(200);
  const { status, output } = await manage(["user", "set-password", name, "--generate-password"]);
  expect(status).toBe(0);
  expect((await login(name, password)).status).toBe(401);
  expect((await login(name, /^Password: (.*)$/m.exec(output)?.[1] ?? "")).status).toBe(200);
});

test("fields that the signup refuses are refused in the same words, all in one line", async () => {
  const { username } = await signUp(server.origin);
  const args = ["user", "create", "--username", username, "--email", "nowhere", "--birth-date", "2023-02-29", "--password-stdin"];
  expect(await manage(args, "short")).toEqual({
    status: 1,
    output: "",
    errors: expect.stringMatching(
      /^movieconnect: (?=.*email: Enter a valid email address\.)(?=.*birth-date: Date has wrong format\.)(?=.*password: This password is too short\.)(?=.*username: A user with that username already exists\.).*\n$/,
    ),
  });
  const weak = await manage(["user", "set-password", username, "--password-stdin"], "password123");
  expect(weak).toEqual({ status: 1, output: "", errors: "movieconnect: password: This password is too common.\n" });
  expect((await login(username, PASSWORD)).status).toBe(200);
});

test("a new password ends every session, and the old one is refused", async () => {
  const { user, cookies } = await newSession(server.origin);
  const second = await logIn(server.origin, user);
  const bystander = await newSession(server.origin);
  const changed = await answer(["user", "set-password", user.username, "--password-stdin"], OTHER_PASSWORD);
  expect(changed).toMatchObject({ username: user.username, living_sessions: 0 });
  for (const each of [cookies, second.cookies]) await expectEnded(each);
  expect((await login(user.username, PASSWORD)).status).toBe(401);
  expect((await login(user.username, OTHER_PASSWORD)).status).toBe(200);
  expect(await statusOf(PROFILE, bystander.cookies)).toBe(200);
});

test("a password that an operator sets is among the account's events, and a mail to its owner waits", async () => {
  const user = await signUp(server.origin);
  await answer(["user", "set-password", user.username, "--password-stdin"], OTHER_PASSWORD);
  await withDatabase(postgres.url, async (query) => {
    const events = await query("select event, address, device from events where user_id = $1 order by id", [user.id]);
    expect(events.at(-1)).toEqual({ event: "password_changed", address: null, device: null });
    const mails = await query("select kind, address, facts from mails where user_id = $1 and kind = 'password_changed'", [
      user.id,
    ]);
    expect(mails).toEqual([{ kind: "password_changed", address: user.email, facts: { address: null, device: null } }]);
  });
});

test("logins with the old password that are under way while it changes leave no session behind", async () => {
  const { username } = await signUp(server.origin);
  let isOver = false;
  const statuses: number[] = [];
  const attackers = [1, 2, 3, 4].map(async () => {
    while (!isOver) statuses.push(await login(username, PASSWORD).then(({ status }) => status));
  });
  await eventually(() => statuses.length > 4);
  await answer(["user", "set-password", username, "--password-stdin"], OTHER_PASSWORD);
  isOver = true;
  await Promise.all(attackers);
  expect(new Set(statuses)).toEqual(new Set([200, 401]));
  expect(await answer(["sessions", "list", username])).toEqual([]);
});

test("an address that an operator gives is verified, ends every session, and the old address can undo it", async () => {
  const { user, cookies } = await newSession(server.origin);
  const [email, other] = [`${freshName()}@example.com`, await signUp(server.origin)];
  const set = (address: string) => ["user", "set-email", user.username, "--email", address];
  expect(await answer(set(email))).toMatchObject({ email, email_verified: true, living_sessions: 0 });
  await expectEnded(cookies);
  const kinds = () =>
    withDatabase(postgres.url, (query) =>
      query("select kind, address from mails where user_id = $1 and kind = 'email_changed'", [user.id]),
    );
  expect(await kinds()).toEqual([{ kind: "email_changed", address: user.email }]);
  const taken = await manage(set(other.email));
  expect(taken).toEqual({ status: 1, output: "", errors: "movieconnect: email: A user with that email already exists.\n" });
  expect((await manage(set("nowhere"))).errors).toBe("movieconnect: email: Enter a valid email address.\n");
});

test("an account without an address and a birth date is listed, shown, given an address, and deleted", async () => {
  const { username, id } = await newBareAccount(server.origin, postgres.url);
  expect((await manage(["user", "list", "--search", username])).output).toMatch(new RegExp(`${username}  -  `));
  expect((await manage(["user", "show", username])).output).toMatch(/^email +-\n(.*\n)*birth_date +-\n/m);
  expect(await answer(["user", "show", username])).toMatchObject({ email: null, birth_date: null });
  await answer(["user", "set-password", username, "--password-stdin"], OTHER_PASSWORD);
  const given = await answer(["user", "set-email", username, "--email", `${username}@example.com`]);
  expect(given).toMatchObject({ email: `${username}@example.com`, email_verified: true, birth_date: null });
  await withDatabase(postgres.url, async (query) => {
    expect(await query("select kind from mails where user_id = $1", [id])).toEqual([]);
    await query("update users set email = null where id = $1", [id]);
  });
  expect(await answer(["user", "delete", username, "--yes"])).toMatchObject({ deleted: { username, email: null } });
});

test("disabling a user ends the sessions at once, and an enabled user can log in again", async () => {
  const { user, cookies } = await newSession(server.origin);
  expect(await answer(["user", "disable", user.username])).toMatchObject({ is_active: false, living_sessions: 0 });
  await expectEnded(cookies);
  expect((await login(user.username, PASSWORD)).status).toBe(401);
  expect(await answer(["user", "enable", user.email])).toMatchObject({ is_active: true });
  expect(await statusOf(REFRESH, cookies)).toBe(401);
  expect((await login(user.username, PASSWORD)).status).toBe(200);
});

test("the owner can see when an operator disabled or enabled the account, or ended a session: an event each, without a client", async () => {
  const { user } = await newSession(server.origin);
  // The second one changes nothing.
  for (const command of ["disable", "disable", "enable", "enable"]) await answer(["user", command, user.username]);
  await logIn(server.origin, user);
  await answer(["sessions", "end", user.username, "--all"]);
  await answer(["sessions", "end", user.username, "--all"]);
  const rows = await withDatabase(postgres.url, (query) =>
    query("select event, address, device from events where user_id = $1 and address is null order by id", [user.id]),
  );
  const operator = { address: null, device: null };
  expect(rows).toEqual(["disabled", "enabled", "session_ended"].map((event) => ({ event, ...operator })));
});

test("the list of sessions names address and device", async () => {
  const { user } = await newSession(server.origin);
  const headers = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" };
  await send(server.origin, "POST", "/api/token/", { headers, json: { username: user.username, password: PASSWORD } });
  const { output } = await manage(["sessions", "list", user.username]);
  const time = "\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z";
  const row = (device: string) => new RegExp(`^[\\w-]{22}  ${time}  ${time}  ${time}  127\\.0\\.0\\.1 +${device}$`);
  const [head, latest, first] = output.split("\n");
  expect(head).toMatch(/^session +opened +last used +expires +address +device$/);
  expect([latest, first]).toEqual([expect.stringMatching(row("Firefox on Linux")), expect.stringMatching(row("Unknown device"))]);
});

test("a user who is deleted between the look-up and the change is reported as missing: nothing was changed", async () => {
  const { username } = await signUp(server.origin);
  await withDatabase(postgres.url, async (query) => {
    // As after a delete right before the update: no row has that id, though another user may have the name by now.
    await query("create function find_none() returns trigger language plpgsql as 'begin return null; end'");
    for (const table of ["users", "passwords"])
      await query(`create trigger none before update on ${table} for each row execute function find_none()`);
  });
  const missing = { status: 1, output: "", errors: `movieconnect: there is no user "${username}"\n` };
  await withDatabase(postgres.url, (query) =>
    query("create trigger none_deleted before delete on users for each row execute function find_none()"),
  );
  expect(await manage(["user", "delete", username, "--yes"])).toEqual(missing);
  expect(await manage(["user", "set-password", username, "--generate-password"])).toEqual(missing);
  expect(await manage(["user", "disable", username])).toEqual(missing);
  await withDatabase(postgres.url, (query) => query("drop function find_none cascade"));
  expect((await login(username, PASSWORD)).status).toBe(200);
});

test("one session can be ended, or all", async () => {
  const { user, cookies } = await newSession(server.origin);
  const others = [await logIn(server.origin, user), await logIn(server.origin, user)];
  const stranger = await newSession(server.origin);
  const sessions = await answer(["sessions", "list", user.username]);
  expect(sessions).toHaveLength(3);
  // The latest session comes first.
  const [, , { id }] = sessions;
  expect(sessions[2]).toEqual({
    id: expect.stringMatching(/^[\w-]{22}$/),
    created_at: expect.any(String),
    last_used_at: expect.any(String),
    expires_at: expect.any(String),
    address: "127.0.0.1",
    device: "Unknown device",
  });
  expect(await manage(["sessions", "end", stranger.user.username, `--session=${id}`])).toEqual({
    status: 1,
    output: "",
    errors: `movieconnect: ${stranger.user.username} has no living session ${id}\n`,
  });
  expect(await answer(["sessions", "end", user.username, `--session=${id}`])).toEqual({ ended: [id] });
  await expectEnded(cookies);
  for (const each of others) expect(await statusOf(PROFILE, each.cookies)).toBe(200);
  expect((await answer(["sessions", "end", user.username, "--all"])).ended).toHaveLength(2);
  for (const each of others) await expectEnded(each.cookies);
  expect((await manage(["sessions", "list", user.username])).output).toBe(`${user.username} has no living session.\n`);
  expect(await statusOf(PROFILE, stranger.cookies)).toBe(200);
});

test("accounts are listed by pages, in order, each as `user show` shows it", async () => {
  const names = [freshName(), freshName(), freshName(), freshName(), freshName()];
  const first = await signUp(server.origin, names[0]);
  for (const name of names.slice(1)) await signUp(server.origin, name);
  await logIn(server.origin, first);
  const seen: string[] = [];
  let after = String(first.id - 1);
  for (;;) {
    const { results, next } = await answer(["user", "list", "--limit", "2", "--after", after]);
    seen.push(...results.map(({ username }: { username: string }) => username));
    if (next === null) break;
    expect([results.length, next]).toEqual([2, results[1].id]);
    after = String(next);
  }
  expect(seen).toEqual(names);
  const { results } = await answer(["user", "list", "--after", String(first.id - 1)]);
  expect(results[0]).toEqual(await answer(["user", "show", first.username]));
  expect(results[0].living_sessions).toBe(1);
  const { output } = await manage(["user", "list", "--after", String(first.id - 1), "--limit", "2"]);
  const [head, ...rows] = output.split("\n");
  expect(head).toMatch(/^id +username +email +active +created +sessions +second factor +ways in$/);
  expect(rows[0]).toMatch(
    new RegExp(`^${first.id} +${first.username} +${first.email} +yes +\\d{4}-\\d\\d-\\d\\dT[^ ]+ +1 +no +password$`),
  );
  expect(rows[2]).toBe(`There are more: --after ${first.id + 1}`);
});

test("a search finds accounts by a part of a name or an address in any case, and takes every character literally", async () => {
  const tail = freshName();
  const make = async (username: string, email: string) => {
    const json = { ...signUpBody(username), email };
    expect((await send(server.origin, "POST", "/api/user/signup/", { json })).status).toBe(201);
  };
  await make(`Straße_${tail}`, `one%${tail}@Example.com`);
  await make(`straXse${tail}`, `two.${tail}@bücher.${tail}.example`);
  // In this process: each search in one of its own would take seconds.
  presetConfig(postgres.url);
  const found = async (search: string) => {
    const { json } = await COMMANDS["user list"](database(), { command: "user list", name: "", values: { search } });
    return (json as { results: { username: string }[] }).results.map(({ username }) => username);
  };
  const [one, two] = [`Straße_${tail}`, `straXse${tail}`];
  expect(await found(tail)).toEqual([one, two]);
  expect(await found(`STRASSE_${tail}`.toUpperCase())).toEqual([one]);
  expect(await found(`ONE%${tail}@EXAMPLE`)).toEqual([one]);
  expect(await found(`Bücher.${tail}`)).toEqual([two]);
  expect(await found(`xn--bcher-kva.${tail}`)).toEqual([two]);
  expect(await found(`${tail}@BÜCHER.${tail}.example`)).toEqual([two]);
  for (const none of [`str%${tail}`, `stra_se${tail}`, `'${tail}`, `\\${tail}`]) expect(await found(none)).toEqual([]);
  const { status, output } = await manage(["user", "list", "--search", `${tail}nobody`]);
  expect([status, output]).toEqual([0, `There is no account with "${tail}nobody" in its name or address.\n`]);
});

test("a page of accounts is full across gaps between ids, and beyond the rows of one statement", async () => {
  const name = freshName();
  const ids = await withDatabase(postgres.url, async (query) => {
    const insert = (id: number) =>
      query(
        `insert into users (id, username, username_key, email, birth_date) overriding system value
         values ($1, $2, $2, $2 || '@example.com', '1990-01-02')`,
        [id, `${name}${id}`],
      );
    const made = [5_000_000, 5_019_999, 5_020_000, 9_000_000_000_000];
    for (const id of made) await insert(id);
    return made;
  });
  const { results, next } = await answer(["user", "list", "--search", name.toUpperCase(), "--limit", "3"]);
  expect([results.map(({ id }: { id: number }) => id), next]).toEqual([ids.slice(0, 3), 5_020_000]);
  const rest = await answer(["user", "list", "--search", name, "--after", "5020000"]);
  expect([rest.results.map(({ id }: { id: number }) => id), rest.next]).toEqual([ids.slice(3), null]);
  await withDatabase(postgres.url, (query) => query("delete from users where id = any($1::bigint[])", [ids]));
});

test("deleting a user ends every session, leaves no row, and frees the name and the address", async () => {
  const { user, cookies } = await newSession(server.origin);
  const second = await logIn(server.origin, user);
  const bystander = await newSession(server.origin);
  const { deleted } = await answer(["user", "delete", user.email.toUpperCase(), "--yes"]);
  expect(deleted).toMatchObject({ id: user.id, username: user.username, sessions: 2, login_addresses: 1 });
  for (const each of [cookies, second.cookies]) await expectEnded(each);
  expect((await login(user.username, PASSWORD)).status).toBe(401);
  await withDatabase(postgres.url, async (query) => {
    for (const table of ["passwords", "sessions", "login_addresses"])
      expect(await query(`select from ${table} where user_id = $1`, [user.id]), table).toEqual([]);
    expect(await query("select from users where id = $1", [user.id])).toEqual([]);
  });
  expect(await manage(["user", "delete", user.username, "--yes"])).toEqual({
    status: 1,
    output: "",
    errors: `movieconnect: there is no user "${user.username}"\n`,
  });
  expect((await send(server.origin, "POST", "/api/user/signup/", { json: signUpBody(user.username) })).status).toBe(201);
  expect(await statusOf(PROFILE, bystander.cookies)).toBe(200);
});

test("without a terminal a user is deleted only with --yes", async () => {
  const { username } = await signUp(server.origin);
  const { status, output, errors } = await manage(["user", "delete", username], "y\n");
  expect([status, output]).toEqual([2, ""]);
  expect(errors).toMatch(/^movieconnect: there is no terminal to ask for a confirmation: add --yes[^\n]*\n$/);
  expect((await login(username, PASSWORD)).status).toBe(200);
});

test("an international e-mail address finds its account in either form", async () => {
  const username = freshName();
  const email = `ann@bücher.${username}.example`;
  const args = ["user", "create", "--username", username, "--email", email, "--birth-date", "1990-01-02", "--generate-password"];
  const created = await answer(args);
  expect(created.email).toBe(`ann@xn--bcher-kva.${username}.example`);
  for (const name of [email, email.toUpperCase(), created.email])
    expect((await answer(["user", "show", name])).id).toBe(created.id);
});

// The others are in bin/manage/arguments.test.ts.
test.each<[args: string[], line: RegExp]>([
  [[], /a command is missing/],
  [["user", "show", "ann", "--nonsense"], /Unknown option '--nonsense'/],
  [["user", "list", "--limit", "0"], /--limit takes a whole number from 1 to 1,000/],
  [["mail", "retry"], /mail retry needs either --mail ID or --all/],
  [["sessions", "end", "ann", "--all", "--session", "x"], /needs either --session ID or --all/],
])("%j is refused as no command, with one line and status 2", async (args, line) => {
  const { status, output, errors } = await manage(args);
  expect([status, output]).toEqual([2, ""]);
  expect(errors).toMatch(/^movieconnect: [^\n]+\n$/);
  expect(errors).toMatch(line);
});

test("without a terminal the command does not ask for a password", async () => {
  const { username } = await signUp(server.origin);
  const { status, errors } = await manage(["user", "set-password", username], OTHER_PASSWORD);
  expect(status).toBe(2);
  expect(errors).toMatch(/^movieconnect: there is no terminal to ask for a password: [^\n]+\n$/);
});

/** Types at a terminal, each line after its prompt. */
function type(command: string, lines: Record<string, string>): Promise<{ status: number | null; shown: string }> {
  const env = environmentWith({ DATABASE_URL: postgres.url, AUTH_SECRET: "", BCRYPT_COST: "10" });
  const terminal = spawn("script", ["-qec", command, "/dev/null"], { env });
  let shown = "";
  terminal.stdout.on("data", (chunk) => {
    shown += chunk;
    for (const [prompt, line] of Object.entries(lines)) {
      if (!shown.includes(prompt)) continue;
      terminal.stdin.write(`${line}\r`);
      delete lines[prompt];
    }
  });
  return new Promise((resolve) => terminal.once("close", (status) => resolve({ status, shown })));
}

test.runIf(process.platform === "linux")(
  "on a terminal the command asks for the password twice, and does not show it",
  async () => {
    const { username } = await signUp(server.origin);
    const command = `npm run --silent manage -- user set-password ${username}`;
    const differs = await type(command, { "New password:": OTHER_PASSWORD, "Again:": `${OTHER_PASSWORD}!` });
    expect(differs.status).toBe(1);
    expect(differs.shown).toContain("movieconnect: the two passwords differ");
    const done = await type(command, { "New password:": OTHER_PASSWORD, "Again:": OTHER_PASSWORD });
    expect(done.shown).toContain(`${username} has a new password`);
    expect(done.status).toBe(0);
    for (const { shown } of [differs, done]) expect(shown).not.toContain(OTHER_PASSWORD);
    expect((await login(username, OTHER_PASSWORD)).status).toBe(200);
  },
);

test.runIf(process.platform === "linux")("on a terminal a deletion asks for confirmation, and only yes deletes", async () => {
  const { username } = await signUp(server.origin);
  const command = `npm run --silent manage -- user delete ${username}`;
  const kept = await type(command, { "[y/N]": "" });
  expect(kept.shown).toContain("movieconnect: nothing was changed");
  expect([kept.status, (await login(username, PASSWORD)).status]).toEqual([1, 200]);
  const gone = await type(command, { "[y/N]": "y" });
  expect(gone.shown).toContain(`Delete ${username} (${username}@example.com)`);
  expect(gone.shown).toContain(`Deleted ${username} (`);
  expect([gone.status, (await login(username, PASSWORD)).status]).toEqual([0, 401]);
});

test("an unknown user, a missing database and a wrong database password are refused with one line and status 1", async () => {
  const line = async (args: string[], variables: Record<string, string> = {}) => {
    const { status, output, errors } = await manage(args, "", variables);
    expect([status, output]).toEqual([1, ""]);
    expect(errors).toMatch(/^movieconnect: [^\n]+\n$/);
    return errors;
  };
  expect(await line(["user", "show", "nobody@example.com"])).toContain('there is no user "nobody@example.com"');
  expect(await line(["user", "show", "x"], { DATABASE_URL: "", DATA_DIR: "/nowhere" })).toContain(
    "no database runs in /nowhere/",
  );
  expect(await line(["user", "show", "x"], { DATABASE_URL: "postgres://a:b@127.0.0.1:1/c" })).toContain("ECONNREFUSED");
  const url = new URL(postgres.url);
  url.password = "wrong";
  expect(await line(["user", "show", "x"], { DATABASE_URL: url.href })).toContain("check DATABASE_URL");
});

test("the commands find the database that npm start runs", async () => {
  const { username } = await signUp(server.origin);
  const { status, output } = await manage(["user", "show", username], "", { DATABASE_URL: "", DATA_DIR: postgres.directory });
  expect([status, output]).toEqual([0, expect.stringContaining(username)]);
});
