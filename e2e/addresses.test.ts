import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type Answer, newSession, send } from "./client.ts";
import { hasNginx, startNginx, type TestNginx } from "./nginx-server.ts";

// Each endpoint and each page has the paths of the contract, with and without a slash at the end, and no other.

const direct = inject("origin");
const NOT_FOUND = '{"detail":"Not found."}';
let build: string;
let cookies: Record<string, string>;
let nginx: TestNginx | undefined;

beforeAll(async () => {
  build = (await readFile(join(import.meta.dirname, "..", ".next", "BUILD_ID"), "utf8")).trim();
  ({ cookies } = await newSession(direct));
  if (hasNginx()) nginx = await startNginx({ mode: "development", upstreams: [new URL(direct).host] });
});
afterAll(() => nginx?.stop());

/** Other spellings of a path, and paths that Next or another server would take for it. */
function variations(path: string): string[] {
  const suffixes = [".json", ".rsc", ".txt", ".html", ".body", ".meta", ".segments/_tree.segment.rsc", ".segment.rsc"];
  const endings = ["/index", "/route", "/page", "/index.html", "//", "/.", "/./", ".", "./", ";", ";x=1", "/;", ",", "+", ":"];
  const escapes = ["%20", "%00", "%0a/", "%2f", "%2F", "/%2e", "%3f", "%23", "%3b", "%5c", "%c2%a0", "%e2%80%8b", "%", "%zz"];
  const spellings = [
    ...["//", "/./", "/x/../", "/%2e/", "/en/", "/index/", "/_next/", "/_next/data/"].map((start) => path.replace("/", start)),
    path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    path.replace(/[a-z](?=\/|$)/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    path.replace(/(?<=.)\//g, "%2f"),
    path.replace(/(?<=.)\//g, "\\"),
    path.toUpperCase(),
    path.replace(/[a-z]/, (letter) => letter.toUpperCase()),
    path.replace(/[a-z]$/, (letter) => letter.toUpperCase()),
  ];
  // What follows a "#" is for the client alone.
  const fragments = ["#x", "/#", "#/x?a=1"];
  const all = [...[...suffixes, ...endings, ...escapes, ...fragments].map((end) => path + end), ...spellings, ...dataOf(path)];
  return all.filter((other) => other !== path);
}

function dataOf(path: string): string[] {
  const names = [`${path}.json`, `${path}/.json`, `${path}/index.json`, path, `${path.replace(/[a-z]/, "%61")}.json`];
  return [
    ...names.map((name) => `/_next/data/${build}${name}`),
    ...["development", "x", `${build}/en`].map((part) => `/_next/data/${part}${path}.json`),
    `/_next/data${path}.json`,
    `/_next/%64ata/${build}${path}.json`,
    `/_next/data/${build}/_next/data/${build}${path}.json`,
  ];
}

const isBelowApi = (path: string) => /^\/api([/?]|$)/.test(path);

function expectNotFound(answer: Answer, asked: string, path: string): void {
  expect(answer.status, asked).toBe(404);
  if (isBelowApi(path)) expect(answer.text, asked).toBe(NOT_FOUND);
  else expect(answer.headers["content-type"], asked).toMatch(/^text\/html/);
  expect(answer.setCookies, asked).toEqual([]);
}

const ENDPOINTS = [
  ["GET", "/api/user/profile"],
  ["POST", "/api/user/signup"],
  ["POST", "/api/token"],
  ["POST", "/api/token/refresh"],
  ["GET", "/api/health/ready"],
  ["GET", "/api/openapi.json"],
] as const;

test.each(ENDPOINTS)("%s %s has one address", async (method, path) => {
  for (const other of variations(path)) {
    // A page takes no body: a form that was sent to a page is redirected to that page.
    const sent = isBelowApi(other) ? method : "GET";
    expectNotFound(await send(direct, sent, other, { cookies }), `${sent} ${other}`, other);
  }
});

test.each(["/login", "/signup", "/signup/complete", "/docs"])("the page %s has one address", async (path) => {
  for (const other of variations(path)) {
    expectNotFound(await send(direct, "GET", other), other, other);
  }
});

test("the old path of the page about the API redirects to the page, with and without the slash, for every method", async () => {
  for (const origin of [direct, ...(nginx ? [nginx.http] : [])]) {
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
      for (const path of ["/api/docs", "/api/docs/", "/api/docs?a=b"]) {
        const answer = await send(origin, method, path, method === "POST" ? { json: {} } : {});
        expect([method, path, answer.status, answer.headers.location]).toEqual([method, path, 308, "/docs"]);
      }
    }
  }
  expect((await send(direct, "GET", "/docs")).text).toContain("OpenAPI 3.1 document");
});

test("Next's internal paths are not found: its error pages, the home page's data, and its image converter", async () => {
  for (const path of ["/_error", "/_global-error", "/_not-found", "/404", "/500", "/index", "/index.rsc", "/.rsc", "/index.json"])
    expectNotFound(await send(direct, "GET", path, { cookies }), path, path);
  for (const path of [`/_next/data/${build}/index.json`, `/_next/data/${build}.json`, "/_next/image", "/_next/", "/_next"])
    expectNotFound(await send(direct, "GET", path, { cookies }), path, path);
});

test("no header gives an endpoint or a page another path", async () => {
  const profile = await send(direct, "GET", "/api/user/profile/", { cookies });
  for (const [name, value] of [
    ["x-nextjs-data", "1"],
    ["x-matched-path", "/api/user/profile"],
    ["x-invoke-path", "/api/user/profile"],
    ["x-invoke-output", "/api/user/profile"],
    ["x-middleware-rewrite", "/api/user/profile"],
    ["x-rewrite-url", "/api/user/profile"],
    ["x-original-url", "/api/user/profile"],
    ["x-now-route-matches", "1=api"],
    ["next-url", "/api/user/profile"],
    ["rsc", "1"],
  ] as const) {
    const headers = { [name]: value };
    const nowhere = await send(direct, "GET", "/api/nothing/", { headers, cookies });
    expect([name, nowhere.status, nowhere.text]).toEqual([name, 404, NOT_FOUND]);
    expect((await send(direct, "GET", "/nothing", { headers, cookies })).status, name).toBe(404);
    expect((await send(direct, "GET", "/api/user/profile/", { headers, cookies })).text, name).toBe(profile.text);
  }
});

test("a query does not change which endpoint or page answers", async () => {
  for (const query of ["?_rsc=abc", "?__nextDataReq=1", "?nxtPpath=x", "?nextInternalLocale=en", "?/../x", "?a=//b;c#d"]) {
    expect((await send(direct, "GET", `/api/user/profile/${query}`, { cookies })).status, query).toBe(200);
    expect((await send(direct, "GET", `/login${query}`)).status, query).toBe(200);
  }
});

describe.skipIf(!hasNginx())("behind Nginx", () => {
  test("an endpoint has no other path either", async () => {
    const origin = nginx?.http ?? "";
    expect((await send(origin, "GET", "/api/user/profile/", { cookies })).status).toBe(200);
    for (const other of variations("/api/user/profile")) {
      const { status, setCookies } = await send(origin, "GET", other, { cookies });
      // Nginx itself refuses malformed paths.
      expect([other, status, setCookies]).toEqual([
        other,
        /%(00|zz|$)/.test(other) ? expect.toSatisfy((s) => s === 400 || s === 404) : 404,
        [],
      ]);
    }
  });
});
