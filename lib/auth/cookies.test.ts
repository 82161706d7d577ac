import { beforeEach, expect, test, vi } from "vitest";
import { forget } from "#lib/per-process.ts";

/** The module in a process whose PUBLIC_URL is https. */
async function cookiesOfHttps(settings: Record<string, string> = {}) {
  vi.resetModules();
  forget("config");
  vi.stubEnv("AUTH_SECRET", "a-secret-0123456789-0123456789-a-secret");
  vi.stubEnv("DATABASE_URL", "postgres://localhost/none");
  vi.stubEnv("PUBLIC_URL", "https://example.com");
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  return import("./cookies.ts");
}

test("while simplejwt's tokens are accepted, both names are read and set, and Django's comes first", async () => {
  const { clearedNames, readCookies } = await cookiesOfHttps({ LEGACY_SIMPLEJWT: "2099-12-31" });
  expect(readCookies("__Host-access_token=a; access_token=b; Access_token=c", "access")).toEqual(["b", "a"]);
  expect(clearedNames("refresh").map(({ name, secure }) => [name, secure])).toEqual([
    ["__Host-refresh_token", true],
    ["refresh_token", true],
  ]);
  const { clearedNames: clearedAfter } = await cookiesOfHttps({ LEGACY_SIMPLEJWT: "2020-12-31" });
  expect(clearedAfter("refresh").map(({ name }) => name)).toEqual(["__Host-refresh_token"]);
});

beforeEach(() => () => {
  vi.unstubAllEnvs();
});

test("every cookie of the name is read, in the order of the header; an empty one counts as absent", async () => {
  const { readCookies } = await cookiesOfHttps();
  const header = "a=1; __Host-access_token=first;__Host-access_token=;\t__Host-access_token = second=2 ; __Host-refresh_token=r";
  expect(readCookies(header, "access")).toEqual(["first", "second=2"]);
  expect(readCookies(header, "refresh")).toEqual(["r"]);
  expect(readCookies(null, "access")).toEqual([]);
  expect(readCookies("", "access")).toEqual([]);
});

// Names that another site of the domain can make a browser send in spite of the prefix `__Host-`.
test.each([
  "\u00a0__Host-access_token",
  "\ufeff__Host-access_token",
  "\v__Host-access_token",
  "\f__Host-access_token",
  "\u0085__Host-access_token",
  "__Host-access_token\u00a0",
  "__host-access_token",
  "__HOST-ACCESS_TOKEN",
  "__Host-access_token\0",
  '"__Host-access_token"',
  "access_token",
  "__Secure-access_token",
  "x,__Host-access_token",
])("a cookie named %j is not the session's", async (name) => {
  const { readCookies } = await cookiesOfHttps();
  expect(readCookies(`${name}=planted; __Host-access_token=own`, "access")).toEqual(["own"]);
});
