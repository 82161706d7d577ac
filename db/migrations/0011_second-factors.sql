-- Time-based codes, recovery codes and passkeys.
-- In the user's own row, which each login locks: one that waits for an enrolment to end then sees it.
alter table users add column has_second_factor boolean not null default false;
-- By what the user's passkeys know the account; null until the first one.
alter table users add column passkey_handle text unique;

create table totp_secrets (
  user_id   bigint not null references users on delete cascade,
  -- One secret is on. A new one waits beside it for its first code.
  is_on     boolean not null,
  -- Encrypted, so that a dump of the database makes no codes.
  sealed    text not null,
  added_at  timestamptz not null default now(),
  -- The latest time step, of 30 s each, whose code was used.
  last_step bigint not null default 0,
  primary key (user_id, is_on)
);
create index totp_secrets_added_at on totp_secrets (added_at) where not is_on;

create function note_second_factor() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  update users set has_second_factor = exists (select from totp_secrets where user_id = users.id and is_on)
  where id = coalesce(new.user_id, old.user_id)
    and has_second_factor <> exists (select from totp_secrets where user_id = users.id and is_on);
  return null;
end $$;
create trigger second_factor after insert or delete or update of is_on on totp_secrets
  for each row execute function note_second_factor();
alter table totp_secrets enable always trigger second_factor;

create table recovery_codes (
  user_id bigint not null references users on delete cascade,
  -- SHA-256: a code has 120 random bits, so no slower hash is needed (ASVS 6.5.2).
  digest  text not null,
  made_at timestamptz not null default now(),
  primary key (user_id, digest)
);

create table passkeys (
  id            bigint generated always as identity primary key,
  user_id       bigint not null references users on delete cascade,
  credential_id text not null unique,
  public_key    bytea not null,
  -- Of signatures; 0 where the authenticator does not count.
  counter       bigint not null,
  transports    text[] not null,
  aaguid        text not null,
  -- Whether its provider may keep it on several devices. That never changes.
  may_sync      boolean not null,
  -- Whether its provider does.
  is_synced     boolean not null,
  name          text not null,
  created_at    timestamptz not null default now(),
  last_used_at  timestamptz
);
create index passkeys_user_id on passkeys (user_id);
