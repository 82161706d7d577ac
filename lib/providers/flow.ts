import "server-only";

import { createHash } from "node:crypto";
import { z } from "zod";
import type { Viewer } from "#lib/auth/authenticate.ts";
import { hostCookieName, makeCookie, readNamed, type SessionCookie } from "#lib/auth/cookies.ts";
import { readValue, signValue } from "#lib/auth/signed-value.ts";
import { PROVIDER_IDS } from "#lib/settings/providers.ts";

const COOKIE = "provider_flow";
/** As long as Auth.js' cookies with PKCE's verifier, state and nonce. */
const SIGN_IN_SECONDS = 900;
/** A link and a proof are begun and ended in one go: a longer time would only help another person at the same browser. */
const OWNER_SECONDS = 300;

const claims = z.object({
  provider: z.enum(PROVIDER_IDS),
  purpose: z.enum(["sign_in", "link", "prove"]),
  next: z.string(),
  state: z.string(),
  nonce: z.string().nullable(),
  user_id: z.int().nullable(),
  session: z.string().nullable(),
});

/**
 * A walk to a provider and back. `next`: the path to go to after a sign-in. `state`, `nonce`: digests of what the authorization
 * request had. `user_id`, `session`: who began to link an account or to prove who it is; null for a sign-in.
 */
export type Flow = z.output<typeof claims>;

/** The cookie that a browser takes along. It holds no secret, and is signed. */
export function flowCookie(flow: Flow): SessionCookie {
  const seconds = flow.purpose === "sign_in" ? SIGN_IN_SECONDS : OWNER_SECONDS;
  return makeCookie(hostCookieName(COOKIE), signValue("provider-flow", flow, seconds), seconds);
}

/** The flow that a browser comes back from. Null if it began none here, or too long ago. `iat`: when it began, in seconds */
export function readFlow(cookie: string | null): (Flow & { iat: number }) | null {
  const read = readNamed(cookie, hostCookieName(COOKIE)).map((value) => readValue("provider-flow", claims, value));
  return read.find((flow) => flow !== null) ?? null;
}

/** Whether this user began it, in this session. */
export function isOfViewer(flow: Flow, { userId, sessionId }: Viewer): boolean {
  return flow.user_id === userId && flow.session === sessionId;
}

export function clearedFlowCookie(): SessionCookie {
  return makeCookie(hostCookieName(COOKIE), "", 0);
}

/** What a flow keeps of a state or a nonce. */
export function digest(value: string): string {
  return createHash("sha256").update(value).digest("base64url");
}
