import "server-only";

import { type SessionCookie, serializeCookie } from "../auth/cookies";

type Extras = { status?: number; headers?: Record<string, string>; cookies?: SessionCookie[] };

/** A JSON answer as every endpoint gives it: never cached, in UTF-8. */
export function json(body: unknown, { status = 200, headers = {}, cookies = [] }: Extras = {}): Response {
  const all = new Headers({ "content-type": "application/json; charset=utf-8", "cache-control": "no-store", ...headers });
  for (const cookie of cookies) all.append("set-cookie", serializeCookie(cookie));
  return new Response(JSON.stringify(body), { status, headers: all });
}
