import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { drainable } from "./drain.ts";

// What HTTP itself needs, before any route is known: limits in time, refusals of what is not HTTP, headers of every
// answer, and how a connection ends whose request was not read to its end.

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const MESSAGE_MS = 15_000;
const IDLE_MS = 75_000;
/** How much of a refused body is still taken, so that its sender comes to read the refusal. */
const LINGER_BYTES = 1_024 * 1_024;
const LINGER_MS = 2_000;

/** The methods that Next routes. Another goes on as a PUT, whose refusal names the original. */
const ROUTED = new Set(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]);

/** What only this server may say to the application: it is removed from what clients send. */
const INTERNAL_HEADERS = ["x-original-method", "x-middleware-subrequest"];

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
 * @returns a function that stops it: no new connection, what is in flight is finished, within 10 s
 */
export function applyTransportRules(server: Server, handler: Handler): () => Promise<void> {
  let draining = false;
  const drain = drainable(server);
  const answers = new WeakMap<object, ServerResponse>();
  server.headersTimeout = MESSAGE_MS;
  server.requestTimeout = MESSAGE_MS;
  server.keepAliveTimeout = IDLE_MS;
  server.on("clientError", (error, socket) => refuseMalformed(error, socket, answers.get(socket)));
  server.on("request", (request, response) => {
    answers.set(request.socket, response);
    for (const [name, value] of Object.entries(EVERY_ANSWER)) response.setHeader(name, value);
    normalise(request);
    closeUnlessReadWhole(request, response, () => draining);
    handler(request, response).catch((error) => answerFailure(error, response));
  });
  return () => {
    draining = true;
    return drain();
  };
}

function normalise(request: IncomingMessage): void {
  for (const header of INTERNAL_HEADERS) delete request.headers[header];
  if (!isCanonical(request.url ?? "")) request.url = request.url?.startsWith("/api/") ? "/api/-" : "/-";
  if (request.method && !ROUTED.has(request.method)) {
    request.headers["x-original-method"] = request.method;
    request.method = "PUT";
  }
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
  const hasBody = Number(request.headers["content-length"] ?? 0) > 0 || request.headers["transfer-encoding"] !== undefined;
  const writeHead = response.writeHead.bind(response) as (...head: unknown[]) => ServerResponse;
  response.writeHead = (...head: unknown[]) => {
    const isUnread = hasBody && !request.readableEnded;
    if (isUnread || isDraining()) response.setHeader("Connection", "close");
    if (isUnread && !request.complete) linger(request);
    return writeHead(...head);
  };
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

// What is wrong comes too late where an answer is on its way already: another would be taken for a part of it.
function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex, answer: ServerResponse | undefined): void {
  const isAnswering = answer?.headersSent && !answer.writableFinished;
  if (error.code === "ECONNRESET" || !socket.writable || isAnswering) {
    socket.destroy();
    return;
  }
  const [status, detail] = MALFORMED[error.code ?? ""] ?? ["400 Bad Request", "Malformed HTTP request."];
  const body = JSON.stringify({ detail });
  const lines = Object.entries({ ...EVERY_ANSWER, ...JSON_HEADERS, "Content-Length": String(body.length), Connection: "close" });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.end(`HTTP/1.1 ${status}\r\n${head}\r\n${body}`, () => socket.destroy());
}

function answerFailure(error: unknown, response: ServerResponse): void {
  console.error(error);
  if (response.headersSent) response.destroy();
  else response.writeHead(500, JSON_HEADERS).end(JSON.stringify({ detail: "Internal server error." }));
}
