import { newSession, signUp } from "./client.ts";
import { withDatabase } from "./harness.ts";

// Accounts as they come from a Django without addresses and birth dates.

/** Takes an account's address and birth date away, and the mails that it has got. */
export function strip(databaseUrl: string, userId: number): Promise<unknown> {
  return withDatabase(databaseUrl, async (query) => {
    await query("update users set email = null, email_verified_at = null, birth_date = null where id = $1", [userId]);
    await query("delete from mails where user_id = $1", [userId]);
  });
}

/** A new account with neither, which has logged in once. */
export async function newBareSession(origin: string, databaseUrl: string) {
  const session = await newSession(origin);
  await strip(databaseUrl, session.user.id);
  return session;
}

/** A new account with neither. */
export async function newBareAccount(origin: string, databaseUrl: string) {
  const user = await signUp(origin);
  await strip(databaseUrl, user.id);
  return user;
}
