import { localPath } from "#lib/pages/local-path.ts";

/** What the pages for visitors are asked with; a parameter that is repeated is a list. */
export type AuthSearch = Promise<{ next?: string | string[]; reason?: string | string[] }>;

/** Where the visitor was going, as a path of this site; null if nowhere in particular. */
export function nextPath(next: string | string[] | undefined): string | null {
  const path = localPath(typeof next === "string" ? next : null);
  return path === "/" ? null : path;
}
