import { findAddressState, isEmailTaken, lockUser } from "#db/email-addresses.ts";
import type { Database } from "#db/pool.ts";
import { rememberRevocation } from "#lib/auth/revocations.ts";
import { AppError } from "#lib/errors.ts";
import { readFields } from "#lib/read-fields.ts";
import { changeEmailInput } from "#lib/schemas.ts";
import { giveEmail } from "./give-email.ts";

/**
 * An operator gives an account an address, and answers for it: it counts as verified. All of the user's sessions end if it is
 * another one than before.
 * @returns false if the user has been deleted
 * @throws {AppError} `invalid_input` if it is no address, or another account's
 */
export async function setEmail(db: Database, userId: number, given: string): Promise<boolean> {
  const { email } = await readFields(changeEmailInput, { email: given });
  const setting = db.transaction(async (part) => {
    await lockUser(part, userId);
    const account = await findAddressState(part, userId);
    return account && giveEmail(part, userId, account, email, null);
  });
  const ended = await setting.catch((error: unknown) => {
    if (!isEmailTaken(error)) throw error;
    throw new AppError("invalid_input", { fields: { email: [{ code: "email_taken" }] } }, { cause: error });
  });
  ended?.forEach(rememberRevocation);
  return ended !== null;
}
