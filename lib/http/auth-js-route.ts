import "server-only";

import { z } from "zod";
import { type Database, database } from "#db/pool.ts";
import { walk } from "#lib/answers.ts";
import { isConfigured } from "#lib/auth/providers.ts";
import { publicOrigin } from "#lib/auth/public-origin.ts";
import { AppError } from "#lib/errors.ts";
import { currentRequest } from "#lib/observe/request-context.ts";
import type { Call, Said } from "#lib/providers/auth-js-paths.ts";
import { returnPath } from "#lib/providers/return-path.ts";
import { countOrRefuse } from "#lib/rate-limits.ts";
import { providerPath } from "#lib/schemas.ts";
import type { ProviderId } from "#lib/settings/providers.ts";
import { addressGroup } from "./address-group.ts";
import { readForm } from "./body.ts";
import { refuseCrossSite } from "./cross-site.ts";
import { changesState, type Declaration } from "./declaration.ts";
import { answerError } from "./errors.ts";
import { json, redirect, respond } from "./json.ts";
import type { PathContext } from "./read-request.ts";

type Paths = typeof import("#lib/providers/auth-js-paths.ts");
type Act = (paths: Paths, call: Call, provider: ProviderId) => Promise<Said>;
type Action = { declaration: Declaration; act: Act };

const form = z.object({
  csrfToken: z.string().optional().meta({ description: "Of `csrf`, whose cookie comes along." }),
  callbackUrl: z.string().optional().meta({ description: "Where to go afterwards: a path or a URL of this site." }),
});
const session = z
  .object({ user: z.object({ id: z.string(), name: z.string() }), expires: z.iso.datetime() })
  .nullable()
  .meta({ examples: [{ user: { id: "1", name: "ann" }, expires: "2026-11-26T09:35:00.000Z" }] });
const AS_FORM = "Auth.js' client sends a form; JSON does as well.";
const ON_REQUEST = "With the header `X-Auth-Return-Redirect` the URL comes as JSON.";

// In place of a page of its own that Auth.js would show. Its client leads there if it is told of no provider.
const toLogin: Act = async (_paths, { origin, fields: { error, callbackUrl } }) => {
  const next = returnPath(callbackUrl, origin);
  const said = { ...(error === undefined ? {} : { error: "failed" }), ...(next === "/" ? {} : { next }) };
  const query = new URLSearchParams(said).toString();
  return { url: `${origin}/login${query && `?${query}`}`, cookies: [] };
};
const loginPage = (when: string): Action => ({
  declaration: {
    public: true,
    summary: `The login page, ${when}`,
    description: "In place of a page of Auth.js.",
    answers: { 302: null },
  },
  act: toLogin,
});

/** Auth.js' paths below /api/auth, and their methods. Whatever is not here is not there. */
const ACTIONS: Record<string, Record<string, Action>> = {
  session: {
    GET: {
      declaration: {
        public: true,
        summary: "The session, for useSession()",
        description: "Null for a visitor. Renewed first if the access token has expired. `expires` is the access token's.",
        answers: { 200: session },
        refuses: ["unavailable"],
      },
      act: (paths, call) => paths.saySession(call),
    },
    POST: {
      declaration: {
        public: true,
        summary: "The session, for update()",
        description: `As GET: nothing of it can be set. ${AS_FORM}`,
        body: form,
        answers: { 200: session },
        refuses: ["unavailable"],
      },
      // Without a look at the CSRF token: it is a read.
      act: (paths, call) => paths.saySession(call),
    },
  },
  csrf: {
    GET: {
      declaration: {
        public: true,
        summary: "A CSRF token",
        description: "For the forms of `signin` and `signout`.",
        answers: { 200: z.object({ csrfToken: z.string() }) },
      },
      act: (paths, call) => paths.sayCsrfToken(call),
    },
  },
  providers: {
    GET: {
      declaration: {
        public: true,
        summary: "The providers that are switched on",
        description: "By their ids.",
        answers: { 200: z.record(z.string(), z.looseObject({ id: z.string(), name: z.string() })) },
      },
      act: (paths, call) => paths.sayProviders(call),
    },
  },
  signin: { GET: loginPage("for signIn()") },
  "signin/{provider}": {
    POST: {
      declaration: {
        public: true,
        summary: "Sign in with a provider",
        description: `Leads to the provider, or to the login page if that fails. ${ON_REQUEST} ${AS_FORM}`,
        limit: "provider",
        params: providerPath,
        body: form,
        answers: { 200: walk, 302: null },
      },
      act: (paths, call, provider) => paths.startSignIn(call, provider),
    },
  },
  "callback/{provider}": {
    GET: {
      declaration: {
        public: true,
        summary: "Come back from a provider",
        description: "Leads to where the walk to the provider ends. Register its URL with the provider.",
        limit: "provider",
        params: providerPath,
        answers: { 302: null },
      },
      act: (paths, call, provider) => paths.endWalk(call, provider),
    },
  },
  signout: {
    POST: {
      declaration: {
        public: true,
        summary: "Log out, for signOut()",
        description: `As the API's logout, also with a refresh cookie alone. ${ON_REQUEST} ${AS_FORM}`,
        body: form,
        answers: { 200: walk, 302: null },
        refuses: ["unavailable"],
      },
      act: (paths, call) => paths.signOut(call),
    },
  },
  error: { GET: loginPage("after a failure") },
};

/**
 * The wrapper around Auth.js, as `route()` is around every other endpoint: method, origin, rate limit. Auth.js is loaded by the
 * first request that needs it.
 */
export const authJsRoute = Object.assign(serve, {
  /** The declarations of all paths, for the API's document. @see app/api/document.ts */
  below: new Map(
    Object.entries(ACTIONS).map(([path, methods]) => [
      path,
      new Map(Object.entries(methods).map(([method, { declaration }]) => [method, declaration])),
    ]),
  ),
});

async function serve(request: Request, path: PathContext): Promise<Response> {
  try {
    return await answer(request, path);
  } catch (error) {
    return respond(answerError(error, request.headers.get("cookie")));
  }
}

async function answer(request: Request, { params }: PathContext): Promise<Response> {
  const { methods, provider } = findPath((await params).nextauth);
  const method = currentRequest()?.method ?? request.method;
  const allow = [...Object.keys(methods), "OPTIONS"].join(", ");
  if (method === "OPTIONS") return new Response(null, { status: 204, headers: { allow, "cache-control": "no-store" } });
  const action = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (!action) throw new AppError("method_not_allowed", { method, allow });
  if (provider !== undefined && !isConfigured(provider)) throw new AppError("not_found");
  if (changesState(method)) refuseCrossSite(request.headers);
  const db = database();
  const { limit } = action.declaration;
  if (limit) await countOrRefuse(db, limit, addressGroup(currentRequest()?.address ?? ""));
  const call = await readCall(db, request, method);
  return say(request, await action.act(await import("#lib/providers/auth-js-paths.ts"), call, provider as ProviderId));
}

/** @throws {AppError} `not_found` */
function findPath(segments: string | string[] = []): { methods: Record<string, Action>; provider: string | undefined } {
  const [name = "", provider, ...more] = [segments].flat();
  const key = provider === undefined ? name : `${name}/{provider}`;
  const methods = Object.hasOwn(ACTIONS, key) && more.length === 0 ? ACTIONS[key] : undefined;
  if (!methods) throw new AppError("not_found");
  return { methods, provider };
}

async function readCall(db: Database, request: Request, method: string): Promise<Call> {
  const query = Object.fromEntries(new URL(request.url).searchParams);
  const fields = method === "POST" ? { ...query, ...(await readForm(request)) } : query;
  return { db, origin: publicOrigin(request.headers), cookie: request.headers.get("cookie"), fields };
}

// Auth.js' client asks for the URL instead of a redirect, which it could not see.
function say(request: Request, said: Said): Response {
  const { cookies } = said;
  if ("json" in said) return respond(json(said.json, { cookies }));
  if (request.headers.has("x-auth-return-redirect")) return respond(json({ url: said.url }, { cookies }));
  return respond(redirect(said.url, cookies));
}
