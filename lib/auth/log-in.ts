import "server-only";

import { createHash } from "node:crypto";
import { rememberLoginAddress } from "@/db/login-addresses";
import type { Database } from "@/db/pool";
import { findAccount, updatePassword } from "@/db/users";
import { AppError } from "../errors";
import { record } from "../events";
import { log } from "../log";
import { type Attempt, countOrRefuse, forgive } from "../rate-limits";
import type { LogInValues } from "../schemas";
import { accountName } from "./account-name";
import { openSession } from "./open-session";
import { hashPassword, needsRehash, verifyPassword } from "./passwords";
import type { Tokens } from "./tokens";

/**
 * Opens a session for whoever knows the password of an active account, named by username or e-mail address.
 * @param client whence, and the attempt as it was counted for that address
 * @throws {AppError} `no_active_account`, the same and after the same time whatever was wrong; `throttled`; `unavailable`
 */
export async function logIn(
  db: Database,
  { username, password }: LogInValues,
  client: { address: string; attempt: Attempt | null },
): Promise<Tokens> {
  const by = accountName(username);
  const account = await findAccount(db, by, client.address);
  const subject = account ? String(account.id) : digest("email" in by ? by.email.toLowerCase() : by.usernameKey);
  const guesses = await countGuess(db, subject, client.address, account?.is_known_address ?? false);
  const fromAddress = client.attempt ? [client.attempt] : [];
  const isRight = await verifyPassword(password, account?.encoded ?? null).catch(async (error) => {
    // Nothing was compared: it was no guess.
    await forgive(db, { once: [...fromAddress, ...guesses], all: [] });
    throw error;
  });
  if (!account || !isRight) {
    record("login_refused", { user_id: account?.id ?? null });
    throw new AppError("no_active_account");
  }
  await forgive(db, { once: fromAddress, all: guesses });
  await rememberLoginAddress(db, account.id, client.address);
  if (needsRehash(account.encoded)) await rehash(db, account, password);
  return openSession(db, account.id, account.password_changed_at);
}

// Whoever guesses waits, not the owner: first by account and address. A cap on the account itself, against guesses from
// everywhere, spares the addresses that it was signed in from, whose logins say nothing about the others. A name that is
// nobody's counts in the same way.
async function countGuess(db: Database, subject: string, address: string, isKnownAddress: boolean): Promise<Attempt[]> {
  const byAddress = await countOrRefuse(db, "login_account_address", `${subject}:${address}`);
  return isKnownAddress ? [byAddress] : [byAddress, await countOrRefuse(db, "login_account", subject)];
}

function digest(name: string): string {
  return createHash("sha256").update(name).digest("base64url");
}

// A hash of another format or cost is replaced while the password is at hand. It can wait: a login does not fail for it.
async function rehash(db: Database, account: { id: number; encoded: string }, password: string): Promise<void> {
  try {
    await updatePassword(db, account.id, account.encoded, await hashPassword(password));
  } catch (error) {
    log().warn({ err: error, user_id: account.id }, "a password hash could not be upgraded");
  }
}
