#!/bin/bash
# Run by the postgres image, once, in a new volume: mcuser owns the application's database and can make the application's
# role, and is no superuser. The superuser, postgres, has no password afterwards: it is reached in the container alone.
set -euo pipefail
psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
\getenv password POSTGRES_PASSWORD
\getenv database POSTGRES_DB
create role mcuser login createrole password :'password';
alter database :"database" owner to mcuser;
alter role current_user password null;
SQL
