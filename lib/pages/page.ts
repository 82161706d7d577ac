import "server-only";

import { randomBytes } from "node:crypto";
import { NextRequest } from "next/server";
import type { SessionCookie } from "#lib/auth/cookies.ts";
import { identifyViewer } from "#lib/auth/identify-viewer.ts";
import { renewCookies } from "#lib/auth/renew-cookies.ts";
import { config } from "#lib/config.ts";
import { currentRequest } from "#lib/observe/request-context.ts";
import { pageDatabase } from "./database.ts";
import { isOutage } from "./outage.ts";

type PageHeaders = { requestHeaders: Headers; responseHeaders: Record<string, string> };

/** The headers of a page. Next reads the nonce from the request's policy, and the browser gets the same policy. */
export function pageHeaders(incoming: Headers): PageHeaders {
  const policy = contentSecurityPolicy(randomBytes(16).toString("base64"));
  const requestHeaders = new Headers(incoming);
  requestHeaders.set("content-security-policy", policy);
  return { requestHeaders, responseHeaders: { "content-security-policy": policy } };
}

/**
 * Renews or clears the session's cookies where needed, in the request, for the page that is about to be rendered.
 * @returns the same cookies, for the browser
 */
export async function renewPage(requestHeaders: Headers): Promise<SessionCookie[]> {
  const { cookies, end } = await renewCookies(pageDatabase(), requestHeaders.get("cookie"));
  if (cookies.length > 0) setCookies(requestHeaders, cookies);
  const page = currentRequest();
  if (page && end) page.sessionEnd = end;
  return cookies;
}

/** Whether the viewer can't be identified because of an outage: then no page that requires a session can be shown. */
export async function isViewerUnknown(requestHeaders: Headers): Promise<boolean> {
  try {
    await identifyViewer(pageDatabase(), requestHeaders.get("cookie"));
    return false;
  } catch (error) {
    if (isOutage(error)) return true;
    throw error;
  }
}

// Next keeps one value per name, the last: a page sees only the new cookie, even if the browser sent two of that name.
function setCookies(headers: Headers, cookies: SessionCookie[]): void {
  const request = new NextRequest("http://localhost", { headers });
  for (const { name, value } of cookies) request.cookies.set(name, value);
  headers.set("cookie", request.cookies.toString());
}

// A strict policy (CSP Level 3): a script runs because of its nonce, or because such a script loads it, never by its origin.
function contentSecurityPolicy(nonce: string): string {
  const isDev = config().NODE_ENV === "development";
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDev ? " 'unsafe-eval'" : ""}`,
    `style-src 'self' ${isDev ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${isDev ? " ws:" : ""}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}
