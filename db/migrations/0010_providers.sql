-- Accounts at other providers that open an account here. The columns, with their names, are those of @auth/pg-adapter.
create table accounts (
  id                  bigint generated always as identity primary key,
  "userId"            bigint not null references users on delete cascade,
  type                text not null,
  provider            text not null,
  -- The issuer and the subject: neither is unique without the other (OpenID Connect Core §2).
  "providerAccountId" text not null,
  access_token        text,
  refresh_token       text,
  id_token            text,
  expires_at          bigint,
  token_type          text,
  scope               text,
  session_state       text,
  linked_at           timestamptz not null default now(),
  unique (provider, "providerAccountId"),
  unique ("userId", provider),
  -- A provider's tokens open an account there. They are of no use here, so the database refuses them.
  constraint accounts_hold_no_token check (access_token is null and refresh_token is null and id_token is null)
);

-- What is good once and was used: the ids of signed values that are stored nowhere else.
create table spent (
  id         text primary key,
  expires_at timestamptz not null
);
create index spent_expires_at on spent (expires_at);
