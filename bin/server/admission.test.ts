import { BlockList } from "node:net";
import { expect, test } from "vitest";
import { type Sent, send } from "#e2e/client.ts";
import { listening } from "#e2e/listening.ts";
import { admit, refusePageBody } from "./admission.ts";

const PAGES = ["/login", "/"];
const proxies = new BlockList();
proxies.addAddress("127.0.0.1");

/** What the application gets to see of a request, and what is known of its sender. */
async function admitted(method: string, path: string, sent: Sent = {}) {
  const { origin } = await listening((request, response) => {
    const context = admit(request, proxies, (url) => url.startsWith("/api/") || PAGES.includes(url.split("?", 1)[0] ?? ""));
    const { url, headers } = request;
    response.end(JSON.stringify({ url, method: request.method, headers, context }));
  });
  return (await send(origin, method, path, sent)).json;
}

test("headers that only Next may set are stripped", async () => {
  const names = ["x-middleware-subrequest", "x-middleware-prefetch"];
  const forged = Object.fromEntries(names.map((name) => [name, "forged"]));
  for (const path of ["/api/token/", "/login"]) {
    const { headers } = await admitted("GET", path, { headers: { ...forged, "x-kept": "kept" } });
    expect(headers).toMatchObject({ "x-kept": "kept" });
    expect(Object.keys(headers).filter((name) => names.includes(name))).toEqual([]);
  }
});

test("an endpoint sees neither the headers of Next's pages nor an accepted encoding; a page sees both", async () => {
  const headers = {
    rsc: "1",
    "next-router-prefetch": "1",
    "next-router-segment-prefetch": "/_tree",
    "next-router-state-tree": "[]",
    "next-action": "a",
    "accept-encoding": "gzip",
  };
  const seen = await Promise.all(["/api/token/", "/login"].map((path) => admitted("GET", path, { headers })));
  expect(Object.keys(seen[0].headers).filter((name) => name in headers)).toEqual([]);
  expect(seen[1].headers).toMatchObject(headers);
});

test("the context has the request's id and the client's address, and the application gets no header for them", async () => {
  const headers = { "x-request-id": "from-the-proxy", "x-forwarded-for": "203.0.113.7" };
  const seen = await admitted("GET", "/login", { headers });
  const facts = { requestId: "from-the-proxy", address: "203.0.113.7", method: "GET", userAgent: "", isLocal: false };
  expect(seen.context).toEqual(facts);
  expect(Object.keys(seen.headers).sort()).toEqual(["connection", "host", ...Object.keys(headers)].sort());
});

test("a path that the application does not have becomes one that it answers with 404", async () => {
  expect((await admitted("GET", "/_next/data/BUILD/api/user/profile.json")).url).toBe("/-");
  expect((await admitted("GET", "/login?next=/")).url).toBe("/login?next=/");
  expect((await admitted("GET", "/api/token/?a=//")).url).toBe("/api/token/?a=//");
});

test.each([
  "//login",
  "/api//token/",
  "/api/../login",
  "/api/%2e%2e/login",
  "/api/token/.",
  "/api/%2Fx",
  "/api/a\\b",
  "/api/%5Cx",
  "/api/%00",
  "/api/%zz",
  "/api/#token",
  "http://example.com/login",
])("a path that Next would read in another way names nothing: %s", async (path) => {
  expect((await admitted("GET", path)).url).toBe(path.startsWith("/api/") ? "/api/-" : "/-");
});

test("a method that Next does not route becomes a PUT, and the context has the method that was sent", async () => {
  const odd = await admitted("PROPFIND", "/api/token/");
  expect([odd.method, odd.context.method]).toEqual(["PUT", "PROPFIND"]);
  for (const method of ["GET", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]) {
    const seen = await admitted(method, "/api/token/");
    expect([seen.method, seen.context.method]).toEqual([method, method]);
  }
});

test.each([
  { method: "GET", path: "/login", status: 200 },
  { method: "POST", path: "/api/token/", body: "{}", status: 200 },
  { method: "POST", path: "/login?next=/", body: "a=b", status: 303, headers: { location: "/login?next=/" } },
  { method: "GET", path: "/login", body: "a", status: 413 },
  { method: "PUT", path: "/login", status: 405, headers: { allow: "GET, HEAD" } },
  { method: "OPTIONS", path: "/login", status: 405, headers: { allow: "GET, HEAD" } },
])("a page takes no body and no method but GET and HEAD: $method $path is answered with $status", async (row) => {
  const { origin } = await listening((request, response) => {
    if (!refusePageBody(request, response)) response.end();
  });
  const { method, path, body, status, headers = {} } = row;
  const answer = await send(origin, method, path, body === undefined ? {} : { body });
  expect(answer).toMatchObject({ status, headers });
});
