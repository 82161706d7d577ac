import "server-only";

import { isIP } from "node:net";

/**
 * The name that this site's passkeys belong to: its host's. Null for an IP address, which can have none (Web Authentication §5.4.2), and
 * for an origin from a `Host` that is no host.
 */
export function relyingPartyOf(origin: string): string | null {
  if (!URL.canParse(origin)) return null;
  const { hostname } = new URL(origin);
  return isIP(hostname.replaceAll(/^\[|\]$/g, "")) === 0 ? hostname : null;
}
