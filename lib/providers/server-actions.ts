import "server-only";

import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { database } from "#db/pool.ts";
import { clearedCookies } from "#lib/auth/cleared-cookies.ts";
import type { SessionCookie } from "#lib/auth/cookies.ts";
import { logOutHolder } from "#lib/auth/log-out.ts";
import { isConfigured } from "#lib/auth/providers.ts";
import { publicOrigin } from "#lib/auth/public-origin.ts";
import type { ProviderId } from "#lib/settings/providers.ts";
import { beginSignIn, pathOf } from "./begin-sign-in.ts";

// next-auth's `signIn` and `signOut` for server actions. Its own would set and clear its cookie of a session, which is ours.

/** `redirectTo`: the path to go to afterwards. By default the page that the action was called from */
type Options = { redirectTo?: string };

/**
 * Begins a sign-in, in a server action of yours, and leads to the provider. Without one that is switched on it leads to the
 * login page.
 * @public for the pages to come: a recipe uses it
 */
export async function signIn(provider?: string, { redirectTo }: Options = {}): Promise<never> {
  const given = await headers();
  const origin = publicOrigin(given);
  const next = pathOf(redirectTo ?? given.get("referer"), origin);
  if (provider === undefined || !isConfigured(provider)) redirect(`/login?${new URLSearchParams({ next })}`);
  const begun = await beginSignIn({ origin, provider: provider as ProviderId, next });
  await setCookies(begun.cookies);
  redirect(begun.url);
}

/**
 * Logs out, in a server action of yours, also with a refresh cookie alone.
 * @throws {Error} `isUnavailable(error)` if the database can't be asked: the session goes on
 * @public for the pages to come: a recipe uses it
 */
export async function signOut({ redirectTo }: Options = {}): Promise<never> {
  const given = await headers();
  const cookie = given.get("cookie");
  await logOutHolder(database(), cookie);
  await setCookies(clearedCookies(cookie));
  redirect(pathOf(redirectTo ?? given.get("referer"), publicOrigin(given)));
}

async function setCookies(set: SessionCookie[]): Promise<void> {
  const jar = await cookies();
  for (const cookie of set) jar.set(cookie);
}
