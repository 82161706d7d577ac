import { replacePassword } from "#db/passwords.ts";
import type { Database } from "#db/pool.ts";
import type { UserDetails } from "#db/users.ts";
import { config } from "#lib/config.ts";
import { readFields } from "#lib/read-fields.ts";
import { signUpInput } from "#lib/schemas.ts";
import { hashPassword } from "./hashing.ts";
import { passwordProblems } from "./rules.ts";

const passwordInput = signUpInput.pick({ password: true });

/**
 * Gives a user a new password, which must meet the rules of the signup. All of the user's sessions end (ASVS 7.4.3).
 * @returns false if the user has been deleted
 * @throws {AppError} `invalid_input` with everything that is wrong
 */
export async function setPassword(db: Database, user: UserDetails, password: string): Promise<boolean> {
  const minLength = config().PASSWORD_MIN_LENGTH;
  await readFields(passwordInput, { password }, ({ password: sound }) => ({
    password: sound === undefined ? [] : passwordProblems(sound, user, minLength),
  }));
  return replacePassword(db, user.id, await hashPassword(null, password));
}
