import "server-only";

import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { hostCookieName, makeCookie, readNamed, type SessionCookie } from "#lib/auth/cookies.ts";
import { type PasskeyChallengeKind, readValue, signValue } from "#lib/auth/signed-value.ts";

const COOKIE = "passkey_browser";
/** How long a challenge may be answered, in seconds. */
const PASSKEY_CHALLENGE_SECONDS = 300;

const claims = z.object({ jti: z.string(), browser: z.string(), session: z.string().nullable() });
// A browser says whether a page in another site's frame has asked, and names the outermost site. These pages are in no frame.
const clientData = z.object({ challenge: z.string(), crossOrigin: z.literal(false).optional(), topOrigin: z.never().optional() });

/**
 * A challenge that this browser was given. `signed`: as the passkey signed it, in base64url. `session`: whose holder is to add a
 * passkey. `expiresAt`: from then on it is over
 */
export type PasskeyChallenge = { jti: string; signed: string; session: string | null; expiresAt: Date };

/**
 * A challenge for a passkey to sign. It is stored nowhere: it says itself, signed, what it is for and which browser has asked. So
 * several tabs of one browser can each have one.
 * @param cookie the request's `Cookie` header @param session of somebody who adds a passkey
 */
export function makePasskeyChallenge(
  kind: PasskeyChallengeKind,
  cookie: string | null,
  session: string | null = null,
): { challenge: Uint8Array<ArrayBuffer>; cookie: SessionCookie } {
  const browser = browsersOf(cookie)[0] ?? randomBytes(16).toString("base64url");
  const jti = randomBytes(16).toString("base64url");
  const challenge = signValue(kind, { jti, browser: digestOf(browser), session }, PASSKEY_CHALLENGE_SECONDS);
  return {
    challenge: new TextEncoder().encode(challenge),
    cookie: makeCookie(hostCookieName(COOKIE), browser, PASSKEY_CHALLENGE_SECONDS),
  };
}

/**
 * The challenge that a passkey has signed. Null if it is not ours, over, of another kind, was given to another browser, or was answered
 * in the frame of another site. Whether it was used is not looked at.
 * @param signed `clientDataJSON` of the answer: base64url and nothing else, which every decoder reads alike
 */
export function readPasskeyChallenge(kind: PasskeyChallengeKind, signed: string, cookie: string | null): PasskeyChallenge | null {
  const text = readClientData(signed);
  const read = text === null ? null : readValue(kind, claims, Buffer.from(text, "base64url").toString());
  if (text === null || !read || !browsersOf(cookie).some((browser) => digestOf(browser) === read.browser)) return null;
  return { jti: read.jti, signed: text, session: read.session, expiresAt: new Date(read.exp * 1_000) };
}

function readClientData(signed: string): string | null {
  try {
    const { data } = clientData.safeParse(JSON.parse(Buffer.from(signed, "base64url").toString()));
    return data?.challenge ?? null;
  } catch {
    return null;
  }
}

function browsersOf(cookie: string | null): string[] {
  return readNamed(cookie, hostCookieName(COOKIE)).filter((value) => /^[\w-]{22}$/.test(value));
}

// The challenge is readable for scripts of the page, the cookie is not.
function digestOf(browser: string): string {
  return createHash("sha256").update(browser).digest("base64url");
}
