-- When the owner of the mailbox proved that the address is theirs; null: never.
alter table users add column email_verified_at timestamptz;

-- Sessions from before this migration have proved nothing yet, so the first default is the distant past.
-- `grace_generation` is the oldest generation that a refresh accepts within the grace (db/rotate-session.ts).
alter table sessions
  add column authenticated_at timestamptz not null default '-infinity',
  add column grace_generation integer not null default 0,
  add column address text,
  add column device text,
  add column end_reason text;
alter table sessions alter column authenticated_at set default now();

-- What happened to an account, for its owner to look through.
create table events (
  id      bigint generated always as identity primary key,
  user_id bigint not null references users on delete cascade,
  at      timestamptz not null default clock_timestamp(),
  event   text not null,
  address text,
  network text,
  device  text
);
create index events_user_id on events (user_id, id);
create index events_at on events (at);
-- A login looks up whether its device and network have been seen before.
create index events_logins on events (user_id, device, network) where event in ('signup', 'login');

-- Mails that wait to be sent. A row holds no link and no token: the sender signs the link when it sends.
create table mails (
  id              uuid primary key default gen_random_uuid(),
  kind            text not null,
  user_id         bigint references users on delete cascade,
  address         text not null,
  facts           jsonb not null default '{}',
  -- Rows of one value are one mail while they wait.
  collapse_key    text,
  created_at      timestamptz not null default now(),
  attempts        integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  -- From then on the mail is of no use.
  give_up_at      timestamptz not null default now() + interval '3 days',
  locked_until    timestamptz,
  -- `dropped`: there was nobody to write to. `failed`: the mail can't be delivered.
  outcome         text check (outcome in ('sent', 'dropped', 'failed')),
  settled_at      timestamptz,
  last_error      text,
  check ((outcome is null) = (settled_at is null))
);
create unique index mails_collapse_key on mails (collapse_key) where outcome is null;
create index mails_collapsed on mails (collapse_key, created_at);
create index mails_next_attempt_at on mails (next_attempt_at) where outcome is null;
create index mails_give_up_at on mails (give_up_at) where outcome is null;
create index mails_created_at on mails (created_at) where outcome is null;
-- Failed mails are kept for longer than the others.
create index mails_settled_at on mails (settled_at) where outcome <> 'failed';
create index mails_failed_at on mails (settled_at) where outcome = 'failed';
create index mails_user_id on mails (user_id);

-- Addresses that accounts had until lately. Their owners can undo the change, so nobody else may take them in the meantime.
create table email_changes (
  id         bigint generated always as identity primary key,
  user_id    bigint not null references users on delete cascade,
  old_email  text not null,
  changed_at timestamptz not null default clock_timestamp(),
  undone_at  timestamptz
);
create index email_changes_user_id on email_changes (user_id);
create index email_changes_old_email on email_changes (lower(old_email collate "C"));
create index email_changes_changed_at on email_changes (changed_at);

-- The reason is kept with the session, so that its refresh token can be refused with it.
create or replace function end_sessions_of_disabled_user() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  update sessions set revoked_at = now(), end_reason = 'account_disabled' where user_id = new.id and revoked_at is null;
  return null;
end $$;

-- The session in which a user changes the password goes on: that transaction names it in movieconnect.kept_session.
create or replace function end_sessions_of_changed_password() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  update sessions set revoked_at = now(), end_reason = 'password_changed'
  where user_id = new.user_id and revoked_at is null
    and id is distinct from nullif(current_setting('movieconnect.kept_session', true), '');
  return null;
end $$;

-- Runs after the unique index has let the address pass, and so sees a change of address that was committed meanwhile.
create function refuse_reserved_email() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if exists (
    select from email_changes
    where lower(old_email collate "C") = lower(new.email collate "C") and user_id <> new.id
      and undone_at is null and changed_at > now() - interval '72 hours'
  ) then
    raise unique_violation using message = 'the address was another account''s until lately', constraint = 'users_email_key';
  end if;
  return null;
end $$;

create trigger reserved after insert or update of email on users
  for each row execute function refuse_reserved_email();
alter table users enable always trigger reserved;

-- An account's first password is a new way in, and ends its sessions as a changed one does.
create trigger set_first after insert on passwords
  for each row execute function end_sessions_of_changed_password();
alter table passwords enable always trigger set_first;
create trigger set_first_forgotten after insert on passwords
  for each row execute function forget_logins_of_changed_password();
alter table passwords enable always trigger set_first_forgotten;
