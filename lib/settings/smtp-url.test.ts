import { expect, test } from "vitest";
import { assertSmtpUrl } from "./smtp-url.ts";

test.each([
  "smtp://127.0.0.1:1025",
  "smtp://mail?requireTLS=false",
  "smtps://user:pa%20ss%2Fw%23@mail.example.com:465/",
  "smtp://user%40example.com:secret@[2001:db8::1]:587?name=films.example&socketTimeout=30000",
])("SMTP_URL may be %s", (url) => expect(() => assertSmtpUrl(url)).not.toThrow());

test.each(["", "mail.example.com", "http://mail.example.com", "smtp://", "smtp://user:secret@", "smtp://mail:port"])(
  "SMTP_URL is refused with its form if it is %j",
  (url) => expect(() => assertSmtpUrl(url)).toThrow(/^must be a URL: smtp:\/\/user:/),
);

// URL would take "user" for the host of some of these, and the password's first digits for its port.
test.each(["pa ss", "12#ss", "pa#ss", "12/ss", "pa/ss", "12?ss", "pa?ss"])(
  "SMTP_URL is refused with what to percent-encode if its password is %s",
  (password) => {
    const url = `smtp://user:${password}@mail.example.com:587`;
    expect(() => assertSmtpUrl(url)).toThrow(/^must have reserved characters percent-encoded in its user and password: % is /);
  },
);
