import "server-only";

import { createHash } from "node:crypto";
import type { AccountName } from "@/db/users";
import { usernameKey } from "./username-key";

/** Which account somebody means: by username or e-mail address. A username holds no "@", so the two never collide. */
export function accountName(name: string): AccountName {
  return name.includes("@") ? { email: name } : { usernameKey: usernameKey(name) };
}

/** The same for all that the database takes for one name, and not to be read: an unknown name may be a mistyped secret. */
export function nameDigest(name: AccountName): string {
  const folded = "email" in name ? name.email.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : name.usernameKey;
  return createHash("sha256").update(folded).digest("base64url");
}
