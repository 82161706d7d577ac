import { createHash } from "node:crypto";
import type { Values } from "#db/django-users.ts";

/** A short digest of a value, by which a later import sees whether it has changed. db/django-way-back.ts computes the same in SQL. */
export function digest(value: Values[keyof Values]): string {
  return createHash("sha256").update(String(value)).digest("hex").slice(0, 16);
}

/** The values' names. */
export const FIELDS = ["username", "email", "birth_date", "is_active", "password"] as const satisfies (keyof Values)[];
