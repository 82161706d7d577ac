import "server-only";

import type { AuthenticationResponseJSON } from "@simplewebauthn/server";
import { z } from "zod";
import { lockUser } from "#db/email-addresses.ts";
import { findPasskey, notePasskeyUse, type Passkey } from "#db/passkeys.ts";
import type { Database } from "#db/pool.ts";
import { isSpent, spend } from "#db/spent.ts";
import type { SessionCookie } from "#lib/auth/cookies.ts";
import { AppError } from "#lib/errors.ts";
import { passkeyBytes } from "./passkey-bytes.ts";
import { makePasskeyChallenge, type PasskeyChallenge, readPasskeyChallenge } from "./passkey-challenge.ts";
import { recordRefusedPasskey } from "./refused-passkey.ts";
import { relyingPartyOf } from "./relying-party.ts";

/** Where a passkey's answer comes from: the site's origin, and the request's `Cookie` header. */
export type PasskeySender = { origin: string; cookie: string | null };
/** A passkey whose signature was checked, with what has to be noted when it is used. */
export type CheckedPasskey = { passkey: Passkey; challenge: PasskeyChallenge; counter: number; isSynced: boolean };

const answer = z.object({
  id: passkeyBytes,
  rawId: passkeyBytes,
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: passkeyBytes,
    authenticatorData: passkeyBytes,
    signature: passkeyBytes,
    userHandle: passkeyBytes,
  }),
});

/**
 * What a browser asks its passkeys with. They are not named: who has one for this site picks it.
 * @throws {AppError} `passkeys_off`
 */
export async function askForPasskey({
  origin,
  cookie: sent,
}: PasskeySender): Promise<{ options: object; cookie: SessionCookie }> {
  const rpID = relyingPartyOf(origin);
  if (rpID === null) throw new AppError("passkeys_off");
  const { challenge, cookie } = makePasskeyChallenge("passkey-login", sent);
  const { generateAuthenticationOptions } = await import("@simplewebauthn/server");
  return { options: await generateAuthenticationOptions({ rpID, challenge, userVerification: "required" }), cookie };
}

/**
 * Checks a passkey's answer, and changes nothing. The passkey must have verified its user, by a PIN, a finger or a face: so it is two
 * factors.
 * @returns null if the answer is malformed, forged, of another site or browser, over or used, or the passkey is not known
 */
export async function checkPasskey(
  db: Database,
  response: unknown,
  { origin, cookie }: PasskeySender,
): Promise<CheckedPasskey | null> {
  const rpID = relyingPartyOf(origin);
  const { data } = answer.safeParse(response);
  const challenge = data ? readPasskeyChallenge("passkey-login", data.response.clientDataJSON, cookie) : null;
  if (rpID === null || !data || !challenge || (await isSpent(db, challenge.jti))) return null;
  const passkey = await findPasskey(db, data.id);
  if (!passkey || passkey.handle !== data.response.userHandle) return null;
  const { verifyAuthenticationResponse } = await import("@simplewebauthn/server");
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...data, clientExtensionResults: {} } satisfies AuthenticationResponseJSON,
      expectedChallenge: challenge.signed,
      expectedOrigin: origin,
      expectedRPID: rpID,
      requireUserVerification: true,
      // The count is compared when it is kept, so that of two answers at once one is refused.
      credential: { id: passkey.credential_id, publicKey: new Uint8Array(passkey.public_key), counter: 0 },
    });
    if (!verified) return null;
    // Web Authentication §7.2: what may be on several devices is decided when a passkey is made.
    const maySync = authenticationInfo.credentialDeviceType === "multiDevice";
    if (maySync !== passkey.may_sync) throw new Error("whether it may be on several devices has changed");
    return { passkey, challenge, counter: authenticationInfo.newCounter, isSynced: authenticationInfo.credentialBackedUp };
  } catch (error) {
    recordRefusedPasskey(passkey.user_id, error);
    return null;
  }
}

/**
 * Uses up the challenge and the count of a passkey that was checked.
 * @param db the transaction of what it is for
 * @returns false if another request has used the challenge, the passkey was removed, or its count does not grow: it was copied
 */
export async function spendPasskey(db: Database, { passkey, challenge, counter, isSynced }: CheckedPasskey): Promise<boolean> {
  await lockUser(db, passkey.user_id);
  if (!(await spend(db, challenge.jti, challenge.expiresAt))) return false;
  if (await notePasskeyUse(db, passkey.id, counter, isSynced)) return true;
  recordRefusedPasskey(passkey.user_id, `the count ${counter} follows ${passkey.counter}`);
  return false;
}
