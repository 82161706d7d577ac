import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { BlockList } from "node:net";
import type { Duplex } from "node:stream";
import { admit, refusePageBody } from "./admission.ts";
import { drainable } from "./drain.ts";
import { closeUnlessReadWhole } from "./lingering-close.ts";

// What HTTP itself needs, before any route is known: limits in time, refusals of what is not HTTP, headers of every answer.

type Options = { isDev: boolean; trustedProxies: BlockList };
type Stop = (delayMs: number) => Promise<void>;
type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const MESSAGE_MS = 15_000;
const IDLE_MS = 75_000;
const JSON_HEADERS = { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" };
const EVERY_ANSWER = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Frame-Options": "DENY",
};

/**
 * Puts an application behind a server, with the transport's rules around it.
 * @returns a function that stops it: after `delayMs` no new connection, what is in flight is finished, within 10 s
 */
export function applyTransportRules(server: Server, handler: Handler, { isDev, trustedProxies }: Options): Stop {
  let draining = false;
  const drain = drainable(server);
  const answers = new WeakMap<object, ServerResponse>();
  server.headersTimeout = MESSAGE_MS;
  server.requestTimeout = MESSAGE_MS;
  server.keepAliveTimeout = IDLE_MS;
  server.on("clientError", (error, socket) => refuseMalformed(error, socket, answers.get(socket)));
  // What else somebody expects than to be told to go on is nothing to refuse (RFC 9110 §10.1.1).
  server.on("checkExpectation", (request, response) => server.emit("request", request, response));
  server.on("request", (request, response) => {
    answers.set(request.socket, response);
    for (const [name, value] of Object.entries(EVERY_ANSWER)) response.setHeader(name, value);
    closeUnlessReadWhole(request, response, () => draining);
    if (refuseWithoutHost(request, response)) return;
    admit(request, trustedProxies);
    // Next's development server has POSTs of its own.
    if (!isDev && refusePageBody(request, response)) return;
    handler(request, response).catch((error) => answerFailure(error, response));
  });
  return (delayMs) => {
    draining = true;
    return drain(delayMs);
  };
}

const NOT_HTTP = "Malformed HTTP request.";

const MALFORMED: Record<string, [status: string, detail: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "Request took too long."],
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "Request headers too large."],
};

// What is wrong comes too late where an answer is on its way already: another would be taken for a part of it.
function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex, answer: ServerResponse | undefined): void {
  const isAnswering = answer?.headersSent && !answer.writableFinished;
  if (error.code === "ECONNRESET" || !socket.writable || isAnswering) {
    socket.destroy();
    return;
  }
  const [status, detail] = MALFORMED[error.code ?? ""] ?? ["400 Bad Request", NOT_HTTP];
  const body = JSON.stringify({ detail });
  const lines = Object.entries({ ...EVERY_ANSWER, ...JSON_HEADERS, "Content-Length": String(body.length), Connection: "close" });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.end(`HTTP/1.1 ${status}\r\n${head}\r\n${body}`, () => socket.destroy());
}

// RFC 9112 §3.2: since HTTP/1.1 a request says whom it is for.
function refuseWithoutHost({ headers, httpVersion }: IncomingMessage, response: ServerResponse): boolean {
  if (headers.host !== undefined || httpVersion === "1.0") return false;
  response.writeHead(400, { ...JSON_HEADERS, Connection: "close" }).end(JSON.stringify({ detail: NOT_HTTP }));
  return true;
}

function answerFailure(error: unknown, response: ServerResponse): void {
  console.error(error);
  if (response.headersSent) response.destroy();
  else response.writeHead(500, JSON_HEADERS).end(JSON.stringify({ detail: "Internal server error." }));
}
