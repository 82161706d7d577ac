import type { SessionEnd } from "#lib/answers.ts";

/**
 * Why the login page is shown. The page says it once. `confirm_first`: an account was made that nobody can log in to before its
 * address is confirmed. `ended`: the session has ended, and it is not known why. `second_step_over`: the login's second step took
 * too long, or too many codes were wrong.
 */
export type LogInReason =
  | "signed_up"
  | "confirm_first"
  | "password_reset"
  | "ended"
  | "deleted"
  | "second_step_over"
  | SessionEnd;

/** The login page's address. @param next where to go after the login: a path of this site */
export function logInPath(next: string | null, reason: LogInReason | null = null): string {
  return withQuery("/login", { reason, next });
}

/** The signup page's address. @param next where to go after the login: a path of this site */
export function signUpPath(next: string | null): string {
  return withQuery("/signup", { next });
}

function withQuery(path: string, parameters: Record<string, string | null>): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== null);
  return given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path;
}
