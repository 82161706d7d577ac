import { localPath } from "@/lib/local-path";

export type AuthSearch = Promise<{ next?: string | string[]; welcome?: string | string[] }>;

/** Where the visitor was going, as a path of this site: "/" if nowhere in particular. */
export function nextPath(next: string | string[] | undefined): string {
  return localPath(typeof next === "string" ? next : null);
}

/** A link between the pages for visitors, which forgets nothing about where they were going. */
export function withNext(path: string, next: string): string {
  return next === "/" ? path : `${path}${path.includes("?") ? "&" : "?"}next=${encodeURIComponent(next)}`;
}
