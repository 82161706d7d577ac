import { isIPv6 } from "node:net";

/**
 * The part of an address that limits count. An IPv6 host usually has a whole /64 (RFC 6177), and could use a new address for
 * each attempt, so all addresses of a /64 count as one.
 */
export function addressGroup(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = "", tail = ""] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === "" ? [] : tail.split(":");
  const zeros = address.includes("::") ? Array<string>(8 - left.length - right.length).fill("0") : [];
  return `${[...left, ...zeros, ...right].slice(0, 4).join(":")}::/64`;
}
