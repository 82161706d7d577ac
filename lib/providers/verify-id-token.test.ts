import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { failing } from "#e2e/providers/answers.ts";
import { newSigningKey, type SigningKey, signedBy } from "#e2e/providers/id-tokens.ts";
import { startBehindProxy, type TamperingProxy } from "#e2e/providers/tampering-proxy.ts";
import { isAway } from "./provider-fetch.ts";
import { verifyIdToken } from "./verify-id-token.ts";

// A provider exchanges its keys. What is wrong with a token is in app/api/auth/id-tokens.test.ts.

let provider: TamperingProxy;
let published: SigningKey[] = [];
const [first, second] = await Promise.all([newSigningKey("first"), newSigningKey("second")]);

beforeAll(async () => {
  provider = await startBehindProxy((issuer) => ({ url }, response) => {
    const endpoints = { authorization_endpoint: "auth", token_endpoint: "token", userinfo_endpoint: "me", jwks_uri: "jwks" };
    const urls = Object.entries(endpoints).map(([name, path]) => [name, `${issuer}/${path}`]);
    const keys = { keys: published.map(({ publicJwk }) => publicJwk) };
    response.end(JSON.stringify(url === "/jwks" ? keys : { issuer, ...Object.fromEntries(urls) }));
  });
});
afterAll(() => provider.stop());
afterEach(() => {
  provider.restore();
  vi.useRealTimers();
});

const keyRequests = () => provider.exchanges.filter(({ asked }) => asked.path === "/jwks").length;

async function verify(key: SigningKey) {
  // By the clock of verify-id-token.ts, which is the database's.
  const now = Math.floor(performance.timeOrigin / 1_000 + performance.now() / 1_000);
  const claims = { iss: provider.origin, sub: "ann", aud: "client", nonce: "n", iat: now, exp: now + 600 };
  const idToken = await signedBy(key, claims)(`.${btoa("{}")}.`);
  return verifyIdToken(idToken ?? "", provider.origin, "client");
}

test("a key that the provider has exchanged is fetched once, and tokens of unknown keys ask no more often than every half minute", async () => {
  published = [first];
  await expect(verify(first)).resolves.toMatchObject({ subject: "ann" });
  expect(keyRequests()).toBe(1);
  published = [second];
  await expect(verify(second)).rejects.toMatchObject({ code: "ERR_JWKS_NO_MATCHING_KEY" });
  expect(keyRequests()).toBe(1);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 31_000 });
  await expect(verify(second)).resolves.toMatchObject({ subject: "ann" });
  await expect(verify(second)).resolves.toMatchObject({ subject: "ann" });
  expect(keyRequests()).toBe(2);
});

test("a key that the provider has withdrawn is refused ten minutes later at the latest, also where the provider is away", async () => {
  published = [first, second];
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 700_000 });
  await expect(verify(first)).resolves.toMatchObject({ subject: "ann" });
  published = [second];
  vi.setSystemTime(Date.now() + 601_000);
  await expect(verify(first)).rejects.toMatchObject({ code: "ERR_JWKS_NO_MATCHING_KEY" });
  vi.setSystemTime(Date.now() + 601_000);
  provider.respond("/jwks", failing);
  await expect(verify(second)).rejects.toSatisfy(isAway);
});
