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
