import { expect, test } from "vitest";
import { passwordProblems } from "./rules.ts";

const ann = { username: "ann", email: "ann.lee@example.com" };

test("length counts code points, and is told in Django's words", () => {
  expect(passwordProblems("😀".repeat(7), ann, 8)).toEqual([{ code: "password_too_short", least: 8 }]);
  expect(passwordProblems("😀".repeat(8), ann, 8)).toEqual([]);
  expect(passwordProblems("", ann, 1)).toEqual([{ code: "password_too_short", least: 1 }]);
});

test("common passwords are refused in any case, and with white space around them", () => {
  for (const password of ["password", "PASSWORD", " letmein ", "qwertyuiop", "1234567890"]) {
    expect(passwordProblems(password, ann, 1), password).toContainEqual({ code: "password_too_common" });
  }
});

test("a password that resembles name, address or site is refused for each of them", () => {
  const about = { username: "hitchcock", email: "hitchcock@vertigo.example" };
  expect(passwordProblems("hitchcock1", about, 8)).toEqual([{ code: "password_like_username" }, { code: "password_like_email" }]);
  expect(passwordProblems("vertigo.example", about, 8)).toEqual([{ code: "password_like_email" }]);
  expect(passwordProblems("MovieConnect", ann, 8)).toEqual([{ code: "password_like_site" }]);
});

test("an address whose host is kept in ASCII is compared as a person writes it, too", () => {
  const about = { username: "ann", email: "ann@xn--ber-bcher-p9af.example" };
  expect(passwordProblems("über-bücher", about, 8)).toEqual([{ code: "password_like_email" }]);
  expect(passwordProblems("xn--ber-bcher-p9af", about, 8)).toEqual([{ code: "password_like_email" }]);
});

test("a long password that holds the letters of a short name does not resemble it", () => {
  expect(passwordProblems("banana-nathan-savannah-anniversary", ann, 8)).toEqual([]);
});

test("fields that could not be read are left out of the comparison", () => {
  expect(passwordProblems("seven-samurai-1954", { username: undefined, email: undefined }, 8)).toEqual([]);
});
