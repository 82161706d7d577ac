/** What an account is found by: its username's key, or the first of these lower-case e-mail addresses that exists. */
export type AccountName = { usernameKey: string } | { emails: string[] };

/** The SQL condition that finds an account in `users`, and the value of its parameter `$1`. */
export function accountCondition(name: AccountName): { where: string; value: unknown } {
  if ("usernameKey" in name) return { where: "where username_key = $1", value: name.usernameKey };
  const address = 'lower(email collate "C")';
  const where = `where ${address} = any($1::text[]) order by array_position($1::text[], ${address}) limit 1`;
  return { where, value: name.emails };
}
