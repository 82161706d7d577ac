import { config } from "#lib/config.ts";
import { perProcess } from "#lib/per-process.ts";

/** The port that this worker listens on. bin/worker.ts sets it. */
export const servedPort = perProcess("served-port", (): number | null => null);

/**
 * The address of a page of this site, for a mail. A token follows in the fragment, which no server, proxy or `Referer` sees.
 * Without a PUBLIC_URL the page is on this machine; a request's `Host` is never used, since a client may send any.
 * @param path "/reset-password"
 */
export function pageUrl(path: string, token?: string): string {
  const origin = config().PUBLIC_URL?.origin ?? `http://localhost:${servedPort.get() ?? 8_000}`;
  return `${origin}${path}${token === undefined ? "" : `#token=${token}`}`;
}
