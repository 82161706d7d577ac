import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { newSession, send } from "./client.ts";
import { loadedModules } from "./loaded-modules.ts";

// What a deployment without other providers pays for them.

const ROOT = join(import.meta.dirname, "..");
const SETTINGS = { DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret"), WEB_CONCURRENCY: "1" };
const PACKAGES = /\/node_modules\/(next-auth|@auth\/core|@auth\/pg-adapter|oauth4webapi|jose)\//;

const packagesOf = (modules: string[]) => [...new Set(modules.flatMap((file) => PACKAGES.exec(file)?.[1] ?? []))].sort();

async function visit(origin: string): Promise<void> {
  const { cookies } = await newSession(origin);
  const calls = ["GET /api/user/profile/", "GET /api/user/account/", "GET /api/user/account/export/", "GET /api/openapi.json"];
  const pages = [
    "GET /",
    "GET /login",
    "GET /signup",
    "GET /signup/complete",
    "GET /account",
    "GET /docs",
    "GET /forgot-password",
  ];
  for (const call of [...calls, ...pages, "DELETE /api/user/sessions/", "POST /api/token/refresh/"]) {
    const [method = "", path = ""] = call.split(" ");
    const { status } = await send(origin, method, path, { cookies });
    expect(status, call).toBeLessThan(400);
  }
}

test("nothing of Auth.js is loaded before a sign-in with a provider asks for it", async () => {
  const modules = await loadedModules(SETTINGS, visit);
  // The endpoints' own sources are found in the build.
  expect(modules.some((file) => file.endsWith("/app/api/auth/[...nextauth]/route.ts"))).toBe(true);
  expect(modules.some((file) => file.endsWith("/db/rotate-session.ts"))).toBe(true);
  expect(packagesOf(modules)).toEqual([]);

  const withProvider = { ...SETTINGS, AUTH_GITHUB_ID: "an-id", AUTH_GITHUB_SECRET: "a-secret" };
  const loaded = await loadedModules(withProvider, async (origin) => {
    expect(Object.keys((await send(origin, "GET", "/api/auth/providers")).json)).toEqual(["github"]);
  });
  expect(packagesOf(loaded)).toEqual(expect.arrayContaining(["@auth/core", "jose", "next-auth", "oauth4webapi"]));
});

test("no page's script holds anything of Auth.js' client", async () => {
  // A component of the browser is rendered on the server, too, and there are source maps of that.
  const built = join(ROOT, ".next/server");
  const maps = (await readdir(built, { recursive: true })).filter((name) => name.endsWith(".map"));
  const texts = await Promise.all(maps.map((name) => readFile(join(built, name), "utf8")));
  expect(texts.some((text) => text.includes("/app/_components/viewer.tsx"))).toBe(true);
  expect(maps.filter((_name, index) => texts[index]?.includes("/node_modules/next-auth/react.js"))).toEqual([]);
});
