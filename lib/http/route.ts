import "server-only";

import type { z } from "zod";
import { type Database, database } from "#db/pool.ts";
import { authenticate, type CredentialHeaders, type Viewer } from "#lib/auth/authenticate.ts";
import { AppError } from "#lib/errors.ts";
import { currentRequest } from "#lib/observe/request-context.ts";
import { assertRoom, type Hash, hashInTurn } from "#lib/passwords/hash-queue.ts";
import { type Attempt, countOrRefuse, forgiveUnavailable, refuseRemembered } from "#lib/rate-limits.ts";
import { addressGroup } from "./address-group.ts";
import { readBody } from "./body.ts";
import { refuseCrossSite } from "./cross-site.ts";
import { changesState, type Declaration, METHODS, type Method } from "./declaration.ts";
import { answerError } from "./errors.ts";
import { json } from "./json.ts";

type Context<V, Body> = {
  db: Database;
  /** For an endpoint that declared that it hashes */
  hash: Hash;
  viewer: V;
  body: Body;
  headers: CredentialHeaders;
  client: Client;
};
/** Who is asking, for limits: the address, or for IPv6 its /64; and the attempt that has been counted, if there is a limit. */
type Client = { address: string; attempt: Attempt | null };
/** What a handler returns: a response, or what one with status 200 is to hold. */
type Handler<V, Body> = (context: Context<V, Body>) => unknown;
type Endpoint = { declaration: Declaration; run: (request: Request) => Promise<unknown> };
/** What a route module exports; each function tells what all of them answer, for the API's document. */
export type RouteHandlers = Record<Method, { (request: Request): Promise<Response>; declared: Map<string, Declaration> }>;

/**
 * One endpoint's answers to every method: the one wrapper around all of `/api/`. Its checks run in the contract's
 * order: method, origin, rate limit, session, body. A bare function is an endpoint for signed-in users that takes no body.
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

  async function answer(request: Request): Promise<Response> {
    try {
      const method = currentRequest()?.method ?? request.method;
      if (method === "OPTIONS") return new Response(null, { status: 204, headers: { allow, "cache-control": "no-store" } });
      const chosen = byMethod.get(method);
      if (!chosen) throw new AppError("method_not_allowed", { method, allow });
      if (changesState(method)) refuseCrossSite(request.headers);
      const result = await chosen.run(request);
      return result instanceof Response ? result : json(result);
    } catch (error) {
      return answerError(error, request.headers.get("cookie"));
    }
  }
  const declared = new Map([...byMethod].map(([method, { declaration }]) => [method, declaration]));
  const all = Object.assign(answer, { declared });
  return { GET: all, HEAD: all, OPTIONS: all, POST: all, PUT: all, PATCH: all, DELETE: all };
}

/** An endpoint, with what it declares. Closed by default: without `public: true` nobody gets in without a session. */
export function endpoint<Schema extends z.ZodType = z.ZodUndefined>(
  declaration: Declaration & { public: true; body?: Schema },
  handler: Handler<null, z.output<Schema>>,
): Endpoint;
export function endpoint<Schema extends z.ZodType = z.ZodUndefined>(
  declaration: Declaration & { public?: false; body?: Schema },
  handler: Handler<Viewer, z.output<Schema>>,
): Endpoint;
export function endpoint(declaration: Declaration, handler: Handler<never, never>): Endpoint {
  return {
    declaration,
    run: async (request) => {
      const address = addressGroup(currentRequest()?.address ?? "");
      const { hashes, limit } = declaration;
      if (!hashes) return answer(request, address, refuseToHash);
      // Where nothing more can wait, nothing is asked of the database.
      if (limit) refuseRemembered(limit, address);
      assertRoom(address);
      return answer(request, address, (task) => hashInTurn(address, task));
    },
  };

  async function answer(request: Request, address: string, hash: Hash): Promise<unknown> {
    const db = database();
    const headers = { authorization: request.headers.get("authorization"), cookie: request.headers.get("cookie") };
    const attempt = declaration.limit ? await countOrRefuse(db, declaration.limit, address) : null;
    const read = bodyReader(request, declaration.body);
    const identify = declaration.authenticate ?? authenticate;
    const viewer = declaration.public === true ? null : await identify(db, headers, read);
    const body = await read();
    const client = { address, attempt };
    const handle = async () => handler({ db, hash, viewer: viewer as never, body: body as never, headers, client });
    return forgiveUnavailable(db, declaration.hashes && attempt ? [attempt] : [], handle);
  }
}

// A body can be read once. It is read when it is asked for, which a 401 comes before at most endpoints.
function bodyReader(request: Request, schema: z.ZodType | undefined): () => Promise<unknown> {
  let reading: Promise<unknown> | undefined;
  return () => {
    reading ??= schema ? readBody(request, schema) : Promise.resolve(undefined);
    return reading;
  };
}

function refuseToHash(): never {
  throw new Error("an endpoint that has passwords hashed declares it");
}
