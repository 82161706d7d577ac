import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { BlockList, Socket } from "node:net";
import { currentRequest, withRequest } from "#lib/observe/request-context.ts";
import { admit, refusePageBody } from "./admission.ts";
import { EVERY_ANSWER, JSON_HEADERS } from "./answer-headers.ts";
import { drainable } from "./drain.ts";
import { closeUnlessReadWhole } from "./lingering-close.ts";
import { NOT_HTTP, refuseMalformed } from "./malformed.ts";
import { applyPageStatus } from "./page-status.ts";
import { endOf, reportRequest } from "./request-report.ts";
import type { RouteOf } from "./route-label.ts";
import { MESSAGE_MS } from "./stop-budget.ts";

// The rules of HTTP itself, before any route is known: time limits, refusals of malformed requests, headers of every answer.

type Options = { isDev: boolean; trustedProxies: BlockList; routeOf: RouteOf };
type Stop = (delayMs: number) => Promise<void>;
type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const IDLE_MS = 75_000;
/** Connections of one worker. Further ones are closed at once, before they use memory or the remaining file descriptors. */
const MOST_CONNECTIONS = 5_000;

/**
 * Serves an application, with the transport's rules around it.
 * @returns a function that stops the server: after `delayMs` it accepts no new connection, and finishes the requests in flight
 */
export function applyTransportRules(server: Server, handler: Handler, { isDev, trustedProxies, routeOf }: Options): Stop {
  let draining = false;
  const drain = drainable(server);
  const answers = new WeakMap<object, ServerResponse>();
  server.maxConnections = MOST_CONNECTIONS;
  const refused = new WeakMap<ServerResponse, number>();
  server.headersTimeout = MESSAGE_MS;
  server.requestTimeout = MESSAGE_MS;
  server.keepAliveTimeout = IDLE_MS;
  server.on("clientError", (error, socket) => {
    const answer = answers.get(socket);
    const status = refuseMalformed(error, socket as Socket, answer);
    if (answer && status !== null) refused.set(answer, status);
  });
  // An unknown `Expect` is ignored (RFC 9110 §10.1.1).
  server.on("checkExpectation", (request, response) => server.emit("request", request, response));
  server.on("request", (request, response) => {
    const startedAt = performance.now();
    answers.set(request.socket, response);
    const { method = "", url = "" } = request;
    const context = admit(request, trustedProxies, (path) => isDev || routeOf(path) !== "other");
    const route = routeOf(request.url ?? "");
    response.once("close", () => {
      reportRequest({ method, url }, context, route, endOf(response, startedAt, refused.get(response)));
    });
    response.setHeader("X-Request-Id", context.requestId);
    for (const [name, value] of Object.entries(EVERY_ANSWER)) response.setHeader(name, value);
    closeUnlessReadWhole(request, response, () => draining);
    if (refuseWithoutHost(request, response)) return;
    // Next's development server accepts POSTs of its own.
    if (!isDev && refusePageBody(request, response)) return;
    applyPageStatus(response, context);
    withRequest(context, () => handler(request, response).catch((error) => answerFailure(error, response)));
  });
  return (delayMs) => {
    draining = true;
    return drain(delayMs);
  };
}

// RFC 9112 §3.2: since HTTP/1.1 a request must name its host.
function refuseWithoutHost({ headers, httpVersion }: IncomingMessage, response: ServerResponse): boolean {
  if (headers.host !== undefined || httpVersion === "1.0") return false;
  response.writeHead(400, { ...JSON_HEADERS, Connection: "close" }).end(JSON.stringify({ detail: NOT_HTTP }));
  return true;
}

// What an endpoint throws in the lane arrives here as well, after Next has reported it (`onRequestError`).
function answerFailure(error: unknown, response: ServerResponse): void {
  if (!currentRequest()?.isFailureLogged) console.error(error);
  if (response.headersSent) response.destroy();
  else response.writeHead(500, JSON_HEADERS).end(JSON.stringify({ detail: "Internal server error." }));
}
