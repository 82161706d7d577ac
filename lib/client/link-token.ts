declare global {
  interface Window {
    /**
     * The token of the mail's link that led here: instrumentation-client.ts took it out of the address bar. It opens an account,
     * so it is in this document's memory alone: others read the address bar, the history and storage, too.
     */
    linkToken?: string;
  }
}

/** The token of the link that led to this document; null without one. */
export function linkToken(): string | null {
  return window.linkToken || null;
}

/** Calls `listener` when another link was opened in this document. Returns a function that stops this. */
export function onLinkToken(listener: () => void): () => void {
  window.addEventListener("linktoken", listener);
  return () => window.removeEventListener("linktoken", listener);
}
