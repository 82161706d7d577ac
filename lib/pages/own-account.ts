import "server-only";

import { listPasskeys } from "#db/passkeys.ts";
import { findProof } from "#db/rotate-session.ts";
import { describeAccount } from "#lib/account/describe-account.ts";
import { listDevices } from "#lib/account/list-devices.ts";
import { listEvents } from "#lib/account/list-events.ts";
import type { Account, EventPage, PasskeyAnswer, Session } from "#lib/answers.ts";
import type { Viewer } from "#lib/auth/authenticate.ts";
import { config } from "#lib/config.ts";
import { AppError } from "#lib/errors.ts";
import { describePasskey } from "#lib/factors/own-passkeys.ts";
import { OUTAGE_RETRY_SECONDS } from "#lib/settings/waits.ts";
import { pageDatabase } from "./database.ts";

// What the pages read of their viewer's account. The endpoints with the same answers use the same functions of lib/account.

const FEW = 10;

/** `credentialId`: by what the browser knows it, which then can forget it when it is removed */
export type OwnPasskey = PasskeyAnswer & { credentialId: string };

/**
 * @throws {AppError} `unavailable` if the account has just been deleted, and this worker has not heard of it yet: it will within
 *   a second, and then the viewer is a visitor
 */
export async function getAccount({ userId }: Viewer): Promise<Account> {
  return describeAccount(pageDatabase(), userId).catch((cause: unknown) => {
    if (!(cause instanceof AppError) || cause.code !== "access_token_not_valid") throw cause;
    throw new AppError("unavailable", { retryAfter: OUTAGE_RETRY_SECONDS }, { cause });
  });
}

/** Whether this session has just proved who is at the screen. */
export async function isProved({ sessionId }: Viewer): Promise<boolean> {
  const proof = await findProof(pageDatabase(), sessionId, config().REAUTHENTICATION_SECONDS);
  return proof?.is_recent ?? false;
}

/** The living sessions: this one, then the others, the latest used first. */
export async function getDevices(viewer: Viewer): Promise<Session[]> {
  const sessions = await listDevices(pageDatabase(), viewer);
  return sessions.sort((one, other) => Number(other.current) - Number(one.current));
}

/** The oldest first. */
export async function getPasskeys({ userId }: Viewer): Promise<OwnPasskey[]> {
  const passkeys = await listPasskeys(pageDatabase(), userId);
  return passkeys.map((passkey) => ({ ...describePasskey(passkey), credentialId: passkey.credential_id }));
}

/** The latest few events. `next` leads on to the others. */
export async function getLatestEvents({ userId }: Viewer): Promise<EventPage> {
  const { results, next } = await listEvents(pageDatabase(), userId, undefined);
  const few = results.slice(0, FEW);
  return { results: few, next: results.length > FEW ? (few.at(-1)?.id ?? null) : next };
}
