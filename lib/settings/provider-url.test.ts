import { expect, test } from "vitest";
import { assertIssuer, isTrustworthy } from "./provider-url.ts";

test("only https, and http on this machine, is trusted", () => {
  const own = ["http://localhost:9000", "http://127.0.0.1", "http://127.1.2.3:80", "http://[::1]:9000", "http://2130706433"];
  for (const url of ["https://login.example.com", ...own]) expect([url, isTrustworthy(new URL(url))]).toEqual([url, true]);
  for (const url of [
    ...["http://login.example.com", "http://localhost.example.com", "http://127.0.0.1.example.com", "http://127.example.com"],
    ...["http://10.0.0.1", "http://[::ffff:7f00:1]", "http://[fd00::1]", "http://localhost.", "http://0.0.0.0"],
    ...["ftp://localhost", "file:///etc/passwd", "data:,x", "javascript:0", "ws://localhost"],
  ]) {
    expect([url, isTrustworthy(new URL(url))]).toEqual([url, false]);
  }
});

test("an issuer is accepted character by character as it was written", () => {
  for (const issuer of [
    "https://login.example.com",
    "https://login.example.com/",
    "https://login.example.com:8443/realms/films",
    "https://login.example.com/0123-4567/v2.0",
    "http://localhost:9000",
  ]) {
    expect(() => assertIssuer(issuer)).not.toThrow();
  }
});

test.each([
  ...["", "login.example.com", "//login.example.com", "http://login.example.com", "ftp://login.example.com", "https://"],
  ...[
    "https://login.example.com?a=b",
    "https://login.example.com/?",
    "https://login.example.com#",
    "https://u:p@login.example.com",
  ],
  // The parser of URLs would mend these, and the tokens would name another issuer.
  ...[" https://login.example.com", "https://login.example.com\n", "https://login.exa\tmple.com", "https:\\\\login.example.com"],
])("the issuer %j is refused with what it must be", (issuer) => {
  expect(() => assertIssuer(issuer)).toThrow(
    /^must be an https URL: https:\/\/login\.example\.com \(http only for this machine\)$/,
  );
});

test("the address of an issuer's metadata is refused as the issuer", () => {
  const url = "https://login.example.com/.well-known/openid-configuration";
  expect(() => assertIssuer(url)).toThrow("must be the issuer itself, without /.well-known/openid-configuration");
});
