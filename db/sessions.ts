import { idleSeconds } from "#lib/config.ts";
import type { Client } from "./events.ts";
import type { Database } from "./pool.ts";

/** The facts that both tokens of a session are made from. */
export type SessionRow = {
  id: string;
  generation: number;
  rotated_at: Date;
  expires_at: Date;
  user_id: number;
  username: string;
};

/** A session to open. `lifetime` in seconds; `passwordChangedAt`: when the password that was compared was set. */
export type NewSession = { id: string; userId: number; lifetime: number; passwordChangedAt: string; client: Client };
type Opened = SessionRow & { is_new_device: boolean };

/** The kind of the mail about a login from a device and a network that were not seen before. lib/mail/letters has its words. */
export const NEW_DEVICE = "new_device";

/**
 * Opens a session for an active user, and records the login. If neither a login nor the signup came from this device in this
 * network before, that is recorded too, and the owner gets a mail.
 * @returns null if the user was deleted or disabled, or has a newer password
 */
export async function insertSession(
  db: Database,
  { id, userId, lifetime, passwordChangedAt, client }: NewSession,
): Promise<Opened | null> {
  // `for share` makes this statement wait for a transaction that disables the account or changes its password; a later such
  // transaction finds the new session, and ends it. An account without any recorded login is not told about its first one.
  const rows = await db.query<Opened>(
    `with owner as (
       select users.id, username, email from users join passwords on user_id = users.id
       where users.id = $2 and is_active and changed_at = $4::timestamptz
       for share
     ), opened as (
       insert into sessions (id, user_id, username, expires_at, address, device)
       select $1, id, username, now() + make_interval(secs => $3), $5, $7 from owner
       returning id, generation, rotated_at, expires_at, user_id
     ), device as (
       select exists (select from events where user_id = $2 and event in ('signup', 'login'))
         and not exists (
           select from events where user_id = $2 and event in ('signup', 'login')
             and device is not distinct from $7 and network is not distinct from $6
         ) as is_new
     ), recorded as (
       insert into events (user_id, event, address, network, device)
       select user_id, event, $5, $6, $7 from opened, device, unnest(array['login', 'new_device']) as event
       where event = 'login' or is_new
     ), told as (
       insert into mails (kind, user_id, address, facts)
       select '${NEW_DEVICE}', owner.id, email, jsonb_build_object('address', $5::text, 'device', $7::text)
       from owner, opened, device where is_new
     )
     select opened.*, username, is_new as is_new_device from opened join owner on owner.id = user_id, device`,
    [id, userId, lifetime, passwordChangedAt, client.address, client.network, client.device],
  );
  return rows[0] ?? null;
}

/** Why a session ended. A session that an operator ended in psql has no reason, which counts as `ended_elsewhere`. */
export type EndReason = "logged_out" | "ended_elsewhere" | "replayed" | "password_changed" | "email_changed" | "account_disabled";

/** Ends a session. A trigger announces it to every worker. @returns false if it had ended before */
export async function revokeSession(db: Database, id: string, reason: EndReason): Promise<boolean> {
  const rows = await db.query(
    "update sessions set revoked_at = now(), end_reason = $2 where id = $1 and revoked_at is null returning id",
    [id, reason],
  );
  return rows.length > 0;
}

/** Ends these sessions. @returns the ids of those that had not been revoked before */
export async function revokeSessions(db: Database, ids: string[]): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    "update sessions set revoked_at = now() where id = any($1::text[]) and revoked_at is null returning id",
    [ids],
  );
  return rows.map((row) => row.id);
}

/** Which of a user's sessions: one, all, or all but one. */
export type SessionChoice = { id: string } | { all: true } | { allBut: string };

/** Ends living sessions of a user, also those that `listSessions` leaves out. @returns the ids of the sessions that were ended */
export async function revokeSessionsOf(
  db: Database,
  userId: number,
  choice: SessionChoice,
  reason: EndReason = "ended_elsewhere",
): Promise<string[]> {
  const [only, but] = ["id" in choice ? choice.id : null, "allBut" in choice ? choice.allBut : null];
  const rows = await db.query<{ id: string }>(
    `update sessions set revoked_at = now(), end_reason = $4
     where user_id = $1 and ($2::text is null or id = $2) and ($3::text is null or id <> $3)
       and revoked_at is null and expires_at > now()
     returning id`,
    [userId, only, but, reason],
  );
  return rows.map((row) => row.id);
}

/** The sessions of a user that this transaction has ended, as a trigger does. @param db a transaction */
export async function listJustEnded(db: Database, userId: number): Promise<string[]> {
  const rows = await db.query<{ id: string }>("select id from sessions where user_id = $1 and revoked_at = now()", [userId]);
  return rows.map((row) => row.id);
}

/** Keeps a session alive through the trigger that ends a user's sessions when the password changes. @param db that transaction */
export async function keepSession(db: Database, id: string): Promise<void> {
  await db.query("select set_config('movieconnect.kept_session', $1, true)", [id]);
}

export type SessionDetails = {
  id: string;
  created_at: Date;
  last_used_at: Date;
  expires_at: Date;
  address: string | null;
  device: string | null;
};

/** A user's sessions in use, the latest used first. A session that nobody refreshes is over when its last token expires. */
export async function listSessions(db: Database, userId: number): Promise<SessionDetails[]> {
  return db.query<SessionDetails>(
    `select id, created_at, rotated_at as last_used_at, ends_at as expires_at, address, device
     from sessions, least(expires_at, rotated_at + make_interval(secs => $2)) as ends_at
     where user_id = $1 and revoked_at is null and ends_at > now() order by rotated_at desc, id`,
    [userId, idleSeconds()],
  );
}

/**
 * How a session ended: null if it lives or is not known. A session whose time was up first is `expired`, whatever has happened to
 * the account since.
 */
export async function findEnd(db: Database, id: string): Promise<EndReason | "expired" | null> {
  const rows = await db.query<{ reason: EndReason | "expired" | null }>(
    `select case when revoked_at < expires_at then coalesce(end_reason, 'ended_elsewhere')
                 when expires_at <= now() then 'expired' end as reason
     from sessions where id = $1`,
    [id],
  );
  return rows[0]?.reason ?? null;
}
