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
TOKENS="/api/token/ /api/user/logout/"
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

backend="$2"

backend_of() {
    LC_ALL=C sort -r "$list" | awk -v path="$1" 'index(path, $1) == 1 { print $2; exit }'
}

# What was said of the paths below these is no longer true.
put() {
    where="$1"
    shift
    for path in "$@"; do
        awk -v path="$path" 'index($1, path) != 1' "$list" > "$list.new"
        echo "$path $where" >> "$list.new"
        LC_ALL=C sort -o "$list" "$list.new"
    done
    rm "$list.new"
}

apply() {
    "$scripts/32-paths.sh"
    if ! nginx -t -q ${NGINX_ARGUMENTS:-}; then
        mv "$list.before" "$list"
        "$scripts/32-paths.sh"
        fail "Nginx does not take this configuration. Nothing has changed."
    fi
    nginx -s reload ${NGINX_ARGUMENTS:-}
}

# The paths where tokens are made and ended arrive here before all others, and leave after them. A Django that rotates refresh
# tokens makes access tokens that the application stops accepting within a second, and only a refresh by the application helps.
early=""
for path in $paths; do
    case " $TOKENS " in *" $path "*) ;; *) early=yes ;; esac
done
waiting=""
for token in $TOKENS; do
    for path in $paths; do
        case "$token" in "$path"*) [ "$(backend_of "$token")" = "$backend" ] || waiting="$waiting $token" ;; esac
    done
done

cp "$list" "$list.before"
if [ -n "$early" ] && [ -n "$waiting" ]; then
    [ "$backend" = movieconnect ] || put django $paths
    put movieconnect $waiting
    apply
    # For so long Nginx' old processes may still serve connections that were open.
    sleep "${SETTLE_SECONDS:-6}"
fi
put "$backend" $paths
apply
rm "$list.before"
cat "$list"
