import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { routeLabels } from "./route-label.ts";

const MANIFEST = {
  staticRoutes: [{ page: "/" }, { page: "/login" }, { page: "/api/token" }, { page: "/favicon.ico" }, { page: "/_not-found" }],
  dynamicRoutes: [
    { page: "/api/user/sessions/[id]", regex: "^/api/user/sessions/([^/]+?)(?:/)?$" },
    { page: "/api/[[...path]]", regex: "^/api(?:/(.+?))?(?:/)?$" },
  ],
};

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "movieconnect-"));
  await mkdir(join(directory, ".next"));
  await mkdir(join(directory, "public", "posters"), { recursive: true });
  await writeFile(join(directory, ".next", "routes-manifest.json"), JSON.stringify(MANIFEST));
  await writeFile(join(directory, "public", "posters", "a film.webp"), "");
});
afterAll(() => rm(directory, { recursive: true }));

test.each([
  ["/", "page"],
  ["/login?next=/", "page"],
  ["/login/", "page"],
  ["/api/token", "/api/token/"],
  ["/api/token/?a=b", "/api/token/"],
  ["/api/user/sessions/1/", "/api/user/sessions/[id]/"],
  ["/api/user/sessions/2", "/api/user/sessions/[id]/"],
  ["/favicon.ico", "static"],
  ["/_next/static/chunks/main.js", "static"],
  ["/posters/a%20film.webp", "static"],
])("a route has one label, with and without a slash at its end: %s is %s", (url, label) => {
  expect(routeLabels(directory, false)(url)).toBe(label);
});

test.each(["/nothing", "/api/nothing/", "/_not-found", "/%6cogin", "/LOGIN", "/login//", "/posters/none.webp", "", "*"])(
  "a path that no route answers adds no label: %j is other",
  (url) => {
    expect(routeLabels(directory, false)(url)).toBe("other");
  },
);

test("development tells files from everything else, without a build", () => {
  const label = routeLabels("/nowhere", true);
  expect(["/_next/static/a.js", "/__nextjs_font/a", "/favicon.ico"].map(label)).toEqual(["static", "static", "static"]);
  expect(["/", "/login?a=b.js", "/api/openapi.json"].map(label)).toEqual(["other", "other", "other"]);
});

test("production without a build is refused", () => {
  expect(() => routeLabels("/nowhere", false)).toThrow(/routes-manifest/);
});
