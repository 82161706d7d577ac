import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { terminalLine } from "./terminal-line.ts";

const TIME = new Date(2026, 10, 26, 9, 8, 7).getTime();
const shown = (line: object, isColoured = false) =>
  terminalLine(JSON.stringify({ level: 30, time: TIME, pid: 1, ...line }), isColoured);
const REQUEST = {
  event: "request",
  request_id: "r-1",
  method: "GET",
  route: "page",
  path: "/login",
  status: 200,
  ms: 30.6,
  address: "::1",
};

test("a request's line has its method, path, status and time", () => {
  expect(shown(REQUEST)).toBe("09:08:07 GET /login 200 31 ms\n");
  expect(shown({ ...REQUEST, status: 499, aborted: true })).toBe("09:08:07 GET /login 499 31 ms (the client left)\n");
});

test("an event's line has its name and its fields, a message's line has its level", () => {
  expect(shown({ event: "login", user_id: 7, session: "a-b_c", request_id: "r-1" })).toBe(
    "09:08:07 login user_id=7 session=a-b_c\n",
  );
  expect(shown({ level: 40, msg: "it went slowly", seconds: 3 })).toBe("09:08:07 warn it went slowly seconds=3\n");
  expect(shown({ level: 20, msg: "hello" })).toBe("09:08:07 debug hello\n");
});

test("an error's line has its stack, its cause, and the id of the failed request", () => {
  const err = {
    name: "Error",
    message: "no",
    stack: "Error: no\n    at here",
    code: "42P01",
    cause: { message: "why", name: "Error" },
  };
  expect(shown({ level: 50, msg: "a page failed", request_id: "r-1", digest: "12", err })).toBe(
    [
      "09:08:07 error a page failed request_id=r-1 digest=12",
      "    Error: no",
      "        at here",
      "    code: 42P01",
      "    caused by Error: why",
      "",
    ].join("\n"),
  );
});

test("no value can begin a line, control the terminal, or look like another field", () => {
  const hostile = '\n09:08:07 GET /forged 200\r\x1b[2J\x9b31m\x07\u202e\u2028" user_id=1';
  for (const line of [
    { event: hostile },
    { msg: hostile, level: 50 },
    { event: "throttle", limit: hostile, list: [hostile] },
    { ...REQUEST, path: hostile, method: hostile },
    {
      level: 50,
      msg: "failed",
      request_id: hostile,
      err: { message: hostile, stack: hostile, code: hostile, cause: { stack: hostile } },
    },
  ]) {
    const text = shown(line);
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\u2028]/u);
    for (const below of text.trimEnd().split("\n").slice(1)) expect(below).toMatch(/^ {4}/);
    expect(text).toMatch(/^09:08:07/);
  }
  expect(shown({ event: "throttle", limit: "a b=c" })).toBe('09:08:07 throttle limit="a b=c"\n');
});

test("a line has colours only if they are wanted, and each colour ends", () => {
  const text = shown({ ...REQUEST, status: 503 }, true);
  expect(text).toContain("\x1b[31m503\x1b[39m");
  expect(stripVTControlCharacters(text)).toBe(shown({ ...REQUEST, status: 503 }));
});
