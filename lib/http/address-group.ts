import { isIPv6 } from "node:net";

/**
 * What counts as one address for limits. An IPv6 host usually has a /64 to itself (RFC 6177), and could speak from
 * another address for each attempt; whoever shares one is counted together.
 */
export function addressGroup(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = "", tail = ""] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === "" ? [] : tail.split(":");
  const zeros = address.includes("::") ? Array<string>(8 - left.length - right.length).fill("0") : [];
  return `${[...left, ...zeros, ...right].slice(0, 4).join(":")}::/64`;
}
