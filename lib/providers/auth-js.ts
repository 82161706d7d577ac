import "server-only";

import { AsyncLocalStorage } from "node:async_hooks";
import { Auth, type AuthConfig, raw, skipCSRFCheck } from "@auth/core";
import type { ResponseInternal } from "@auth/core/types";
import NextAuth, { type NextAuthConfig, type Session } from "next-auth";
import { findLinkedUser } from "#db/auth-js-adapter.ts";
import { type Database, database } from "#db/pool.ts";
import { accessExpiry } from "#lib/auth/access-expiry.ts";
import type { Viewer } from "#lib/auth/authenticate.ts";
import { makeCookie, type SessionCookie, sessionCookieName } from "#lib/auth/cookies.ts";
import { derivedKeys } from "#lib/auth/derived-key.ts";
import { identifyViewer } from "#lib/auth/identify-viewer.ts";
import { type Config, config } from "#lib/config.ts";
import { perProcess } from "#lib/per-process.ts";
import { arrive } from "./arrive.ts";
import { authJsProviders } from "./providers.ts";
import { type Arrival, failedPath, type Walk, type WalkFailure } from "./walk.ts";

// The configuration of Auth.js (https://authjs.dev), which speaks with other providers: authorization request, PKCE, state,
// nonce, code and userinfo. It decides nothing about accounts and writes nothing: `signIn` hands what a provider said to
// arrive.ts, and always ends the request with the path to go to. Its session cookie is the access cookie, which it only reads.

/** What a request to Auth.js and its callbacks share. */
export type Visit = {
  viewer: Viewer | null;
  /** When the viewer's access token expires; ISO 8601 */
  expires: string;
  /** For a callback: what the browser brings back */
  walk: Walk | null;
  /** What the walk came to */
  outcome: Arrival | WalkFailure | null;
  /** What Auth.js has reported, or what `arrive` threw */
  error: unknown;
};

const visits = perProcess("auth-js-visit", () => new AsyncLocalStorage<Visit>()).get();
const configs = new WeakMap<Config, NextAuthConfig>();
const nextAuth = NextAuth(() => authConfig());

/** What Auth.js says of a visitor's session: `{user: {id, name}, expires}`, or null. */
export async function sessionOf(visit: Visit): Promise<Session | null> {
  return visit.viewer ? visits.run(visit, () => nextAuth.auth()) : null;
}

/** Auth.js' answer: what it has to say, and where to. */
export type Answer = { body: unknown; redirect: string | null; cookies: SessionCookie[] };

/**
 * Has Auth.js answer a request to one of its paths. Its cookie for the session is dropped: a session's cookies are set by
 * openSession and by a refresh alone.
 * @param request with the origin that browsers see: not Next's own, which turns 127.0.0.1 into localhost
 * @param options.isTrusted the caller has checked that the person wants it: no CSRF token is needed
 * @throws {Error} what Auth.js reports; `isAway(error)`
 */
export async function askAuthJs(request: Request, visit: Visit, { isTrusted = false } = {}): Promise<Answer> {
  const trust: Pick<AuthConfig, "skipCSRFCheck"> = isTrusted ? { skipCSRFCheck } : {};
  const answer: ResponseInternal | Response = await visits.run(visit, () => Auth(request, { ...authConfig(), ...trust, raw }));
  // For an error that is not its own Auth.js makes a redirect, after it has told the logger.
  if (answer instanceof Response) throw visit.error ?? new Error("Auth.js has failed");
  const { body = null, redirect = null, cookies = [] } = answer;
  const kept = cookies.filter(({ name }) => !name.startsWith(sessionCookieName("access")));
  return { body, redirect, cookies: kept.map(toCookie) };
}

/** A visit of nobody. */
export function emptyVisit(): Visit {
  return { viewer: null, expires: "", walk: null, outcome: null, error: null };
}

/** A visit by the holder of the `Cookie` header's access token. */
export async function visitOf(db: Database, cookie: string | null): Promise<Visit> {
  const viewer = await identifyViewer(db, cookie);
  return { ...emptyVisit(), viewer, expires: accessExpiry(cookie, viewer).toISOString() };
}

/** The configuration, made at its first use: a build imports every route without an environment. */
function authConfig(): NextAuthConfig {
  const known = configs.get(config()) ?? makeConfig(config());
  configs.set(config(), known);
  return known;
}

function makeConfig(settings: Config): NextAuthConfig {
  const isSecure = settings.PUBLIC_URL?.protocol === "https:";
  const options = { httpOnly: true, sameSite: "lax", path: "/", secure: isSecure } as const;
  return {
    basePath: "/api/auth",
    trustHost: true,
    useSecureCookies: isSecure,
    secret: derivedKeys("auth-js/1").map((key) => key.toString("base64url")),
    providers: authJsProviders(settings),
    // Of the adapter Auth.js gets what reads. Rows are written by our use cases alone.
    adapter: { getUserByAccount: async (account) => (await findLinkedUser(database(), account)) as never },
    pages: { signIn: "/login", error: "/login", signOut: "/" },
    session: { strategy: "jwt" },
    cookies: { sessionToken: { name: sessionCookieName("access"), options } },
    jwt: {
      // The viewer was found by the rules for every request.
      decode: async () => {
        const { viewer } = currentVisit();
        return viewer && { sub: String(viewer.userId), name: viewer.username };
      },
      // Tokens are signed by a login and by a refresh alone. The cookie with this value is dropped.
      encode: async () => "",
    },
    callbacks: {
      signIn: async ({ account, profile }) => {
        const visit = currentVisit();
        const { walk } = visit;
        if (!walk || !account || !profile) throw new Error("Auth.js has called signIn without a callback's facts");
        try {
          visit.outcome = await arrive(walk, account, profile);
        } catch (error) {
          visit.error = error;
          visit.outcome = "failed";
        }
        // Where the answer goes is decided from the outcome. A path ends Auth.js' part here, before it would write anything.
        return typeof visit.outcome === "string" ? failedPath(walk.flow, visit.outcome) : visit.outcome.path;
      },
      jwt: ({ token }) => token,
      session: ({ token }) => ({
        user: { id: token.sub ?? "", name: token.name ?? null },
        expires: currentVisit().expires as Session["expires"] & Date,
      }),
    },
    logger: {
      error: (error) => {
        const visit = visits.getStore();
        if (visit) visit.error ??= error;
      },
      warn: () => undefined,
      debug: () => undefined,
    },
  };
}

type AuthJsCookie = { name: string; value: string; options: { maxAge?: number; expires?: Date } };

// All of its cookies have the attributes of ours. Those without an end last until the browser is closed.
function toCookie({ name, value, options: { maxAge, expires } }: AuthJsCookie): SessionCookie {
  const left = expires && Math.max(0, Math.round((expires.getTime() - Date.now()) / 1_000));
  return makeCookie(name, value, maxAge ?? left);
}

function currentVisit(): Visit {
  const visit = visits.getStore();
  if (!visit) throw new Error("Auth.js was called without a visit");
  return visit;
}
