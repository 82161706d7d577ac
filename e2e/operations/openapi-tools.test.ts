import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { z } from "zod";
import { type Answer, freshName, PASSWORD, send, signUpBody } from "#e2e/client.ts";
import { hasTools } from "#e2e/tools/tool-packages.ts";
import { environmentWith } from "#lib/config.ts";

// The API's document, as tools see it that know only OpenAPI: two linters, and a generator of clients.

const origin = inject("origin");
const ROOT = join(import.meta.dirname, "..", "..");
const TOOLS = join(ROOT, "e2e", "openapi-tools");
// The tools run offline.
const env = environmentWith({ REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", CI: "true" });

/** The zod schemas of the client that orval makes, by name, such as `postTokenBody`. */
let client: Record<string, z.ZodType>;
let directory: string;
let document: string;

function run(script: string, args: string[]): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve) =>
    execFile(process.execPath, [script, ...args], { env, cwd: directory, maxBuffer: 2 ** 24 }, (_error, stdout, stderr) =>
      resolve({ stdout, stderr }),
    ),
  );
}
const tool = (script: string, args: string[]) => run(join(TOOLS, "node_modules", script), args);

const isPossible = hasTools("openapi-tools") || process.env.CI === "true";

describe.skipIf(!isPossible)("the document", () => {
  beforeAll(async () => {
    // Below the repository, so that its zod is found.
    await mkdir(join(TOOLS, ".generated"), { recursive: true });
    directory = await mkdtemp(join(TOOLS, ".generated", "client-"));
    document = join(directory, "openapi.json");
    await writeFile(document, (await send(origin, "GET", "/api/openapi.json")).text);
    const generated = join(directory, "client.ts");
    await tool("orval/dist/bin/orval.js", ["--input", document, "--output", generated, "--client", "zod"]);
    client = await import(generated);
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  test("passes spectral's rules for OpenAPI", async () => {
    const ruleset = join(TOOLS, "spectral.json");
    const args = ["lint", document, "--ruleset", ruleset, "--format", "json", "--quiet"];
    const { stdout, stderr } = await tool("@stoplight/spectral-cli/dist/index.js", args);
    expect([JSON.parse(stdout), stderr]).toEqual([[], ""]);
  });

  test("passes redocly's recommended rules, with two warnings: some endpoints have no 4xx, and some only lead on", async () => {
    const args = ["lint", document, "--extends=recommended", "--format=json", "--max-problems=1000"];
    const { stdout } = await tool("@redocly/cli/bin/cli.js", args);
    const { totals, problems } = JSON.parse(stdout);
    const told = problems.map(({ severity, ruleId }: Record<string, string>) => `${severity}: ${ruleId}`);
    const warnings = ["warn: operation-2xx-response", "warn: operation-4xx-response"];
    expect([totals.errors, [...new Set(told)].sort()]).toEqual([0, warnings]);
  });

  test("makes a client whose types compile, and whose schemas accept the API's bodies and answers", async () => {
    const strict = ["--ignoreConfig", "--noEmit", "--strict", "--skipLibCheck", "--module", "preserve", "--target", "esnext"];
    const { stdout } = await run(join(ROOT, "node_modules", "typescript", "bin", "tsc"), [...strict, "client.ts"]);
    expect(stdout).toBe("");
    const user = signUpBody();
    const login = { username: user.username, password: user.password };
    const created = await sendBy("postUserSignup", "/api/user/signup/", user);
    expect(created.status).toBe(201);
    const session = await sendBy("postToken", "/api/token/", login);
    const renewed = await sendBy("postTokenRefresh", "/api/token/refresh/", { refresh: session.json.refresh });
    const ended = await sendBy("postUserLogout", "/api/user/logout/", { refresh: renewed.json.refresh });
    const profile = await send(origin, "GET", "/api/user/profile/", { cookies: (await signedIn()).cookies });
    expect([session, renewed, ended, profile].map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    for (const [name, { json }] of Object.entries({
      postTokenResponse: session,
      postTokenRefreshResponse: renewed,
      postUserLogoutResponse: ended,
      getUserProfileResponse: profile,
    }))
      expect(client[name]?.parse(json), name).toEqual(json);
  });

  test.each([
    { username: " Zoe\u0308." },
    { username: "映画+" },
    { username: "\ufeffＷｉｄｅ" },
    { username: "\u{20bb7}".repeat(137) },
    { email: " Ann@Bücher.%.example\n" },
    { email: "ann@例え.%.テスト" },
    { email: "First.O'Last+tag/%@Example.CO.uk" },
    { password: " ".repeat(8) },
    { password: "😀".repeat(256) },
    { age: "2000-02-29" },
  ])("makes a client that accepts what the API accepts: %j", async (change) => {
    const tail = freshName();
    const { username = "", email, ...rest } = change as Record<string, string>;
    const body = { ...signUpBody(`${username}${tail}`), email: `${tail}@example.com`, ...rest };
    const sent = email === undefined ? body : { ...body, email: email.replace("%", tail) };
    expect((await sendBy("postUserSignup", "/api/user/signup/", sent)).status).toBe(201);
  });

  test.each([{ username: "a b" }, { username: "a@b" }, { username: "" }, { password: "short-7" }, { age: "2023-13-01" }])(
    "makes a client that refuses %j before it is sent",
    (change) => {
      expect(client.postUserSignupBody?.safeParse({ ...signUpBody(), ...change }).success).toBe(false);
    },
  );
});

/** Sends a body after the client's schema has parsed it, which must not change it. */
async function sendBy(operation: string, path: string, body: Record<string, unknown>): Promise<Answer> {
  const json = client[`${operation}Body`]?.parse(body);
  expect(json).toEqual(body);
  return send(origin, "POST", path, { json });
}

async function signedIn(): Promise<Answer> {
  const { username } = (await send(origin, "POST", "/api/user/signup/", { json: signUpBody() })).json;
  return send(origin, "POST", "/api/token/", { json: { username, password: PASSWORD } });
}
