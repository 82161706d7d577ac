import { expect, test } from "vitest";
import { passwordForms } from "./password-forms.ts";

// "".join(chr(c) for c in range(0x110000) if chr(c).isspace()) of Python 3.11
const OF_PYTHON =
  "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

test("a password with white space around it, by Python's rules, has a second form without it", () => {
  for (const space of OF_PYTHON) {
    const password = `${space}seven samurai${space}${space}`;
    expect(passwordForms(password), space.codePointAt(0)?.toString(16)).toEqual([password, "seven samurai"]);
  }
  expect(passwordForms(`${OF_PYTHON}x${OF_PYTHON}`)[1]).toBe("x");
});

test("a password has one form where nothing else is left, or nothing is removed", () => {
  for (const password of ["seven samurai", "", " ", OF_PYTHON, "\ufeffx\ufeff", "\u200bx", "\u180ex"]) {
    expect(passwordForms(password)).toEqual([password]);
  }
});
