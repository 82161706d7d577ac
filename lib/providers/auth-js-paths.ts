import "server-only";

import type { Database } from "#db/pool.ts";
import { clearedCookies } from "#lib/auth/cleared-cookies.ts";
import { makeCookie, matchingCookies, type SessionCookie, sessionCookieName } from "#lib/auth/cookies.ts";
import { logOutHolder } from "#lib/auth/log-out.ts";
import { renewCookies } from "#lib/auth/renew-cookies.ts";
import type { ProviderId } from "#lib/settings/providers.ts";
import { askAuthJs, emptyVisit, visitOf } from "./auth-js.ts";
import { beginWalk } from "./begin.ts";
import { failureOf, failureSaid, rememberFailure } from "./failure.ts";
import { clearedFlowCookie, digest, type Flow, readFlow } from "./flow.ts";
import { returnPath } from "./return-path.ts";
import { type Arrival, failedPath, type WalkFailure } from "./walk.ts";

// What is done at Auth.js' paths, with as much of Auth.js as each needs.

/** A request to one of them. `fields`: of the query, or of the body */
export type Call = { db: Database; origin: string; cookie: string | null; fields: Record<string, string> };

/** An answer: JSON, or the URL that the browser goes to. */
export type Said = { cookies: SessionCookie[] } & ({ json: unknown } | { url: string });

const AUTH_JS = /^(?:__Host-|__Secure-)?authjs\./;
const CSRF = /\.csrf-token$/;
/** What Auth.js' client may add to an authorization request. It could otherwise ask for more than the address and the name. */
const PARAMETERS = ["prompt", "login_hint", "max_age", "acr_values", "ui_locales", "display", "hd"];

/** The session, renewed first where a page's would be. */
export async function saySession({ db, origin, cookie }: Call): Promise<Said> {
  const { visit, cookies, authJsHeader } = await renewedVisit(db, cookie);
  if (!visit.viewer) return { json: null, cookies };
  const request = new Request(`${origin}/api/auth/session`, { headers: { cookie: authJsHeader } });
  return { json: (await askAuthJs(request, visit)).body, cookies };
}

/** The token that proves that a form is this site's own. */
export async function sayCsrfToken({ origin, cookie }: Call): Promise<Said> {
  const request = new Request(`${origin}/api/auth/csrf`, { headers: { cookie: authJsCookies(cookie) } });
  const { body, cookies } = await askAuthJs(request, emptyVisit());
  return { json: body, cookies: cookies.filter(({ name }) => CSRF.test(name)) };
}

/** The providers that are switched on. */
export async function sayProviders({ origin }: Call): Promise<Said> {
  const { body } = await askAuthJs(new Request(`${origin}/api/auth/providers`), emptyVisit());
  return { json: body, cookies: [] };
}

/** Begins a sign-in. */
export async function startSignIn({ origin, cookie, fields }: Call, provider: ProviderId): Promise<Said> {
  const next = returnPath(fields.callbackUrl, origin);
  const parameters = Object.fromEntries(Object.entries(fields).filter(isWelcome));
  try {
    const csrf = { cookie: authJsCookies(cookie), token: fields.csrfToken ?? "" };
    const start = { origin, provider, next, parameters, csrf, purpose: "sign_in", viewer: null } as const;
    return await beginWalk(start);
  } catch (error) {
    const failure = failureOf(error);
    rememberFailure(provider, failure, error);
    return { url: origin + failedPath({ provider, purpose: "sign_in", next }, failure), cookies: [] };
  }
}

/** Ends a walk to a provider. Whatever comes of it, its cookies are used up. */
export async function endWalk(call: Call, provider: ProviderId): Promise<Said> {
  const { origin, cookie, fields } = call;
  const begun = readFlow(cookie);
  // The answer to another walk, of an earlier tab or of another person, says nothing about this one: nobody is asked about it,
  // and this walk can still come to its end.
  if (begun?.provider !== provider || fields.state === undefined || begun.state !== digest(fields.state)) {
    return { url: origin + failed(begun, provider, "expired", null).path, cookies: [] };
  }
  const { path, cookies } = await walkTo(call, begun);
  const used = matchingCookies(cookie, AUTH_JS).filter(({ name }) => !CSRF.test(name));
  const cleared = [...used.map(({ name }) => makeCookie(name, "", 0)), clearedFlowCookie()];
  return { url: origin + path, cookies: [...cleared, ...cookies] };
}

/** Logs out, as the API's logout does: also with a refresh cookie alone. */
export async function signOut({ db, origin, cookie, fields }: Call): Promise<Said> {
  const url = origin + returnPath(fields.callbackUrl, origin);
  const body = new URLSearchParams({ csrfToken: fields.csrfToken ?? "", callbackUrl: origin });
  const headers = { cookie: authJsCookies(cookie) };
  try {
    await askAuthJs(new Request(`${origin}/api/auth/signout`, { method: "POST", headers, body }), emptyVisit());
  } catch (error) {
    if (failureOf(error) === "expired") return { url: `${origin}/`, cookies: [] };
    throw error;
  }
  await logOutHolder(db, cookie);
  return { url, cookies: clearedCookies(cookie) };
}

// `prompt=none` asks for an answer without the person (ASVS 7.6.2).
function isWelcome([name, value]: [string, string]): boolean {
  return PARAMETERS.includes(name) && !(name === "prompt" && /\bnone\b/.test(value));
}

async function walkTo({ db, origin, cookie, fields }: Call, flow: Flow & { iat: number }): Promise<Arrival> {
  const { provider } = flow;
  if (fields.error !== undefined) return failed(flow, provider, failureSaid(fields.error), new Error(`it said ${fields.error}`));
  let renewed: SessionCookie[] = [];
  try {
    const { visit, cookies, header } = await renewedVisit(db, cookie);
    renewed = cookies;
    visit.walk = { db, cookie: header, viewer: visit.viewer, flow };
    const address = `${origin}/api/auth/callback/${provider}?${new URLSearchParams(fields)}`;
    await askAuthJs(new Request(address, { headers: { cookie: authJsCookies(cookie) } }), visit);
    const { outcome } = visit;
    if (outcome === null || outcome === "failed") throw visit.error ?? new Error("Auth.js has not come to an end");
    const arrival = typeof outcome === "string" ? failed(flow, provider, outcome, null) : outcome;
    return { path: arrival.path, cookies: replacing(renewed, arrival.cookies) };
  } catch (error) {
    return { ...failed(flow, provider, failureOf(error), error), cookies: renewed };
  }
}

function failed(flow: Flow | null, provider: ProviderId, failure: WalkFailure, error: unknown): Arrival {
  rememberFailure(provider, failure, error);
  return { path: failedPath(flow ?? { provider, purpose: "sign_in", next: "/" }, failure), cookies: [] };
}

/** The visit of a request whose cookies are renewed first where a page's would be. `header`: the cookies as they are then */
export async function renewedVisit(db: Database, cookie: string | null) {
  const { cookies } = await renewCookies(db, cookie);
  const isKept = ({ name }: { name: string }) => cookies.every((renewed) => renewed.name !== name);
  const renewed = [...matchingCookies(cookie, /./).filter(isKept), ...cookies];
  const header = headerOf(renewed.filter(({ value }) => value !== ""));
  const visit = await visitOf(db, header);
  // Auth.js asks for the session only where its cookie is. Its value does not matter: the viewer is known.
  const session = visit.viewer ? `; ${sessionCookieName("access")}=known` : "";
  return { visit, cookies, header, authJsHeader: authJsCookies(cookie) + session };
}

/** Auth.js gets no cookie but its own. */
function authJsCookies(cookie: string | null): string {
  return headerOf(matchingCookies(cookie, AUTH_JS));
}

function headerOf(cookies: { name: string; value: string }[]): string {
  return cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
}

function replacing(before: SessionCookie[], after: SessionCookie[]): SessionCookie[] {
  return [...before.filter(({ name }) => after.every((cookie) => cookie.name !== name)), ...after];
}
