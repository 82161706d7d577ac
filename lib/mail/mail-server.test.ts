import { createTransport } from "nodemailer";
import { expect, test } from "vitest";
import { transportOptions } from "./mail-server.ts";

/** What nodemailer makes of it. */
const optionsOf = (url: string) =>
  (createTransport(transportOptions(url)) as unknown as { options: Record<string, unknown> }).options;

test("a mail server on another machine must offer TLS, unless SMTP_URL says otherwise", () => {
  expect(optionsOf("smtp://ann:pw@mail.example.com:587")).toMatchObject({ requireTLS: true, secure: false, port: 587 });
  expect(optionsOf("smtps://mail.example.com")).toMatchObject({ secure: true });
  expect(optionsOf("smtp://mail:1025?requireTLS=false")).toMatchObject({ requireTLS: false });
  expect(optionsOf("smtp://127.0.0.1:25")).toMatchObject({ requireTLS: false });
});

test("time limits are ours, and SMTP_URL's query may have others", () => {
  expect(optionsOf("smtp://localhost")).toMatchObject({ connectionTimeout: 10_000, socketTimeout: 15_000, maxConnections: 2 });
  expect(optionsOf("smtp://localhost?socketTimeout=500")).toMatchObject({ connectionTimeout: 10_000, socketTimeout: 500 });
});
