import { localPath } from "#lib/names/local-path.ts";

/**
 * Where Auth.js' client wants to go afterwards: a path of this site. Any other leads home.
 * @param url a path, or a URL as the address bar has it
 */
export function returnPath(url: string | null | undefined, origin: string): string {
  return localPath(url?.startsWith(`${origin}/`) ? url.slice(origin.length) : url);
}
