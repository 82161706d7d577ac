import { expect, test } from "vitest";
import { isUtf8Form, isUtf8Json } from "./media-type.ts";

test.each([
  "application/json",
  "Application/JSON",
  " application/json\t;\tcharset=utf-8 ",
  'application/json;charset="UTF-8"',
  "application/json; charset=utf8; profile=x",
  'application/json; title="a b"',
  "application/json;",
])("%j is JSON in UTF-8", (mediaType) => expect(isUtf8Json(mediaType)).toBe(true));

test.each([
  "",
  "text/plain",
  "application/json, text/plain",
  "application/json charset=utf-8",
  "application/json; charset=utf-16",
  "application/json; charset=utf-8; charset=utf-16",
  'application/json; charset="utf-8',
  "application/json; charset = utf-16",
  "application/json; charset",
  "application/json;\u00a0charset=utf-16",
  "application/json;\u00a0charset=utf-8",
  "\u00a0application/json",
  "application/json\u00a0",
  "application/json\u00a0; charset=utf-8",
])("%j is another media type", (mediaType) => expect(isUtf8Json(mediaType)).toBe(false));

test("a form is one by the same rules", () => {
  expect(isUtf8Form("application/x-www-form-urlencoded; charset=UTF-8")).toBe(true);
  expect(isUtf8Form("application/x-www-form-urlencoded; charset=iso-8859-1")).toBe(false);
  expect(isUtf8Form("application/json")).toBe(false);
});
