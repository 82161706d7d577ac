import { expect } from "vitest";
import { claimsOf } from "./forge.ts";

const LINE = /^(?<name>[\w-]+)=(?<token>[\w.-]+); Path=\/; Max-Age=(?<left>\d+); HttpOnly; SameSite=Lax(?<secure>; Secure)?$/;
const LIFETIMES: Record<string, number> = { access: 300, refresh: 86_400 };

/**
 * Expects the two cookies of a session whose tokens are new, with the default lifetimes. Each lasts as long as its token: by
 * the time that the answer has arrived no more of the token is left.
 * @param lines the answer's `Set-Cookie` headers
 */
export function expectSessionCookies(lines: string[], { isSecure = false } = {}): void {
  const [prefix, ending] = isSecure ? ["__Host-", "; Secure"] : ["", ""];
  const cookies = lines.map((line) => LINE.exec(line)?.groups ?? {});
  expect(
    cookies.map(({ name, secure = "" }) => `${name}${secure}`),
    lines.join("\n"),
  ).toEqual(["access", "refresh"].map((which) => `${prefix}${which}_token${ending}`));
  for (const { token = "", left } of cookies) {
    const { token_type: type, iat, exp } = claimsOf(token);
    expect(Number(exp) - Number(iat)).toBe(LIFETIMES[String(type)]);
    expect(Number(left)).toBeLessThanOrEqual(Number(exp) - Number(iat));
    expect(Number(left)).toBeGreaterThanOrEqual(Number(exp) - Math.floor(Date.now() / 1_000));
  }
}
