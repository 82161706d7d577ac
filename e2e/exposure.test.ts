import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CspEvaluator } from "csp_evaluator/dist/evaluator.js";
import { Severity } from "csp_evaluator/dist/finding.js";
import { CspParser } from "csp_evaluator/dist/parser.js";
import { expect, inject, test } from "vitest";
import { send } from "./client.ts";
import { withDatabase } from "./harness.ts";

// What must not be visible from outside.

const origin = inject("origin");
const BUILD = join(import.meta.dirname, "..", ".next");
const get = (path: string) => send(origin, "GET", path);

/** The scripts that a page names. */
async function scriptsOf(path: string): Promise<string[]> {
  return [...(await get(path)).text.matchAll(/\/_next\/static\/[^"'\\ ]+?\.js/g)].map(([script]) => script);
}

test.each([
  "/.git/config",
  "/.git/HEAD",
  "/.env",
  "/.env.local",
  "/package.json",
  "/package-lock.json",
  "/next.config.ts",
  "/lib/config.ts",
  "/.data/auth-secret",
  "/.data/database-url",
  "/.next/BUILD_ID",
  "/.next/server/pages-manifest.json",
  "/_next/../package.json",
  "/_next/static/../../package.json",
  "/_next/static/%2e%2e/%2e%2e/package.json",
  "/_next/static/..%2f..%2f..%2fpackage.json",
  "/_next/static/..%5c..%5cpackage.json",
  "/_next/server/app/page.js",
  "/%2e%2e/%2e%2e/etc/passwd",
  "//etc/passwd",
])("%s is not found", async (path) => {
  const answer = await get(path);
  expect(answer.status).toBe(404);
  expect(answer.text).not.toMatch(/"dependencies"|AUTH_SECRET|root:x:|\[core\]/);
});

test("Next's image converter is not reachable", async () => {
  expect((await get("/_next/image?url=%2Ficon.svg&w=64&q=75")).status).toBe(404);
});

test("scripts are served, and their source maps are not", async () => {
  const scripts = await scriptsOf("/no-such-page");
  expect(scripts.length).toBeGreaterThan(0);
  for (const script of scripts) {
    const answer = await get(script);
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain("sourceMappingURL");
    expect((await get(`${script}.map`)).status).toBe(404);
  }
});

test("no answer names the software that runs here", async () => {
  const [script = ""] = await scriptsOf("/no-such-page");
  for (const path of ["/", "/no-such-page", "/api/user/profile/", "/api/nope", script, "/_next/static/nope.js"]) {
    const { headers } = await get(path);
    expect(headers.server).toBeUndefined();
    expect(headers["x-powered-by"]).toBeUndefined();
    expect(headers["x-aspnet-version"] ?? headers.via).toBeUndefined();
  }
});

test("pages and scripts hold no name of a secret, and no code that only the server needs", async () => {
  const entries = await readdir(join(BUILD, "static"), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    expect(file).not.toMatch(/\.map$/);
    expect(await readFile(file, "latin1")).not.toMatch(
      /AUTH_SECRET|DATABASE_URL|BCRYPT_COST|bcrypt_sha256|postgres:\/\/|pg_stat/,
    );
  }
});

test("the application's database role can make neither roles nor databases, and is no superuser", async () => {
  await withDatabase(inject("databaseUrl"), async (query) => {
    const roles = await query(
      "select rolsuper, rolcreaterole, rolcreatedb, rolbypassrls from pg_roles where rolname = current_user",
    );
    expect(roles).toEqual([{ rolsuper: false, rolcreaterole: false, rolcreatedb: false, rolbypassrls: false }]);
    for (const statement of [
      "create role eve",
      "create database eve",
      "copy users to program 'cat'",
      "alter system set fsync = off",
    ]) {
      await expect(query(statement)).rejects.toThrow(/permission denied/);
    }
  });
});

test("pages, scripts and refusals of both have the headers that restrict browsers", async () => {
  const [script = ""] = await scriptsOf("/no-such-page");
  for (const path of ["/login", "/no-such-page", script, "/_next/static/nope.js", "/robots.txt", "/api/nope", "/%"]) {
    const { headers } = await get(path);
    expect(headers["x-content-type-options"], path).toBe("nosniff");
    expect(headers["referrer-policy"], path).toBe("same-origin");
    expect(headers["cross-origin-opener-policy"], path).toBe("same-origin");
    expect(headers["cross-origin-resource-policy"], path).toBe("same-origin");
  }
});

test("Google's CSP evaluator finds nothing serious in a page's policy", async () => {
  for (const path of ["/login", "/no-such-page"]) {
    const policy = (await get(path)).headers["content-security-policy"];
    const findings = new CspEvaluator(new CspParser(String(policy)).csp).evaluate();
    expect(findings.filter(({ severity }) => severity < Severity.INFO)).toEqual([]);
  }
});
