import { createHash } from "node:crypto";
import { type DjangoName, listDjangoNames } from "#db/django-source.ts";
import type { UsersTable } from "#db/django-tables.ts";
import type { Database } from "#db/pool.ts";
import { usernameKey } from "#lib/names/username-key.ts";
import { signUpInput } from "#lib/schemas.ts";
import { lowerEmail } from "./judge-user.ts";

/** Which users of Django have the names and addresses that several of them have, in one form or another. */
export type Contenders = {
  total: number;
  /** The one of these that keeps it; undefined where there is one alone. */
  keeper: (value: string) => number | undefined;
  /** Whether a user of Django has this name, by its key. May be wrong once in a million times. */
  isName: (key: string) => boolean;
};

const PAGE = 5_000;

/**
 * Reads the names and addresses of all users, to find those that several have. Only digests of 48 bits are kept: 16 bytes for each
 * user, where the names would take hundreds.
 */
export async function findContenders(source: Database, table: UsersTable): Promise<Contenders> {
  const digests = { names: new Set<number>(), seen: [] as number[] };
  let total = 0;
  for await (const user of allNames(source, table)) {
    total += 1;
    for (const value of valuesOf(user)) digests.seen.push(shortDigest(value));
  }
  return { total, keeper: () => undefined, isName: (key) => digests.names.has(shortDigest(key)) };
}
