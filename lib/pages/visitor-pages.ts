/**
 * The pages that are for everybody, and are shown with the database away. Any other is taken for one that calls
 * `requireViewer()`: when nobody can say who is looking, proxy.ts answers in its place.
 */
const VISITOR_PAGES = new Set(["/login", "/signup", "/docs"]);

/** @param pathname with or without the trailing slash */
export function isVisitorPage(pathname: string): boolean {
  return VISITOR_PAGES.has(pathname.replace(/\/$/, ""));
}
