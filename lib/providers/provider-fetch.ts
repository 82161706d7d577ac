import "server-only";

import { isTrustworthy } from "#lib/settings/provider-url.ts";

/** How long one answer of a provider may take, with its body. A walk to a provider and back needs four at most. */
const DEADLINE_MS = 4_000;
const MOST_BYTES = 1_024 * 1_024;

const UNAVAILABLE = "ProviderUnavailable";

/**
 * `fetch` for a provider's endpoints: within a deadline, of a limited size, never over a connection that others can read, and
 * without following redirects, which could lead into this network.
 * @throws {Error} `isAway(error)` if there is no answer, or the provider itself fails
 */
export async function providerFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const url = new URL(input instanceof Request ? input.url : input);
  if (!isTrustworthy(url)) throw new Error(`a provider's endpoint must be https: ${url.origin}`);
  try {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const response = await fetch(url, { ...init, signal, redirect: "manual", cache: "no-store" });
    const body = await readBytes(response);
    if (response.status >= 500) throw new Error(`status ${response.status}`);
    return new Response(body, { status: response.status, headers: response.headers });
  } catch (cause) {
    throw unavailable(`${url.origin}${url.pathname} can't be asked`, cause);
  }
}

/** The error of a provider that is away, or whose answers make no sense. */
export function unavailable(message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { name: UNAVAILABLE });
}

/** Whether this is the error of a provider that is away. */
export function isAway(error: Error): boolean {
  return error.name === UNAVAILABLE;
}

async function readBytes(response: Response): Promise<Uint8Array<ArrayBuffer> | null> {
  if (response.status === 204 || response.status === 304) return null;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > MOST_BYTES) throw new Error(`more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
