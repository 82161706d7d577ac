import "server-only";

import { headers } from "next/headers";
import { findSecondFactors } from "#lib/auth/proof-methods.ts";
import { readChallenge } from "#lib/factors/second-factor-challenge.ts";
import { carriedChallenge } from "#lib/sign-in/challenge-cookie.ts";
import { pageDatabase } from "./database.ts";
import { isOutage } from "./outage.ts";

/**
 * The second step of a login that a provider has begun in this browser: the challenge, and the methods that would answer it. Null if
 * there is none, or its time is over.
 */
export async function carriedStep(): Promise<{ challenge: string; methods: string[] } | null> {
  const challenge = carriedChallenge((await headers()).get("cookie"));
  const read = challenge === null ? null : readChallenge(challenge);
  return challenge !== null && read ? { challenge, methods: await methodsOf(read.userId) } : null;
}

// The page is public, and must not fail with the database. A code is a method of every account that has a second factor.
async function methodsOf(userId: number): Promise<string[]> {
  return findSecondFactors(pageDatabase(), userId).catch((error: unknown) => {
    if (isOutage(error)) return ["totp", "recovery_code"];
    throw error;
  });
}
