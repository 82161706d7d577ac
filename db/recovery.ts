import { type AccountName, accountCondition } from "./account-name.ts";
import type { Database } from "./pool.ts";

/**
 * What a recovery link is bound to. `encoded`: null for an account without a password; `last_change`: the event with which the
 * ways into the account changed last, or were used last.
 */
export type RecoverableAccount = {
  id: number;
  username: string;
  email: string | null;
  encoded: string | null;
  last_change: number | null;
};

const COLUMNS = `id, username, email, encoded, (
    select max(events.id) from events where events.user_id = users.id
      and event in ('login', 'password_changed', 'password_reset', 'email_changed', 'email_change_undone')
  ) as last_change`;
const TABLES = "users left join passwords on user_id = id";

/** The account with this name, unless it is disabled. */
export async function findRecoverable(db: Database, name: AccountName): Promise<RecoverableAccount | null> {
  const { where, value } = accountCondition(name);
  const named = `select id from users ${where}`;
  const rows = await db.query<RecoverableAccount>(`select ${COLUMNS} from ${TABLES} where id = (${named}) and is_active`, [
    value,
  ]);
  return rows[0] ?? null;
}

/** The account with this id, unless it is disabled. */
export async function findRecoverableById(db: Database, userId: number): Promise<RecoverableAccount | null> {
  const rows = await db.query<RecoverableAccount>(`select ${COLUMNS} from ${TABLES} where id = $1 and is_active`, [userId]);
  return rows[0] ?? null;
}
