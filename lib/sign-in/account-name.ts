import { createHash } from "node:crypto";
import type { AccountName } from "#db/account-name.ts";
import type { UserSearch } from "#db/list-users.ts";
import { asciiEmail, meantEmails } from "#lib/names/email-address.ts";
import { usernameKey } from "#lib/names/username-key.ts";

/** Which account somebody means: by username or e-mail address. A username holds no "@", so the two never collide. */
export function accountName(name: string): AccountName {
  return name.includes("@") ? { emails: meantEmails(name).map(foldAscii) } : { usernameKey: usernameKey(name) };
}

/** A part of a name or an address, to look for in any case; a part of a host in its ASCII form, too. */
export function accountSearch(part: string): UserSearch {
  const [written, ascii] = [part, part.includes("@") ? asciiEmail(part) : asciiEmail(`@${part}`).slice(1)];
  return { usernameKey: usernameKey(part), emails: [...new Set([written, ascii].map(foldAscii))] };
}

/** The same for all that the database takes for one name, and not to be read: an unknown name may be a mistyped secret. */
export function nameDigest(name: AccountName): string {
  const folded = "emails" in name ? name.emails.at(-1) : name.usernameKey;
  return createHash("sha256")
    .update(folded ?? "")
    .digest("base64url");
}

// As `lower` does under "C". An address that is not ASCII belongs to no account, and must not become one that does.
function foldAscii(address: string): string {
  return address.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
