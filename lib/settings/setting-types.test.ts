import { expect, test } from "vitest";
import { z } from "zod";
import { toBlockList } from "./setting-types.ts";

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
