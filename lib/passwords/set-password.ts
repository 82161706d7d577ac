import { replacePassword } from "#db/passwords.ts";
import type { Database } from "#db/pool.ts";
import type { UserDetails } from "#db/users.ts";
import { rememberEvent } from "#lib/auth/account-events.ts";
import { post } from "#lib/mail/letter.ts";
import { passwordChanged } from "#lib/mail/letters/password-changed.ts";
import { readFields } from "#lib/read-fields.ts";
import { signUpInput } from "#lib/schemas.ts";
import { hashPassword } from "./hashing.ts";
import { newPasswordProblems } from "./new-password-problems.ts";

const passwordInput = signUpInput.pick({ password: true });

/**
 * An operator gives a user a new password, which must meet the rules of the signup. All of the user's sessions end (ASVS 7.4.3), and a
 * mail tells the user.
 * @returns false if the user has been deleted
 * @throws {AppError} `invalid_input` with everything that is wrong
 */
export async function setPassword(db: Database, user: UserDetails, password: string): Promise<boolean> {
  await readFields(passwordInput, { password }, async ({ password: sound }) => ({
    password: sound === undefined ? [] : await newPasswordProblems(sound, user),
  }));
  const encoded = await hashPassword(null, password);
  return db.transaction(async (part) => {
    if ((await replacePassword(part, user.id, encoded)) === null) return false;
    await rememberEvent(part, user.id, "password_changed");
    await post(part, passwordChanged, { address: user.email, userId: user.id, facts: { address: null, device: null } });
    return true;
  });
}
