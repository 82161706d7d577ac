import "server-only";

import { findLinkedUser } from "#db/auth-js-adapter.ts";
import { sessionCookies } from "#lib/auth/cookies.ts";
import { logOutHolder } from "#lib/auth/log-out.ts";
import { openSession } from "#lib/auth/open-session.ts";
import { AppError, isRefusal } from "#lib/errors.ts";
import { challengeCookie, secondFactorPath } from "#lib/sign-in/challenge-cookie.ts";
import { rememberRefusedLogin } from "#lib/sign-in/refused-login.ts";
import { requireSecondFactor } from "#lib/sign-in/require-second-factor.ts";
import { requireVerifiedEmail } from "#lib/sign-in/require-verified-email.ts";
import type { Identity } from "./identity.ts";
import { completionPath, pendingSignupCookie } from "./pending-signup.ts";
import type { Arrival, Walk, WalkFailure } from "./walk.ts";

/**
 * Logs in the user whom an account at a provider opens. The session that this browser had ends. Nobody is found by the address:
 * a newcomer goes on to complete the signup, and until then nothing is stored.
 * @param next the path to go to after the login
 */
export async function signInAtArrival({ db, cookie }: Walk, identity: Identity, next: string): Promise<Arrival | WalkFailure> {
  const user = await findLinkedUser(db, identity);
  if (!user) return { path: completionPath(next), cookies: [pendingSignupCookie(identity)] };
  try {
    if (!user.is_active) throw new AppError("no_active_account");
    await requireVerifiedEmail(db, { id: user.id, email: user.email, is_verified: user.email_verified_at !== null });
    await requireSecondFactor(db, user, identity);
    const tokens = await openSession(db, user.id, identity);
    // Nobody would hold that session any more, and it would stay in the list of devices.
    await logOutHolder(db, cookie);
    const path = user.birth_date === null ? `/birth-date?${new URLSearchParams({ next })}` : next;
    return { path, cookies: sessionCookies(tokens) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (isRefusal(error, "second_factor_required")) {
      return { path: secondFactorPath(next), cookies: [challengeCookie(error.details.challenge)] };
    }
    if (error.code === "email_not_verified") return "email_not_verified";
    if (error.code !== "no_active_account") throw error;
    await rememberRefusedLogin(db, user.id);
    return "account_disabled";
  }
}
