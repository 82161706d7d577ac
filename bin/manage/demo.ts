import type { Database } from "#db/pool.ts";
import { findUser } from "#db/users.ts";
import { launchConfig } from "#lib/config.ts";
import { usernameKey } from "#lib/names/username-key.ts";
import { setPassword } from "#lib/passwords/set-password.ts";
import type { SignUpInput } from "#lib/schemas.ts";
import { createAccount } from "./create-account.ts";
import { newPassword } from "./new-password.ts";

/** No person has these: the address is reserved (RFC 2606 §3), the day is the première of Seven Samurai. */
const DEMO: Omit<SignUpInput, "password"> = { username: "demo", email: "demo@example.com", age: "1954-04-26" };

/**
 * Sees to it that there is an account to look around with. Its password is made anew each time, and is nowhere else: one that
 * is the same everywhere would open every installation.
 * @throws {Error} one line: strangers come here, or the name is another's, or the account is disabled
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
    throw new Error(`the account ${found.username} is somebody's, and stays as it is: make another with user create`);
  if (!found.is_active) throw new Error(`the account ${username} is disabled: user enable ${username} takes that back`);
  if (!(await setPassword(db, found, password))) throw new Error(`the account ${username} was deleted meanwhile: try again`);
  return { username, password, isNew: false };
}

function assertNotPublic(publicUrl: URL | undefined): void {
  if (publicUrl === undefined || /^(localhost|127\.[\d.]+|\[::1\])$/.test(publicUrl.hostname)) return;
  throw new Error(`PUBLIC_URL is ${publicUrl.origin}, where strangers come: an account of its own is made by user create`);
}
