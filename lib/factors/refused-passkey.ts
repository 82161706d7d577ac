import "server-only";

import { record } from "#lib/observe/events.ts";

const CAUSE_LENGTH = 200;

/** Records why a passkey's answer was refused. The package's words quote the answer, which may be long. */
export function recordRefusedPasskey(userId: number, error: unknown): void {
  const cause = error instanceof Error ? error.message : String(error);
  record("passkey_refused", { user_id: userId, cause: cause.slice(0, CAUSE_LENGTH) });
}
