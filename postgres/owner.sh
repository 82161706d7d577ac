#!/bin/bash
# The postgres image runs this once, in a new volume. It creates mcuser, which owns the application's database and may create the
# application's role, but is no superuser. It removes the password of the superuser, postgres, which can then only log in inside
# the container.
set -euo pipefail
psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
\getenv password POSTGRES_PASSWORD
\getenv database POSTGRES_DB
create role mcuser login createrole password :'password';
alter database :"database" owner to mcuser;
alter role current_user password null;
SQL
