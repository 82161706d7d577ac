import type { IncomingMessage, ServerResponse } from "node:http";
import type { BlockList } from "node:net";
import type { RequestContext } from "#lib/observe/request-context.ts";
import { clientAddress } from "./client-address.ts";
import { hasBody } from "./lingering-close.ts";
import { requestId } from "./request-id.ts";

/** The methods that Next routes. Another goes on as a PUT, whose refusal names the one that was sent. */
const ROUTED = new Set(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]);

/** What Next says to itself: it is removed from what clients send. This server tells the application nothing by a header. */
const INTERNAL_HEADERS = ["x-middleware-subrequest", "x-middleware-prefetch"];

/**
 * What Next's pages, and Next's servers among themselves, send. An endpoint is no page: with these Next would answer for it, by a
 * redirect for one. Next's router removes some of them, and the lane (lane.ts) has no router.
 */
const NEXTS_HEADERS = /^(rsc$|next-|x-(next|nextjs|middleware|matched|now|invoke|invocation|prerender)-)/;

/**
 * What the API does not do, however a request asks for it: a compressed answer that holds a token beside something that
 * was sent tells the token by its length (BREACH).
 */
const DECLINED_HEADERS = ["accept-encoding"];

/**
 * Leaves of a request what the application may believe, and tells who sent it.
 * @param isAddress whether something is at this path. Next has more addresses for what it serves than its routes tell, such
 *   as `/_next/data/BUILD/api/user/profile.json`: what is none of ours never gets to it.
 */
export function admit(request: IncomingMessage, trustedProxies: BlockList, isAddress: (url: string) => boolean): RequestContext {
  const { url = "", method = "" } = request;
  const isApi = isApiPath(url);
  removeHeaders(request, isApi);
  if (!isCanonical(url) || !isAddress(url)) request.url = isApi ? "/api/-" : "/-";
  if (!ROUTED.has(method)) request.method = "PUT";
  return { requestId: requestId(request, trustedProxies), address: clientAddress(request, trustedProxies), method };
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
 * Pages take no bodies, and Next would read all of one. A form that was sent before its script ran is shown again.
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

// Next answers doubled slashes with a redirect and bad escapes with a bare 500, cuts off what follows a "#", and takes
// /api/../login for a page after it has passed for an endpoint here. Such a path names nothing.
function isCanonical(url: string): boolean {
  const [path = ""] = url.split("?", 1);
  try {
    return path.startsWith("/") && !path.includes("#") && !/\\|\/\/|\0|\/\.\.?(\/|$)/.test(decodeURIComponent(path));
  } catch {
    return false;
  }
}
