import "server-only";

import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import type { Session } from "next-auth";
import { database } from "#db/pool.ts";
import { clearedCookies } from "#lib/auth/cleared-cookies.ts";
import type { SessionCookie } from "#lib/auth/cookies.ts";
import { logOutHolder } from "#lib/auth/log-out.ts";
import { isConfigured } from "#lib/auth/providers.ts";
import { publicOrigin } from "#lib/auth/public-origin.ts";
import { currentRequest } from "#lib/observe/request-context.ts";
import type { ProviderId } from "#lib/settings/providers.ts";
import { sessionOf, visitOf } from "./auth-js.ts";
import { renewedVisit } from "./auth-js-paths.ts";
import { beginSignIn } from "./begin-sign-in.ts";
import { returnPath } from "./return-path.ts";

// next-auth's functions for the server, as its documentation has them: `auth`, `signIn`, `signOut`. Its own would set and clear
// the session's cookie, and know nothing of the other one. A recipe uses these.

/**
 * The session: `{user: {id, name}, expires}`, or null. For a server component, a server action and a route handler of yours.
 * It has none of the other forms of next-auth's: as a wrapper that would copy cookies onto your answer.
 * @public
 * @throws {Error} `isUnavailable(error)` if the database can't be asked
 */
export async function auth(): Promise<Session | null> {
  const cookie = (await headers()).get("cookie");
  // proxy.ts has renewed a page's cookies. A component could not set them.
  const isPage = currentRequest()?.pagePath !== undefined;
  if (isPage) return sessionOf(await visitOf(database(), cookie));
  const renewed = await renewedVisit(database(), cookie);
  await setCookies(renewed.cookies);
  return sessionOf(renewed.visit);
}

/** `redirectTo`: the path to go to afterwards. By default the page that the action was called from */
type Options = { redirectTo?: string };

/**
 * Begins a sign-in, in a server action of yours, and leads to the provider. Without one that is switched on it leads to the
 * login page.
 * @public
 */
export async function signIn(provider?: string, { redirectTo }: Options = {}): Promise<never> {
  const given = await headers();
  const origin = publicOrigin(given);
  const next = returnPath(redirectTo ?? given.get("referer"), origin);
  if (provider === undefined || !isConfigured(provider)) redirect(`/login?${new URLSearchParams({ next })}`);
  const begun = await beginSignIn({ origin, provider: provider as ProviderId, next });
  await setCookies(begun.cookies);
  redirect(begun.url);
}

/**
 * Logs out, in a server action of yours, also with a refresh cookie alone.
 * @public
 * @throws {Error} `isUnavailable(error)` if the database can't be asked: the session goes on
 */
export async function signOut({ redirectTo }: Options = {}): Promise<never> {
  const given = await headers();
  const cookie = given.get("cookie");
  await logOutHolder(database(), cookie);
  await setCookies(clearedCookies(cookie));
  redirect(returnPath(redirectTo ?? given.get("referer"), publicOrigin(given)));
}

async function setCookies(set: SessionCookie[]): Promise<void> {
  const jar = await cookies();
  for (const cookie of set) jar.set(cookie);
}
