import type { Profile, User } from "#lib/answers.ts";
import type { LogInInput, SignUpInput } from "#lib/schemas.ts";
import { announceSession } from "./session-channel.ts";

// The browser's side of the API. Cookies travel by themselves: no token is kept here.

/** What a call comes to: data, or a failure that a form can show. */
export type Result<Data> = { ok: true; data: Data } | { ok: false; failure: Failure };

export type Failure =
  /** 400: messages by field */
  | { kind: "fields"; fields: Record<string, string[]> }
  /** Another refusal, in the server's words */
  | { kind: "refused"; status: number; detail: string }
  /** 429; `retryAfter` in seconds */
  | { kind: "throttled"; retryAfter: number }
  /** The server is down, too busy, or out of reach; `retryAfter` in seconds where it said so */
  | { kind: "unavailable"; retryAfter: number | null }
  /** The login was right, and the browser kept none of its cookies */
  | { kind: "no_cookies" };

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export const api = {
  signUp: (input: SignUpInput) => send<User>("POST", "/api/user/signup/", input),

  logIn: async (input: LogInInput): Promise<Result<null>> => {
    const result = await send<{ refresh: string }>("POST", "/api/token/", input);
    if (!result.ok) return result;
    if (!(await hasTaken(result.data))) return { ok: false, failure: { kind: "no_cookies" } };
    announceSession("opened");
    return { ok: true, data: null };
  },

  logOut: async (): Promise<Result<null>> => {
    const result = await send<unknown>("POST", "/api/user/logout/");
    // Refused means that the session was over already, which is what was asked for.
    if (!result.ok && !(result.failure.kind === "refused" && result.failure.status === 401)) return result;
    announceSession("logged_out");
    return { ok: true, data: null };
  },

  profile: () => authenticated<Profile>("GET", "/api/user/profile/"),

  /** Calls an endpoint for the signed-in. `Data` is what the endpoint's handler returns. */
  get: <Data>(path: string) => authenticated<Data>("GET", path),
  post: <Data>(path: string, body?: unknown) => authenticated<Data>("POST", path, body),
  put: <Data>(path: string, body?: unknown) => authenticated<Data>("PUT", path, body),
  patch: <Data>(path: string, body?: unknown) => authenticated<Data>("PATCH", path, body),
  delete: <Data>(path: string) => authenticated<Data>("DELETE", path),
};

// A browser that refuses cookies says nothing of it, and every page would lead back to the login. The answer's refresh token,
// which is for clients without cookies, then ends the session that this browser can't use.
async function hasTaken({ refresh }: { refresh: string }): Promise<boolean> {
  const profile = await send("GET", "/api/user/profile/");
  if (!isUnauthenticated(profile)) return true;
  await send("POST", "/api/user/logout/", { refresh });
  return false;
}

// A 401 means that the access token has run out: it is renewed, and the call repeated, once.
async function authenticated<Data>(method: Method, path: string, body?: unknown): Promise<Result<Data>> {
  const first = await send<Data>(method, path, body);
  if (!isUnauthenticated(first)) return first;
  const renewed = await refresh();
  if (!renewed.ok && !isUnauthenticated(renewed)) return renewed;
  const second = renewed.ok ? await send<Data>(method, path, body) : first;
  if (isUnauthenticated(second)) announceSession("ended");
  return second;
}

let refreshing: Promise<Result<unknown>> | null = null;

// One for the whole tab, however many calls wait for it.
function refresh(): Promise<Result<unknown>> {
  refreshing ??= send("POST", "/api/token/refresh/").finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function send<Data>(method: Method, path: string, body?: unknown): Promise<Result<Data>> {
  try {
    const response = await fetch(path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const answer: unknown = response.status === 204 ? null : await response.json();
    if (response.ok) return { ok: true, data: answer as Data };
    return { ok: false, failure: toFailure(response, answer) };
  } catch {
    // No connection, or an answer that is not JSON and so not the application's.
    return { ok: false, failure: { kind: "unavailable", retryAfter: null } };
  }
}

function toFailure({ status, headers }: Response, answer: unknown): Failure {
  const retryAfter = Number(headers.get("retry-after")) || null;
  if (status === 429) return { kind: "throttled", retryAfter: retryAfter ?? 1 };
  if (status >= 500) return { kind: "unavailable", retryAfter };
  const body = answer as { detail?: string } & Record<string, string[]>;
  if (typeof body.detail === "string") return { kind: "refused", status, detail: body.detail };
  return { kind: "fields", fields: body };
}

function isUnauthenticated(result: Result<unknown>): boolean {
  return !result.ok && result.failure.kind === "refused" && result.failure.status === 401;
}
