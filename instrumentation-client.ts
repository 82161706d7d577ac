import { takeLinkToken } from "#lib/client/link-token.ts";

// Next runs this before its router reads the address. A link that is pasted into the address bar of its own page loads nothing.
takeLinkToken();
window.addEventListener("hashchange", takeLinkToken);
