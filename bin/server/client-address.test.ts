import type { IncomingMessage } from "node:http";
import { BlockList } from "node:net";
import { expect, test } from "vitest";
import { clientAddress } from "./client-address.ts";

const proxies = new BlockList();
proxies.addSubnet("10.0.0.0", 8, "ipv4");
proxies.addSubnet("fd00::", 8, "ipv6");

const heard = (remoteAddress: string, forwarded?: string) =>
  clientAddress({ socket: { remoteAddress }, headers: { "x-forwarded-for": forwarded } } as unknown as IncomingMessage, proxies);

test("what a client says about its own address counts for nothing", () => {
  expect(heard("203.0.113.7", "198.51.100.1")).toBe("203.0.113.7");
  expect(heard("203.0.113.7")).toBe("203.0.113.7");
});

test("a trusted proxy's word counts, and of a list only what trusted proxies have added", () => {
  expect(heard("10.1.2.3", "198.51.100.1")).toBe("198.51.100.1");
  expect(heard("::ffff:10.1.2.3", "198.51.100.1")).toBe("198.51.100.1");
  expect(heard("10.1.2.3", "6.6.6.6, 198.51.100.1")).toBe("198.51.100.1");
  expect(heard("10.1.2.3", "6.6.6.6,\t198.51.100.1 ")).toBe("198.51.100.1");
  expect(heard("10.1.2.3", "6.6.6.6, 198.51.100.1, 10.9.9.9, fd12::1")).toBe("198.51.100.1");
});

test.each([
  "",
  "unknown",
  "198.51.100.1:80",
  "1.2.3",
  "_hidden",
  ",",
  "\u00a0198.51.100.1",
  "198.51.100.1\u00a0",
  "198.51.100.1%eth0",
])("what is no address is not believed: %j", (forwarded) => {
  expect(heard("10.1.2.3", forwarded)).toBe("10.1.2.3");
});

test("an address has one spelling, and a mapped one is IPv4", () => {
  expect(heard("::ffff:203.0.113.7")).toBe("203.0.113.7");
  expect(heard("10.1.2.3", "::FFFF:CB00:7107")).toBe("203.0.113.7");
  expect(heard("2001:DB8:0:0:0:0:0:1")).toBe("2001:db8::1");
  expect(heard("fe80::1%eth0")).toBe("fe80::1");
});
