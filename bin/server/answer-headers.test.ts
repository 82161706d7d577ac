import { expect, test } from "vitest";
import { EVERY_ANSWER, JSON_HEADERS } from "./answer-headers.ts";

test("an answer is read as the type that it names, shown in no frame, and kept from other origins", () => {
  expect(EVERY_ANSWER).toEqual({
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
  });
});

test("JSON is UTF-8 and is stored nowhere", () => {
  expect(JSON_HEADERS).toEqual({ "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" });
});
