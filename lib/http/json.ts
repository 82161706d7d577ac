import "server-only";

import { givenCookies } from "#lib/auth/adopted-cookies.ts";
import { type SessionCookie, serializeCookie } from "#lib/auth/cookies.ts";
import { currentRequest } from "#lib/observe/request-context.ts";

type Extras = { status?: number; headers?: Record<string, string>; cookies?: SessionCookie[] };

const BRAND = Symbol("answer");

/** An answer that `route()` still has to send. `text`: its JSON, or null for an answer without a body. */
export type JsonAnswer = { [BRAND]: true; status: number; headers: [string, string][]; text: string | null };

/** A JSON answer: in UTF-8, never cached. */
export function json(body: unknown, { status = 200, headers = {}, cookies = [] }: Extras = {}): JsonAnswer {
  const type = { "content-type": "application/json; charset=utf-8" };
  return answer(JSON.stringify(body), { status, headers: { ...type, ...headers }, cookies });
}

/** The answer of a status that has no body. */
export function noContent(cookies: SessionCookie[] = []): JsonAnswer {
  return answer(null, { status: 204, headers: {}, cookies });
}

/** An answer that sends the browser on. */
export function redirect(location: string, cookies: SessionCookie[]): JsonAnswer {
  return answer(null, { status: 302, headers: { location }, cookies });
}

function answer(text: string | null, { status, headers, cookies }: Required<Extras>): JsonAnswer {
  const all = { "cache-control": "no-store", ...headers };
  const setCookies = cookies.map((cookie): [string, string] => ["set-cookie", serializeCookie(cookie)]);
  return { [BRAND]: true, status, headers: [...Object.entries(all), ...setCookies], text };
}

/**
 * A handler's result as the response that Next sends: a response as it is, and any other value as the JSON of a 200. The lane
 * (bin/server/lane.ts) writes the text itself: a response's web streams cost a fifth of a small answer's time.
 */
export function respond(result: unknown): Response {
  if (result instanceof Response) return result;
  const { status, headers, text } = isJsonAnswer(result) ? result : json(result);
  addUnlessSet(headers, givenCookies());
  const lane = currentRequest()?.lane;
  if (lane === undefined || text === null) return new Response(text, { status, headers });
  lane.answer = { status, text };
  return new Response(null, { status, headers });
}

// The cookies of an answer that continues or ends the session are newer.
function addUnlessSet(headers: JsonAnswer["headers"], cookies: SessionCookie[]): void {
  if (cookies.length === 0) return;
  const isSet = headers.some(
    ([name, value]) => name === "set-cookie" && cookies.some((cookie) => value.startsWith(`${cookie.name}=`)),
  );
  if (!isSet) headers.push(...cookies.map((cookie): [string, string] => ["set-cookie", serializeCookie(cookie)]));
}

function isJsonAnswer(value: unknown): value is JsonAnswer {
  return typeof value === "object" && value !== null && BRAND in value;
}
