import { config } from "#lib/config.ts";

/**
 * The address of a page of this site, for a mail. A token follows in the fragment, which no server, proxy or `Referer` sees.
 * @param path "/reset-password"
 */
export function pageUrl(path: string, token?: string): string {
  const origin = config().PUBLIC_URL?.origin ?? "http://localhost:8000";
  return `${origin}${path}${token === undefined ? "" : `#token=${token}`}`;
}
