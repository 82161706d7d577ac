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

/** An account at a provider, as the table `accounts` names it. */
export type ProviderAccount = { provider: string; providerAccountId: string };

/** What was checked before a login: a password, by when it was set, an account at a provider, or a passkey, by its number. */
export type Credential = { passwordChangedAt: string } | ProviderAccount | { passkey: number };

/**
 * A session to open. `lifetime` in seconds. `isFactorProved`: whether a second factor was checked, too. Without it an account that
 * has one stays closed
 */
export type NewSession = {
  id: string;
  userId: number;
  lifetime: number;
  credential: Credential;
  isFactorProved: boolean;
  client: Client;
};
type Opened = SessionRow & { is_new_device: boolean };

/** The kind of the mail about a login from a device and a network that were not seen before. lib/mail/letters has its words. */
export const NEW_DEVICE = "new_device";

/**
 * Opens a session for an active user, and records the login. If neither a login nor the signup came from this device in this
 * network before, that is recorded too, and the owner gets a mail if the account has an address.
 * @returns null if the user was deleted or disabled, the credential opens the account no more, or a second factor is missing
 */
export async function insertSession(
  db: Database,
  { id, userId, lifetime, credential, isFactorProved, client }: NewSession,
): Promise<Opened | null> {
  const changedAt = "passwordChangedAt" in credential ? credential.passwordChangedAt : null;
  const { provider, providerAccountId } = "provider" in credential ? credential : { provider: null, providerAccountId: null };
  const passkey = "passkey" in credential ? credential.passkey : null;
  // `for share` makes this statement wait for a transaction that disables the account or removes the credential; a later such
  // transaction finds the new session, and ends it. The user's row is locked first, as those transactions do. An account
  // without any recorded login is not told about its first one.
  const rows = await db.query<Opened>(
    `with owner as materialized (
       select id, username, email from users where id = $2 and is_active and ($11 or not has_second_factor) for share
     ), password as materialized (
       select user_id from passwords where user_id = (select id from owner) and changed_at = $4::timestamptz for share
     ), linked as materialized (
       select "userId" from accounts where "userId" = (select id from owner) and provider = $8 and "providerAccountId" = $9 for share
     ), shown as materialized (
       select user_id from passkeys where user_id = (select id from owner) and id = $10 for share
     ), opened as (
       insert into sessions (id, user_id, username, expires_at, address, device)
       select $1, id, username, now() + make_interval(secs => $3), $5, $7 from owner
       where exists (select from password) or exists (select from linked) or exists (select from shown)
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
       from owner, opened, device where is_new and email is not null
     )
     select opened.*, username, is_new as is_new_device from opened join owner on owner.id = user_id, device`,
    [
      ...[id, userId, lifetime, changedAt, client.address, client.network, client.device, provider, providerAccountId],
      ...[passkey, isFactorProved],
    ],
  );
  return rows[0] ?? null;
}
