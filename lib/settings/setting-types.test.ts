import { createTransport } from "nodemailer";
import { expect, test } from "vitest";
import { z } from "zod";
import { claimName, lastDay, toBlockList, toListenAddress, toMailbox } from "./setting-types.ts";

const parse = (list: string) => z.string().transform(toBlockList).safeParse(list);

test("TRUSTED_PROXIES accepts addresses and subnets separated by commas", () => {
  const { data: proxies } = parse("10.0.0.0/8,\t192.0.2.1 , fd00::/8,2001:db8::1,");
  expect(["10.9.9.9", "192.0.2.1", "11.0.0.1", "192.0.2.2"].map((address) => proxies?.check(address))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(["fd12::1", "2001:db8::1", "2001:db8::2"].map((address) => proxies?.check(address, "ipv6"))).toEqual([
    true,
    true,
    false,
  ]);
});

test.each([
  "10.0.0.0/",
  "10.0.0.0/ 8",
  "10.0.0.0/8/",
  "10.0.0.0/1e1",
  "10.0.0.0/0x8",
  "10.0.0.0/33",
  "\u00a010.0.0.0/8",
  "proxy",
])("TRUSTED_PROXIES refuses %j, and never takes it for every address", (list) => expect(parse(list).success).toBe(false));

const parseAddress = (text: string) => z.string().transform(toListenAddress).safeParse(text);

test("METRICS_ADDRESS accepts a host and a port, and a port alone is on the loopback interface", () => {
  expect(parseAddress("9464").data).toEqual({ host: "127.0.0.1", port: 9464 });
  expect(parseAddress("0.0.0.0:0").data).toEqual({ host: "0.0.0.0", port: 0 });
  expect(parseAddress("localhost:65535").data).toEqual({ host: "localhost", port: 65_535 });
  expect(parseAddress("[::1]:9464").data).toEqual({ host: "::1", port: 9464 });
});

test("METRICS_ADDRESS refuses anything else with what it must be", () => {
  for (const bad of [
    "0.0.0.0",
    "0.0.0.0:",
    ":9464",
    "65536",
    "-1",
    "0x10",
    " 9464",
    "[::1]",
    "::1:9464",
    "[1.2.3.4]:1",
    "[:]:1",
    "a b:1",
  ]) {
    const message = "must be a port, or an address and a port: 9464, 0.0.0.0:9464, [::]:9464";
    expect([bad, parseAddress(bad).error?.issues[0]?.message]).toEqual([bad, message]);
  }
});

const parseMailbox = (text: string) => z.string().transform(toMailbox).safeParse(text);

test.each([
  ["hello@example.com", "hello@example.com"],
  ["<hello@example.com>", "hello@example.com"],
  ["MovieConnect <hello@example.com>", "MovieConnect <hello@example.com>"],
  ["Movies, Inc. <hello@example.com>", '"Movies, Inc." <hello@example.com>'],
  ["Films: new <hello@example.com>", '"Films: new" <hello@example.com>'],
  ["Kino (Berlin) <hello@example.com>", '"Kino (Berlin)" <hello@example.com>'],
  ["Bücher <no-reply+x@bücher.example>", "=?UTF-8?Q?B=C3=BCcher?= <no-reply+x@xn--bcher-kva.example>"],
])("MAIL_FROM may be %j, and a mail says that it is from %s", async (text, header) => {
  const { data: from } = parseMailbox(text);
  const mail = await createTransport({ streamTransport: true, buffer: true }).sendMail({ from, to: "ann@example.com" });
  expect(/^From: (.*)\r$/m.exec(String(mail.message))?.[1]).toBe(header);
});

test.each([
  "",
  "hello",
  "hello@",
  "a,b@example.com",
  "grüße@example.com",
  "a@example.com, b@example.com",
  "a@example.com>",
  "MovieConnect <a@example.com",
  "Movie\tConnect <a@example.com>",
  'x "y" <a@example.com>',
  "x\r\nBcc: <a@example.com>",
])("MAIL_FROM is not %j", (text) => expect(parseMailbox(text).success).toBe(false));

test("LEGACY_SIMPLEJWT is a day, and lasts until that day is over", () => {
  expect(lastDay.parse("2027-01-31")).toEqual(new Date("2027-02-01T00:00:00Z"));
  expect(lastDay.parse("2028-02-29")).toEqual(new Date("2028-03-01T00:00:00Z"));
  for (const text of ["", "2027-02-29", "2027-1-31", "31.01.2027", "2027-01-31T00:00:00Z", "on"])
    expect(lastDay.safeParse(text).success).toBe(false);
});

test("LEGACY_SIMPLEJWT_USER_CLAIM takes any claim that has no other meaning", () => {
  for (const name of ["user_id", "sub", "uid", "https://example.com/user"]) expect(claimName.parse(name)).toBe(name);
  for (const name of ["", "exp", "iat", "jti", "token_type", "sid", "gen", "username", "a b"])
    expect(claimName.safeParse(name).success).toBe(false);
});
