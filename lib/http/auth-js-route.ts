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
import { ACTIONS, type Action } from "./auth-js-actions.ts";
import { readForm } from "./body.ts";
import { refuseCrossSite } from "./cross-site.ts";
import { changesState } from "./declaration.ts";
import { answerError } from "./errors.ts";
import { json, redirect, respond } from "./json.ts";
import type { PathContext } from "./read-request.ts";

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
