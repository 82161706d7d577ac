import type { IncomingMessage } from "node:http";
import { type BlockList, isIP, isIPv4, type Socket } from "node:net";
import { splitField } from "#lib/settings/field-value.ts";

const MAPPED = "::ffff:";

/**
 * The client's address: the connection's peer, or the address that a trusted proxy names. In a chain of proxies each appends the
 * address of its own peer, so the list is read from its end for as long as the addresses are trusted proxies.
 */
export function clientAddress(request: IncomingMessage, trustedProxies: BlockList): string {
  const forwarded = splitField([request.headers["x-forwarded-for"] ?? []].flat().join(","), ",");
  let address = socketAddress(request.socket);
  while (forwarded.length > 0 && isTrusted(address, trustedProxies)) {
    const before = normalized(forwarded.pop() ?? "");
    if (!isIP(before)) break;
    address = before;
  }
  return address;
}

/** The address of the connection's peer. */
export function socketAddress({ remoteAddress = "" }: Pick<Socket, "remoteAddress">): string {
  return normalized(remoteAddress);
}

/** Whether the connection's peer is a trusted proxy. */
export function isFromTrustedProxy(request: IncomingMessage, trustedProxies: BlockList): boolean {
  return isTrusted(socketAddress(request.socket), trustedProxies);
}

/** Headers by which a proxy shows itself. */
const OF_PROXIES = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"];

/**
 * Whether the request comes from a program of this machine, without a proxy, for a loopback name. A page of another site that
 * has its own name resolved to this machine (DNS rebinding) sends that name.
 */
export function isLocal({ headers, socket }: IncomingMessage): boolean {
  if (OF_PROXIES.some((name) => headers[name] !== undefined)) return false;
  const isLoopback = /^(127\.[\d.]+|::1)$/.test(socketAddress(socket));
  return isLoopback && /^(localhost|127\.[\d.]+|\[::1\])(:\d+)?$/i.test(headers.host ?? "");
}

function isTrusted(address: string, proxies: BlockList): boolean {
  return isIP(address) !== 0 && proxies.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

// A dual-stack socket shows IPv4 addresses as mapped ones (RFC 4291 §2.5.5.2), and link-local ones with their zone.
function normalized(address: string): string {
  // The form in which Node writes the address of an IPv4 client. The fast path saves making a URL.
  if (address.startsWith(MAPPED) && isIPv4(address.slice(MAPPED.length))) return address.slice(MAPPED.length);
  if (isIP(address) !== 6) return address;
  const [plain] = address.split("%", 1);
  // In its canonical form (RFC 5952).
  const canonical = new URL(`http://[${plain}]/`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical) ?? [];
  if (high === undefined || low === undefined) return canonical;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join(".");
}
