import type { Database } from "#db/pool.ts";
import { removeSecondFactor } from "#db/totp.ts";
import { AppError } from "#lib/errors.ts";
import { record } from "#lib/observe/events.ts";
import { changeWaysIn } from "./change-ways-in.ts";
import type { Owner } from "./tell-of-change.ts";

/** Switches a second factor off, recovery codes too, and ends all other sessions. @throws {AppError} `not_found` if none is on */
export async function removeTotp(db: Database, owner: Owner): Promise<void> {
  await changeWaysIn(db, owner, "totp_removed", async (part) => {
    if (!(await removeSecondFactor(part, owner.userId))) throw new AppError("not_found");
    return { outcome: undefined };
  });
  record("totp_removed", { user_id: owner.userId });
}
