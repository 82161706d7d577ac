-- When the password itself was changed, not its hash alone. A login that has compared the old password opens no session.
alter table passwords add column changed_at timestamptz not null default now();

create function end_sessions_of_changed_password() returns trigger language plpgsql as $$
begin
  update sessions set revoked_at = now() where user_id = new.user_id and revoked_at is null;
  return null;
end $$;

create trigger changed after update of changed_at on passwords
  for each row when (old.changed_at is distinct from new.changed_at)
  execute function end_sessions_of_changed_password();
