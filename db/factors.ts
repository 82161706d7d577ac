import type { Database } from "./pool.ts";

/** What a user has beside the first way in. `has_totp`: a second factor is on */
export type Factors = { has_password: boolean; has_totp: boolean; recovery_codes: number; passkeys: number };

/** A user's factors. Nothing is on for a user who was deleted. */
export async function findFactors(db: Database, userId: number): Promise<Factors> {
  const rows = await db.query<Factors>(
    `select has_second_factor as has_totp, ${COUNTS}, exists (select from passwords where user_id = users.id) as has_password
     from users where id = $1`,
    [userId],
  );
  return rows[0] ?? { has_password: false, has_totp: false, recovery_codes: 0, passkeys: 0 };
}

/** Columns with how many recovery codes and passkeys a user has, for a `select` from `users`. */
export const COUNTS = `(select count(*)::int from recovery_codes where user_id = users.id) as recovery_codes,
  (select count(*)::int from passkeys where user_id = users.id) as passkeys`;
