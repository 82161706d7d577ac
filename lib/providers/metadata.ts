import "server-only";

import { z } from "zod";
import { perProcess } from "#lib/per-process.ts";
import { isTrustworthy } from "#lib/settings/provider-url.ts";
import { providerFetch, unavailable } from "./provider-fetch.ts";

const KEPT_MS = 600_000;

const endpointUrl = z.url().refine((text) => isTrustworthy(new URL(text)), "must be https");
const schema = z.looseObject({
  issuer: z.string(),
  authorization_endpoint: endpointUrl,
  token_endpoint: endpointUrl,
  userinfo_endpoint: endpointUrl,
  jwks_uri: endpointUrl,
  token_endpoint_auth_methods_supported: z.array(z.string()).default(["client_secret_basic"]),
});

/** What an issuer says of itself (OpenID Connect Discovery §3). */
export type Metadata = z.output<typeof schema>;

const known = perProcess("provider-metadata", () => new Map<string, { until: number; metadata: Promise<Metadata> }>()).get;

/**
 * An issuer's metadata, kept for ten minutes.
 * @throws {Error} `isAway(error)` if there is none, or it is another issuer's (OpenID Connect Discovery §4.3)
 */
export async function providerMetadata(issuer: string): Promise<Metadata> {
  const found = known().get(issuer);
  if (found && performance.now() < found.until) return found.metadata;
  const metadata = read(issuer);
  known().set(issuer, { until: performance.now() + KEPT_MS, metadata });
  // What could not be read is asked for again.
  metadata.catch(() => known().delete(issuer));
  return metadata;
}

/** Where an issuer's metadata is. */
export function metadataUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
}

async function read(issuer: string): Promise<Metadata> {
  const response = await providerFetch(metadataUrl(issuer));
  const parsed = schema.safeParse(await response.json().catch(() => null));
  if (!parsed.success) throw unavailable(`${issuer} has no usable metadata: ${z.prettifyError(parsed.error)}`);
  if (parsed.data.issuer !== issuer) throw unavailable(`${issuer} calls itself ${parsed.data.issuer}`);
  return parsed.data;
}
