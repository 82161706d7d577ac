import "server-only";

import type { SessionCookie } from "#lib/auth/cookies.ts";
import type { ProviderId } from "#lib/settings/providers.ts";
import { beginWalk, type Start } from "./begin.ts";
import { failureOf, rememberFailure } from "./failure.ts";
import { failedPath } from "./walk.ts";

type SignIn = Pick<Start, "origin" | "parameters" | "csrf"> & { provider: ProviderId; next: string };

/** Begins a sign-in. @returns where the browser is to go: to the provider, or to the login page, which says what is wrong */
export async function beginSignIn(signIn: SignIn): Promise<{ url: string; cookies: SessionCookie[] }> {
  try {
    return await beginWalk({ ...signIn, purpose: "sign_in", viewer: null });
  } catch (error) {
    const { origin, provider, next } = signIn;
    const failure = failureOf(error);
    rememberFailure(provider, failure, error);
    return { url: origin + failedPath({ provider, purpose: "sign_in", next }, failure), cookies: [] };
  }
}
