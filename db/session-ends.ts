import type { Database } from "./pool.ts";

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

/**
 * Ends living sessions of a user, also those that `listSessions` leaves out. Where it is not one alone, Django's tokens from before
 * open none any more, either.
 * @returns the ids of the sessions that were ended
 */
export async function revokeSessionsOf(
  db: Database,
  userId: number,
  choice: SessionChoice,
  reason: EndReason = "ended_elsewhere",
): Promise<string[]> {
  const [only, but] = ["id" in choice ? choice.id : null, "allBut" in choice ? choice.allBut : null];
  const rows = await db.query<{ id: string }>(
    `with voided as (
       update django_users set tokens_void_before = clock_timestamp() where user_id = $1 and $2::text is null
     )
     update sessions set revoked_at = now(), end_reason = $4
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
