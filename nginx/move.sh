#!/bin/sh
# Moves paths between Django and the application: docs/moving-from-django.md.
#   /move.sh                                        prints which backend serves which path
#   /move.sh /api/token/ /api/user/ to movieconnect
#   /move.sh all to django                          all of /api/
# A path moves with everything below it. Nginx reloads without dropping a connection.
set -eu

fail() {
    echo "move.sh: $1" >&2
    exit "${2:-1}"
}
usage() { fail "usage: move.sh [all|PATH…] to django|movieconnect" 2; }

scripts="$(dirname "$0")/docker-entrypoint.d"
. "$scripts/15-movieconnect.envsh"
[ -n "$LEGACY_UPSTREAM" ] || fail "LEGACY_UPSTREAM is not set: the application serves everything"
mkdir -p "$MOVING_ROOT"
# Of two commands at a time, one waits.
exec 9> "$MOVING_ROOT/lock"
flock 9

list="$MOVING_ROOT/paths"
[ -s "$list" ] || echo "/api/ django" > "$list"
if [ $# -eq 0 ]; then
    cat "$list"
    exit
fi

paths=""
while [ $# -gt 2 ] || { [ $# -gt 0 ] && [ "$1" != to ]; }; do
    path="$1"
    shift
    case "$path" in
        all) path=/api/ ;;
        *[!A-Za-z0-9/._~-]*) fail "$path is not a path: it may have letters, digits and / . _ ~ -" 2 ;;
        /*) ;;
        *) usage ;;
    esac
    paths="$paths ${path%/}/"
done
[ -n "$paths" ] && [ $# -eq 2 ] && [ "$1" = to ] || usage
case "$2" in django | movieconnect) ;; *) usage ;; esac

cp "$list" "$list.before"
for path in $paths; do
    # What was said of paths below this one is no longer true.
    awk -v path="$path" 'index($1, path) != 1' "$list" > "$list.new"
    echo "$path $2" >> "$list.new"
    mv "$list.new" "$list"
done
LC_ALL=C sort -o "$list" "$list"
"$scripts/32-paths.sh"
if ! nginx -t -q ${NGINX_ARGUMENTS:-}; then
    mv "$list.before" "$list"
    "$scripts/32-paths.sh"
    fail "Nginx does not take this configuration. Nothing has changed."
fi
rm "$list.before"
nginx -s reload ${NGINX_ARGUMENTS:-}
cat "$list"
