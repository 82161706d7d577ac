import "server-only";

import { isIP } from "node:net";

/** The name that this site's passkeys belong to: its host's. Null for an IP address, which can have none (Web Authentication §5.4.2). */
export function relyingPartyOf(origin: string): string | null {
  const { hostname } = new URL(origin);
  return isIP(hostname.replaceAll(/^\[|\]$/g, "")) === 0 ? hostname : null;
}
