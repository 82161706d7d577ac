import "server-only";

import { hostCookieName, makeCookie, readNamed, type SessionCookie } from "#lib/auth/cookies.ts";
import { CHALLENGE_SECONDS } from "#lib/factors/second-factor-challenge.ts";

const COOKIE = "second_factor";

// Somebody who comes from a provider has no form that could hold the challenge until the page with the form is there.

/** The cookie that carries a challenge from a provider's sign-in to the page that asks for the second factor. */
export function challengeCookie(challenge: string): SessionCookie {
  return makeCookie(hostCookieName(COOKIE), challenge, CHALLENGE_SECONDS);
}

/** The challenge that this browser carries. Null if there is none. It may be over. */
export function carriedChallenge(cookie: string | null): string | null {
  return readNamed(cookie, hostCookieName(COOKIE))[0] ?? null;
}

/** Clears the challenge, if this browser carries one. */
export function clearedChallengeCookie(cookie: string | null): SessionCookie[] {
  return carriedChallenge(cookie) === null ? [] : [makeCookie(hostCookieName(COOKIE), "", 0)];
}

/** The page that asks for the second factor. @param next where to go afterwards: a path of this site */
export function secondFactorPath(next: string): string {
  return next === "/" ? "/login/second-factor" : `/login/second-factor?${new URLSearchParams({ next })}`;
}
