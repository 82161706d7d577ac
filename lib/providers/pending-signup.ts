import "server-only";

import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Database } from "#db/pool.ts";
import { isSpent } from "#db/spent.ts";
import { hostCookieName, makeCookie, readNamed, type SessionCookie } from "#lib/auth/cookies.ts";
import { readValue, signValue } from "#lib/auth/signed-value.ts";
import { completeSignUpInput } from "#lib/schemas.ts";
import type { Identity } from "./identity.ts";

const COOKIE = "pending_signup";
const LIFETIME_SECONDS = 900;

const claims = z.object({
  jti: z.string(),
  provider: z.string(),
  type: z.string(),
  account: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
});

/** A newcomer whom a provider has identified, until they have completed their signup. `expiresAt`: after it the value is void. */
export type PendingSignup = { jti: string; identity: Identity; expiresAt: Date };

/** The cookie that a newcomer completes the signup with. */
export function pendingSignupCookie({ provider, type, providerAccountId: account, email, name }: Identity): SessionCookie {
  const said = { jti: randomBytes(16).toString("base64url"), provider, type, account, email, name };
  return makeCookie(hostCookieName(COOKIE), signValue("pending-signup", said, LIFETIME_SECONDS), LIFETIME_SECONDS);
}

/** The signup that this browser has to complete. Null if there is none, or it is too old, or completed. */
export async function findPendingSignup(db: Database, cookie: string | null): Promise<PendingSignup | null> {
  for (const value of readNamed(cookie, hostCookieName(COOKIE))) {
    const read = readValue("pending-signup", claims, value);
    if (!read || (await isSpent(db, read.jti))) continue;
    const { jti, provider, type, account: providerAccountId, email, name, exp } = read;
    return { jti, identity: { provider, type, providerAccountId, email, name }, expiresAt: new Date(exp * 1_000) };
  }
  return null;
}

/** The address that the provider has verified. It counts if the signup would take it. */
export function verifiedEmail({ identity }: PendingSignup): string | null {
  return completeSignUpInput.shape.email.safeParse(identity.email ?? undefined).data ?? null;
}

/** The page where a newcomer completes the signup. @param next where to go afterwards: a path of this site */
export function completionPath(next: string): string {
  return next === "/" ? "/signup/complete" : `/signup/complete?${new URLSearchParams({ next })}`;
}

export function clearedPendingSignupCookie(): SessionCookie {
  return makeCookie(hostCookieName(COOKIE), "", 0);
}
