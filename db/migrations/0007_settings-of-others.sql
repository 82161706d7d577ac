-- A trigger must not depend on the settings of the session that fires it. An operator's psql may have another search_path, and
-- a session with session_replication_role = replica fires only the triggers that are enabled always.
do $$
declare
  name text;
  trigger_ record;
begin
  for name in select oid::regprocedure from pg_proc
    where pronamespace = 'public'::regnamespace and prorettype = 'trigger'::regtype and pg_has_role(proowner, 'usage')
  loop
    execute format('alter function %s set search_path = public, pg_temp', name);
  end loop;
  for trigger_ in select tgname, tgrelid::regclass as on_table from pg_trigger
    where not tgisinternal and tgrelid in ('public.users'::regclass, 'public.passwords'::regclass, 'public.sessions'::regclass)
  loop
    execute format('alter table %s enable always trigger %I', trigger_.on_table, trigger_.tgname);
  end loop;
end $$;
