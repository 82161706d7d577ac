import { expect, test } from "vitest";
import { accountName, nameDigest } from "#lib/auth/account-name.ts";
import { signUpInput } from "#lib/schemas.ts";
import { asciiEmail, unicodeEmail } from "./email-address.ts";

test.each([
  ["ann@bücher.example", "ann@xn--bcher-kva.example"],
  ["Ann@BÜCHER.Example", "Ann@xn--bcher-kva.example"],
  ["ann@bu\u0308cher.example", "ann@xn--bcher-kva.example"],
  ["ann@bücher。example", "ann@xn--bcher-kva.example"],
  ["ann@ｅｘａｍｐｌｅ．ｃｏｍ", "ann@example.com"],
  ["ann@straße.example", "ann@xn--strae-oqa.example"],
  ["ann@例え.テスト", "ann@xn--r8jz45g.xn--zckzah"],
  ["ann@نامه\u200cای.example", "ann@xn--mgba3gch31f060k.example"],
  ["ann@😀.example", "ann@xn--e28h.example"],
  ["ann@mail.bücher.xn--zckzah", "ann@mail.xn--bcher-kva.xn--zckzah"],
])("the address %s is stored and looked up as %s", (written, kept) => {
  expect(asciiEmail(written)).toBe(kept);
  expect(signUpInput.shape.email.parse(` ${written}\n`)).toBe(kept);
  expect(Object.values(accountName(written)).flat()[0]).toBe(kept.toLowerCase());
  // Guesses at its password count together, in whatever form the address is written.
  expect(nameDigest(accountName(written))).toBe(nameDigest(accountName(kept.toUpperCase())));
});

test.each(["Ann.O'Neil+x@Example.CO.uk", "ann@xn--bcher-kva.EXAMPLE", "ann@XN--A.example"])(
  "the ASCII address %s stays as it was written",
  (written) => {
    expect(asciiEmail(written)).toBe(written);
    expect(signUpInput.shape.email.parse(written)).toBe(written);
  },
);

test.each([
  // These are no host names in Unicode, although a URL parser would accept them.
  "ann@bü%63her.example",
  "ann@b%C3%BCcher.example",
  "ann@bü\tcher.example",
  "ann@bü\ncher.example",
  "ann@bücher.example/x",
  "ann@bücher.example:25",
  "ann@bücher.example?x",
  "ann@bücher.example#x",
  "ann@bücher.example\\x",
  "ann@bü cher.example",
  "ann@bü_cher.example",
  "ann@[bücher.example]",
  "ann@bücher／x.example",
  "ann@ann％40bücher.example",
  "ann@bücher@x.example",
  // UTS 46 refuses these.
  "ann@a\u200cb.example",
  "ann@xn--a.bücher.example",
  "ann@א1a.example",
  "ann@\u0301a.example",
  // The ASCII form of these is no mail host.
  "ann@bücher",
  "ann@bücher.example.",
  "ann@bücher.example。",
  "ann@.bücher.example",
  "ann@bücher..example",
  "ann@\u00ad.example",
  "ann@１２７.０.０.１",
  "ann@０ｘ７f.1",
  `ann@${"ü".repeat(60)}.example`,
  `ann@${"bücher.".repeat(30)}example`,
  `ann@${"ü".repeat(8_000)}.example`,
  // A look-alike of "@" is none, and the part before the "@" must be ASCII.
  "ann＠bücher.example",
  "ann@x＠bücher.example",
  "änn@bücher.example",
  "ann@\ud800bücher.example",
])("the signup refuses %j as an address", (written) => {
  expect(signUpInput.shape.email.safeParse(written).success).toBe(false);
});

test.each([
  ["ann@straße.example", ["ann@xn--strae-oqa.example", "ann@strasse.example"]],
  ["Ann@XN--strae-oqa.example", ["ann@xn--strae-oqa.example", "ann@strasse.example"]],
  ["ann@βόλος.example", ["ann@xn--nxasmm1c.example", "ann@xn--nxasmq6b.example"]],
  ["ann@bücher.example", ["ann@xn--bcher-kva.example"]],
  ["ann@strasse.example", ["ann@strasse.example"]],
  // An invalid label is looked up as it is.
  ["ann@xn--a.example", ["ann@xn--a.example"]],
  ["ann@xn--stra%C3%9Fe.example", ["ann@xn--stra%c3%9fe.example"]],
  ["ann@stra%C3%9Fe.example", ["ann@stra%c3%9fe.example"]],
  ["\u212aim@example.com", ["\u212aim@example.com"]],
])("a login with %s looks for %j, since browsers convert hosts differently", (typed, meant) => {
  expect(accountName(typed)).toEqual({ emails: meant });
});

test("an address with a host in Unicode may have 254 characters in ASCII, and no more", () => {
  const label = (length: number) => `${"a".repeat(length - 8)}ü`;
  const hostOf = (last: number) => [label(63), label(63), label(63), label(last), "de"].map((part) => part).join(".");
  const longest = (last: number) => `a@${hostOf(last)}`;
  const lengths = Array.from({ length: 40 }, (_, index) => longest(20 + index)).map((written) => [
    asciiEmail(written).length,
    signUpInput.shape.email.safeParse(written).success,
  ]);
  for (const [length, isTaken] of lengths) expect([length, isTaken]).toEqual([length, Number(length) <= 254]);
  expect(lengths.some(([length]) => length === 254)).toBe(true);
  expect(lengths.some(([length]) => length === 255)).toBe(true);
});

test("unicodeEmail returns an address as a person would write it", () => {
  expect(unicodeEmail("ann@xn--bcher-kva.example")).toBe("ann@bücher.example");
  expect(unicodeEmail("Ann@Example.com")).toBe("Ann@example.com");
  expect(unicodeEmail("ann@xn--a.example")).toBe("ann@xn--a.example");
});
