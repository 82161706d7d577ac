#!/bin/sh
# Creates the files that docker-compose.prod.yml reads from ./secrets. Existing files stay as they are.
set -eu
mkdir -p secrets
# Compose mounts a file with its owner and mode, and the containers' users must be able to read it. So the directory's mode keeps
# other users of the host out.
chmod 700 secrets
cd secrets
umask 022

random() { head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n'; }
keep() { [ -s "$1" ] || { printf '%s' "$2" > "$1.new" && mv "$1.new" "$1"; }; }

keep auth_secret "$(random)"
keep database_owner_password "$(random)"
keep database_owner_url "postgres://mcuser:$(cat database_owner_password)@db:5432/movieconnect"
keep database_app_url "postgres://mcapp:$(random)@db:5432/movieconnect"
# Only the operator knows these. While smtp_url is empty, no mail is sent; while a provider's secret is, there is no such provider.
for name in smtp_url auth_google_secret auth_github_secret auth_oidc_secret; do [ -e "$name" ] || : > "$name"; done
