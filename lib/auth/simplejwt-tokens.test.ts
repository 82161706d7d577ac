import { beforeEach, expect, test, vi } from "vitest";
import { loginClaims, seconds, signAsPython } from "#e2e/simplejwt.ts";
import { forget } from "#lib/per-process.ts";
import { readSimplejwt } from "./simplejwt-tokens.ts";
import { signTokens } from "./tokens.ts";

const SECRET = "a-secret-0123456789-0123456789-a-secret";
const NEWER = "another-secret-0123456789-0123456789";

function configure(settings: Record<string, string>): void {
  forget("config");
  const common = { AUTH_SECRET: SECRET, DATABASE_URL: "postgres://localhost/none", LEGACY_SIMPLEJWT: "" };
  for (const [name, value] of Object.entries({ ...common, ...settings })) vi.stubEnv(name, value);
}

beforeEach(() => () => {
  vi.unstubAllEnvs();
  forget("config");
});

test("a token of simplejwt's is read until the end of the period, and never without one", () => {
  const token = signAsPython(loginClaims(7).refresh, SECRET);
  const read = ["2099-12-31", "2020-12-31", ""].map((LEGACY_SIMPLEJWT) => {
    configure({ LEGACY_SIMPLEJWT });
    return readSimplejwt(token)?.userId;
  });
  expect(read).toEqual([7, undefined, undefined]);
});

test("a token of simplejwt's leads to the same session after a secret was added, and each secret to another", () => {
  const claims = loginClaims(7).refresh;
  const sessionOf = (AUTH_SECRET: string, signedBy: string) => {
    configure({ AUTH_SECRET, LEGACY_SIMPLEJWT: "2099-12-31" });
    return readSimplejwt(signAsPython(claims, signedBy))?.ownSession;
  };
  const before = sessionOf(SECRET, SECRET);
  expect(before).toMatch(/^[\w-]{22}$/);
  expect(sessionOf(`${NEWER},${SECRET}`, SECRET)).toBe(before);
  expect(sessionOf(`${NEWER},${SECRET}`, NEWER)).not.toBe(before);
});

test("our tokens have Django's claim if they were issued in the period, whatever time it is when they are signed again", () => {
  const facts = {
    sessionId: "A".repeat(22),
    generation: 3,
    userId: 7,
    username: "ann",
    sessionExpiresAt: new Date("2099-01-01"),
  };
  const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  configure({ LEGACY_SIMPLEJWT: "2020-12-31", LEGACY_SIMPLEJWT_USER_CLAIM: "sub" });
  const [within, after] = ["2020-12-31T23:59:59Z", "2021-01-01T00:00:00Z"].map((at) => {
    const { access, refresh } = signTokens({ ...facts, rotatedAt: new Date(at) });
    return [access, refresh].map((token) => [claimsOf(token).user_id, claimsOf(token).sub]);
  });
  expect([within, after]).toEqual([
    [
      [7, "7"],
      [7, "7"],
    ],
    [
      [7, undefined],
      [7, undefined],
    ],
  ]);
});

test("a claim of the site's own may have any text, as Python writes it", () => {
  configure({ LEGACY_SIMPLEJWT: "2099-12-31" });
  for (const name of ["Zoë", "🎬", "\u007f\u0080\uffff", '"\\/\b\f\n\r\t\u0001', "\ud800", "<!--"]) {
    expect(readSimplejwt(signAsPython({ ...loginClaims(7).refresh, name }, SECRET))?.userId, name).toBe(7);
  }
  expect(readSimplejwt(signAsPython({ ...loginClaims(7).access, exp: seconds() - 1 }, SECRET))?.type).toBe("access");
});
