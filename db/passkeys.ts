import type { Database } from "./pool.ts";

/** A passkey as its owner sees it. `credential_id`: by what their browser knows it, in base64url */
export type PasskeyDetails = {
  id: number;
  credential_id: string;
  name: string;
  created_at: Date;
  last_used_at: Date | null;
  is_synced: boolean;
};

/** What a signature is checked with, and whose it is. `credential_id` in base64url */
export type Passkey = {
  id: number;
  user_id: number;
  credential_id: string;
  public_key: Buffer;
  counter: number;
  transports: string[];
  /** Whether its provider may keep it on several devices: it never changes */
  may_sync: boolean;
  /** By what the passkey knows its user, in base64url */
  handle: string;
};

/** A passkey to keep. */
export type NewPasskey = Pick<Passkey, "credential_id" | "public_key" | "counter" | "transports" | "may_sync"> & {
  aaguid: string;
  is_synced: boolean;
  name: string;
};

const DETAILS = "id, credential_id, name, created_at, last_used_at, is_synced";

/** A user's passkeys, the oldest first. */
export async function listPasskeys(db: Database, userId: number): Promise<PasskeyDetails[]> {
  return db.query<PasskeyDetails>(`select ${DETAILS} from passkeys where user_id = $1 order by id`, [userId]);
}

/** By what a user's passkeys know the account. @param handle the one to give it, if it has none yet @returns null if deleted */
export async function ensureHandle(db: Database, userId: number, handle: string): Promise<string | null> {
  const rows = await db.query<{ handle: string }>(
    "update users set passkey_handle = coalesce(passkey_handle, $2) where id = $1 returning passkey_handle as handle",
    [userId, handle],
  );
  return rows[0]?.handle ?? null;
}

/** The user's passkeys by their credentials, for a new one to be another. */
export async function listCredentials(db: Database, userId: number): Promise<Pick<Passkey, "credential_id" | "transports">[]> {
  return db.query("select credential_id, transports from passkeys where user_id = $1 order by id", [userId]);
}

/** @returns null if somebody has the passkey already */
export async function insertPasskey(db: Database, userId: number, passkey: NewPasskey): Promise<PasskeyDetails | null> {
  const { credential_id, public_key, counter, transports, may_sync, aaguid, is_synced, name } = passkey;
  const rows = await db.query<PasskeyDetails>(
    `insert into passkeys (user_id, credential_id, public_key, counter, transports, may_sync, aaguid, is_synced, name)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (credential_id) do nothing returning ${DETAILS}`,
    [userId, credential_id, public_key, counter, transports, may_sync, aaguid, is_synced, name],
  );
  return rows[0] ?? null;
}

/** The passkey of this credential, with the account that it opens. Null if no account has it. */
export async function findPasskey(db: Database, credentialId: string): Promise<Passkey | null> {
  const rows = await db.query<Passkey>(
    `select passkeys.id, user_id, credential_id, public_key, counter::float8 as counter, transports, may_sync, passkey_handle as handle
     from passkeys join users on users.id = user_id where credential_id = $1`,
    [credentialId],
  );
  return rows[0] ?? null;
}

/**
 * Notes that a passkey was used. Of two uses with one count, one succeeds. A count that does not grow is a copy's; 0 is the count
 * of a passkey that does not count.
 * @returns false if the count is refused, or the passkey was removed
 */
export async function notePasskeyUse(db: Database, id: number, counter: number, isSynced: boolean): Promise<boolean> {
  const rows = await db.query(
    `update passkeys set counter = $2, is_synced = $3, last_used_at = clock_timestamp()
     where id = $1 and (counter < $2 or (counter = 0 and $2 = 0)) returning id`,
    [id, counter, isSynced],
  );
  return rows.length > 0;
}

/** @returns null if the user has no such passkey */
export async function renamePasskey(db: Database, userId: number, id: number, name: string): Promise<PasskeyDetails | null> {
  const rows = await db.query<PasskeyDetails>(
    `update passkeys set name = $3 where user_id = $1 and id = $2 returning ${DETAILS}`,
    [userId, id, name],
  );
  return rows[0] ?? null;
}

/** Removes a passkey. @returns its name; null if the user has no such passkey */
export async function deletePasskey(db: Database, userId: number, id: number): Promise<string | null> {
  const rows = await db.query<{ name: string }>("delete from passkeys where user_id = $1 and id = $2 returning name", [
    userId,
    id,
  ]);
  return rows[0]?.name ?? null;
}

/** Removes a user's passkeys, all or those that were added after a moment. @returns how many */
export async function deletePasskeys(db: Database, userId: number, after: Date | null = null): Promise<number> {
  const rows = await db.query(
    "delete from passkeys where user_id = $1 and ($2::timestamptz is null or created_at > $2) returning id",
    [userId, after],
  );
  return rows.length;
}
