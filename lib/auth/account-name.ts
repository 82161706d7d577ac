import { createHash } from "node:crypto";
import type { AccountName } from "#db/account-name.ts";
import type { UserSearch } from "#db/list-users.ts";
import { asciiEmail, meantEmails } from "#lib/names/email-address.ts";
import { usernameKey } from "#lib/names/username-key.ts";

/** Reads a login's name as a username or an e-mail address. A username contains no "@", so the two never collide. */
export function accountName(name: string): AccountName {
  return name.includes("@") ? { emails: meantEmails(name).map(foldAscii) } : { usernameKey: usernameKey(name) };
}

/** A search for a part of a name or an address in any case. A part of a host is searched for in its ASCII form too. */
export function accountSearch(part: string): UserSearch {
  const [written, ascii] = [part, part.includes("@") ? asciiEmail(part) : asciiEmail(`@${part}`).slice(1)];
  return { usernameKey: usernameKey(part), emails: [...new Set([written, ascii].map(foldAscii))] };
}

/** One digest for all forms of a name, for counting. The name itself is not stored: it may be a password in the wrong field. */
export function nameDigest(name: AccountName): string {
  const folded = "emails" in name ? name.emails.at(-1) : name.usernameKey;
  return createHash("sha256")
    .update(folded ?? "")
    .digest("base64url");
}

// As `lower` does under "C". JavaScript would turn some letters beyond ASCII into ASCII, and so a foreign address into an
// account's.
function foldAscii(address: string): string {
  return address.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
