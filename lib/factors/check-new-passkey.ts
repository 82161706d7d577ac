import "server-only";

import type { RegistrationResponseJSON } from "@simplewebauthn/server";
import { z } from "zod";
import type { NewPasskey } from "#db/passkeys.ts";
import type { Viewer } from "#lib/auth/authenticate.ts";
import type { PasskeySender } from "./check-passkey.ts";
import { passkeyBytes } from "./passkey-bytes.ts";
import { type PasskeyChallenge, readPasskeyChallenge } from "./passkey-challenge.ts";
import { recordRefusedPasskey } from "./refused-passkey.ts";
import { relyingPartyOf } from "./relying-party.ts";

/** EdDSA, ES256 and RS256: what every version of Node can check. */
export const ALGORITHMS = [-8, -7, -257];
/** Bytes of a passkey's id: with fewer it could be guessed, and no authenticator makes more (Web Authentication §4). */
const ID_BYTES = { least: 16, most: 1_023 };
/** How a browser may reach a passkey. The words are given back to browsers, so those of tomorrow are kept, too. */
const TRANSPORT = /^[a-z-]{1,32}$/;
const MOST_TRANSPORTS = 8;

const answer = z.object({
  id: passkeyBytes,
  rawId: passkeyBytes,
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: passkeyBytes,
    attestationObject: passkeyBytes,
    transports: z.array(z.unknown()).catch([]),
  }),
});
type Answer = z.output<typeof answer>;
type Checked = { made: Omit<NewPasskey, "name">; challenge: PasskeyChallenge };

/**
 * Checks what a browser has made for this session (Web Authentication §7.1), and changes nothing.
 * @returns null if it is malformed, forged, of another site, browser or session, or its challenge is over. Whether that was used is
 *   not looked at
 */
export async function checkNewPasskey(
  { userId, sessionId }: Viewer,
  response: unknown,
  { origin, cookie }: PasskeySender,
): Promise<Checked | null> {
  const rpID = relyingPartyOf(origin);
  const { data } = answer.safeParse(response);
  const challenge = data ? readPasskeyChallenge("passkey-registration", data.response.clientDataJSON, cookie) : null;
  if (rpID === null || !data || challenge?.session !== sessionId) return null;
  try {
    return { made: await verify(data, { challenge: challenge.signed, origin, rpID }), challenge };
  } catch (error) {
    recordRefusedPasskey(userId, error);
    return null;
  }
}

async function verify(data: Answer, { challenge, origin, rpID }: { challenge: string; origin: string; rpID: string }) {
  const { verifyRegistrationResponse } = await import("@simplewebauthn/server");
  const attestationObject = await withoutStatement(data.response.attestationObject);
  const { registrationInfo } = await verifyRegistrationResponse({
    response: { ...data, response: { ...data.response, attestationObject } } as unknown as RegistrationResponseJSON,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: rpID,
    requireUserVerification: true,
    supportedAlgorithmIDs: ALGORITHMS,
  });
  if (!registrationInfo) throw new Error("not verified");
  const { credential, aaguid, credentialDeviceType, credentialBackedUp } = registrationInfo;
  const bytes = Buffer.from(credential.id, "base64url").length;
  // The package compares neither.
  if (credential.id !== data.id) throw new Error("the id is another than the attested one");
  if (bytes < ID_BYTES.least || bytes > ID_BYTES.most) throw new Error(`an id of ${bytes} bytes`);
  return {
    credential_id: credential.id,
    public_key: Buffer.from(credential.publicKey),
    counter: credential.counter,
    transports: transportsOf(data),
    may_sync: credentialDeviceType === "multiDevice",
    aaguid,
    is_synced: credentialBackedUp,
  };
}

/**
 * An attestation without its statement, by which a maker vouches for an authenticator. None was asked for, so none is believed. To
 * check one, the package would call addresses that its certificates name.
 */
async function withoutStatement(attestation: string): Promise<string> {
  const { decodeAttestationObject, isoBase64URL, isoCBOR } = await import("@simplewebauthn/server/helpers");
  const authData = decodeAttestationObject(isoBase64URL.toBuffer(attestation)).get("authData");
  const bare = new Map<string, string | Uint8Array | Map<string, string>>([
    ["fmt", "none"],
    ["attStmt", new Map<string, string>()],
    ["authData", authData],
  ]);
  return isoBase64URL.fromBuffer(isoCBOR.encode(bare));
}

function transportsOf({ response: { transports } }: Answer): string[] {
  const words = transports.filter((each): each is string => typeof each === "string" && TRANSPORT.test(each));
  return [...new Set(words)].slice(0, MOST_TRANSPORTS);
}
