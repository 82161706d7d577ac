import type { Database } from "#db/pool.ts";
import { setActive } from "#db/users.ts";
import { rememberEvent } from "#lib/auth/account-events.ts";

/** Enables or disables an account, and records it if it is a change. @returns false if the user has been deleted */
export function switchAccount(db: Database, userId: number, isActive: boolean): Promise<boolean> {
  return db.transaction(async (part) => {
    const outcome = await setActive(part, userId, isActive);
    if (outcome?.is_changed) await rememberEvent(part, userId, isActive ? "enabled" : "disabled");
    return outcome !== null;
  });
}
