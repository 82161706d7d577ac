import type { RequestListener, Server, ServerOptions, ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { beforeEach, expect, test, vi } from "vitest";
import { sendAndHangUp } from "#e2e/fuzz/raw-http.ts";
import { listening } from "#e2e/listening.ts";
import { metrics } from "#lib/observe/metrics.ts";
import { EVERY_ANSWER } from "./answer-headers.ts";
import { refuseMalformed } from "./malformed.ts";

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const WHOLE = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const BROKEN = "what is this\r\n\r\n";

beforeEach(() => {
  vi.stubEnv("DATABASE_URL", "postgres://localhost/none");
  vi.stubEnv("AUTH_SECRET", "a-secret-0123456789-0123456789-a-secret");
  vi.stubEnv("LOG_LEVEL", "silent");
  return () => vi.unstubAllEnvs();
});

/** A server that refuses what is malformed. `refused` has what each refusal returned. */
async function refusing(
  listener: RequestListener = (_request, response) => response.end("answered"),
  options: ServerOptions = {},
) {
  const refused: (number | null)[] = [];
  const answers = new WeakMap<object, ServerResponse>();
  const { server, origin } = await listening(undefined, { ...options, connectionsCheckingInterval: 10 });
  server.on("request", (request, response) => {
    answers.set(request.socket, response);
    response.setHeader("X-Request-Id", "the-request's-own");
    listener(request, response);
  });
  server.on("clientError", (error, socket) => refused.push(refuseMalformed(error, socket as Socket, answers.get(socket))));
  return { server, origin, refused };
}

const malformedCount = async (status: number) => {
  const { values } = await metrics().requests.get();
  return values.find(({ labels }) => labels.route === "malformed" && labels.status === status)?.value ?? 0;
};

test.each([
  { name: "what is not HTTP", bytes: BROKEN, status: 400, detail: "Malformed HTTP request." },
  {
    name: "two lengths of one body",
    bytes: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    status: 400,
    detail: "Malformed HTTP request.",
  },
  {
    name: "headers that are too long",
    bytes: `GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${"a".repeat(20_000)}\r\n\r\n`,
    status: 431,
    detail: "Request headers too large.",
  },
])("$name gets a JSON refusal with the headers of every answer, and is counted", async ({ bytes, status, detail }) => {
  const { origin, refused } = await refusing();
  const before = await malformedCount(status);
  const [answer, ...more] = await sendAndHangUp(origin, Buffer.from(bytes));
  expect(more).toEqual([]);
  expect(answer).toMatchObject({ status, body: Buffer.from(JSON.stringify({ detail })) });
  const headers = Object.fromEntries(answer?.headers ?? []);
  for (const [name, value] of Object.entries(EVERY_ANSWER)) expect(headers[name.toLowerCase()]).toBe(value);
  expect(headers).toMatchObject({
    connection: "close",
    "cache-control": "no-store",
    "x-request-id": expect.stringMatching(UUID),
  });
  expect(refused).toEqual([null]);
  expect(await malformedCount(status)).toBe(before + 1);
});

test("headers that do not come to their end in time are refused with 408", async () => {
  const { server, origin } = await refusing();
  server.headersTimeout = 250;
  expect(await answersTo(origin, "GET / HTTP/1.1\r\nHost:")).toMatch(
    /^HTTP\/1\.1 408 .*\{"detail":"Request took too long\."\}$/s,
  );
});

test("a request whose body does not arrive is refused by its own id, and its status is told", async () => {
  const { server, origin, refused } = await refusing(() => undefined);
  limitTime(server);
  const answer = await answersTo(origin, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na");
  expect(answer).toMatch(/^HTTP\/1\.1 408 .*X-Request-Id: the-request's-own/s);
  expect(refused).toEqual([408]);
});

test("what follows an answered request is refused by an id of its own", async () => {
  const { origin, refused } = await refusing();
  const answers = await sendAndHangUp(origin, Buffer.from(WHOLE + BROKEN));
  expect(answers.map(({ status }) => status)).toEqual([200, 400]);
  expect(Object.fromEntries(answers[1]?.headers ?? [])["x-request-id"]).toMatch(UUID);
  expect(refused).toEqual([null]);
});

test("an answer that has begun is cut off, with no refusal in the midst of it", async () => {
  const { server, origin } = await refusing((_request, response) => void response.write("begun"));
  limitTime(server);
  const received = await answersTo(origin, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na");
  expect(received).toMatch(/\r\n\r\n5\r\nbegun\r\n$/);
});

/** Long enough for the headers to arrive on a busy machine: they have no less time of their own than the whole request. */
function limitTime(server: Server): void {
  server.requestTimeout = 2_000;
  server.headersTimeout = 2_000;
}

/** All that the server sends back until it closes the connection. */
function answersTo(origin: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(origin).port), "127.0.0.1");
  let received = "";
  socket.on("data", (chunk) => (received += chunk)).on("error", () => undefined);
  socket.write(bytes);
  return new Promise((resolve) => socket.once("close", () => resolve(received)));
}
