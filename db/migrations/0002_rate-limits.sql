-- Attempts within a window. The table is unlogged: an attempt writes nothing to the write-ahead log, and a crash of Postgres
-- forgets all attempts.
create unlogged table rate_limits (
  key       text primary key,
  used      integer not null,
  resets_at timestamptz not null
);

create index rate_limits_resets_at on rate_limits (resets_at);

-- The addresses that an account was signed in from. Attempts from other addresses never lock the owner out there.
create table login_addresses (
  user_id       bigint not null references users on delete cascade,
  address       text not null,
  last_login_at timestamptz not null default now(),
  primary key (user_id, address)
);

create index login_addresses_last_login_at on login_addresses (last_login_at);
