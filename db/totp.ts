import type { Database } from "./pool.ts";

/** A secret of time-based codes, as it is kept. `last_step`: the latest time step whose code was used */
export type SealedSecret = { sealed: string; last_step: number };

/** Keeps a secret that waits for its first code, in place of an earlier one that waits. @returns false if the user was deleted */
export async function keepWaitingSecret(db: Database, userId: number, sealed: string): Promise<boolean> {
  const rows = await db.query(
    `insert into totp_secrets (user_id, is_on, sealed) select id, false, $2 from users where id = $1 for key share
     on conflict (user_id, is_on) do update set sealed = excluded.sealed, added_at = now(), last_step = 0
     returning user_id`,
    [userId, sealed],
  );
  return rows.length > 0;
}

/** The secret that is on, or that waits for its first code. @param seconds how old it may be; null: as old as it is */
export async function findSecret(
  db: Database,
  userId: number,
  isOn: boolean,
  seconds: number | null = null,
): Promise<SealedSecret | null> {
  const rows = await db.query<SealedSecret>(
    `select sealed, last_step::float8 as last_step from totp_secrets
     where user_id = $1 and is_on = $2 and ($3::float8 is null or added_at > now() - make_interval(secs => $3))`,
    [userId, isOn, seconds],
  );
  return rows[0] ?? null;
}

/**
 * Uses up the code of a time step, and those before it.
 * @param sealed the secret that the code was compared with
 * @returns false if the code was used, or another secret is on, or none
 */
export async function spendStep(db: Database, userId: number, sealed: string, step: number): Promise<boolean> {
  const rows = await db.query(
    `update totp_secrets set last_step = $3 where user_id = $1 and is_on and sealed = $2 and last_step < $3
     returning user_id`,
    [userId, sealed, step],
  );
  return rows.length > 0;
}

/** Switches the waiting secret on, in place of the one that was. @param sealed that secret, which may have been replaced */
export async function switchOn(db: Database, userId: number, sealed: string, step: number): Promise<boolean> {
  await db.query("delete from totp_secrets where user_id = $1 and is_on", [userId]);
  const rows = await db.query(
    `update totp_secrets set is_on = true, added_at = clock_timestamp(), last_step = $3
     where user_id = $1 and not is_on and sealed = $2 returning user_id`,
    [userId, sealed, step],
  );
  return rows.length > 0;
}

/**
 * Removes a user's second factor: the secret and the recovery codes.
 * @param after only what was added after this moment: the factor, or new recovery codes of an older one
 * @returns whether a factor was removed
 */
export async function removeSecondFactor(db: Database, userId: number, after: Date | null = null): Promise<boolean> {
  const rows = await db.query<{ is_on: boolean }>(
    "delete from totp_secrets where user_id = $1 and ($2::timestamptz is null or added_at > $2) returning is_on",
    [userId, after],
  );
  const isRemoved = rows.some(({ is_on }) => is_on);
  await db.query("delete from recovery_codes where user_id = $1 and ($2 or made_at > $3::timestamptz)", [
    userId,
    isRemoved,
    after,
  ]);
  return isRemoved;
}

/** How many secrets each key has sealed, by the key's id. */
export async function countSealed(db: Database): Promise<Map<string, number>> {
  const rows = await db.query<{ key: string; count: number }>(
    "select split_part(sealed, '.', 2) as key, count(*)::int as count from totp_secrets group by 1 order by 1",
  );
  return new Map(rows.map(({ key, count }) => [key, count]));
}

/** Some of the secrets in use that these keys have sealed, at most `limit`. */
export async function listSealedWith(
  db: Database,
  keys: string[],
  limit: number,
): Promise<{ user_id: number; sealed: string }[]> {
  return db.query("select user_id, sealed from totp_secrets where is_on and split_part(sealed, '.', 2) = any($1) limit $2", [
    keys,
    limit,
  ]);
}

/**
 * Replaces how secrets are sealed. A secret that was replaced meanwhile stays, and so does one that another transaction has locked.
 * @returns how many were replaced
 */
export async function replaceSealed(db: Database, secrets: { userId: number; from: string; to: string }[]): Promise<number> {
  const rows = await db.query(
    `with held as materialized (
       select user_id, new_sealed from totp_secrets
       join unnest($1::bigint[], $2::text[], $3::text[]) as given (owner, old_sealed, new_sealed)
         on user_id = owner and is_on and sealed = old_sealed
       for update of totp_secrets skip locked
     )
     update totp_secrets set sealed = new_sealed from held where totp_secrets.user_id = held.user_id and is_on
     returning totp_secrets.user_id`,
    [secrets.map(({ userId }) => userId), secrets.map(({ from }) => from), secrets.map(({ to }) => to)],
  );
  return rows.length;
}
