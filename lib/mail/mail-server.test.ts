import { createTransport } from "nodemailer";
import { expect, test } from "vitest";
import { transportOptions } from "./mail-server.ts";

/** What nodemailer makes of it. */
const optionsOf = (url: string, site?: string) =>
  (createTransport(transportOptions(url, site ? new URL(site) : undefined)) as unknown as { options: Record<string, unknown> })
    .options;

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

test("the application introduces itself to the mail server by PUBLIC_URL's domain, unless SMTP_URL says otherwise", () => {
  expect(optionsOf("smtp://localhost", "https://films.example:8443")).toMatchObject({ name: "films.example" });
  expect(optionsOf("smtp://localhost?name=out.example", "https://films.example")).toMatchObject({ name: "out.example" });
  for (const site of [undefined, "http://localhost", "http://192.0.2.1", "http://[2001:db8::1]"]) {
    expect(optionsOf("smtp://localhost", site)).not.toHaveProperty("name");
  }
});
