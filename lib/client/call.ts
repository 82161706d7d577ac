import type { SessionEnd } from "#lib/answers.ts";

// One call of the API, and what came of it.

/** The outcome of a call: data, or a failure that a form can show. */
export type Result<Data> = { ok: true; data: Data } | { ok: false; failure: Failure };

export type Failure =
  /** 400: messages by field */
  | { kind: "fields"; fields: Record<string, string[]> }
  /** Another refusal, with what the server said */
  | ({ kind: "refused"; status: number } & Refusal)
  /** 429; `retryAfter` in seconds */
  | { kind: "throttled"; retryAfter: number }
  /** The server is down, too busy, or out of reach; `retryAfter` in seconds, if the server said so */
  | { kind: "unavailable"; retryAfter: number | null }
  /** The call wants a proof of who is at the screen, and did not get one */
  | { kind: "unproved"; methods: string[] }
  /** The login succeeded, but the browser keeps no cookies */
  | { kind: "no_cookies" }
  /** The device gave no passkey; `detail`: what to say of it */
  | { kind: "no_passkey"; detail: string };

/**
 * `reason`: why the session ended, if a refresh was refused for that. `challenge` and `methods`: of a login that needs a second
 * factor.
 */
type Refusal = { detail: string; code?: string; reason?: SessionEnd; challenge?: string; methods?: string[] };

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Calls an endpoint. The browser sends the cookies by itself: no token is kept here. */
export async function send<Data>(method: Method, path: string, body?: unknown): Promise<Result<Data>> {
  try {
    const response = await fetch(path, { method, ...encoded(body) });
    const answer: unknown = response.status === 204 ? null : await response.json();
    if (response.ok) return { ok: true, data: answer as Data };
    return { ok: false, failure: toFailure(response, answer) };
  } catch {
    // There is no connection, or the answer is not JSON and so does not come from the application.
    return { ok: false, failure: { kind: "unavailable", retryAfter: null } };
  }
}

function encoded(body: unknown): RequestInit {
  if (body === undefined) return {};
  // Auth.js' paths take forms. They answer with a URL in place of a redirect, which a script could not follow to another site.
  if (body instanceof URLSearchParams) return { body, headers: { "x-auth-return-redirect": "1" } };
  return { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

function toFailure({ status, headers }: Response, answer: unknown): Failure {
  const retryAfter = Number(headers.get("retry-after")) || null;
  if (status === 429) return { kind: "throttled", retryAfter: retryAfter ?? 1 };
  if (status >= 500) return { kind: "unavailable", retryAfter };
  if (!isRefusal(answer)) return { kind: "fields", fields: answer as Record<string, string[]> };
  if (answer.code === "reauthentication_required") return { kind: "unproved", methods: answer.methods ?? [] };
  return { kind: "refused", status, ...answer };
}

function isRefusal(answer: unknown): answer is Refusal {
  return typeof (answer as Partial<Refusal>).detail === "string";
}

/** Why the session ended, if a refresh was refused for that. */
export function endOf(renewed: Result<unknown>): SessionEnd | undefined {
  return !renewed.ok && renewed.failure.kind === "refused" ? renewed.failure.reason : undefined;
}

/** Whether a call was refused for want of a session. */
export function isUnauthenticated(result: Result<unknown>): boolean {
  return !result.ok && result.failure.kind === "refused" && result.failure.status === 401;
}

/** A removal. A 404 means that another tab or device has removed it, which is what was asked for. */
export async function orGone(call: Promise<Result<null>>): Promise<Result<null>> {
  const result = await call;
  const isGone = !result.ok && result.failure.kind === "refused" && result.failure.status === 404;
  return isGone ? { ok: true, data: null } : result;
}
