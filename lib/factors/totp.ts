import "server-only";

import { Secret, TOTP } from "otpauth";
import { toString as toQr } from "qrcode";
import { SITE_NAME } from "#lib/passwords/resembles.ts";

const SECRET_BYTES = 20;
const STEP_SECONDS = 30;

/** A secret for time-based codes, 160 bits (RFC 4226 §4). */
export function makeSecret(): Uint8Array {
  return new Secret({ size: SECRET_BYTES }).bytes;
}

/**
 * The time step whose code this is: that of now, or one before or after it (RFC 6238 §5.2). Null if it is none of theirs.
 * @param at the time, by the database's clock
 */
export function stepOf(secret: Uint8Array, code: string, at: Date): number | null {
  const timestamp = at.getTime();
  const delta = totp(secret).validate({ token: code, timestamp, window: 1 });
  return delta === null ? null : Math.floor(timestamp / 1_000 / STEP_SECONDS) + delta;
}

/** What an authenticator app is given: the secret in Base32, the same as a link, and the link as a QR code. */
export async function describeSecret(secret: Uint8Array, username: string): Promise<{ secret: string; uri: string; qr: string }> {
  const described = totp(secret, username);
  const uri = described.toString();
  return { secret: described.secret.base32, uri, qr: await toQr(uri, { type: "svg" }) };
}

function totp(secret: Uint8Array, label = ""): TOTP {
  return new TOTP({
    issuer: SITE_NAME,
    label,
    secret: new Secret({ buffer: new Uint8Array(secret).buffer }),
    algorithm: "SHA1",
    digits: 6,
    period: 30,
  });
}
