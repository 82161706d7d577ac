const FRAGMENT = /^#token=(.+)$/;

// In this document's memory alone. It opens an account, and the address bar, the history and storage are read by others, too.
let token: string | null = null;
const listeners = new Set<() => void>();

/** Takes the token of a mail's link out of the address bar. Next's router must not have read the address before. */
export function takeLinkToken(): void {
  const { hash, pathname, search } = window.location;
  const [, found] = FRAGMENT.exec(hash) ?? [];
  if (found === undefined) return;
  window.history.replaceState(window.history.state, "", pathname + search);
  token = found;
  for (const listener of listeners) listener();
}

/** The token of the link that led to this document; null without one. */
export function linkToken(): string | null {
  return token;
}

/** Calls `listener` when another link was opened in this document. Returns a function that stops this. */
export function onLinkToken(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
