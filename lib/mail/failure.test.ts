import { expect, test } from "vitest";
import { failureOf } from "./failure.ts";

const said = (fields: object) => failureOf(Object.assign(new Error("said"), fields)).meaning;

test.each([
  ["an unknown recipient", { code: "EENVELOPE", command: "RCPT TO", responseCode: 550 }],
  ["a message that is refused", { code: "EMESSAGE", command: "DATA", responseCode: 554 }],
  ["an address that is none", { code: "EENVELOPE", command: "API" }],
])("%s fails that mail at once", (_, fields) => {
  expect(said(fields)).toBe("refused");
});

test.each([
  ["a full mailbox", { code: "EENVELOPE", command: "RCPT TO", responseCode: 452 }],
  ["greylisting", { code: "EMESSAGE", command: "DATA", responseCode: 451 }],
])("%s puts that mail off", (_, fields) => {
  expect(said(fields)).toBe("later");
});

test.each([
  ["a refused connection", { code: "ESOCKET", command: "CONN" }],
  ["a certificate that is not trusted", { code: "ETLS", command: "CONN" }],
  ["a wrong password", { code: "EAUTH", command: "AUTH PLAIN", responseCode: 535 }],
  ["a password that is asked for at the recipient", { code: "EENVELOPE", command: "RCPT TO", responseCode: 530 }],
  ["a refused sender", { code: "EENVELOPE", command: "MAIL FROM", responseCode: 550 }],
  ["a server that is going down", { code: "EENVELOPE", command: "RCPT TO", responseCode: 421 }],
  ["a mail that took too long", { code: "EABORT" }],
  ["an unknown error", {}],
])("%s makes all mails wait, and is no mail's fault", (_, fields) => {
  expect(said(fields)).toBe("away");
});

test("a server's words are cut short, and hold nothing that steers a terminal", () => {
  const { message } = failureOf(new Error(`no\u001b[2J\r\nsuch\u202euser ${"x".repeat(10_000)}`));
  expect(message).toMatch(/^no \[2J such user x+$/);
  expect(message.length).toBe(500);
});
