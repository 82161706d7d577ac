import type { Profile, User } from "#lib/answers.ts";
import type { LinkInput, RecoverInput, ResetPasswordInput, SignUpInput } from "#lib/schemas.ts";
import { endOf, isUnauthenticated, type Method, type Result, send } from "./call.ts";
import { askForProof } from "./proof.ts";
import { announceSession } from "./session-channel.ts";

// The browser's side of the API: a session that is renewed as it goes, and a proof that is asked for where one is needed.

export const api = {
  signUp: (input: SignUpInput) => send<User>("POST", "/api/user/signup/", input),

  logOut: async (): Promise<Result<null>> => {
    const result = await send<unknown>("POST", "/api/user/logout/");
    // A 401 means that the session had already ended, which is what was asked for.
    if (!result.ok && !(result.failure.kind === "refused" && result.failure.status === 401)) return result;
    announceSession("logged_out");
    return { ok: true, data: null };
  },

  recover: (input: RecoverInput) => send<unknown>("POST", "/api/user/password/reset/", input),
  resetPassword: (input: ResetPasswordInput) => send<unknown>("POST", "/api/user/password/reset/confirm/", input),
  confirmEmail: (input: LinkInput) => send<unknown>("POST", "/api/user/email/confirm/", input),
  undoEmailChange: (input: LinkInput) => send<unknown>("POST", "/api/user/email/undo/", input),

  /** Whether this browser's session lives on, after a call that may have ended it. If not, all tabs are told. */
  sessionLives: async (): Promise<boolean> => {
    const renewed = await refresh();
    if (!isUnauthenticated(renewed)) return true;
    announceSession(endOf(renewed) ?? "ended");
    return false;
  },

  profile: () => authenticated<Profile>("GET", "/api/user/profile/"),

  /** Calls an endpoint that requires a session. `Data` is the type that the endpoint's handler returns. */
  get: <Data>(path: string) => authenticated<Data>("GET", path),
  post: <Data>(path: string, body?: unknown) => authenticated<Data>("POST", path, body),
  put: <Data>(path: string, body?: unknown) => authenticated<Data>("PUT", path, body),
  patch: <Data>(path: string, body?: unknown) => authenticated<Data>("PATCH", path, body),
  delete: <Data>(path: string) => authenticated<Data>("DELETE", path),
};

// A call that wants a proof is repeated once the page has asked for it.
async function authenticated<Data>(method: Method, path: string, body?: unknown): Promise<Result<Data>> {
  const first = await renewing<Data>(method, path, body);
  if (first.ok || first.failure.kind !== "unproved") return first;
  return (await askForProof(first.failure.methods)) ? renewing<Data>(method, path, body) : first;
}

// A 401 means that the access token has expired: it is renewed, and the call is repeated once.
async function renewing<Data>(method: Method, path: string, body?: unknown): Promise<Result<Data>> {
  const first = await send<Data>(method, path, body);
  if (!isUnauthenticated(first)) return first;
  const renewed = await refresh();
  if (!renewed.ok && !isUnauthenticated(renewed)) return renewed;
  const second = renewed.ok ? await send<Data>(method, path, body) : first;
  if (isUnauthenticated(second)) announceSession(endOf(renewed) ?? "ended");
  return second;
}

let refreshing: Promise<Result<unknown>> | null = null;

// All calls of a tab share one refresh.
function refresh(): Promise<Result<unknown>> {
  refreshing ??= send("POST", "/api/token/refresh/").finally(() => {
    refreshing = null;
  });
  return refreshing;
}
