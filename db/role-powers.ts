import type { Ask } from "./requirements.ts";

/** Predefined roles of Postgres that bypass the rights on tables, or reach outside the database. */
const PREDEFINED = ["pg_write_all_data", "pg_read_server_files", "pg_write_server_files", "pg_execute_server_program"];

type Powers = { [attribute in keyof typeof ATTRIBUTES]: boolean } & { owned: string[]; member_of: string[] };

const ATTRIBUTES = {
  rolsuper: "is a superuser",
  rolcreaterole: "may create roles",
  rolcreatedb: "may create databases",
  rolreplication: "may replicate the whole server",
  rolbypassrls: "bypasses row-level security",
};

/**
 * What a role may do beyond reading and writing rows, itself or as a member of another role.
 * @returns one phrase each; none for a role that does not exist
 */
export async function powersOf(ask: Ask, role: string): Promise<string[]> {
  const [powers] = await ask<Powers>(
    `select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,
       array(
         select 'the database' from pg_database where datname = current_database() and datdba = role.oid
         union all select 'the schema public' from pg_namespace where nspname = 'public' and nspowner = role.oid
         union all select 'tables' where exists (
           select from pg_class where relnamespace = to_regnamespace('public') and relkind in ('r', 'p') and relowner = role.oid)
       ) as owned,
       array(
         select other.rolname::text from pg_roles other
         where other.oid <> role.oid and pg_has_role(role.oid, other.oid, 'member') and (
           rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls
           or rolname = any ($2::text[]) or rolname = current_user
           or exists (select from pg_database where datname = current_database() and datdba = other.oid))
       ) as member_of
     from pg_roles role where rolname = $1`,
    [role, PREDEFINED],
  );
  if (!powers) return [];
  // A superuser counts as a member of every role: the rest would only repeat that.
  if (powers.rolsuper) return [ATTRIBUTES.rolsuper];
  const attributes = Object.entries(ATTRIBUTES).filter(([name]) => powers[name as keyof typeof ATTRIBUTES]);
  return [
    ...attributes.map(([, words]) => words),
    ...powers.owned.map((what) => `owns ${what}`),
    ...powers.member_of.map((other) => `is a member of ${other}`),
  ];
}
