import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { connect } from "node:net";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { send } from "#e2e/client.ts";
import { listening } from "#e2e/listening.ts";
import { runModule } from "#e2e/run-module.ts";
import { endOf } from "./request-report.ts";

const SETTINGS = { DATABASE_URL: "postgres://localhost/none", AUTH_SECRET: "a-secret-0123456789-0123456789-a-secret" };
const SENT = { method: "GET", url: "/login?secret=1" };
const CONTEXT = { requestId: "an-id", address: "203.0.113.7" };
const ENDED = { status: 200, ms: 12.3456, aborted: false };

type Line = Record<string, unknown>;
type Reported = { lines: Line[]; requests: unknown[]; seconds: unknown[] };
type Report = Partial<{ sent: object; context: object; route: string; ended: object }>;

const ANSWERED: Report[] = [{}, { sent: { method: "PROPFIND" }, ended: { aborted: true } }];
const QUIET: Report[] = ["static", "/api/health/live/", "/api/health/ready/"].map((route) => ({ route }));
const FAILED: Report[] = [
  { ended: { status: 500 } },
  { ended: { status: 500 }, context: { isFailureLogged: true } },
  { ended: { status: 503 } },
];

/** What a process logs and counts of these requests, one after the other. */
async function reported(reports: Report[], level: string): Promise<Reported> {
  const calls = reports.map(({ sent, context, route = "page", ended }) =>
    [{ ...SENT, ...sent }, { ...CONTEXT, ...context }, route, { ...ENDED, ...ended }].map((part) => JSON.stringify(part)).join(),
  );
  const source = `
    import { reportRequest } from "#bin/server/request-report.ts";
    import { metrics } from "#lib/observe/metrics.ts";
    ${calls.map((call) => `reportRequest(${call});`).join("\n")}
    process.send({ requests: await metrics().requests.get(), seconds: await metrics().requestSeconds.get() });`;
  const { child, ended } = runModule(source, { ...SETTINGS, LOG_LEVEL: level });
  const counted = once(child, "message");
  const { stdout } = await ended;
  const written: Line[] = stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
  const [{ requests, seconds }] = await counted;
  return {
    lines: written.map(({ time: _time, pid: _pid, ...line }) => line),
    requests: requests.values,
    seconds: seconds.values,
  };
}

let atInfo: Reported;
let atDebug: Reported;
beforeAll(async () => {
  [atInfo, atDebug] = await Promise.all([reported([...ANSWERED, ...QUIET, ...FAILED], "info"), reported(QUIET, "debug")]);
});

test("a request that has ended is one line without its query, and is counted and timed by its route", () => {
  const line = { level: 30, event: "request", request_id: "an-id", method: "GET", route: "page", path: "/login", status: 200 };
  expect(atInfo.lines.slice(0, 2)).toEqual([
    { ...line, ms: 12.3, address: "203.0.113.7" },
    { ...line, method: "PROPFIND", ms: 12.3, address: "203.0.113.7", aborted: true },
  ]);
  expect(atInfo.requests.slice(0, 2)).toEqual([
    { labels: { route: "page", method: "GET", status: 200 }, value: 1 },
    { labels: { route: "page", method: "other", status: 200 }, value: 1 },
  ]);
  const count = { metricName: expect.stringMatching(/_count$/), labels: { route: "page" }, value: 5 };
  expect(atInfo.seconds).toContainEqual(expect.objectContaining(count));
});

test("requests of files and of health are logged at debug, and counted at every level", () => {
  const routes = QUIET.map(({ route }) => route);
  expect(atInfo.lines.filter(({ route }) => routes.includes(String(route)))).toEqual([]);
  for (const route of routes) {
    expect(atInfo.requests).toContainEqual({ labels: { route, method: "GET", status: 200 }, value: 1 });
  }
  expect(atDebug.lines.map(({ level, route }) => [level, route])).toEqual(routes.map((route) => [20, route]));
});

test("a failure that no other line explains is an error; one that has its line, and an outage, are not", () => {
  expect(atInfo.lines.slice(2).map(({ level, event, status }) => [level, event, status])).toEqual([
    [50, undefined, 500],
    [30, "request", 500],
    [30, "request", 500],
    [30, "request", 503],
  ]);
});

/** How the answer ended that a listener gave, or did not give. */
async function endAfter(answer: (response: ServerResponse) => void, ask: (origin: string) => unknown, refusedWith?: number) {
  const { server, origin } = await listening((_request, response) => answer(response));
  const closed = new Promise<ReturnType<typeof endOf>>((resolve) => {
    server.on("request", (_request, response) => {
      response.once("close", () => resolve(endOf(response, performance.now(), refusedWith)));
    });
  });
  await ask(origin);
  const { status, aborted } = await closed;
  return { status, aborted };
}

const hangUp = (origin: string) => {
  const socket = connect(Number(new URL(origin).port), "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n", () => socket.destroy());
};

test("an answer that was sent has its own status; one whose client left before has 499", async () => {
  const asked = (origin: string) => send(origin, "GET", "/");
  expect(await endAfter((response) => response.writeHead(404).end(), asked)).toEqual({ status: 404, aborted: false });
  expect(await endAfter(() => undefined, hangUp)).toEqual({ status: 499, aborted: true });
});

test("an answer that was cut off keeps its status, and one that was refused has the refusal's", async () => {
  expect(await endAfter((response) => response.writeHead(200).write("a"), hangUp)).toEqual({ status: 200, aborted: true });
  expect(await endAfter(() => undefined, hangUp, 408)).toEqual({ status: 408, aborted: false });
});
