-- Attempts within a window. Unlogged: a crash of Postgres forgives them, and each costs no write to the log.
create unlogged table rate_limits (
  key       text primary key,
  used      integer not null,
  resets_at timestamptz not null
);

create index rate_limits_resets_at on rate_limits (resets_at);

-- Where an account was signed in from: there its owner is never locked out by what others do elsewhere.
create table login_addresses (
  user_id       bigint not null references users on delete cascade,
  address       text not null,
  last_login_at timestamptz not null default now(),
  primary key (user_id, address)
);

create index login_addresses_last_login_at on login_addresses (last_login_at);
