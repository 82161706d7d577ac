import { COUNTS } from "./factors.ts";
import type { Database } from "./pool.ts";

/** An account as its owner sees it. */
export type AccountDetails = {
  id: number;
  username: string;
  email: string | null;
  email_verified: boolean;
  /** YYYY-MM-DD. Accounts that came from Django may have none */
  birth_date: string | null;
  created_at: Date;
  has_password: boolean;
  has_totp: boolean;
  recovery_codes: number;
  passkeys: number;
  /** Where the user has accounts that open this one */
  providers: string[];
};

/** The account with this id. Null if it has been deleted. */
export async function findAccountDetails(db: Database, userId: number): Promise<AccountDetails | null> {
  const rows = await db.query<AccountDetails>(
    `select id, username, email, email_verified_at is not null as email_verified, to_char(birth_date, 'YYYY-MM-DD') as birth_date,
       created_at, exists (select from passwords where user_id = users.id) as has_password,
       has_second_factor as has_totp, ${COUNTS},
       array(select provider from accounts where "userId" = users.id order by linked_at, id) as providers
     from users where id = $1`,
    [userId],
  );
  return rows[0] ?? null;
}
