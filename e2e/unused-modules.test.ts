import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import { logIn, newSession, PASSWORD, send, signUp } from "./client.ts";
import { loadedModules } from "./loaded-modules.ts";
import { askForPasskey } from "./passkeys.ts";

// Other providers, passkeys and codes cost nothing where nobody uses them: their packages are not loaded.

const ROOT = join(import.meta.dirname, "..");
const SETTINGS = { DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret"), WEB_CONCURRENCY: "1" };
const AUTH_JS = /\/node_modules\/(next-auth|@auth\/core|@auth\/pg-adapter|oauth4webapi|jose)\//;
const FACTORS = /\/node_modules\/(@simplewebauthn\/server|@peculiar\/x509|reflect-metadata|otpauth|qrcode)\//;

const packagesOf = (packages: RegExp, modules: string[]) =>
  [...new Set(modules.flatMap((file) => packages.exec(file)?.[1] ?? []))].sort();

async function visit(origin: string): Promise<void> {
  const login = await logIn(origin, await signUp(inject("origin")));
  const proof = await send(origin, "POST", "/api/user/reauthenticate/", { cookies: login.cookies, json: { password: PASSWORD } });
  expect(proof.status).toBe(200);
  // The proof has rotated the session: ten seconds later the login's cookies would end it.
  const { cookies } = proof;
  const calls = [
    "GET /api/user/passkeys/",
    "GET /api/user/profile/",
    "GET /api/user/account/",
    "GET /api/user/account/export/",
    "GET /api/openapi.json",
  ];
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

/** Of an application that nobody uses providers, passkeys and codes at, and of one where somebody does. */
let unused: string[];
let used: string[];
beforeAll(async () => {
  unused = await loadedModules(SETTINGS, visit);
  const withProvider = { ...SETTINGS, AUTH_GITHUB_ID: "an-id", AUTH_GITHUB_SECRET: "a-secret" };
  used = await loadedModules(withProvider, async (origin) => {
    expect(Object.keys((await send(origin, "GET", "/api/auth/providers")).json)).toEqual(["github"]);
    await askForPasskey(origin);
    const { cookies } = await newSession(inject("origin"));
    expect((await send(origin, "POST", "/api/user/totp/", { cookies })).status).toBe(200);
  });
});

test("nothing of Auth.js is loaded before a sign-in with a provider asks for it", () => {
  // The endpoints' own sources are found in the build.
  expect(unused.some((file) => file.endsWith("/app/api/auth/[...nextauth]/route.ts"))).toBe(true);
  expect(unused.some((file) => file.endsWith("/db/rotate-session.ts"))).toBe(true);
  expect(packagesOf(AUTH_JS, unused)).toEqual([]);
  expect(packagesOf(AUTH_JS, used)).toEqual(expect.arrayContaining(["@auth/core", "jose", "next-auth", "oauth4webapi"]));
});

test("what checks passkeys and codes is not loaded before somebody uses them, also not for a login or a proof by password", () => {
  expect(unused.some((file) => file.endsWith("/app/api/token/passkey/route.ts"))).toBe(true);
  expect(packagesOf(FACTORS, unused)).toEqual([]);
  expect(packagesOf(FACTORS, used)).toEqual(expect.arrayContaining(["@simplewebauthn/server", "otpauth", "qrcode"]));
});

test("no page's script holds anything of Auth.js' client", async () => {
  // A component of the browser is rendered on the server, too, and there are source maps of that.
  const built = join(ROOT, ".next/server");
  const maps = (await readdir(built, { recursive: true })).filter((name) => name.endsWith(".map"));
  const texts = await Promise.all(maps.map((name) => readFile(join(built, name), "utf8")));
  expect(texts.some((text) => text.includes("/app/_components/viewer.tsx"))).toBe(true);
  expect(maps.filter((_name, index) => texts[index]?.includes("/node_modules/next-auth/react.js"))).toEqual([]);
});
