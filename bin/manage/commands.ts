import { listSessions, type SessionDetails } from "#db/list-sessions.ts";
import { listUsers } from "#db/list-users.ts";
import type { Database } from "#db/pool.ts";
import { findUser, type UserDetails } from "#db/users.ts";
import { deleteAccount } from "#lib/account/delete-account.ts";
import { endSessions } from "#lib/account/end-sessions.ts";
import { setEmail } from "#lib/account/set-email.ts";
import { switchAccount } from "#lib/account/switch-account.ts";
import { accountName, accountSearch } from "#lib/auth/account-name.ts";
import { removeTotp } from "#lib/factors/remove-totp.ts";
import { setPassword } from "#lib/passwords/set-password.ts";
import { type Arguments, type CommandName, detailsOf, usageError, wholeNumber } from "./arguments.ts";
import { columns } from "./columns.ts";
import { confirm } from "./confirm.ts";
import { createAccount } from "./create-account.ts";
import { openDemo } from "./demo.ts";
import { exportDjango } from "./export-django.ts";
import { importDjango } from "./import-django.ts";
import { MAIL_COMMANDS } from "./mail-commands.ts";
import { newPassword } from "./new-password.ts";
import { manageSecrets } from "./secrets.ts";

/** A command's result, for a person and for a program. */
export type Outcome = {
  lines: string[];
  json: unknown;
  /** 1 where something was left undone; 0 if it is not given */
  status?: number;
};

const NO_EMAIL = "no address";

/** Runs each command. @throws {AppError} where the application's rules refuse @throws {Error} one line, for other failures */
export const COMMANDS: Record<CommandName, (db: Database, given: Arguments) => Promise<Outcome>> = {
  demo: async (db) => {
    const { username, password, isNew } = await openDemo(db);
    const done = isNew ? `Created the account ${username}.` : `${username} has a new password, and is logged out everywhere.`;
    const lines = [done, `Username: ${username}`, ...passwordLine(password)];
    return { lines, json: { ...toJson(await requireUser(db, username)), password } };
  },

  "user create": async (db, { values }) => {
    const { password, generated } = await newPassword(values);
    const { id, username } = await createAccount(db, { ...detailsOf(values), password });
    const created = await requireUser(db, username);
    const lines = [`Created the account ${username} (${id}).`, ...passwordLine(generated)];
    return { lines, json: { ...toJson(created), ...(generated === undefined ? {} : { password: generated }) } };
  },

  "user list": async (db, { values: { search, limit = "50", after = "0" } }) => {
    const most = wholeNumber("limit", limit, 1, 1_000);
    const sought = search === undefined ? null : accountSearch(search);
    const found = await listUsers(db, { after: wholeNumber("after", after, 0), limit: most + 1, search: sought });
    const page = found.slice(0, most);
    const next = found.length > most ? (page.at(-1)?.id ?? null) : null;
    const more = next === null ? [] : [`There are more: --after ${next}`];
    const none = search === undefined ? "There is no account." : `There is no account with "${search}" in its name or address.`;
    return { lines: page.length === 0 ? [none] : [...table(page), ...more], json: { results: page.map(toJson), next } };
  },

  "user show": async (db, { name }) => {
    const user = await requireUser(db, name);
    const facts = Object.entries(toJson(user)).map(([label, value]) => `${label.padEnd(16)} ${value ?? "-"}`);
    return { lines: facts, json: toJson(user) };
  },

  "user set-password": async (db, { name, values }) => {
    const user = await requireUser(db, name);
    const { password, generated } = await newPassword(values);
    if (!(await setPassword(db, user, password))) throw noSuchUser(name);
    const lines = [`${user.username} has a new password, and is logged out everywhere.`, ...passwordLine(generated)];
    return {
      lines,
      json: { ...toJson(await requireUser(db, name)), ...(generated === undefined ? {} : { password: generated }) },
    };
  },

  "user set-email": async (db, { name, values }) => {
    const user = await requireUser(db, name);
    if (!(await setEmail(db, user.id, String(values.email)))) throw noSuchUser(name);
    const changed = await requireUser(db, user.username);
    return { lines: [`${changed.username} has the address ${changed.email}, which counts as verified.`], json: toJson(changed) };
  },

  "user disable": (db, { name }) => switchTo(db, name, false),
  "user enable": (db, { name }) => switchTo(db, name, true),

  "user delete": async (db, { name, values }) => {
    const user = await requireUser(db, name);
    const { id, username, email, living_sessions: living } = user;
    if (!values.yes) await confirm(`Living sessions: ${living}. Delete ${username} (${email ?? NO_EMAIL}) for good?`);
    const deleted = await deleteAccount(db, id);
    if (!deleted) throw noSuchUser(name);
    const { session_ids, login_addresses } = deleted;
    const sessions = session_ids.length;
    const line = `Deleted ${username} (${id}): the account, its ways in, sessions: ${sessions}, known addresses: ${login_addresses}.`;
    return { lines: [line], json: { deleted: { ...toJson(user), sessions, login_addresses } } };
  },

  "sessions list": async (db, { name }) => {
    const user = await requireUser(db, name);
    const sessions = await listSessions(db, user.id);
    const line = ({ id, created_at, last_used_at, expires_at, address, device }: SessionDetails) =>
      [id, ...[created_at, last_used_at, expires_at].map((time) => time.toISOString()), (address ?? "").padEnd(15), device ?? ""]
        .join("  ")
        .trimEnd();
    const times = ["opened", "last used", "expires"].map((text) => text.padEnd(24));
    const head = ["session".padEnd(22), ...times, "address".padEnd(15), "device"].join("  ");
    const lines = sessions.length === 0 ? [`${user.username} has no living session.`] : [head, ...sessions.map(line)];
    return { lines, json: sessions };
  },

  "sessions end": async (db, { name, values: { session, all } }) => {
    if ((session === undefined) === (all === undefined)) throw usageError("sessions end needs either --session ID or --all");
    const user = await requireUser(db, name);
    const { ended } = await endSessions(db, user.id, session === undefined ? { all: true } : { id: session });
    if (session !== undefined && ended.length === 0) throw new Error(`${user.username} has no living session ${session}`);
    return { lines: [`Ended ${ended.length} of ${user.username}'s sessions.`], json: { ended } };
  },

  "second-factor remove": async (db, { name, values }) => {
    const user = await requireUser(db, name);
    const { id, username, email, living_sessions: living } = user;
    if (!user.second_factor) throw new Error(`${username} has no second factor`);
    if (!values.yes) await confirm(`Living sessions: ${living}. Let ${username} (${email ?? NO_EMAIL}) log in without a code?`);
    await removeTotp(db, { userId: id, sessionId: null, isByOperator: true });
    const told = email === null ? "and is logged out everywhere" : "is logged out everywhere, and gets a mail about it";
    const line = `${username} logs in without a code, ${told}.`;
    return { lines: [line], json: toJson(await requireUser(db, name)) };
  },

  secrets: manageSecrets,
  "import django": importDjango,
  "export django": exportDjango,
  ...MAIL_COMMANDS,
};

function table(users: UserDetails[]): string[] {
  const head = ["id", "username", "email", "active", "created", "sessions", "second factor", "ways in"];
  const rows = users.map(({ id, username, email, is_active, created_at, living_sessions, second_factor, ways_in }) => {
    const times = [created_at.toISOString(), living_sessions];
    return [id, username, email ?? "-", yesOrNo(is_active), ...times, yesOrNo(second_factor), ways_in.join(", ")].map(String);
  });
  return columns(head, rows);
}

function yesOrNo(value: boolean): string {
  return value ? "yes" : "no";
}

async function switchTo(db: Database, name: string, isActive: boolean): Promise<Outcome> {
  const user = await requireUser(db, name);
  if (!(await switchAccount(db, user.id, isActive))) throw noSuchUser(name);
  const line = isActive ? `${user.username} can log in.` : `${user.username} can't log in, and is logged out everywhere.`;
  return { lines: [line], json: toJson(await requireUser(db, name)) };
}

async function requireUser(db: Database, name: string): Promise<UserDetails> {
  const user = await findUser(db, accountName(name.trim()));
  if (!user) throw noSuchUser(name);
  return user;
}

// Also thrown if the user was deleted while the command ran.
function noSuchUser(name: string): Error {
  return new Error(`there is no user "${name}"`);
}

function toJson({ created_at, living_sessions, ...details }: UserDetails) {
  return { ...details, created_at: created_at.toISOString(), living_sessions };
}

function passwordLine(generated: string | undefined): string[] {
  return generated === undefined ? [] : [`Password: ${generated}`];
}
