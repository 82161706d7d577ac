-- A login address counts only for the password that was used there: a new password starts with none, however it is set.
alter table login_addresses add column password_changed_at timestamptz;

update login_addresses l set password_changed_at = p.changed_at
  from passwords p where p.user_id = l.user_id and l.last_login_at >= p.changed_at;

-- Guesses at the old password are not guesses at the new one. Kept, their count would lock the owner out, who has no known
-- address now. The old addresses are void, so they are deleted.
create function forget_logins_of_changed_password() returns trigger language plpgsql as $$
begin
  delete from login_addresses where user_id = new.user_id;
  delete from rate_limits where key = 'login_account:' || new.user_id;
  return null;
end $$;

create trigger forgotten after update of changed_at on passwords
  for each row when (old.changed_at is distinct from new.changed_at)
  execute function forget_logins_of_changed_password();

delete from login_addresses where password_changed_at is null;
