/** Carries a page's own path, which Next does not tell it. proxy.ts sets this header on every request for a page. */
export const PATH_HEADER = "x-page-path";
