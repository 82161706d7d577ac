import fc from "fast-check";

// Strings that are hard to handle.

const NASTY = [
  ["\0", "a\0b", "\0".repeat(100), "\\u0000", "%00"],
  ["\ud800", "\udfff", "a\ud800b", "\udc00\ud800"],
  ["\ufeff", "\u200b", "\u202eabc", "\u2066x\u2069", "\u00ad", "\u3164", "\u180e", "\u{e0041}", "\ufffe", "\uffff", "\u{10ffff}"],
  ["\r\n", "a\nb", "\u2028", "\u2029", "\u0085", "\u001b[2J", "\t", " ", "\u00a0", "\u3000"],
  ["аdmin", "Ⅷ", "ﷺ", "ﬃ", "İ", "ß", "ẞ", "ς", "ΐ", "ŉ", "ǰ", "𝕬", "e\u0301", "\u0301", "가", "𠮷", "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"],
  ["__proto__", "constructor", "toString", "hasOwnProperty", "null", "undefined", "NaN", "true", "[object Object]"],
  ["'; drop table users; --", '"', "\\", "\\'", "$1", "$$", "%", "_", "{}", "{1,2}", "E'\\\\x00'", "\\x00", "'::int", "/*", "--"],
  ["<script>alert(1)</script>", "#{7*7}", "{{7*7}}", "../../etc/passwd", "%2e%2e%2f", "%s%n%d", "=1+1", "`id`", "$(id)"],
  [
    "0",
    "-1",
    "1e309",
    "1e-7",
    "9007199254740993",
    "0x10",
    "1990-02-30",
    "1990-01-02T00:00:00Z",
    "０１２３-０１-０１",
    "infinity",
  ],
  [
    "a@b",
    "a@b.c",
    "a@example.com",
    "a@@example.com",
    "a@exa mple.com",
    '"a b"@example.com',
    "a@[127.0.0.1]",
    "ａ@example.com",
    "@",
  ],
].flat();

/** Any sequence of UTF-16 code units: lone surrogates, too. */
const codeUnits = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((units) => String.fromCharCode(...units));

const long = fc
  .tuple(fc.constantFrom("a", ".", "-", "@", " ", "\u0301", "ﷺ", "𠮷", "a.", "a@", "\0", '\\"'), fc.nat(12_000))
  .map(([unit, length]) => unit.repeat(Math.ceil(length / Buffer.byteLength(JSON.stringify(unit)))));

export const hostileString = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 4, arbitrary: fc.tuple(fc.string(), fc.constantFrom(...NASTY), fc.string()).map((parts) => parts.join("")) },
  { weight: 4, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
  { weight: 3, arbitrary: fc.string({ unit: "grapheme", maxLength: 60 }) },
  { weight: 3, arbitrary: codeUnits },
  { weight: 2, arbitrary: fc.string({ maxLength: 200 }) },
  { weight: 1, arbitrary: long },
);

/** Strings that no text column takes: with half a character, or NUL. */
export const unstorable = fc
  .tuple(fc.string({ unit: "grapheme", maxLength: 20 }), fc.constantFrom("\0", "\ud800", "\udfff"), fc.string({ maxLength: 20 }))
  .map((parts) => parts.join("."));

/** Any JSON value. */
export const hostileValue = fc.oneof(
  { weight: 6, arbitrary: hostileString },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(null, true, false, 0, -1, 1.5, 1e300, [], {}, [["a"]], { toString: "x" }, "") },
);

/** One line of bytes, as a header's value may hold; now and then with bytes that a parser refuses. */
export const headerText = fc.oneof(
  { weight: 6, arbitrary: fc.string({ maxLength: 60 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...NASTY.map((text) =>
        Buffer.from(text)
          .toString("latin1")
          .replaceAll(/[\r\n\0]/g, ""),
      ),
    ),
  },
  { weight: 1, arbitrary: bytesAsText(0x20, 0xff) },
  { weight: 1, arbitrary: bytesAsText(1, 0xff).map((text) => text.replaceAll(/[\r\n]/g, "")) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom("a", ",", ";", "=", " ", "%"), fc.nat(9_000)).map(([unit, n]) => unit.repeat(n)),
  },
);

function bytesAsText(min: number, max: number) {
  return fc.array(fc.integer({ min, max }), { maxLength: 40 }).map((bytes) => String.fromCharCode(...bytes));
}

const letters = fc
  .oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0x21, max: 0x24f }) },
    { weight: 3, arbitrary: fc.integer({ min: 0x250, max: 0x1fff }) },
    { weight: 2, arbitrary: fc.integer({ min: 0x2e80, max: 0xd7ff }) },
    { weight: 1, arbitrary: fc.integer({ min: 0xf900, max: 0xffdc }) },
    { weight: 1, arbitrary: fc.integer({ min: 0x10000, max: 0x2ffff }) },
  )
  .map((point) => String.fromCodePoint(point));

/** Usernames that the contract takes, from every script, before trimming and NFKC; with room for a unique end. */
export const validUsername = fc
  .tuple(fc.constantFrom("", " ", "\t\u00a0"), fc.array(letters.filter(isNamePart), { minLength: 1, maxLength: 40 }))
  .map(([space, parts]) => space + parts.join(""))
  .filter((text) => isNamePart(text.trim()) && [...text.normalize("NFKC")].length <= 130);

function isNamePart(text: string): boolean {
  return /^(?:(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{M}\p{Nd}.+_-])+$/u.test(text.normalize("NFKC"));
}

/** Passwords that the contract takes: 8 code points to 1,024 bytes, not on the list of common ones, and unlike any name. */
export const validPassword = fc
  .tuple(
    fc.constantFrom("", " ", "\u0301", "\ufeff", "\r\n"),
    fc.oneof(
      fc.string({ unit: "binary", minLength: 10, maxLength: 200 }),
      fc.string({ unit: "grapheme", minLength: 10, maxLength: 60 }),
    ),
    fc.constantFrom("", " ", "e\u0301", "ﬃ", "é".repeat(60)),
  )
  .map((parts) => parts.join("").replaceAll("\0", "~"))
  .filter((text) => Buffer.byteLength(text) <= 1_024 && new Set(text).size > 6);
