import { createHash } from "node:crypto";
import { type DjangoName, listDjangoNames } from "#db/django-source.ts";
import type { UsersTable } from "#db/django-tables.ts";
import type { Database } from "#db/pool.ts";
import { usernameKey } from "#lib/names/username-key.ts";
import { signUpInput } from "#lib/schemas.ts";
import { lowerEmail, validName } from "./judge-user.ts";

/** The users of Django who share a name or an address, which can differ in case and in Unicode form. */
export type Contenders = {
  /** How many users there are. */
  total: number;
  /** The user who keeps a name that several have; undefined where one alone has it. */
  nameKeeper: (key: string) => number | undefined;
  emailKeeper: (lower: string) => number | undefined;
  /** Whether a user has this name, by its key. Wrong for one name in millions, which then is not given to anyone. */
  isName: (key: string) => boolean;
};

type Pages = () => AsyncIterable<DjangoName[]>;

const PAGE = 5_000;

/**
 * Reads the names and addresses of all users. Only digests are kept of them, of 8 bytes each: the values themselves would take
 * hundreds of megabytes for a million users.
 */
export function contendersOf(source: Database, table: UsersTable): Promise<Contenders> {
  return contendersIn(() => pagesOf(source, table));
}

/** @param pages the users, page by page, as often as it is called */
export async function contendersIn(pages: Pages): Promise<Contenders> {
  const digests: number[] = [];
  let total = 0;
  for await (const page of pages()) {
    total += page.length;
    for (const user of page) for (const value of valuesOf(user)) digests.push(shortDigest(value));
  }
  const sorted = Float64Array.from(digests).sort();
  const shared = new Set(sorted.filter((digest, index) => digest === sorted[index - 1]));
  const keepers = shared.size === 0 ? new Map<string, DjangoName>() : await findKeepers(pages, shared);
  return {
    total,
    nameKeeper: (key) => keepers.get(nameValue(key))?.id,
    emailKeeper: (lower) => keepers.get(emailValue(lower))?.id,
    isName: (key) => has(sorted, shortDigest(nameValue(key))),
  };
}

async function* pagesOf(source: Database, table: UsersTable): AsyncGenerator<DjangoName[]> {
  for (let after = 0; ; ) {
    const page = await listDjangoNames(source, table, after, PAGE);
    yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.id;
  }
}

const nameValue = (key: string) => `name ${key}`;
const emailValue = (lower: string) => `email ${lower}`;

// What a user competes for: a name that is to be replaced can be another's.
function valuesOf({ username, email: written }: DjangoName): string[] {
  const email = signUpInput.shape.email.safeParse(written).data ?? null;
  const name = validName(username, email);
  return [...(name === null ? [] : [nameValue(usernameKey(name))]), ...(email === null ? [] : [emailValue(lowerEmail(email))])];
}

function shortDigest(value: string): number {
  return createHash("sha256").update(value).digest().readUIntBE(0, 6);
}

async function findKeepers(pages: Pages, shared: Set<number>): Promise<Map<string, DjangoName>> {
  const keepers = new Map<string, DjangoName>();
  for await (const page of pages()) {
    for (const user of page) {
      for (const value of valuesOf(user).filter((each) => shared.has(shortDigest(each)))) {
        const other = keepers.get(value);
        if (other === undefined || lastLogin(user) > lastLogin(other)) keepers.set(value, user);
      }
    }
  }
  return keepers;
}

// Postgres writes the times of one zone so that they sort as text. Of equals the first, with the lower id, keeps the name.
function lastLogin({ last_login: time }: DjangoName): string {
  return time ?? "";
}

function has(sorted: Float64Array, sought: number): boolean {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < sought) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === sought;
}
