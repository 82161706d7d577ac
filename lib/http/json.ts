import "server-only";

import { type SessionCookie, serializeCookie } from "#lib/auth/cookies.ts";

type Extras = { status?: number; headers?: Record<string, string>; cookies?: SessionCookie[] };

/** A JSON answer: in UTF-8, never cached. */
export function json(body: unknown, { status = 200, headers = {}, cookies = [] }: Extras = {}): Response {
  const all = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store", ...headers };
  const setCookies = cookies.map((cookie): [string, string] => ["set-cookie", serializeCookie(cookie)]);
  return new Response(JSON.stringify(body), { status, headers: [...Object.entries(all), ...setCookies] });
}
