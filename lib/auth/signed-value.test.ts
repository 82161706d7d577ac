import { expect, test } from "vitest";
import { z } from "zod";
import { claimsOf, sign } from "#e2e/forge.ts";
import { processAt } from "#e2e/process-at.ts";
import type { ValueKind } from "./signed-value.ts";

const SECRET = "a-secret-0123456789-0123456789-secret";
const NOW = "2026-01-01T00:00:00Z";

// A kind that is not named here is an error of the compiler.
const KINDS = Object.keys({
  recovery: true,
  "confirm-email": true,
  "undo-email-change": true,
  "provider-flow": true,
  "pending-signup": true,
  "second-factor": true,
  "passkey-login": true,
  "passkey-registration": true,
} satisfies Record<ValueKind, true>) as ValueKind[];

/** The module in a process at a moment, and a reader that asks for no claim: the key alone decides. */
async function signedValues(moment = NOW) {
  processAt(moment, { AUTH_SECRET: SECRET });
  const { signValue, readValue, stateDigests } = await import("./signed-value.ts");
  return { signValue, stateDigests, read: (kind: ValueKind, token: string) => readValue(kind, z.object({}), token) };
}

const facts = {
  sessionId: "s".repeat(22),
  generation: 3,
  rotatedAt: new Date(NOW),
  sessionExpiresAt: new Date("2026-01-31T00:00:00Z"),
  userId: 7,
  username: "ann",
};

test.each(KINDS)("a signed value of the kind %s is good as its own kind, and as no other", async (kind) => {
  const { signValue, read } = await signedValues();
  const token = signValue(kind, {}, 60);
  expect(KINDS.filter((other) => read(other, token) !== null)).toEqual([kind]);
});

test.each(KINDS)(
  "a session's tokens are no signed value of the kind %s, and such a value is no session's token",
  async (kind) => {
    const { signValue, read } = await signedValues();
    const { signTokens, verifyAccessToken, verifyRefreshToken } = await import("./tokens.ts");
    const { access, refresh } = signTokens(facts);
    expect([read(kind, access), read(kind, refresh)]).toEqual([null, null]);
    // Not even with all claims that such a token has.
    const [asAccess, asRefresh] = [access, refresh].map((token) =>
      signValue(kind, claimsOf(token) as Record<string, string>, 60),
    );
    expect([verifyAccessToken(access).ok, verifyRefreshToken(refresh).ok]).toEqual([true, true]);
    expect([verifyAccessToken(asAccess ?? "").ok, verifyRefreshToken(asRefresh ?? "").ok]).toEqual([false, false]);
  },
);

test.each(KINDS)(
  "a value of the kind %s that AUTH_SECRET itself has signed, as it signs a session's tokens, is refused",
  async (kind) => {
    const { signValue, read } = await signedValues();
    const claims = claimsOf(signValue(kind, {}, 60));
    expect(read(kind, sign(claims, SECRET))).toBeNull();
  },
);

test("an access token is no refresh token, and a refresh token no access token", async () => {
  await signedValues();
  const { signTokens, verifyAccessToken, verifyRefreshToken } = await import("./tokens.ts");
  const { access, refresh } = signTokens(facts);
  expect([verifyAccessToken(refresh).ok, verifyRefreshToken(access).ok]).toEqual([false, false]);
});

test("a signed value is good for its seconds, and not a moment longer", async () => {
  const token = (await signedValues()).signValue("second-factor", { user: 7 }, 300);
  expect((await signedValues("2026-01-01T00:04:59.999Z")).read("second-factor", token)).not.toBeNull();
  expect((await signedValues("2026-01-01T00:05:00Z")).read("second-factor", token)).toBeNull();
});

test("a signed value with any character altered is refused", async () => {
  const { signValue, read } = await signedValues();
  const token = signValue("second-factor", { user: 7 }, 300);
  for (let place = 0; place < token.length; place += 1) {
    const altered = `${token.slice(0, place)}${token[place] === "A" ? "B" : "A"}${token.slice(place + 1)}`;
    expect(read("second-factor", altered), `character ${place}`).toBeNull();
  }
});

test("the digest of a state is another one for each kind, and for each state", async () => {
  const { stateDigests } = await signedValues();
  const states = [[7], ["7"], [7, null], [7, ""], ["7,"], [8]];
  const digests = KINDS.flatMap((kind) => states.map((state) => stateDigests(kind, ...state)[0]));
  expect(new Set(digests).size).toBe(KINDS.length * states.length);
});
