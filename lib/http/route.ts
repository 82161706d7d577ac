import "server-only";

import type { z } from "zod";
import { type Database, database } from "@/db/pool";
import { addressGroup } from "../auth/address-group";
import { authenticate, type CredentialHeaders, type Viewer } from "../auth/authenticate";
import { AppError } from "../errors";
import { type Attempt, countOrRefuse, type LimitName } from "../rate-limits";
import { readBody } from "./body";
import { refuseCrossSite } from "./cross-site";
import { answerError } from "./errors";
import { json } from "./json";

const METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"] as const;
const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

type Method = (typeof METHODS)[number];
type Context<V, Body> = {
  db: Database;
  viewer: V;
  body: Body;
  headers: CredentialHeaders;
  client: Client;
};
/** Who is asking, for limits: the address, or for IPv6 its /64; and the attempt that has been counted, if there is a limit. */
type Client = { address: string; attempt: Attempt | null };
/** What a handler returns: a response, or what one with status 200 is to hold. */
type Handler<V, Body> = (context: Context<V, Body>) => unknown;
type Endpoint = { run: (request: Request) => Promise<unknown> };
type RouteHandlers = Record<Method, (request: Request) => Promise<Response>>;

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
      const method = originalMethod(request);
      if (method === "OPTIONS") return new Response(null, { status: 204, headers: { allow, "cache-control": "no-store" } });
      const chosen = byMethod.get(method);
      if (!chosen) throw new AppError("method_not_allowed", { method, allow });
      if (!SAFE_METHODS.has(method)) refuseCrossSite(request.headers);
      const result = await chosen.run(request);
      return result instanceof Response ? result : json(result);
    } catch (error) {
      return answerError(error);
    }
  }
  return { GET: answer, HEAD: answer, OPTIONS: answer, POST: answer, PUT: answer, PATCH: answer, DELETE: answer };
}

/**
 * An endpoint with options. Closed by default: without `public: true` nobody gets in without a session.
 * @param options.limit counted by the client's address, whatever becomes of the request
 * @param options.body the schema that the request's body must meet; without one the body is not read
 */
export function endpoint<Schema extends z.ZodType = z.ZodUndefined>(
  options: { public: true; limit?: LimitName; body?: Schema },
  handler: Handler<null, z.output<Schema>>,
): Endpoint;
export function endpoint<Schema extends z.ZodType = z.ZodUndefined>(
  options: { public?: false; limit?: LimitName; body?: Schema },
  handler: Handler<Viewer, z.output<Schema>>,
): Endpoint;
export function endpoint(
  options: { public?: boolean; limit?: LimitName; body?: z.ZodType },
  handler: Handler<never, never>,
): Endpoint {
  return {
    run: async (request) => {
      const db = database();
      const headers = { authorization: request.headers.get("authorization"), cookie: request.headers.get("cookie") };
      const address = addressGroup(request.headers.get("x-client-address") ?? "");
      const attempt = options.limit ? await countOrRefuse(db, options.limit, address) : null;
      const viewer = options.public === true ? null : await authenticate(db, headers);
      const body = options.body ? await readBody(request, options.body) : undefined;
      return handler({ db, viewer: viewer as never, body: body as never, headers, client: { address, attempt } });
    },
  };
}

// Next routes seven methods; the server passes any other on as a PUT and says here what it was.
function originalMethod(request: Request): string {
  return request.headers.get("x-original-method") ?? request.method;
}
