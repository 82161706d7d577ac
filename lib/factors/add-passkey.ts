import "server-only";

import { randomBytes } from "node:crypto";
import { ensureHandle, insertPasskey, listCredentials } from "#db/passkeys.ts";
import type { Database } from "#db/pool.ts";
import { spend } from "#db/spent.ts";
import type { PasskeyAnswer } from "#lib/answers.ts";
import type { Viewer } from "#lib/auth/authenticate.ts";
import { clientFacts } from "#lib/auth/client-facts.ts";
import type { SessionCookie } from "#lib/auth/cookies.ts";
import { AppError } from "#lib/errors.ts";
import { record } from "#lib/observe/events.ts";
import { SITE_NAME } from "#lib/passwords/resembles.ts";
import type { Problem } from "#lib/problems.ts";
import { changeWaysIn } from "./change-ways-in.ts";
import { ALGORITHMS, checkNewPasskey } from "./check-new-passkey.ts";
import type { PasskeySender } from "./check-passkey.ts";
import { describePasskey } from "./own-passkeys.ts";
import { makePasskeyChallenge } from "./passkey-challenge.ts";
import { relyingPartyOf } from "./relying-party.ts";

/** How many passkeys an account may have. */
const MOST_PASSKEYS = 20;
/** Random bytes: a passkey shows by what it knows its user, so this must not be the account's id (Web Authentication §14.6.1). */
const HANDLE_BYTES = 64;

/**
 * What a browser makes a passkey with.
 * @throws {AppError} `passkeys_off`; `access_token_not_valid` if the user has been deleted
 */
export async function askForNewPasskey(
  db: Database,
  { userId, username, sessionId }: Viewer,
  { origin, cookie: sent }: PasskeySender,
): Promise<{ options: object; cookie: SessionCookie }> {
  const rpID = relyingPartyOf(origin);
  if (rpID === null) throw new AppError("passkeys_off");
  const handle = await ensureHandle(db, userId, randomBytes(HANDLE_BYTES).toString("base64url"));
  if (handle === null) throw new AppError("access_token_not_valid", { reason: "invalid" });
  const known = await listCredentials(db, userId);
  const { challenge, cookie } = makePasskeyChallenge("passkey-registration", sent, sessionId);
  const { generateRegistrationOptions } = await import("@simplewebauthn/server");
  const options = await generateRegistrationOptions({
    rpName: SITE_NAME,
    rpID,
    challenge,
    userID: new Uint8Array(Buffer.from(handle, "base64url")),
    userName: username,
    userDisplayName: username,
    attestationType: "none",
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    supportedAlgorithmIDs: ALGORITHMS,
    excludeCredentials: known.map(({ credential_id: id, transports }) => ({ id, transports: transports as never })),
  });
  return { options, cookie };
}

/**
 * Adds a passkey to the viewer's account, and ends all other sessions.
 * @param name by default the device's
 * @throws {AppError} `invalid_input` about `response`, if it answers no challenge of this session, is forged or of another site, the
 *   passkey is known, or there are too many
 */
export async function addPasskey(
  db: Database,
  viewer: Viewer,
  { response, name = clientFacts().device ?? "Passkey" }: { response: unknown; name?: string | undefined },
  sender: PasskeySender,
): Promise<PasskeyAnswer> {
  const checked = await checkNewPasskey(viewer, response, sender);
  if (!checked) throw refused("wrong_passkey");
  const { challenge, made } = checked;
  const passkey = await changeWaysIn(db, viewer, "passkey_added", async (part) => {
    if (!(await spend(part, challenge.jti, challenge.expiresAt))) throw refused("wrong_passkey");
    if ((await listCredentials(part, viewer.userId)).length >= MOST_PASSKEYS) throw refused("too_many_passkeys");
    const added = await insertPasskey(part, viewer.userId, { ...made, name });
    if (!added) throw refused("passkey_taken");
    return { what: name, outcome: added };
  });
  record("passkey_added", { user_id: viewer.userId, passkey: passkey.id });
  return describePasskey(passkey);
}

function refused(code: Extract<Problem["code"], "wrong_passkey" | "passkey_taken" | "too_many_passkeys">): AppError {
  return new AppError("invalid_input", { fields: { response: [{ code }] } });
}
