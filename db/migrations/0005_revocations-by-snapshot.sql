-- Revocations are read by snapshot, not by clock (db/revocations.ts): each row keeps the id of the transaction that wrote it.
-- A reader that continues from its last snapshot skips nothing, however long a transaction takes and wherever the clock jumps.
alter table revocations add column xact_id xid8 not null default pg_current_xact_id();
create index revocations_xact_id on revocations (xact_id);

-- A database that went back in time has lost the end of a session. When the session is ended again, it is announced again.
create or replace function announce_revocation() returns trigger language plpgsql as $$
begin
  insert into revocations (session_id) values (old.id)
  on conflict (session_id) do update set revoked_at = excluded.revoked_at, xact_id = excluded.xact_id;
  return null;
end $$;

-- Identifies this database: its cluster, and the timeline of its write-ahead log, which changes with a promotion and with a
-- recovery to a point in time. Where an engine does not tell, only the identity of the table below is left.
create function database_lineage() returns text language plpgsql volatile as $$
begin
  return (select system_identifier from pg_control_system()) || '/' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8);
exception when feature_not_supported or undefined_function or insufficient_privilege then
  return '';
end $$;

-- How much of the write-ahead log is on disk, in bytes; null where an engine does not tell.
create function database_position() returns numeric language plpgsql volatile as $$
begin
  return pg_current_wal_flush_lsn() - '0/0'::pg_lsn;
exception when feature_not_supported or undefined_function or insufficient_privilege then
  return null;
end $$;

-- The identity that the database had at the last check, and since when. A promoted standby, a recovery and a restored dump
-- bring this row along with another identity, which reveals them.
create table lineage (
  is_only boolean primary key default true check (is_only),
  known   text not null,
  since   timestamptz not null default '-infinity'
);
insert into lineage (known) select database_lineage() || '/' || 'lineage'::regclass::oid;
