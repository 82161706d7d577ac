import fc from "fast-check";
import { hostileString, hostileValue, unstorable } from "./strings.ts";

// Bodies, from nearly right ones to no JSON at all.

const GOOD = {
  username: fc.constantFrom("ann", "  Zoë ", "映画", "a.b+c-d_e"),
  email: fc.constantFrom("ann@example.com", " First.O'Last+tag@Example.CO.uk\n"),
  password: fc.constantFrom("seven-samurai-1954", "        ", "🎬🎬🎬🎬🎬🎬🎬🎬"),
  age: fc.constantFrom("1990-01-02", "2000-02-29"),
  refresh: fc.constantFrom("a.b.c", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.AAAA"),
};

// Values that each field always refuses. Nearly every string could be a password; none of these is a date.
const BAD = {
  username: unstorable,
  password: fc.constantFrom(null, 5, true, [], ["a"], {}, "", "\0", "a\0b", "a\ud800", "\udfff"),
  age: hostileValue,
};

type Field = keyof typeof GOOD;
type Spoiled = keyof typeof BAD;

/**
 * An object of which some fields are right.
 * @param spoiled a field that is never right, which keeps most cases from costing a password hash
 */
function nearlyRight(fields: readonly Field[], spoiled: Spoiled | undefined) {
  const shape = fields.map((field) => {
    const any = fc.oneof({ weight: 2, arbitrary: GOOD[field] }, { weight: 3, arbitrary: hostileValue });
    const value: fc.Arbitrary<unknown> = field === spoiled ? BAD[field] : any;
    const pair: fc.Arbitrary<[string, unknown][]> = value.map((given): [string, unknown][] => [[field, given]]);
    return fc.oneof({ weight: 9, arbitrary: pair }, { weight: 1, arbitrary: fc.constant<[string, unknown][]>([]) });
  });
  const more = fc.oneof(
    { weight: 3, arbitrary: fc.constant<[string, unknown][]>([]) },
    { weight: 1, arbitrary: fc.array(fc.tuple(extraKey(fields), hostileValue), { maxLength: 3 }) },
  );
  return fc.tuple(...shape, more).map((pairs) => pairs.flat());
}

// A key may be a field's own name, which is then there twice.
function extraKey(fields: readonly Field[]) {
  return fc.oneof(fc.constantFrom("__proto__", "constructor", "id", "is_active", "", ...fields.slice(0, -1)), hostileString);
}

// JSON.stringify escapes lone surrogates, which UTF-8 could not carry.
function write(pairs: [string, unknown][], isEscaped: boolean): string {
  const text = `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`;
  return isEscaped ? text.replaceAll(/[^\0-~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`) : text;
}

const deep = fc
  .tuple(fc.constantFrom(["[", "]"], ['{"username":', "}"], ['{"__proto__":', "}"], ['[{"a":', "}]"]), fc.nat(3_000))
  .map(([[open = "", close = ""], depth]) => `${open.repeat(depth)}1${close.repeat(depth)}`.slice(0, 40_000));

const elsewhere = fc.constantFrom(
  ...["", " ", "null", "NaN", "{", "{}{}", "[]", '"a"', "-0", "1e999", "\ufeff{}", "{'a':1}", '{"a":1,}', "//\n{}", "{}\0"],
  ...["username=a&password=b", "--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--x--", "<a/>", "\x1f\x8b\b"],
);

/** A change of one byte anywhere in a text. */
function spoil(bytes: Buffer, at: number, byte: number, how: "replace" | "insert" | "cut"): Buffer {
  const place = bytes.length === 0 ? 0 : at % bytes.length;
  const put = how === "cut" ? [] : [byte];
  return Buffer.concat([bytes.subarray(0, place), Buffer.from(put), bytes.subarray(place + (how === "insert" ? 0 : 1))]);
}

/** Bodies for an endpoint that takes these fields. Without `spoiled` they may be accepted. */
export function hostileBody(fields: readonly Field[], spoiled?: Spoiled): fc.Arbitrary<Buffer> {
  const near = fc
    .tuple(nearlyRight(fields, spoiled), fc.boolean())
    .map(([pairs, isEscaped]) => Buffer.from(write(pairs, isEscaped)));
  const how = fc.constantFrom("replace" as const, "insert" as const, "cut" as const);
  return fc.oneof(
    { weight: 30, arbitrary: near },
    { weight: 6, arbitrary: fc.tuple(near, fc.nat(), fc.nat(255), how).map(([bytes, ...change]) => spoil(bytes, ...change)) },
    { weight: 2, arbitrary: fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text)) },
    { weight: 2, arbitrary: elsewhere.map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: deep.map((text) => Buffer.from(text)) },
    { weight: 2, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
    {
      weight: 1,
      arbitrary: fc.integer({ min: 16_000, max: 40_000 }).map((length) => Buffer.from(`{"a":"${"x".repeat(length)}"}`)),
    },
  );
}
