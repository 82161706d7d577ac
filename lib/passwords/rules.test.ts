import { expect, test } from "vitest";
import { passwordProblems } from "./rules.ts";

const ann = { username: "ann", email: "ann.lee@example.com" };

test("a password's length is counted in code points", () => {
  expect(passwordProblems("😀".repeat(7), ann, 8)).toEqual([{ code: "password_too_short", least: 8 }]);
  expect(passwordProblems("😀".repeat(8), ann, 8)).toEqual([]);
  expect(passwordProblems("", ann, 1)).toEqual([{ code: "password_too_short", least: 1 }]);
});

test("a common password is refused in upper case too, and with white space around it", () => {
  for (const password of ["password", "PASSWORD", " letmein ", "qwertyuiop", "1234567890"]) {
    expect(passwordProblems(password, ann, 1), password).toContainEqual({ code: "password_too_common" });
  }
});

test("a password that resembles the username, the address or the site is refused with a message for each", () => {
  const about = { username: "hitchcock", email: "hitchcock@vertigo.example" };
  expect(passwordProblems("hitchcock1", about, 8)).toEqual([{ code: "password_like_username" }, { code: "password_like_email" }]);
  expect(passwordProblems("vertigo.example", about, 8)).toEqual([{ code: "password_like_email" }]);
  expect(passwordProblems("MovieConnect", ann, 8)).toEqual([{ code: "password_like_site" }]);
});

test("an address with an international host is compared in ASCII and as a person writes it", () => {
  const about = { username: "ann", email: "ann@xn--ber-bcher-p9af.example" };
  expect(passwordProblems("über-bücher", about, 8)).toEqual([{ code: "password_like_email" }]);
  expect(passwordProblems("xn--ber-bcher-p9af", about, 8)).toEqual([{ code: "password_like_email" }]);
});

test("a long password that contains the letters of a short name does not resemble it", () => {
  expect(passwordProblems("banana-nathan-savannah-anniversary", ann, 8)).toEqual([]);
});

test("a password is not compared with fields that could not be read", () => {
  expect(passwordProblems("seven-samurai-1954", { username: undefined, email: undefined }, 8)).toEqual([]);
});
