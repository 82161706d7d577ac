import "server-only";

import { config } from "../config";
import { now } from "./clock";
import type { Tokens } from "./tokens";

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

/** The same two, empty and over: a browser only drops a cookie that is set again with its own attributes. */
export function clearedCookies(): SessionCookie[] {
  return [cookie("access", "", 0), cookie("refresh", "", 0)];
}

/** A `Set-Cookie` header's value. */
export function serializeCookie({ name, value, path, maxAge, secure }: SessionCookie): string {
  return `${name}=${value}; Path=${path}; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}

/** Reads one of the session's cookies from a `Cookie` header; an empty one counts as absent. */
export function readCookie(header: string | null, which: CookieName): string | null {
  if (!header) return null;
  const prefix = `${cookieName(which)}=`;
  const pair = header.split(";").find((candidate) => candidate.trimStart().startsWith(prefix));
  return pair?.trim().slice(prefix.length) || null;
}

function cookie(which: CookieName, value: string, maxAge: number): SessionCookie {
  return { name: cookieName(which), value, path: "/", httpOnly: true, sameSite: "lax", secure: isSecure(), maxAge };
}

function isSecure(): boolean {
  return config().PUBLIC_URL?.protocol === "https:";
}
