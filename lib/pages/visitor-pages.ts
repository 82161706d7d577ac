const LINK_PAGES = ["/reset-password", "/confirm-email", "/undo-email-change"];
/**
 * The public pages, which are shown during an outage too. Every other page is expected to call `requireViewer()`: while the
 * viewer can't be identified, proxy.ts answers in its place.
 */
const VISITOR_PAGES = new Set([
  "/login",
  "/login/second-factor",
  "/signup",
  "/signup/complete",
  "/docs",
  "/forgot-password",
  "/dev/mail",
  ...LINK_PAGES,
]);

/** @param pathname with or without the trailing slash */
export function isVisitorPage(pathname: string): boolean {
  return VISITOR_PAGES.has(withoutSlash(pathname));
}

/** Whether the link of a mail leads to this page. @param pathname with or without the trailing slash */
export function isLinkPage(pathname: string): boolean {
  return LINK_PAGES.includes(withoutSlash(pathname));
}

function withoutSlash(pathname: string): string {
  return pathname.replace(/\/$/, "");
}
