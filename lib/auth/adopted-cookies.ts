import "server-only";

import { currentRequest, type RequestContext } from "#lib/observe/request-context.ts";
import { perProcess } from "#lib/per-process.ts";
import { type SessionCookie, sessionCookies } from "./cookies.ts";
import type { Tokens } from "./tokens.ts";

const cookies = perProcess("adopted-cookies", () => new WeakMap<RequestContext, SessionCookie[]>());

const NONE: SessionCookie[] = [];

/** Has the answer to the request that is being served set the cookies of a session that it came to without them. */
export function giveCookies(tokens: Tokens): void {
  const request = currentRequest();
  if (request) cookies.get().set(request, sessionCookies(tokens));
}

/** The cookies that the answer to the request that is being served sets for that reason. */
export function givenCookies(): SessionCookie[] {
  const request = currentRequest();
  return (request && cookies.peek()?.get(request)) ?? NONE;
}
