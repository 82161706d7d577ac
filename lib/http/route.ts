import "server-only";

import type { z } from "zod";
import { type Database, database } from "#db/pool.ts";
import { authenticate, type CredentialHeaders, type Viewer } from "#lib/auth/authenticate.ts";
import { requireProof } from "#lib/auth/require-proof.ts";
import { AppError } from "#lib/errors.ts";
import { currentRequest } from "#lib/observe/request-context.ts";
import type { Guesser } from "#lib/passwords/count-guess.ts";
import { assertRoom, type Hash, hashInTurn } from "#lib/passwords/hash-queue.ts";
import type { Problems } from "#lib/problems.ts";
import { type Attempt, countOrRefuse, forgiveUnavailable, refuseRemembered } from "#lib/rate-limits.ts";
import { METHODS, type Method } from "#lib/settings/methods.ts";
import { addressGroup } from "./address-group.ts";
import { refuseCrossSite } from "./cross-site.ts";
import { changesState, type Declaration } from "./declaration.ts";
import { answerError } from "./errors.ts";
import { respond } from "./json.ts";
import { bodyReader, type PathContext, readParams, readQuery } from "./read-request.ts";

type Context<V, Body, Params, Query> = {
  db: Database;
  /** For an endpoint that declared that it hashes */
  hash: Hash;
  viewer: V;
  body: Body;
  params: Params;
  query: Query;
  headers: CredentialHeaders;
  client: Client;
};
/** The client, for limits: its IPv4 address or IPv6 /64, and the attempt that was counted if the endpoint has a limit. */
type Client = { address: string; attempt: Attempt | null };
/** A handler returns a response, or the JSON body of a 200. */
type Handler<V, Body, Params = undefined, Query = undefined> = (context: Context<V, Body, Params, Query>) => unknown;
type Takes<V, Body extends z.ZodType, Params extends z.ZodType, Query extends z.ZodType> = {
  body?: Body;
  params?: Params;
  query?: Query;
  rules?: (
    db: Database,
    fields: Partial<z.output<Body>>,
    viewer: V,
    sender: Guesser & { cookie: string | null },
  ) => Problems | Promise<Problems>;
};
type Endpoint = { declaration: Declaration; run: (request: Request, path: PathContext) => Promise<unknown> };
type RouteHandler = { (request: Request, path: PathContext): Promise<Response>; declared: Map<string, Declaration> };
/** What a route module exports. Each function has the declarations of all, for the API's document. */
export type RouteHandlers = Record<Method, RouteHandler>;

/**
 * The wrapper around every endpoint of `/api/`. Its checks run in the contract's order: method, origin, rate limit, session,
 * proof, path, query, body. A bare function is an endpoint for signed-in users without a body.
 */
export function route(endpoints: Partial<Record<Method, Endpoint | Handler<Viewer, undefined>>>): RouteHandlers {
  const byMethod = new Map<string, Endpoint>();
  for (const method of METHODS) {
    const handler = endpoints[method];
    if (handler) byMethod.set(method, typeof handler === "function" ? endpoint({}, handler) : handler);
  }
  const get = byMethod.get("GET");
  if (get && !byMethod.has("HEAD")) byMethod.set("HEAD", get);
  const allow = [...byMethod.keys(), "OPTIONS"].join(", ");

  async function answer(request: Request, path: PathContext): Promise<Response> {
    try {
      const method = currentRequest()?.method ?? request.method;
      if (method === "OPTIONS") return new Response(null, { status: 204, headers: { allow, "cache-control": "no-store" } });
      const chosen = byMethod.get(method);
      if (!chosen) throw new AppError("method_not_allowed", { method, allow });
      if (changesState(method)) refuseCrossSite(request.headers);
      return respond(await chosen.run(request, path));
    } catch (error) {
      return respond(answerError(error, request.headers.get("cookie")));
    }
  }
  const declared = new Map([...byMethod].map(([method, { declaration }]) => [method, declaration]));
  const all = Object.assign(answer, { declared });
  return { GET: all, HEAD: all, OPTIONS: all, POST: all, PUT: all, PATCH: all, DELETE: all };
}

/** Declares an endpoint. It is closed by default: without `public: true` a request needs a session. */
export function endpoint<
  Body extends z.ZodType = z.ZodUndefined,
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
>(
  declaration: Declaration & { public: true } & Takes<null, Body, Params, Query>,
  handler: Handler<null, z.output<Body>, z.output<Params>, z.output<Query>>,
): Endpoint;
export function endpoint<
  Body extends z.ZodType = z.ZodUndefined,
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
>(
  declaration: Declaration & { public?: false } & Takes<Viewer, Body, Params, Query>,
  handler: Handler<Viewer, z.output<Body>, z.output<Params>, z.output<Query>>,
): Endpoint;
export function endpoint(declaration: Declaration, handler: Handler<never, never, never, never>): Endpoint {
  return {
    declaration,
    run: async (request, path) => {
      const address = addressGroup(currentRequest()?.address ?? "");
      const { hashes, limit } = declaration;
      if (!hashes) return answer(request, path, address, refuseToHash);
      // If no more hashes may wait, the database is not asked at all.
      if (limit) refuseRemembered(limit, address);
      assertRoom(address);
      return answer(request, path, address, (task) => hashInTurn(address, task));
    },
  };

  async function answer(request: Request, path: PathContext, address: string, hash: Hash): Promise<unknown> {
    const db = database();
    const headers = { authorization: request.headers.get("authorization"), cookie: request.headers.get("cookie") };
    const attempt = declaration.limit ? await countOrRefuse(db, declaration.limit, address) : null;
    const read = bodyReader(db, request, declaration, { hash, address, cookie: headers.cookie });
    const identify = declaration.authenticate ?? authenticate;
    const viewer = declaration.public === true ? null : await identify(db, headers, () => read(null));
    if (viewer) await proofOf(declaration)?.(db, viewer);
    const params = await readParams(path, declaration);
    const query = await readQuery(request, declaration);
    const client = { address, attempt };
    const handle = async () => {
      const given = { params, query, body: await read(viewer) } as Record<"params" | "query" | "body", never>;
      return handler({ db, hash, viewer: viewer as never, ...given, headers, client });
    };
    return forgiveUnavailable(db, declaration.hashes && attempt ? [attempt] : [], handle);
  }
}

function proofOf({ proof }: Declaration) {
  return proof === true ? requireProof : proof;
}

function refuseToHash(): never {
  throw new Error("an endpoint that hashes passwords must declare `hashes`");
}
