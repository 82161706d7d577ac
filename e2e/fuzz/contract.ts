import type { RawAnswer } from "./raw-http.ts";
import type { Case } from "./requests.ts";

// What every answer has to keep to, whatever the request.

const EVERY_ANSWER = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "x-frame-options": "DENY",
};
const API_ANSWER = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };
const MALFORMED = ["Malformed HTTP request.", "Request headers too large."];
const CLEARED = /^(access|refresh)_token=; Path=\/; Max-Age=0; HttpOnly; SameSite=Lax$/;
const INSIDES = /node_modules|node:internal|\.next\/|at [\w.]+ \(|postgres|syntax error|ECONN|undefined/i;

export const isApi = (path: string) => /^\/api([/?]|$)/.test(path);

/** @throws {Error} one that says how an answer of the API breaks the contract's form */
export function assertApiAnswer(answer: RawAnswer, { method }: Case, allowed: number[]): void {
  if (!allowed.includes(answer.status)) throw new Error(`${answer.status} is none of ${allowed}: ${answer.body}`);
  assertHeaders(answer, answer.status === 204 ? EVERY_ANSWER : { ...EVERY_ANSWER, ...API_ANSWER });
  if (answer.status === 405 && one(answer, "allow") === undefined) throw new Error("405 without Allow");
  if (method === "HEAD" || answer.status === 204) {
    if (answer.body.length > 0) throw new Error("a body where there is none");
  } else assertBody(answer);
}

function assertBody({ status, headers, body }: RawAnswer): void {
  const text = body.toString();
  const json: unknown = JSON.parse(text);
  if (status < 400) return;
  if (!isRefusal(json)) throw new Error(`not the form of a refusal: ${text}`);
  // These two quote what was sent: the media type and the method.
  if (![405, 415].includes(status) && INSIDES.test(text)) throw new Error(`a refusal tells internals: ${text}`);
  const kept = headers.find(([name, value]) => name === "set-cookie" && !CLEARED.test(value));
  if (kept) throw new Error(`a refusal sets a cookie: ${kept}`);
}

/** The same for a page, of which the contract promises less. */
export function assertPageAnswer(answer: RawAnswer): void {
  if (!(answer.status >= 200 && answer.status < 500)) throw new Error(`${answer.status}: ${answer.body.subarray(0, 500)}`);
  assertHeaders(answer, EVERY_ANSWER);
  if (one(answer, "content-type")?.startsWith("text/html")) assertHeaders(answer, { "content-security-policy": undefined });
}

/** Whether the server refused the request as malformed HTTP, and ends the connection. */
export function isMalformed(answer: RawAnswer): boolean {
  const text = answer.body.toString();
  const isTold = text === "" || MALFORMED.some((detail) => text === JSON.stringify({ detail }));
  return [400, 408, 431].includes(answer.status) && one(answer, "connection") === "close" && isTold;
}

function assertHeaders(answer: RawAnswer, expected: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(expected)) {
    const given = answer.headers.filter(([candidate]) => candidate === name);
    if (given.length !== 1) throw new Error(`${answer.status} with ${given.length} of ${name}`);
    if (value !== undefined && given[0]?.[1] !== value) throw new Error(`${name}: ${given[0]?.[1]}`);
  }
}

function one({ headers }: RawAnswer, name: string): string | undefined {
  return headers.find(([candidate]) => candidate === name)?.[1];
}

// Django REST Framework's form: a detail, or messages by field.
function isRefusal(json: unknown): boolean {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return false;
  if ("detail" in json) return typeof json.detail === "string";
  const lists = Object.values(json);
  return lists.length > 0 && lists.every((list) => Array.isArray(list) && list.every((text) => typeof text === "string"));
}
