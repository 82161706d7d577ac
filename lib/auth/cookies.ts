import "server-only";

import { config } from "#lib/config.ts";
import { splitField, trimField } from "#lib/settings/field-value.ts";
import { acceptsSimplejwt } from "./accepts-simplejwt.ts";
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
  /** seconds; undefined: until the browser is closed */
  maxAge: number | undefined;
};

/** `__Host-` binds a cookie to this host, the path `/` and https (RFC 6265bis §4.1.3.2). Browsers refuse it over plain http. */
export function hostCookieName(name: string): string {
  return `${isSecure() ? "__Host-" : ""}${name}`;
}

/** The whole name of a session's cookie. */
export function sessionCookieName(which: CookieName): string {
  return hostCookieName(bareName(which));
}

/** The cookies that carry a session: each of the two, under each name that is read. */
export function sessionCookies(tokens: Tokens): SessionCookie[] {
  // `issuedAt` is the database's clock a moment ago. This worker's copy of that clock may lag behind it by the time that an
  // answer of the database takes.
  const seconds = Math.max(tokens.issuedAt, Math.floor(now().getTime() / 1_000));
  return [
    ...named("access", tokens.access, Math.max(0, tokens.accessExpiry - seconds)),
    ...named("refresh", tokens.refresh, Math.max(0, tokens.refreshExpiry - seconds)),
  ];
}

/** A cookie, empty and expired. A browser drops a cookie only if it is set again with the same attributes. */
export function clearedNames(which: CookieName): SessionCookie[] {
  return named(which, "", 0);
}

/** A `Set-Cookie` header's value. */
export function serializeCookie({ name, value, path, maxAge, secure }: SessionCookie): string {
  const lasts = maxAge === undefined ? "" : ` Max-Age=${maxAge};`;
  return `${name}=${value}; Path=${path};${lasts} HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}

/**
 * The values that a `Cookie` header has under one of the session's names. There are several if another path or application
 * uses the name too. An empty value counts as absent.
 */
export function readCookies(header: string | null, which: CookieName): string[] {
  const values = readNamed(header, sessionCookieName(which));
  return hasBareNames() ? [...readNamed(header, bareName(which)), ...values] : values;
}

/** The values that a `Cookie` header has under a name: the whole name, with its prefix. */
export function readNamed(header: string | null, name: string): string[] {
  const named = cookiePairs(header).filter((pair) => pair.name === name);
  return named.map(({ value }) => value).filter((value) => value !== "");
}

/** The cookies whose names match. */
export function matchingCookies(header: string | null, names: RegExp): { name: string; value: string }[] {
  return cookiePairs(header).filter(({ name }) => names.test(name));
}

/** Any cookie of this application. All have the same attributes. @param name the whole name */
export function makeCookie(name: string, value: string, maxAge: number | undefined): SessionCookie {
  return { name, value, path: "/", httpOnly: true, sameSite: "lax", secure: isSecure(), maxAge };
}

/**
 * The cookies of a `Cookie` header, with names byte for byte: a name that a browser does not treat as `__Host-access_token`
 * must not be read as `__Host-access_token` here (RFC 6265bis §5.7). The well-kept packages keep one cookie per name, so
 * none of them is used.
 */
function cookiePairs(header: string | null): { name: string; value: string }[] {
  return splitField(header ?? "", ";").map((pair) => {
    const equals = pair.indexOf("=");
    // A pair without `=` is a value without a name.
    if (equals < 0) return { name: "", value: pair };
    return { name: trimField(pair.slice(0, equals)), value: trimField(pair.slice(equals + 1)) };
  });
}

function named(which: CookieName, value: string, maxAge: number): SessionCookie[] {
  const names = [sessionCookieName(which), ...(hasBareNames() ? [bareName(which)] : [])];
  return names.map((name) => makeCookie(name, value, maxAge));
}

// Django's cookies have no prefix, and it reads none. We set both, so the bare one is never the older of the two: if Django has set
// another, another person may have logged in there since. Any host of the domain can plant such a cookie, as it could at Django.
function hasBareNames(): boolean {
  return isSecure() && acceptsSimplejwt();
}

function bareName(which: CookieName): string {
  return `${which}_token`;
}

function isSecure(): boolean {
  return config().PUBLIC_URL?.protocol === "https:";
}
