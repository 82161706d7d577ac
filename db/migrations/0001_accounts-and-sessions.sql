-- `username_key` is the username with its case folded by lib/names/username-key.ts. The database cannot compute it: lower()
-- and citext do not fold ß or the final sigma.
create table users (
  id           bigint generated always as identity primary key,
  username     text not null check (char_length(username) between 1 and 150),
  username_key text not null constraint users_username_key unique,
  email        text not null check (char_length(email) <= 254),
  birth_date   date not null,
  is_active    boolean not null default true,
  created_at   timestamptz not null default now()
);

-- Addresses are ASCII, so lower() under "C" folds all of their letters, whatever the database's locale.
create unique index users_email_key on users (lower(email collate "C"));

-- Passwords have a table of their own, so that no `select * from users` can return a hash.
create table passwords (
  user_id bigint primary key references users on delete cascade,
  encoded text not null
);

-- A refresh token is this row's id and generation, signed. No token is stored.
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

-- Every worker polls this table, to refuse access tokens whose session ended before them.
-- There is no foreign key: a row must outlive a deleted session.
create table revocations (
  session_id text primary key,
  revoked_at timestamptz not null default clock_timestamp()
);

create index revocations_revoked_at on revocations (revoked_at);

-- A trigger announces the end of a session to the workers, whether the application, an operator in psql or a cascade ended it.
create function announce_revocation() returns trigger language plpgsql as $$
begin
  insert into revocations (session_id) values (old.id) on conflict do nothing;
  return null;
end $$;

create trigger revoked after update of revoked_at on sessions
  for each row when (old.revoked_at is null and new.revoked_at is not null)
  execute function announce_revocation();

-- A session that had already expired need not be announced.
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
