import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { environment } from "#lib/config.ts";
import { assertProviderSettings, configuredProviders } from "./providers.ts";
import { readEnvironment } from "./read-environment.ts";
import { credential, providerName } from "./setting-types.ts";

const GOOGLE = { AUTH_GOOGLE_ID: "id", AUTH_GOOGLE_SECRET: "secret" };
const GITHUB = { AUTH_GITHUB_ID: "id", AUTH_GITHUB_SECRET: "secret" };
const OIDC = { AUTH_OIDC_ISSUER: "https://login.example.com", AUTH_OIDC_ID: "id", AUTH_OIDC_SECRET: "secret" };

test("a provider is on when all its variables are set, and the order of the buttons is always the same", () => {
  expect(configuredProviders({})).toEqual([]);
  expect(configuredProviders(GITHUB)).toEqual([{ id: "github", name: "GitHub" }]);
  expect(configuredProviders({ ...OIDC, ...GITHUB, ...GOOGLE })).toEqual([
    { id: "google", name: "Google" },
    { id: "github", name: "GitHub" },
    { id: "oidc", name: "single sign-on" },
  ]);
  expect(configuredProviders({ ...OIDC, AUTH_OIDC_NAME: "Toho" })).toEqual([{ id: "oidc", name: "Toho" }]);
});

test("whole sets of variables are accepted, alone and together", () => {
  for (const settings of [{}, GOOGLE, GITHUB, { ...OIDC, AUTH_OIDC_NAME: "Toho" }, { ...GOOGLE, ...GITHUB, ...OIDC }]) {
    expect(() => assertProviderSettings(settings, {})).not.toThrow();
  }
});

describe("a part of a provider's variables is refused with what is missing:", () => {
  test.each([
    [{ AUTH_GOOGLE_ID: "id" }, "AUTH_GOOGLE_SECRET must be set with AUTH_GOOGLE_ID"],
    [{ AUTH_GOOGLE_SECRET: "s" }, "AUTH_GOOGLE_ID must be set with AUTH_GOOGLE_SECRET"],
    [{ AUTH_GITHUB_SECRET: "s" }, "AUTH_GITHUB_ID must be set with AUTH_GITHUB_SECRET"],
    [
      { AUTH_GITHUB_URL: new URL("https://github.example.com") },
      "AUTH_GITHUB_ID and AUTH_GITHUB_SECRET must be set with AUTH_GITHUB_URL",
    ],
    [
      { AUTH_OIDC_ISSUER: "https://login.example.com", AUTH_OIDC_SECRET: "s" },
      "AUTH_OIDC_ID must be set with AUTH_OIDC_ISSUER and AUTH_OIDC_SECRET",
    ],
    [{ AUTH_OIDC_ID: "id", AUTH_OIDC_SECRET: "s" }, "AUTH_OIDC_ISSUER must be set with AUTH_OIDC_ID and AUTH_OIDC_SECRET"],
    [{ AUTH_OIDC_NAME: "Toho" }, "AUTH_OIDC_ISSUER and AUTH_OIDC_ID and AUTH_OIDC_SECRET must be set with AUTH_OIDC_NAME"],
    [
      { ...GOOGLE, AUTH_GITHUB_ID: "id", AUTH_OIDC_ID: "id" },
      "AUTH_GITHUB_SECRET must be set with AUTH_GITHUB_ID; AUTH_OIDC_ISSUER and AUTH_OIDC_SECRET must be set with AUTH_OIDC_ID",
    ],
  ])("%j", (settings, message) => {
    expect(() => assertProviderSettings(settings, {})).toThrow(new Error(`Bad environment: ${message}.`));
  });
});

test("Auth.js' own variables are refused, and empty ones, ours and others are not", () => {
  const foreign = ["AUTH_URL", "AUTH_REDIRECT_PROXY_URL", "AUTH_TRUST_HOST", "AUTH_SECRET_1", "NEXTAUTH_URL", "NEXTAUTH_SECRET"];
  for (const name of foreign) {
    const message = `Bad environment: ${name} must not be set: Auth.js would obey it in place of this application's settings.`;
    expect(() => assertProviderSettings({}, { [name]: "x" })).toThrow(new Error(message));
    expect(() => assertProviderSettings({}, { [name]: "" })).not.toThrow();
  }
  const fine = {
    ...GOOGLE,
    AUTH_SECRET: "x",
    AUTH_SECRET_FILE: "x",
    MY_AUTH_URL: "x",
    AUTH_URLS: "x",
    NEXT_TELEMETRY_DISABLED: "1",
  };
  expect(() => assertProviderSettings({}, fine)).not.toThrow();
});

test("a credential is printable ASCII: white space and quotes around it were not meant", () => {
  for (const good of [
    "1234-abc.apps.googleusercontent.com",
    "GOCSPX-a_b",
    "Iv1.0123",
    "x",
    "~!@#$%^&*()+=|{}[]:;<>?,./`",
    "a'b\"c",
    "'a",
    'a"',
  ]) {
    expect(credential.safeParse(good).data).toBe(good);
  }
  for (const bad of ["", " x", "x ", "x\r\n", "a b", '"x"', "'x'", "x\0", "schlüssel", "\ufeffx", "x".repeat(4_097)]) {
    expect([bad, credential.safeParse(bad).success]).toEqual([bad, false]);
  }
});

test("a provider's name has at most 40 characters, and none that can't be seen", () => {
  expect(providerName.safeParse(" Toho & Söhne <東宝> ").data).toBe("Toho & Söhne <東宝>");
  expect(providerName.safeParse("🎬".repeat(40)).success).toBe(true);
  for (const bad of ["", "  ", "x".repeat(41), "a\nb", "a\0b", "a\u202eb"]) {
    expect([bad, z.string().pipe(providerName).safeParse(bad).success]).toEqual([bad, false]);
  }
});

test("each variable of a provider can be a file, as editors and other systems write it, and not both", async () => {
  const directory = await mkdtemp(join(tmpdir(), "movieconnect-"));
  const given = { ...GOOGLE, ...GITHUB, AUTH_GITHUB_URL: "https://github.example.com", ...OIDC, AUTH_OIDC_NAME: "Toho" };
  const needed = { DATABASE_URL: "postgres://u:p@localhost/d", AUTH_SECRET: "a-secret-of-this-test-0123456789-0123456789" };
  const files = Object.entries(given).map(async ([name, value]) => {
    const file = join(directory, name);
    await writeFile(file, `\ufeff${value} \r\n`);
    return [`${name}_FILE`, file];
  });
  const variables: Record<string, string> = { ...needed, ...Object.fromEntries(await Promise.all(files)) };
  expect(readEnvironment(environment, variables)).toMatchObject({ ...given, AUTH_GITHUB_URL: new URL(given.AUTH_GITHUB_URL) });
  for (const [name, value] of Object.entries(given)) {
    const both = new Error(`Bad environment: ${name} and ${name}_FILE are both set.`);
    expect(() => readEnvironment(environment, { ...variables, [name]: value })).toThrow(both);
  }
  await rm(directory, { recursive: true });
});
