import type { Database } from "#db/pool.ts";
import { signUp, signUpRules } from "#lib/account/sign-up.ts";
import type { User } from "#lib/answers.ts";
import { readFields } from "#lib/read-fields.ts";
import { signUpInput } from "#lib/schemas.ts";

/** Makes an account by the rules of the signup. @throws {AppError} `invalid_input` with everything that is wrong */
export async function createAccount(db: Database, fields: Record<string, unknown>): Promise<User> {
  const values = await readFields(signUpInput, fields, (sound) => signUpRules(db, sound));
  return signUp(db, values, null);
}
