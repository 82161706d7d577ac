import "server-only";

import { linkAccount } from "#db/auth-js-adapter.ts";
import type { Database } from "#db/pool.ts";
import { isLinkTaken } from "#db/provider-accounts.ts";
import { spend } from "#db/spent.ts";
import { signUpRules, signUpWithoutPassword } from "#lib/account/sign-up.ts";
import type { User } from "#lib/answers.ts";
import { type SessionCookie, sessionCookies } from "#lib/auth/cookies.ts";
import { logOutHolder } from "#lib/auth/log-out.ts";
import { openSession } from "#lib/auth/open-session.ts";
import { config } from "#lib/config.ts";
import { AppError } from "#lib/errors.ts";
import type { Problems } from "#lib/problems.ts";
import type { CompleteSignUpValues } from "#lib/schemas.ts";
import { clearedPendingSignupCookie, findPendingSignup, type PendingSignup, verifiedEmail } from "./pending-signup.ts";

/**
 * The rules of a completion beyond its schema.
 * @throws {AppError} `no_pending_signup`
 */
export async function completeSignUpRules(
  db: Database,
  fields: Partial<CompleteSignUpValues>,
  _viewer: null,
  { cookie }: { cookie: string | null },
): Promise<Problems> {
  const pending = await requirePendingSignup(db, cookie);
  const { email: chosen, ...details } = fields;
  const email = chosen ?? verifiedEmail(pending);
  const { email: taken = [], ...others } = await signUpRules(db, { ...details, ...(email === null ? {} : { email }) });
  return { ...others, email: email === null ? [{ code: "required" }] : taken };
}

/**
 * Makes the account of a newcomer whom a provider has identified, and logs them in. `completeSignUpRules` must have accepted the
 * fields. The address is verified if it is the one that the provider has verified.
 * @returns no session's cookies where EMAIL_VERIFICATION is required and the address is not verified
 * @throws {AppError} `no_pending_signup`, also if another request has completed it; `invalid_input`; `unavailable`
 */
export async function completeSignUp(
  db: Database,
  cookie: string | null,
  { email: chosen, ...details }: CompleteSignUpValues,
): Promise<{ user: User; cookies: SessionCookie[] }> {
  const pending = await requirePendingSignup(db, cookie);
  const verified = verifiedEmail(pending);
  const email = chosen ?? verified ?? "";
  const isVerified = email.toLowerCase() === verified?.toLowerCase();
  const { identity, jti, expiresAt } = pending;
  const making = signUpWithoutPassword(db, { ...details, email }, isVerified, async (part, userId) => {
    if (!(await spend(part, jti, expiresAt))) throw new AppError("no_pending_signup");
    await linkAccount(part, userId, identity);
  });
  const user = await making.catch((error: unknown) => {
    throw isLinkTaken(error) ? new AppError("no_pending_signup", undefined, { cause: error }) : error;
  });
  const done = [clearedPendingSignupCookie()];
  if (!isVerified && config().EMAIL_VERIFICATION === "required") return { user, cookies: done };
  const tokens = await openSession(db, user.id, identity);
  await logOutHolder(db, cookie);
  return { user, cookies: [...sessionCookies(tokens), ...done] };
}

async function requirePendingSignup(db: Database, cookie: string | null): Promise<PendingSignup> {
  const pending = await findPendingSignup(db, cookie);
  if (!pending) throw new AppError("no_pending_signup");
  return pending;
}
