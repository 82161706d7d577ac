import "server-only";

import type { AccountName } from "@/db/users";
import { usernameKey } from "./username-key";

/** Which account somebody means: by username or e-mail address. A username holds no "@", so the two never collide. */
export function accountName(name: string): AccountName {
  return name.includes("@") ? { email: name } : { usernameKey: usernameKey(name) };
}
