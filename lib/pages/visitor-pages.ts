/**
 * The public pages, which are shown during an outage too. Every other page is expected to call `requireViewer()`: while the
 * viewer can't be identified, proxy.ts answers in its place.
 */
const VISITOR_PAGES = new Set(["/login", "/signup", "/docs", "/dev/mail"]);

/** @param pathname with or without the trailing slash */
export function isVisitorPage(pathname: string): boolean {
  return VISITOR_PAGES.has(pathname.replace(/\/$/, ""));
}
