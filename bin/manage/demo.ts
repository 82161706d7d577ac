import type { Database } from "#db/pool.ts";
import { findUser } from "#db/users.ts";
import { launchConfig } from "#lib/config.ts";
import { usernameKey } from "#lib/names/username-key.ts";
import { setPassword } from "#lib/passwords/set-password.ts";
import type { SignUpInput } from "#lib/schemas.ts";
import { isPublic } from "#lib/settings/is-public.ts";
import { createAccount } from "./create-account.ts";
import { newPassword } from "./new-password.ts";

/** These details are no real person's: the address is reserved (RFC 2606 §3), the day is the première of Seven Samurai. */
const DEMO: Omit<SignUpInput, "password"> = { username: "demo", email: "demo@example.com", age: "1954-04-26" };

/**
 * Creates the demo account, or gives it a new password. The password is random each time and stored nowhere: a fixed one would
 * open the demo account of every installation.
 * @throws {Error} one line: the site is public, another account has the name, or the demo account is disabled
 */
export async function openDemo(db: Database): Promise<{ username: string; password: string; isNew: boolean }> {
  assertNotPublic(launchConfig().PUBLIC_URL);
  const { username } = DEMO;
  const { password } = await newPassword({ "generate-password": true });
  const found = await findUser(db, { usernameKey: usernameKey(username) });
  if (!found) {
    await createAccount(db, { ...DEMO, password });
    return { username, password, isNew: true };
  }
  if (found.email !== DEMO.email || found.birth_date !== DEMO.age)
    throw new Error(`the account ${found.username} is not the demo account, and stays as it is: make another with user create`);
  if (!found.is_active) throw new Error(`the account ${username} is disabled: user enable ${username} enables it`);
  if (!(await setPassword(db, found, password))) throw new Error(`the account ${username} has just been deleted: try again`);
  return { username, password, isNew: false };
}

function assertNotPublic(publicUrl: URL | undefined): void {
  if (!isPublic(publicUrl)) return;
  throw new Error(`PUBLIC_URL is ${publicUrl.origin}, a public site: make an account with user create instead`);
}
