import "server-only";

import type { Database } from "@/db/pool";
import { findAccount, updatePassword } from "@/db/users";
import { AppError } from "../errors";
import { log } from "../log";
import type { LogInValues } from "../schemas";
import { openSession } from "./open-session";
import { hashPassword, needsRehash, verifyPassword } from "./passwords";
import type { Tokens } from "./tokens";
import { usernameKey } from "./username-key";

/**
 * Opens a session for whoever knows the password of an active account, named by username or e-mail address.
 * @throws {AppError} `no_active_account`, the same and after the same time whatever was wrong; `unavailable`
 */
export async function logIn(db: Database, { username, password }: LogInValues): Promise<Tokens> {
  // A username holds no "@", so the two never collide.
  const by = username.includes("@") ? { email: username } : { usernameKey: usernameKey(username) };
  const account = await findAccount(db, by);
  const isRight = await verifyPassword(password, account?.encoded ?? null);
  if (!account || !isRight) {
    log().info({ event: "login_refused", user_id: account?.id ?? null });
    throw new AppError("no_active_account");
  }
  if (needsRehash(account.encoded)) await rehash(db, account, password);
  return openSession(db, account.id);
}

// A hash of another format or cost is replaced while the password is at hand. It can wait: a login does not fail for it.
async function rehash(db: Database, account: { id: number; encoded: string }, password: string): Promise<void> {
  try {
    await updatePassword(db, account.id, account.encoded, await hashPassword(password));
  } catch (error) {
    log().warn({ err: error, user_id: account.id }, "a password hash could not be upgraded");
  }
}
