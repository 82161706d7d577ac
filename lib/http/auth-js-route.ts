import "server-only";

import { type Database, database } from "#db/pool.ts";
import { isConfigured } from "#lib/auth/providers.ts";
import { publicOrigin } from "#lib/auth/public-origin.ts";
import { AppError } from "#lib/errors.ts";
import { currentRequest } from "#lib/observe/request-context.ts";
import type { Call, Said } from "#lib/providers/auth-js-paths.ts";
import { countOrRefuse } from "#lib/rate-limits.ts";
import type { ProviderId } from "#lib/settings/providers.ts";
import { addressGroup } from "./address-group.ts";
import { readForm } from "./body.ts";
import { refuseCrossSite } from "./cross-site.ts";
import { changesState } from "./declaration.ts";
import { answerError } from "./errors.ts";
import { json, redirect, respond } from "./json.ts";
import type { PathContext } from "./read-request.ts";

type Paths = typeof import("#lib/providers/auth-js-paths.ts");
type Action = (paths: Paths, call: Call, provider: ProviderId) => Promise<Said>;

// A page of its own that Auth.js would show is the login page here.
const toLogin: Action = async (_paths, { origin, fields }) => ({
  url: `${origin}/login${fields.error === undefined ? "" : "?error=failed"}`,
  cookies: [],
});

/** Auth.js' paths below /api/auth, and their methods; `*` stands for a provider. Whatever is not here is not there. */
const ACTIONS: Record<string, Record<string, Action>> = {
  session: {
    GET: (paths, call) => paths.saySession(call),
    POST: (paths, call) => paths.sayUpdatedSession(call),
  },
  csrf: { GET: (paths, call) => paths.sayCsrfToken(call) },
  providers: { GET: (paths, call) => paths.sayProviders(call) },
  signin: { GET: toLogin },
  "signin/*": { POST: (paths, call, provider) => paths.startSignIn(call, provider) },
  "callback/*": { GET: (paths, call, provider) => paths.endWalk(call, provider) },
  signout: { POST: (paths, call) => paths.signOut(call) },
  error: { GET: toLogin },
};
/** What asks a provider. */
const LIMITED = ["signin/*", "callback/*"];

/**
 * The wrapper around Auth.js, as `route()` is around every other endpoint: method, origin, rate limit. Auth.js is loaded by the
 * first request that needs it.
 */
export async function authJsRoute(request: Request, path: PathContext): Promise<Response> {
  try {
    return await answer(request, path);
  } catch (error) {
    return respond(answerError(error, request.headers.get("cookie")));
  }
}

async function answer(request: Request, { params }: PathContext): Promise<Response> {
  const { key, provider } = findPath((await params).nextauth);
  const actions = ACTIONS[key] ?? {};
  const method = currentRequest()?.method ?? request.method;
  const allow = [...Object.keys(actions), "OPTIONS"].join(", ");
  if (method === "OPTIONS") return new Response(null, { status: 204, headers: { allow, "cache-control": "no-store" } });
  const act = Object.hasOwn(actions, method) ? actions[method] : undefined;
  if (!act) throw new AppError("method_not_allowed", { method, allow });
  if (changesState(method)) refuseCrossSite(request.headers);
  const db = database();
  if (LIMITED.includes(key)) await countOrRefuse(db, "provider", addressGroup(currentRequest()?.address ?? ""));
  const call = await readCall(db, request, method);
  return say(request, await act(await import("#lib/providers/auth-js-paths.ts"), call, provider));
}

/** @throws {AppError} `not_found` */
function findPath(segments: string | string[] = []): { key: string; provider: ProviderId } {
  const [name = "", provider, ...more] = [segments].flat();
  const key = provider === undefined ? name : `${name}/*`;
  const isKnown = provider === undefined || isConfigured(provider);
  if (!Object.hasOwn(ACTIONS, key) || more.length > 0 || !isKnown) throw new AppError("not_found");
  return { key, provider: provider as ProviderId };
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
