import { isIPv6 } from "node:net";

/**
 * Whether a request to this URL can neither be read nor changed on its way: https, or a server on this machine.
 * @param url as parsed by `new URL`
 */
export function isTrustworthy(url: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}

// Any name but these may be looked up at a server elsewhere.
function isLoopback(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, "");
  return host === "localhost" || (isIPv6(address) ? address === "::1" : /^127(?:\.\d{1,3}){3}$/.test(host));
}

const WELL_KNOWN = "/.well-known/openid-configuration";

/**
 * An issuer's identifier (OpenID Connect Discovery §3), which tokens repeat character by character.
 * @throws {Error} a message for the operator
 */
export function assertIssuer(text: string): void {
  // `new URL` would remove white space, and read a backslash as a slash.
  const url = URL.canParse(text) && !/[\s\\?#]/.test(text) ? new URL(text) : null;
  if (!url || !isTrustworthy(url) || url.username || url.password) {
    throw new Error("must be an https URL: https://login.example.com (http only for this machine)");
  }
  if (text.endsWith(WELL_KNOWN)) throw new Error(`must be the issuer itself, without ${WELL_KNOWN}`);
}
