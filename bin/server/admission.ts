import type { IncomingMessage, ServerResponse } from "node:http";
import type { BlockList } from "node:net";
import type { RequestContext } from "#lib/observe/request-context.ts";
import { METHODS } from "#lib/settings/methods.ts";
import { clientAddress, isLocal } from "./client-address.ts";
import { hasBody } from "./lingering-close.ts";
import { requestId } from "./request-id.ts";

/** Next routes these methods. A request with any other method goes on as a PUT, whose refusal names the method that was sent. */
const ROUTED: ReadonlySet<string> = new Set(METHODS);

/** Headers that Next sends to itself. They are removed from clients' requests. This server passes no facts in headers. */
const INTERNAL_HEADERS = ["x-middleware-subrequest", "x-middleware-prefetch"];

/**
 * Headers that Next's pages and Next's servers send. On a request for an endpoint they could make Next answer in its place, by a
 * redirect for example. Next's router removes some of them, but the lane (lane.ts) bypasses the router.
 */
const NEXTS_HEADERS = /^(rsc$|next-|x-(next|nextjs|middleware|matched|now|invoke|invocation|prerender)-)/;

/**
 * The API's answers are never compressed: the length of a compressed answer that holds both a token and a part of the request
 * reveals the token (BREACH).
 */
const DECLINED_HEADERS = ["accept-encoding"];

/**
 * Removes from a request what the application must not trust, and returns the facts about its sender.
 * @param isAddress whether a route or a file is at this path. Next answers at more paths than its routes, such as
 *   `/_next/data/BUILD/api/user/profile.json`: requests for these never reach it.
 */
export function admit(request: IncomingMessage, trustedProxies: BlockList, isAddress: (url: string) => boolean): RequestContext {
  const { url = "", method = "" } = request;
  const isApi = isApiPath(url);
  removeHeaders(request, isApi);
  if (!isCanonical(url) || !isAddress(url)) request.url = isApi ? "/api/-" : "/-";
  if (!ROUTED.has(method)) request.method = "PUT";
  return {
    requestId: requestId(request, trustedProxies),
    address: clientAddress(request, trustedProxies),
    userAgent: request.headers["user-agent"] ?? "",
    isLocal: isLocal(request),
    method,
  };
}

function removeHeaders({ headers }: IncomingMessage, isApi: boolean): void {
  const removed = isApi ? [...INTERNAL_HEADERS, ...DECLINED_HEADERS] : INTERNAL_HEADERS;
  for (const header of removed) delete headers[header];
  if (!isApi) return;
  for (const header in headers) if (NEXTS_HEADERS.test(header)) delete headers[header];
}

function isApiPath(url: string): boolean {
  return /^\/api([/?]|$)/.test(url);
}

/**
 * Refuses a body that is sent to a page, since Next would read all of it. A form that was sent before its script ran is shown again.
 * @returns whether the request has been answered
 */
export function refusePageBody(request: IncomingMessage, response: ServerResponse): boolean {
  const { url = "", method = "" } = request;
  const isRead = method === "GET" || method === "HEAD";
  if (isApiPath(url) || (isRead && !hasBody(request))) return false;
  if (method === "POST") response.writeHead(303, { Location: url });
  else if (isRead) response.writeHead(413);
  else response.writeHead(405, { Allow: "GET, HEAD" });
  response.end();
  return true;
}

// Next answers doubled slashes with a redirect and bad escapes with a bare 500, ignores everything after a "#", and serves the
// page /login for /api/../login, which counts as an endpoint here. Such paths are unknown.
function isCanonical(url: string): boolean {
  const [path = ""] = url.split("?", 1);
  try {
    return path.startsWith("/") && !path.includes("#") && !/\\|\/\/|\0|\/\.\.?(\/|$)/.test(decodeURIComponent(path));
  } catch {
    return false;
  }
}
