import "server-only";

import { headers } from "next/headers";
import { publicOrigin } from "#lib/auth/public-origin.ts";
import { relyingPartyOf } from "#lib/factors/relying-party.ts";

/**
 * Whether browsers use passkeys at this address: it has a name, not an IP address alone, and is safe from eavesdroppers (W3C Secure
 * Contexts §3.1).
 */
export async function passkeysHere(): Promise<boolean> {
  const origin = publicOrigin(await headers());
  const name = relyingPartyOf(origin);
  return name !== null && (origin.startsWith("https:") || /^(.+\.)?localhost$/.test(name));
}
