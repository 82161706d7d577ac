import { quoted, type UsersTable } from "./django-tables.ts";
import type { Database } from "./pool.ts";

/** A token that Django is to refuse. `exp` in seconds since the epoch. */
export type RefusedToken = { jti: string; user_id: number; exp: number };

/**
 * Puts tokens on simplejwt's blacklist, in both of its tables. Nothing else is ever written at a Django site. The token itself is left
 * empty, for it is stored nowhere.
 * @returns how many were not on it before
 */
export function blacklist(site: Database, { name }: UsersTable, tokens: RefusedToken[]): Promise<number> {
  const rows = JSON.stringify(tokens);
  const said = "jsonb_to_recordset($1::jsonb) as r (jti text, user_id bigint, exp float8)";
  const known = "exists (select from token_blacklist_outstandingtoken o where o.jti = r.jti)";
  const listed = "exists (select from token_blacklist_blacklistedtoken b where b.token_id = o.id)";
  return site.transaction(async (part) => {
    await part.query(
      `insert into token_blacklist_outstandingtoken (jti, token, user_id, created_at, expires_at)
       select jti, '', (select id from ${quoted(name)} where id = r.user_id), now(), to_timestamp(exp) from ${said} where not ${known}
       on conflict (jti) do nothing`,
      [rows],
    );
    const added = await part.query(
      `insert into token_blacklist_blacklistedtoken (token_id, blacklisted_at)
       select o.id, now() from token_blacklist_outstandingtoken o join ${said} on r.jti = o.jti where not ${listed}
       on conflict (token_id) do nothing returning token_id`,
      [rows],
    );
    return added.length;
  });
}
