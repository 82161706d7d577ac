import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { claimsOf, sign } from "#e2e/forge.ts";
import { processAt } from "#e2e/process-at.ts";

const facts = {
  sessionId: "s".repeat(22),
  generation: 3,
  rotatedAt: new Date("2026-01-01T00:00:00.900Z"),
  sessionExpiresAt: new Date("2026-01-31T00:00:00Z"),
  userId: 7,
  username: "ann",
};
const [OLD, NEW] = ["old-secret-0123456789-0123456789-old", "new-secret-0123456789-0123456789-new"];

/** The module in a process with these secrets, at a moment. */
async function tokensWith(secrets: string, moment = "2026-01-01T00:00:01Z") {
  processAt(moment, { AUTH_SECRET: secrets });
  return import("./tokens.ts");
}

test("the same facts give the same tokens, byte for byte, at any time", async () => {
  const first = (await tokensWith(NEW)).signTokens(facts);
  const later = (await tokensWith(NEW, "2026-01-01T00:04:00Z")).signTokens(facts);
  expect(later).toEqual(first);
});

test("each generation and each type has an identifier of its own", async () => {
  const { signTokens, verifyAccessToken, verifyRefreshToken } = await tokensWith(NEW);
  const identifiers = [facts, { ...facts, generation: 4 }].flatMap((each) => {
    const { access, refresh } = signTokens(each);
    return [verifyAccessToken(access), verifyRefreshToken(refresh)].map((token) => token.ok && token.claims.jti);
  });
  expect(new Set(identifiers).size).toBe(4);
});

test("during a key rotation the first secret signs and all verify; a removed secret verifies nothing", async () => {
  const before = (await tokensWith(OLD)).signTokens(facts);
  const during = await tokensWith(`${NEW},${OLD}`);
  expect(during.verifyAccessToken(before.access).ok).toBe(true);
  expect(during.verifyRefreshToken(before.refresh).ok).toBe(true);
  const signed = during.signTokens(facts);
  const after = await tokensWith(NEW);
  expect(after.verifyAccessToken(signed.access).ok).toBe(true);
  expect(after.verifyAccessToken(before.access)).toEqual({ ok: false, reason: "invalid" });
});

test("a token is good until the second it expires, and not a moment longer", async () => {
  const { signTokens } = await tokensWith(NEW);
  const { access, accessExpiry } = signTokens(facts);
  expect(accessExpiry).toBe(Date.parse("2026-01-01T00:05:00Z") / 1_000);
  expect((await tokensWith(NEW, "2026-01-01T00:04:59.999Z")).verifyAccessToken(access).ok).toBe(true);
  expect((await tokensWith(NEW, "2026-01-01T00:05:00Z")).verifyAccessToken(access).ok).toBe(false);
});

test("tokens expire by the database's clock: a process whose own clock is a year ahead refuses no good token", async () => {
  const { access } = (await tokensWith(NEW)).signTokens(facts);
  const ahead = await tokensWith(NEW, "2027-01-01T00:00:01Z");
  expect(ahead.verifyAccessToken(access).ok).toBe(false);
  const { setClock } = await import("./clock.ts");
  setClock(new Date("2026-01-01T00:00:02Z"));
  expect(ahead.verifyAccessToken(access).ok).toBe(true);
  setClock(new Date());
});

test("no token outlives its session", async () => {
  const { signTokens } = await tokensWith(NEW);
  const sessionExpiresAt = new Date("2026-01-01T00:01:00Z");
  const { accessExpiry, refreshExpiry } = signTokens({ ...facts, sessionExpiresAt });
  expect([accessExpiry, refreshExpiry]).toEqual([sessionExpiresAt.getTime() / 1_000, sessionExpiresAt.getTime() / 1_000]);
});

test.each([
  ["that has not heard yet that the second has begun", "2025-12-31T23:59:59.990Z", 300],
  ["that handed them out a minute ago", "2026-01-01T00:01:00Z", 240],
  ["that would hand them out when they are over", "2026-02-01T00:00:00Z", 0],
])("the cookies of a process %s live as long as their tokens, and no longer", async (_name, moment, maxAge) => {
  const tokens = (await tokensWith(NEW, moment)).signTokens(facts);
  const { sessionCookies } = await import("./cookies.ts");
  expect(sessionCookies(tokens)[0]?.maxAge).toBe(maxAge);
});

test("a token is no older than today's lifetime allows, and no younger than it was signed to be", async () => {
  vi.stubEnv("ACCESS_TOKEN_LIFETIME", "3600");
  vi.stubEnv("REFRESH_TOKEN_LIFETIME", "604800");
  const { access, refresh } = (await tokensWith(NEW)).signTokens(facts);
  vi.stubEnv("ACCESS_TOKEN_LIFETIME", "300");
  vi.stubEnv("REFRESH_TOKEN_LIFETIME", "86400");
  const before = await tokensWith(NEW, "2026-01-01T00:04:59.999Z");
  expect([before.verifyAccessToken(access).ok, before.verifyRefreshToken(refresh).ok]).toEqual([true, true]);
  expect((await tokensWith(NEW, "2026-01-01T00:05:00Z")).verifyAccessToken(access).ok).toBe(false);
  expect((await tokensWith(NEW, "2026-01-02T00:00:00Z")).verifyRefreshToken(refresh).ok).toBe(false);
  vi.stubEnv("ACCESS_TOKEN_LIFETIME", "86400");
  expect((await tokensWith(NEW, "2026-01-01T01:00:00Z")).verifyAccessToken(access).ok).toBe(false);
});

test("a token that was remembered as good ages like any other", async () => {
  const { signTokens, verifyAccessToken } = await tokensWith(NEW);
  const { access } = signTokens({ ...facts, sessionExpiresAt: new Date("2026-01-01T00:02:00Z") });
  expect(verifyAccessToken(access).ok).toBe(true);
  vi.advanceTimersByTime(119_000);
  expect(verifyAccessToken(access).ok).toBe(false);
});

test("a session's last generation but one is still refreshed: the next fits into its column", async () => {
  const { signTokens, verifyRefreshToken } = await tokensWith(NEW);
  const good = (generation: number) => verifyRefreshToken(signTokens({ ...facts, generation }).refresh).ok;
  expect([good(0), good(2 ** 31 - 2), good(2 ** 31 - 1), good(2 ** 31)]).toEqual([true, true, false, false]);
});

test("verifying never throws, and accepts only claims that signTokens would write", async () => {
  const { signTokens, verifyAccessToken, verifyRefreshToken } = await tokensWith(NEW);
  const { access, refresh } = signTokens(facts);
  const good = [access, refresh].map(claimsOf);
  const names = [...new Set(good.flatMap((claims) => Object.keys(claims))), "__proto__", "x"];
  const strange = fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 5 }), { maxKeys: 4 });
  const claims = fc.tuple(fc.constantFrom(...good), strange).map(([base, changes]) => ({ ...base, ...changes }));
  const payload = fc.oneof(claims, fc.jsonValue());
  fc.assert(
    fc.property(payload, (said) => {
      const token = sign(said as Record<string, unknown>, NEW);
      for (const result of [verifyAccessToken(token), verifyRefreshToken(token)]) {
        if (!result.ok) continue;
        const { gen = 0, username = "" } = result.claims as { gen?: number; username?: string };
        expect(result.claims).toMatchObject({ sid: expect.stringMatching(/^[\w-]{22}$/), user_id: expect.any(Number) });
        expect(Number.isSafeInteger(gen) && gen >= 0 && gen < 2 ** 31 - 1 && username.isWellFormed()).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});
