import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { listening } from "#e2e/listening.ts";
import { presetConfig } from "#lib/config.ts";
import { log } from "#lib/observe/log.ts";
import { currentRequest, withRequest } from "#lib/observe/request-context.ts";
import { openLane } from "./lane.ts";

presetConfig("postgres://localhost/nothing");
const warn = vi.spyOn(log(), "warn");
let directory = "";
beforeEach(async () => {
  warn.mockClear();
  directory = await mkdtemp(join(tmpdir(), "movieconnect-lane-"));
  await build({});
});
afterEach(() => rm(directory, { recursive: true }));

// As Next writes them: each route says who it is, and in which context it was called.
const route = (name: string) => `exports.handler = async (request, response, context) => response.setHeader("By", "${name}");`;
const BUILD = {
  "routes-manifest.json": JSON.stringify({
    staticRoutes: [{ page: "/login" }, { page: "/api/docs" }, { page: "/api/token" }],
    dynamicRoutes: [
      { page: "/api/seats/[id]", regex: "^/api/seats/([^/]+?)(?:/)?$" },
      { page: "/api/[[...path]]", regex: "^/api(?:/(.+?))?(?:/)?$" },
      { page: "/films/[id]", regex: "^/films/([^/]+?)(?:/)?$" },
    ],
  }),
  "app-path-routes-manifest.json": JSON.stringify({
    "/(auth)/login/page": "/login",
    "/api/docs/page": "/api/docs",
    "/api/token/route": "/api/token",
    "/api/seats/[id]/route": "/api/seats/[id]",
    "/api/[[...path]]/route": "/api/[[...path]]",
    "/films/[id]/page": "/films/[id]",
    "/icon.svg/route": "/icon.svg",
  }),
  "server/app-paths-manifest.json": JSON.stringify({
    "/api/token/route": "app/api/token/route.js",
    "/api/seats/[id]/route": "app/api/seats/[id]/route.js",
    "/api/[[...path]]/route": "app/api/[[...path]]/route.js",
  }),
  "server/app/api/token/route.js": route("token"),
  "server/app/api/seats/[id]/route.js": route("seat"),
  // A route with a top-level await.
  "server/app/api/[[...path]]/route.js": `module.exports = (async () => { const exports = {}; ${route("unknown")} return exports; })();`,
};

async function build(changes: Partial<Record<keyof typeof BUILD, string>>): Promise<void> {
  for (const [name, content] of Object.entries({ ...BUILD, ...changes })) {
    await mkdir(dirname(join(directory, ".next", name)), { recursive: true });
    await writeFile(join(directory, ".next", name), content);
  }
}

const next = async (_: IncomingMessage, response: ServerResponse) => void response.setHeader("By", "next");

async function servedBy(url: string): Promise<unknown> {
  const request = new IncomingMessage(new Socket());
  request.url = url;
  const response = new ServerResponse(request);
  await (await openLane(directory, next))(request, response);
  return response.getHeader("By");
}

test.each([
  ["/api/token", "token"],
  ["/api/token/", "token"],
  ["/api/token/?a=b", "token"],
  ["/api/seats/7", "seat"],
  ["/api/seats/%41b-_~/?a=b", "seat"],
  ["/api/seats/", "unknown"],
  ["/api/seats/7/8/", "unknown"],
  ["/api/-", "unknown"],
  ["/api/", "unknown"],
  ["/api", "unknown"],
  ["/api/tokens/", "unknown"],
  ["/api/docs", "next"],
  ["/api/docs/", "next"],
  ["/login", "next"],
  ["/films/7", "next"],
  ["/", "next"],
  ["/_next/static/a.js", "next"],
  ["/icon.svg", "next"],
])("%s is answered by %s", async (url, who) => {
  expect(await servedBy(url)).toBe(who);
  expect(warn).not.toHaveBeenCalled();
});

test.each<[why: string, changes: Partial<Record<keyof typeof BUILD, string>>]>([
  ["a manifest is in another format", { "routes-manifest.json": "{}" }],
  ["a manifest names no endpoint", { "app-path-routes-manifest.json": "{}" }],
  ["a manifest names no file for an endpoint", { "server/app-paths-manifest.json": "{}" }],
  [
    "an endpoint is built into something without a handler",
    { "server/app/api/token/route.js": "exports.GET = () => undefined;" },
  ],
  ["an endpoint can't be loaded", { "server/app/api/token/route.js": "throw new Error('no');" }],
  ["an endpoint is under no route", { "routes-manifest.json": '{"staticRoutes":[{"page":"/api/token"}],"dynamicRoutes":[]}' }],
])("everything goes to Next, and one warning says so, where %s", async (_, changes) => {
  await build(changes);
  expect(await servedBy("/api/token/")).toBe("next");
  expect(warn).toHaveBeenCalledTimes(1);
});

/** An endpoint that leaves a text in the request's context, as lib/http/json.ts does, and whose response Next then ends. */
const LEAVING = `const { currentRequest } = globalThis.laneTest;
  exports.handler = async (request, response) => {
    currentRequest().lane.answer = { status: 200, text: "left" };
    globalThis.laneTest.end(response);
  };`;

async function answerTo(method: string, end: (response: ServerResponse) => void): Promise<string> {
  await build({ "server/app/api/token/route.js": LEAVING });
  vi.stubGlobal("laneTest", { currentRequest, end });
  const handler = await openLane(directory, next);
  const { server, origin } = await listening((request, response) => {
    withRequest({ requestId: "1", address: "", userAgent: "", isLocal: true, method }, () => handler(request, response));
  });
  const answer = await fetch(`${origin}/api/token/`, { method });
  const text = `${answer.status} ${await answer.text()}`;
  server.close();
  vi.unstubAllGlobals();
  return text;
}

test("the text that an endpoint leaves is written when Next ends its response, and not to a HEAD", async () => {
  expect(await answerTo("GET", (response) => response.end())).toBe("200 left");
  expect(await answerTo("HEAD", (response) => response.end())).toBe("200 ");
});

test("an answer of Next's own is sent in place of the text that an endpoint has left", async () => {
  expect(await answerTo("GET", (response) => response.writeHead(500).end("Next's"))).toBe("500 Next's");
  expect(await answerTo("GET", (response) => response.writeHead(500).end())).toBe("500 ");
});

test("an error of an endpoint's connection ends no process, and a failure after the answer is written to the log", async () => {
  const failing = 'exports.handler = async (_, response, { waitUntil }) => { waitUntil(Promise.reject(new Error("late"))); };';
  await build({ "server/app/api/token/route.js": failing });
  const error = vi.spyOn(console, "error").mockReturnValue();
  const request = new IncomingMessage(new Socket());
  request.url = "/api/token/";
  const response = new ServerResponse(request);
  await (await openLane(directory, next))(request, response);
  expect(response.emit("error", new Error("the client left"))).toBe(true);
  await vi.waitFor(() => expect(error).toHaveBeenCalledWith(new Error("late")));
});
