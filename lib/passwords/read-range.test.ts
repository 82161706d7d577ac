import { expect, test } from "vitest";
import { parseRange } from "./read-range.ts";

const A = "0018A45C4D1DEF81644B54AB7F969B88D65";
const B = "00D4F6E8FA6EECAD2A3AA415EEC418D38EC";

test.each([
  [`${A}:1\r\n${B}:52579`, [A, B]],
  [`${A}:1\n${B}:2\n`, [A, B]],
  [`${A.toLowerCase()}:10\r\n`, [A]],
  [`${A}:0\r\n${B}:00\r\n`, []],
])("the range %j lists %j", (text, hashes) => expect([...parseRange(text)]).toEqual(hashes));

test.each([
  ["", "EMPTY_RANGE"],
  ["\r\n\r\n", "EMPTY_RANGE"],
  ["<html>\n", "NOT_A_RANGE"],
  [`${A}:1\r\n${B}`, "NOT_A_RANGE"],
  [`${A}:1\r\n${B.slice(1)}:1`, "NOT_A_RANGE"],
  [`${A}0:1`, "NOT_A_RANGE"],
  [`21BD1${A}:1`, "NOT_A_RANGE"],
  [`${A}:-1`, "NOT_A_RANGE"],
  [`${A}:1 `, "NOT_A_RANGE"],
])("%j is no range (%s)", (text, code) => expect(() => parseRange(text)).toThrow(code));
