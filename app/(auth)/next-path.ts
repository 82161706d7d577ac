import { localPath } from "#lib/names/local-path.ts";

/** The query of the pages for visitors. A parameter that is repeated is a list. `error`, `provider`: of lib/providers/walk.ts */
export type AuthSearch = Promise<{ [Name in "next" | "reason" | "error" | "provider"]?: string | string[] }>;

/** The page that the visitor asked for, as a path of this site; null for none, or for the home page. */
export function nextPath(next: string | string[] | undefined): string | null {
  const path = localPath(typeof next === "string" ? next : null);
  return path === "/" ? null : path;
}
