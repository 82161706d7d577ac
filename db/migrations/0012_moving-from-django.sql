-- Accounts that Django had may lack either. A signup still demands both.
alter table users alter column birth_date drop not null;
alter table users alter column email drop not null;

-- Whether the hash is the one that Django made. Django removed the spaces around a password, and may have to verify it again.
alter table passwords add column is_from_django boolean not null default false;

-- The formats of imported hashes, with their costs: a refused login takes as long as the slowest of them.
create table password_formats (
  format text primary key
);

-- The accounts that came from Django. Their ids are the ones that they have there.
create table django_users (
  user_id            bigint primary key references users on delete cascade,
  -- A digest of each value that was brought last: what differs from it here was changed here.
  brought            jsonb not null,
  is_staff           boolean not null,
  last_login_at      timestamptz,
  -- All sessions ended then: Django's tokens from before open none.
  tokens_void_before timestamptz
);

-- Accounts that came and were deleted here. They do not come again.
create table django_deleted_users (
  user_id bigint primary key
);

create function note_deleted_django_user() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  insert into django_deleted_users (user_id) select user_id from django_users where user_id = old.id on conflict do nothing;
  return old;
end $$;
create trigger deleted before delete on users
  for each row execute function note_deleted_django_user();
alter table users enable always trigger deleted;

-- Django's tokens that opened or continued a session. Once it has ended, Django is told to refuse them, too.
create table django_tokens (
  jti        text primary key,
  session_id text not null references sessions on delete cascade,
  -- Null: the token does not say it. An access token has the `iat` of the refresh token that it came with.
  issued_at  timestamptz,
  expires_at timestamptz not null
);
create index django_tokens_session_id on django_tokens (session_id);

-- The sessions that ended here because Django listed one of their tokens. There is no foreign key: a row must outlive its session.
create table django_ended_sessions (
  session_id         text primary key,
  -- What Django made from the session's tokens before that opens nothing. What it made later opens a session of its own.
  tokens_void_before timestamptz not null
);
create index django_ended_sessions_tokens_void_before on django_ended_sessions (tokens_void_before);

create or replace function end_sessions_of_disabled_user() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  update sessions set revoked_at = now(), end_reason = 'account_disabled' where user_id = new.id and revoked_at is null;
  update django_users set tokens_void_before = clock_timestamp() where user_id = new.id;
  return null;
end $$;

create or replace function end_sessions_of_changed_password() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  update sessions set revoked_at = now(), end_reason = 'password_changed'
  where user_id = new.user_id and revoked_at is null
    and id is distinct from nullif(current_setting('movieconnect.kept_session', true), '');
  update django_users set tokens_void_before = clock_timestamp() where user_id = new.user_id;
  return null;
end $$;
