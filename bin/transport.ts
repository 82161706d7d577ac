import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

// What HTTP itself needs, before any route is known: limits in time, refusals of what is not HTTP, headers of every
// answer, and how a connection ends whose request was not read to its end.

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const MESSAGE_MS = 15_000;
const IDLE_MS = 75_000;
const DRAIN_MS = 10_000;
/** How much of a refused body is still taken, so that its sender comes to read the refusal. */
const LINGER_BYTES = 1_024 * 1_024;
const LINGER_MS = 2_000;

/** The methods that Next routes. Another goes on as a PUT, whose refusal names the original. */
const ROUTED = new Set(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]);

/** What only this server may say to the application: it is removed from what clients send. */
const INTERNAL_HEADERS = ["x-original-method", "x-middleware-subrequest"];

/** What Next's own pages send. An endpoint is no page: with these Next would answer for it, by a redirect for one. */
const PAGE_HEADERS = ["rsc", "next-router-prefetch", "next-router-segment-prefetch", "next-router-state-tree", "next-action"];

const EVERY_ANSWER = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Frame-Options": "DENY",
};

/**
 * Puts an application behind a server, with the transport's rules around it.
 * @returns a function that stops it: no new connection, what is in flight is finished, within 10 s
 */
export function applyTransportRules(server: Server, handler: Handler, isDev: boolean): () => Promise<void> {
  let draining = false;
  server.headersTimeout = MESSAGE_MS;
  server.requestTimeout = MESSAGE_MS;
  server.keepAliveTimeout = IDLE_MS;
  server.on("clientError", refuseMalformed);
  server.on("request", (request, response) => {
    admit(request);
    for (const [name, value] of Object.entries(EVERY_ANSWER)) response.setHeader(name, value);
    closeUnlessReadWhole(request, response, () => draining);
    // Next's development server has POSTs of its own.
    if (!isDev && refusePageBody(request, response)) return;
    handler(request, response).catch(() => response.destroy());
  });
  return () => {
    draining = true;
    return new Promise((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
      setTimeout(resolve, DRAIN_MS).unref();
    });
  };
}

// Leaves of a request what the application may believe.
function admit(request: IncomingMessage): void {
  const { url = "", method = "" } = request;
  const isApi = isApiPath(url);
  for (const header of isApi ? [...INTERNAL_HEADERS, ...PAGE_HEADERS] : INTERNAL_HEADERS) delete request.headers[header];
  if (!isCanonical(url)) request.url = isApi ? "/api/-" : "/-";
  if (ROUTED.has(method)) return;
  request.headers["x-original-method"] = method;
  request.method = "PUT";
}

function isApiPath(url: string): boolean {
  return /^\/api([/?]|$)/.test(url);
}

// Pages take no bodies, and Next would read all of one. A form that was sent before its script ran is shown again.
function refusePageBody(request: IncomingMessage, response: ServerResponse): boolean {
  const { url = "", method = "" } = request;
  const isRead = method === "GET" || method === "HEAD";
  if (isApiPath(url) || (isRead && !hasBody(request))) return false;
  if (method === "POST") response.writeHead(303, { Location: url });
  else if (isRead) response.writeHead(413);
  else response.writeHead(405, { Allow: "GET, HEAD" });
  response.end();
  return true;
}

// Next answers doubled slashes with a redirect, and bad escapes with a bare 500. Such a path names nothing here.
function isCanonical(url: string): boolean {
  const [path = ""] = url.split("?", 1);
  try {
    return path.startsWith("/") && !/\\|\/\/|\0/.test(decodeURIComponent(path));
  } catch {
    return false;
  }
}

// An answer that comes before the request has been read announces the connection's end. Left to itself Node would
// either go on reading a body nobody wants, or close at once, and the reset would overtake the answer.
function closeUnlessReadWhole(request: IncomingMessage, response: ServerResponse, isDraining: () => boolean): void {
  const writeHead = response.writeHead.bind(response) as (...head: unknown[]) => ServerResponse;
  response.writeHead = (...head: unknown[]) => {
    const isUnread = hasBody(request) && !request.readableEnded;
    if (isUnread || isDraining()) response.setHeader("Connection", "close");
    if (isUnread && !request.complete) linger(request);
    return writeHead(...head);
  };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return Number(headers["content-length"] ?? 0) > 0 || headers["transfer-encoding"] !== undefined;
}

// Says that nothing more will be sent, and takes what is still arriving for a while: up to a bound, then cuts it off.
function linger(request: IncomingMessage): void {
  const socket = request.socket as Socket & { destroySoon: () => void };
  socket.destroySoon = () => {
    const start = socket.bytesRead;
    socket.end();
    request.resume();
    const check = setInterval(() => {
      if (request.complete || socket.bytesRead - start > LINGER_BYTES) stop();
    }, 10);
    const timer = setTimeout(stop, LINGER_MS);
    socket.once("close", stop);
    function stop() {
      clearInterval(check);
      clearTimeout(timer);
      socket.destroy();
    }
  };
}

const MALFORMED: Record<string, [status: string, detail: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "Request took too long."],
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "Request headers too large."],
};

function refuseMalformed(error: NodeJS.ErrnoException, socket: import("node:stream").Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, detail] = MALFORMED[error.code ?? ""] ?? ["400 Bad Request", "Malformed HTTP request."];
  const body = JSON.stringify({ detail });
  const headers = { ...EVERY_ANSWER, "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" };
  const lines = Object.entries({ ...headers, "Content-Length": String(body.length), Connection: "close" });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.end(`HTTP/1.1 ${status}\r\n${head}\r\n${body}`, () => socket.destroy());
}
