import "server-only";

import { randomBytes } from "node:crypto";
import { cookiePairs, type SessionCookie } from "#lib/auth/cookies.ts";
import { config } from "#lib/config.ts";
import { currentRequest } from "#lib/observe/request-context.ts";
import { pageDatabase } from "./database.ts";
import { judgeViewer } from "./judge-viewer.ts";
import { isOutage } from "./outage.ts";
import { renewForPage } from "./renew-for-page.ts";

type PageHeaders = { requestHeaders: Headers; responseHeaders: Record<string, string> };

/** The headers of a page: Next reads the nonce out of the request's policy, the browser gets the same one. */
export function pageHeaders(incoming: Headers): PageHeaders {
  const policy = contentSecurityPolicy(randomBytes(16).toString("base64"));
  const requestHeaders = new Headers(incoming);
  requestHeaders.set("content-security-policy", policy);
  return { requestHeaders, responseHeaders: { "content-security-policy": policy } };
}

/**
 * Renews the session's cookies where that is due: in the request, for the page that is about to be rendered.
 * @returns the same cookies, for the browser
 */
export async function renewPage(requestHeaders: Headers): Promise<SessionCookie[]> {
  const before = requestHeaders.get("cookie");
  const cookies = await renewForPage(pageDatabase(), before);
  if (cookies.length > 0) requestHeaders.set("cookie", withCookies(before, cookies));
  const page = currentRequest();
  // Renewed cookies have a value, cleared ones have none.
  if (page) page.hasEndedSession = cookies.some(({ value }) => value === "");
  return cookies;
}

/** Whether the database, which can't be asked, would have to say who is looking: a page for the signed-in can't be shown. */
export async function isViewerUnknown(requestHeaders: Headers): Promise<boolean> {
  try {
    await judgeViewer(pageDatabase(), requestHeaders.get("cookie"));
    return false;
  } catch (error) {
    if (isOutage(error)) return true;
    throw error;
  }
}

function withCookies(header: string | null, cookies: SessionCookie[]): string {
  const others = cookiePairs(header).filter((pair) => pair.name !== "" && !cookies.some(({ name }) => pair.name === name));
  return [...others, ...cookies].map(({ name, value }) => `${name}=${value}`).join("; ");
}

// CSP Level 3, strict: scripts run by nonce and by whom they load, not by where they are from.
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
