import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { BlockList, connect } from "node:net";
import { beforeEach, expect, test, vi } from "vitest";
import { send } from "#e2e/client.ts";
import { type RawAnswer, sendAndHangUp } from "#e2e/fuzz/raw-http.ts";
import { listening } from "#e2e/listening.ts";
import { metrics } from "#lib/observe/metrics.ts";
import { currentRequest } from "#lib/observe/request-context.ts";
import { EVERY_ANSWER } from "./answer-headers.ts";
import { applyTransportRules } from "./transport.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

beforeEach(() => {
  vi.stubEnv("DATABASE_URL", "postgres://localhost/none");
  vi.stubEnv("AUTH_SECRET", "a-secret-0123456789-0123456789-a-secret");
  vi.stubEnv("LOG_LEVEL", "silent");
  return () => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  };
});

/** An application of two routes behind the transport's rules, as bin/worker.ts makes the server. */
async function serving(handler: Handler = async (_request, response) => void response.end("answered")) {
  const { server, origin } = await listening(undefined, { requireHostHeader: false, connectionsCheckingInterval: 10 });
  const routeOf = (url: string) => (/^\/(page|files\/.*|api\/known\/)$/.test(url) ? url : "other");
  const stop = applyTransportRules(server, handler, { isDev: false, trustedProxies: new BlockList(), routeOf });
  return { server, origin, stop };
}

/** The answers to what is sent by hand, each line without its end. */
const answersTo = (origin: string, ...lines: string[]) =>
  sendAndHangUp(origin, Buffer.from(lines.map((line) => `${line}\r\n`).join("")));
const headersOf = (answer: RawAnswer | undefined) => Object.fromEntries(answer?.headers ?? []);

test("every answer has the common headers and a request id: the application's, a refusal, a failure", async () => {
  vi.spyOn(console, "error").mockReturnValue();
  const { origin } = await serving(async (request, response) => {
    if (request.method === "DELETE") throw new Error("a fault");
    response.end("answered");
  });
  const asked = [
    ["GET /page HTTP/1.1", "Host: a"],
    ["POST /page HTTP/1.1", "Host: a", "Content-Length: 0"],
    ["GET /page HTTP/1.1"],
    ["DELETE /api/known/ HTTP/1.1", "Host: a"],
    ["nonsense"],
  ];
  const answers = (await Promise.all(asked.map((lines) => answersTo(origin, ...lines, "")))).flat();
  expect(answers.map(({ status }) => status)).toEqual([200, 303, 400, 500, 400]);
  const expected = Object.fromEntries(Object.entries(EVERY_ANSWER).map(([name, value]) => [name.toLowerCase(), value]));
  for (const answer of answers) {
    expect(headersOf(answer)).toMatchObject({ ...expected, "x-request-id": expect.stringMatching(/^[\da-f-]{36}$/) });
  }
});

test("HTTP/1.1 without a host is refused before the application sees it, and HTTP/1.0 is not", async () => {
  const { origin } = await serving();
  const [refused] = await answersTo(origin, "GET /page HTTP/1.1", "");
  expect(refused).toMatchObject({ status: 400, body: Buffer.from('{"detail":"Malformed HTTP request."}') });
  expect(headersOf(refused).connection).toBe("close");
  expect((await answersTo(origin, "GET /page HTTP/1.0", ""))[0]).toMatchObject({ status: 200 });
});

test("an expectation that is not known is no reason to refuse", async () => {
  const { origin } = await serving();
  const [answer] = await answersTo(origin, "GET /page HTTP/1.1", "Host: a", "Expect: a-miracle", "");
  expect(answer).toMatchObject({ status: 200 });
});

test("the application works inside of the request's context", async () => {
  const { origin } = await serving(async (_request, response) => void response.end(currentRequest()?.requestId));
  const { text, headers } = await send(origin, "GET", "/page");
  expect(text).toBe(headers["x-request-id"]);
});

test("a page has the status that the application gave to its request", async () => {
  const { origin } = await serving(async (_request, response) => {
    Object.assign(currentRequest() ?? {}, { pageStatus: 503 });
    response.writeHead(200).end();
  });
  expect((await send(origin, "GET", "/page")).status).toBe(503);
});

test("a failure of the application is a 500 that tells nothing; one in the midst of an answer cuts it off", async () => {
  const logged = vi.spyOn(console, "error").mockReturnValue();
  const { origin } = await serving(async ({ url }, response) => {
    if (url === "/page") response.write("begun");
    throw new Error("a fault");
  });
  const { status, json } = await send(origin, "GET", "/api/known/");
  expect([status, json]).toEqual([500, { detail: "Internal server error." }]);
  await expect(send(origin, "GET", "/page")).rejects.toThrow("aborted");
  expect(logged.mock.calls.map(([error]) => error.message)).toEqual(["a fault", "a fault"]);
});

test("headers and bodies have 15 s, an idle connection has 75 s, and a worker has 5,000 connections", async () => {
  const { headersTimeout, requestTimeout, keepAliveTimeout, maxConnections } = (await serving()).server;
  expect({ headersTimeout, requestTimeout, keepAliveTimeout, maxConnections }).toEqual({
    headersTimeout: 15_000,
    requestTimeout: 15_000,
    keepAliveTimeout: 75_000,
    maxConnections: 5_000,
  });
});

test("each request is counted once, by the route that answered: the answered, the refused, those whose client left", async () => {
  metrics().requests.reset();
  let unanswered = 0;
  const { server, origin } = await serving(async ({ method, url }, response) => {
    if (method === "POST") unanswered += 1;
    else response.end(url);
  });
  expect((await send(origin, "GET", "/api/unknown/")).text).toBe("/api/-");
  expect((await send(origin, "GET", "/files/../page")).text).toBe("/-");
  await send(origin, "GET", "/page");
  const { port } = new URL(origin);
  // Long enough for the headers to arrive on a busy machine.
  server.requestTimeout = 2_000;
  server.headersTimeout = 2_000;
  const [slow, leaving] = [connect(Number(port), "127.0.0.1"), connect(Number(port), "127.0.0.1")];
  slow.on("error", () => undefined).resume();
  slow.write("POST /api/known/ HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na");
  leaving.write("POST /api/known/ HTTP/1.1\r\nHost: a\r\n\r\n");
  await once(slow, "close");
  await expect.poll(() => unanswered).toBe(2);
  leaving.destroy();
  const counts = async () =>
    (await metrics().requests.get()).values.map(
      ({ labels, value }) => `${labels.method} ${labels.route} ${labels.status}: ${value}`,
    );
  await expect.poll(async () => (await counts()).length).toBe(4);
  expect((await counts()).sort()).toEqual([
    "GET /page 200: 1",
    "GET other 200: 2",
    "POST /api/known/ 408: 1",
    "POST /api/known/ 499: 1",
  ]);
});

test("a server that was told to stop announces each connection's end", async () => {
  const { origin, stop } = await serving();
  expect((await send(origin, "GET", "/page")).headers.connection).toBe("keep-alive");
  // The delay does not end within this test: requests are still taken.
  stop(3_600_000);
  expect((await send(origin, "GET", "/page")).headers.connection).toBe("close");
});
