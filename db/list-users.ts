import type { Database } from "./pool.ts";
import { USER_DETAILS, type UserDetails } from "./users.ts";

/** What to search for: a part of a username's key, or one of these parts of a lower-case e-mail address. */
export type UserSearch = { usernameKey: string; emails: string[] };

/** How many ids one statement looks at, so that each is quick however many accounts there are. */
const WINDOW = 20_000;

/** Lists accounts by id, from the one after the id `after`. @param search null for all accounts */
export async function listUsers(
  db: Database,
  { after, limit, search }: { after: number; limit: number; search: UserSearch | null },
): Promise<UserDetails[]> {
  const found: UserDetails[] = [];
  let last: number | null = after;
  while (last !== null && found.length < limit) {
    const page = await listWithin(db, last, limit - found.length, search);
    found.push(...page.found);
    last = page.last;
  }
  return found;
}

// No index that every Postgres has can search for a part of a text. So each statement reads a bounded range of ids, which
// begins at the next id that exists.
async function listWithin(db: Database, after: number, limit: number, search: UserSearch | null) {
  const rows = await db.query<{ last: number } & Partial<UserDetails>>(
    `select first.id + $2 - 1 as last, found.*
     from (select min(id) as id from users where id > $1) first
     left join lateral (
       select ${USER_DETAILS} from users
       where users.id >= first.id and users.id < first.id + $2 and ($3::text is null or strpos(username_key, $3) > 0
         or exists (select from unnest($4::text[]) part where strpos(lower(email collate "C"), part) > 0))
       order by users.id limit $5
     ) found on true
     where first.id is not null order by found.id`,
    [after, WINDOW, search?.usernameKey ?? null, search?.emails ?? [], limit],
  );
  const found = rows.flatMap(({ last: _last, ...user }) => (typeof user.id === "number" ? [user as UserDetails] : []));
  return { found, last: rows[0]?.last ?? null };
}
