import type { Database } from "./pool.ts";

/** An account whose state here Django does not have, and in what. */
export type StayingAccount = { id: number; name: string; kinds: string[] };

// The digest of lib/django/brought.ts.
const digest = (value: string) => `left(encode(sha256(convert_to(coalesce(${value}, 'null'), 'UTF8')), 'hex'), 16)`;
const differs = (field: string, value: string) => `${digest(value)} <> brought->'${field}'->>1`;

const KINDS = {
  made_here: "d.user_id is null",
  password_set_here: "d.user_id is not null and not is_from_django and p.changed_at <> u.created_at",
  without_password: "d.user_id is not null and p.user_id is null",
  name_changed_here: differs("username", "username"),
  email_changed_here: differs("email", "email"),
  birth_date_changed_here: differs("birth_date", "birth_date::text"),
  switched_here: differs("is_active", "u.is_active::text"),
  other_ways_in:
    'has_second_factor or exists (select from passkeys k where k.user_id = u.id) or exists (select from accounts a where "userId" = u.id)',
};

/** The accounts after one id whose state here Django does not have, by ids. */
export function listStaying(db: Database, after: number, limit: number): Promise<StayingAccount[]> {
  const kinds = Object.entries(KINDS).map(([kind, condition]) => `case when ${condition} then '${kind}' end`);
  return db.query<StayingAccount>(
    `select id, name, kinds from (
       select u.id, username as name, array_remove(array[${kinds.join(", ")}], null) as kinds
       from users u left join passwords p on p.user_id = u.id left join django_users d on d.user_id = u.id
       where u.id > $1
     ) account where cardinality(kinds) > 0 order by id limit $2`,
    [after, limit],
  );
}

/** The ids of users of Django who came and were deleted here. */
export async function listAllDeletedHere(db: Database): Promise<number[]> {
  const rows = await db.query<{ user_id: number }>("select user_id from django_deleted_users order by user_id");
  return rows.map(({ user_id }) => user_id);
}
