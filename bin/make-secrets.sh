#!/bin/sh
# Makes what docker-compose.prod.yml reads from ./secrets. What is there stays as it is.
set -eu
mkdir -p secrets
# Compose hands a file over with its owner and its mode, and the containers' users are not the host's: the directory is
# what keeps other users of the host out.
chmod 700 secrets
cd secrets
umask 022

random() { head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n'; }
keep() { [ -s "$1" ] || { printf '%s' "$2" > "$1.new" && mv "$1.new" "$1"; }; }

keep auth_secret "$(random)"
keep database_owner_password "$(random)"
keep database_owner_url "postgres://mcuser:$(cat database_owner_password)@db:5432/movieconnect"
keep database_app_url "postgres://mcapp:$(random)@db:5432/movieconnect"
