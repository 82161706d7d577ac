#!/bin/sh
# Lists the application's processes that are ready, for Nginx to send requests to. Nginx itself can't ask for readiness. A
# stopping process is unready while it still serves, so that no request is on its way when it closes its port.
set -eu

# IPv6 is looked up only where there is no IPv4: a process with addresses of both families must be listed once.
addresses() {
    for server in "$@"; do
        name="${server%:*}"
        name="${name#[}"
        name="${name%]}"
        found="$(getent ahostsv4 "$name" || getent ahostsv6 "$name" || true)"
        echo "$found" | while read -r address type _; do
            [ "$type" = STREAM ] || continue
            case "$address" in *:*) address="[$address]" ;; esac
            echo "$address:${server##*:}"
        done
    done
}

# A process that answers too late keeps its state up to three times in a row: it may be busy.
is_ready() {
    late="$RUNTIME_DIRECTORY/late-$1"
    if curl -sfg --max-time 1 -o /dev/null "http://$1/api/health/ready/"; then
        rm -f "$late"
    elif [ $? -ne 28 ]; then
        rm -f "$late"
        return 1
    else
        echo late >> "$late"
        grep -qF "server $1 " "$RUNTIME_DIRECTORY/servers.conf" && [ "$(wc -l < "$late")" -le 3 ]
    fi
}

mkdir -p "$RUNTIME_DIRECTORY"
all="$(addresses ${APP_UPSTREAMS:-web:8000} | sort -u)"
servers="$(
    for server in $all; do
        (if is_ready "$server"; then echo "$server"; fi) 2>/dev/null &
    done
    wait
)"
# During an outage of the database no process is ready. Then all are listed: they answer with a better refusal than Nginx.
servers="$(echo "${servers:-$all}" | sort)"

list() {
    file="$1"
    shift
    {
        # max_fails=0: Nginx must not drop a server that failed. With one restarting after another, none would be left.
        for server in "$@"; do echo "server $server max_fails=0;"; done
        # The name has no address yet.
        [ $# -gt 0 ] || echo "server 127.0.0.1:9 down;"
    } > "$RUNTIME_DIRECTORY/$file.new"
    mv "$RUNTIME_DIRECTORY/$file.new" "$RUNTIME_DIRECTORY/$file.conf"
}
list servers $servers

# Django can't be asked whether it is ready.
[ -z "${LEGACY_UPSTREAM:-}" ] || list django-servers $(addresses "$LEGACY_UPSTREAM" | sort -u)
