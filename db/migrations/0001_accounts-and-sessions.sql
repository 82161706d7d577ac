-- People. `username_key` is the name folded over all of Unicode by lib/names/username-key.ts: lower() and citext
-- leave out what differs by more than one character (ß, final sigma), so the database cannot make it.
create table users (
  id           bigint generated always as identity primary key,
  username     text not null check (char_length(username) between 1 and 150),
  username_key text not null constraint users_username_key unique,
  email        text not null check (char_length(email) <= 254),
  birth_date   date not null,
  is_active    boolean not null default true,
  created_at   timestamptz not null default now()
);

-- Addresses are ASCII, so lower() under "C" folds them whole, whatever the database's locale.
create unique index users_email_key on users (lower(email collate "C"));

-- A table of their own, so that no `select * from users` carries a hash out.
create table passwords (
  user_id bigint primary key references users on delete cascade,
  encoded text not null
);

-- A refresh token is this row's id and generation, signed. The token itself is stored nowhere.
create table sessions (
  id         text primary key,
  user_id    bigint not null references users on delete cascade,
  generation integer not null default 0,
  rotated_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz
);

create index sessions_user_id on sessions (user_id);

-- What every worker polls, to refuse access tokens of sessions that ended before the token did.
-- It has no foreign key: it must outlive a deleted session.
create table revocations (
  session_id text primary key,
  revoked_at timestamptz not null default clock_timestamp()
);

create index revocations_revoked_at on revocations (revoked_at);

-- However a session ends, by the application, by an operator in psql or by a cascade, the workers hear of it.
create function announce_revocation() returns trigger language plpgsql as $$
begin
  insert into revocations (session_id) values (old.id) on conflict do nothing;
  return null;
end $$;

create trigger revoked after update of revoked_at on sessions
  for each row when (old.revoked_at is null and new.revoked_at is not null)
  execute function announce_revocation();

-- `now()` is allowed in a trigger's condition: a session that had ended anyway need not be announced.
create trigger deleted after delete on sessions
  for each row when (old.revoked_at is null and old.expires_at > now())
  execute function announce_revocation();

create function end_sessions_of_disabled_user() returns trigger language plpgsql as $$
begin
  update sessions set revoked_at = now() where user_id = new.id and revoked_at is null;
  return null;
end $$;

create trigger disabled after update of is_active on users
  for each row when (old.is_active and not new.is_active)
  execute function end_sessions_of_disabled_user();
