import { expect, test } from "vitest";
import { addressGroup } from "./address-group.ts";

test("IPv6 addresses of one /64 count as one, those of another /64 do not", () => {
  expect(addressGroup("2001:db8:1:2::1")).toBe(addressGroup("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  expect(addressGroup("2001:db8:1:2::1")).not.toBe(addressGroup("2001:db8:1:3::1"));
  expect(addressGroup("::1")).toBe("0:0:0:0::/64");
  expect(addressGroup("2001:db8::")).toBe("2001:db8:0:0::/64");
});

test("each IPv4 address counts by itself", () => {
  expect(addressGroup("203.0.113.7")).toBe("203.0.113.7");
});
