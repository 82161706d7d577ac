import { expect, test } from "vitest";
import { codeAt } from "#e2e/authenticator-app.ts";
import { describeSecret, makeSecret, stepOf } from "./totp.ts";

/** The secret of both RFCs' test vectors. */
const SECRET = Buffer.from("12345678901234567890");
const BASE32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const AT = new Date("2026-01-01T00:00:10Z");
const STEP = Math.floor(AT.getTime() / 30_000);

const in30s = (steps: number) => new Date(AT.getTime() + steps * 30_000);

// RFC 6238, appendix B. A code of 6 digits is the end of the one of 8 digits.
test.each([
  [59, "94287082"],
  [1_111_111_109, "07081804"],
  [1_111_111_111, "14050471"],
  [1_234_567_890, "89005924"],
  [2_000_000_000, "69279037"],
  [20_000_000_000, "65353130"],
])("at second %i the code is RFC 6238's %s", (second, code) => {
  const at = new Date(second * 1_000);
  expect(stepOf(SECRET, code.slice(2), at)).toBe(Math.floor(second / 30));
  expect(codeAt(BASE32, at)).toBe(code.slice(2));
});

// RFC 4226, appendix D
test.each([
  [0, "755224"],
  [1, "287082"],
  [2, "359152"],
  [3, "969429"],
  [4, "338314"],
  [5, "254676"],
  [6, "287922"],
  [7, "162583"],
  [8, "399871"],
  [9, "520489"],
])("the code of step %i is RFC 4226's %s", (step, code) => {
  expect(stepOf(SECRET, code, new Date((step + 1) * 30_000))).toBe(step);
});

test.each([-1, 0, 1])("a code of step %i from now is accepted, at the beginning and at the end of a step", (steps) => {
  const code = codeAt(BASE32, in30s(steps));
  for (const ms of [-10_000, 0, 19_999]) expect(stepOf(SECRET, code, new Date(AT.getTime() + ms))).toBe(STEP + steps);
});

test.each([-120, -3, -2, 2, 3, 120])("a code of step %i from now is refused", (steps) => {
  const code = codeAt(BASE32, in30s(steps));
  for (const ms of [-10_000, 0, 19_999]) expect(stepOf(SECRET, code, new Date(AT.getTime() + ms))).toBeNull();
});

test("only the six digits are a code: not fewer, not more, and no other characters", () => {
  const code = codeAt(BASE32, AT);
  expect(stepOf(SECRET, code, AT)).toBe(STEP);
  for (const other of ["", code.slice(1), `${code}0`, `0${code}`, `${code} `, code.replace(/./, "x"), `+${code.slice(1)}`]) {
    expect(stepOf(SECRET, other, AT), other).toBeNull();
  }
});

test("another secret's code is refused", () => {
  expect(stepOf(makeSecret(), codeAt(BASE32, AT), AT)).toBeNull();
});

test("a new secret has 160 random bits, and an app gets it in Base32, in a link and in a QR code", async () => {
  const [secret, other] = [makeSecret(), makeSecret()];
  expect([secret.length, other.length, Buffer.compare(secret, other) === 0]).toEqual([20, 20, false]);
  const described = await describeSecret(secret, "an n:é");
  expect(described.secret).toMatch(/^[A-Z2-7]{32}$/);
  expect(stepOf(secret, codeAt(described.secret, AT), AT)).toBe(STEP);
  const { protocol, host, pathname, searchParams } = new URL(described.uri);
  expect([protocol, host, decodeURIComponent(pathname)]).toEqual(["otpauth:", "totp", "/MovieConnect:an n:é"]);
  expect(Object.fromEntries(searchParams)).toEqual({
    issuer: "MovieConnect",
    secret: described.secret,
    algorithm: "SHA1",
    digits: "6",
    period: "30",
  });
  // The page shows it as it is: it must bring neither scripts nor styles.
  expect(described.qr).toMatch(/^<svg [^>]*viewBox=/);
  expect(described.qr).not.toMatch(/script|style|href|on\w+=/i);
});
