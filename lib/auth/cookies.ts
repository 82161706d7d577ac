import "server-only";

import { config } from "#lib/config.ts";
import { splitField, trimField } from "#lib/settings/field-value.ts";
import { now } from "./clock.ts";
import type { Tokens } from "./tokens.ts";

export type CookieName = "access" | "refresh";

/** A cookie as it is set: both the header's form and what Next's own cookie API takes. */
export type SessionCookie = {
  name: string;
  value: string;
  path: "/";
  httpOnly: true;
  sameSite: "lax";
  secure: boolean;
  /** seconds */
  maxAge: number;
};

/** `__Host-` binds a cookie to this host, this path and https (RFC 6265bis §4.1.3.2); plain http can't have it. */
function cookieName(which: CookieName): string {
  return `${isSecure() ? "__Host-" : ""}${which}_token`;
}

/** The two cookies that carry a session. */
export function sessionCookies(tokens: Tokens): SessionCookie[] {
  // The database has just said that it is at least as late as that; what this worker last heard of its clock is older
  // than it seems, by the time the answer took.
  const seconds = Math.max(tokens.issuedAt, Math.floor(now().getTime() / 1_000));
  return [
    cookie("access", tokens.access, Math.max(0, tokens.accessExpiry - seconds)),
    cookie("refresh", tokens.refresh, Math.max(0, tokens.refreshExpiry - seconds)),
  ];
}

/** One of them, empty and over: a browser only drops a cookie that is set again with its own attributes. */
export function clearedCookie(which: CookieName): SessionCookie {
  return cookie(which, "", 0);
}

/** A `Set-Cookie` header's value. */
export function serializeCookie({ name, value, path, maxAge, secure }: SessionCookie): string {
  return `${name}=${value}; Path=${path}; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}

/**
 * What a `Cookie` header says by one of the session's names: more than one value where another path or application has a
 * cookie of that name too. An empty one counts as absent.
 */
export function readCookies(header: string | null, which: CookieName): string[] {
  const name = cookieName(which);
  const named = cookiePairs(header).filter((pair) => pair.name === name);
  return named.map(({ value }) => value).filter((value) => value !== "");
}

/**
 * The cookies of a `Cookie` header, their names byte for byte: what a browser lets pass for another name than
 * `__Host-access_token` must be another name here (RFC 6265bis §5.7). No parser of a package, because those that are well
 * kept give one cookie a name.
 */
function cookiePairs(header: string | null): { name: string; value: string }[] {
  return splitField(header ?? "", ";").map((pair) => {
    const equals = pair.indexOf("=");
    // Without one it is a value that has no name.
    if (equals < 0) return { name: "", value: pair };
    return { name: trimField(pair.slice(0, equals)), value: trimField(pair.slice(equals + 1)) };
  });
}

function cookie(which: CookieName, value: string, maxAge: number): SessionCookie {
  return { name: cookieName(which), value, path: "/", httpOnly: true, sameSite: "lax", secure: isSecure(), maxAge };
}

function isSecure(): boolean {
  return config().PUBLIC_URL?.protocol === "https:";
}
