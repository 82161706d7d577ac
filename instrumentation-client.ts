// Next runs this file before its router reads the address. It imports nothing: what it shared with a page would be one more
// file for every page to load.

const PREFIX = "#token=";

/** Takes the token of a mail's link out of the address bar. lib/client/link-token.ts hands it to the page. */
function takeLinkToken(): void {
  const { hash, pathname, search } = window.location;
  if (!hash.startsWith(PREFIX)) return;
  window.history.replaceState(window.history.state, "", pathname + search);
  window.linkToken = hash.slice(PREFIX.length);
  window.dispatchEvent(new Event("linktoken"));
}

takeLinkToken();
// A link that is pasted into the address bar of its own page loads nothing.
window.addEventListener("hashchange", takeLinkToken);
