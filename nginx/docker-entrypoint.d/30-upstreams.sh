#!/bin/sh
# Where Nginx sends requests: to the processes of the application whose readiness says yes. Nginx itself can't ask. One
# that is stopping says no while it still serves, so that nothing is on its way to it when it lets go of its port.
set -eu

# A process that has addresses of both families is one process: IPv6 is asked for where there is no IPv4.
addresses() {
    for server in ${APP_UPSTREAMS:-web:8000}; do
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

# Who takes too long stays what it was, three times: busy is not dead.
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
all="$(addresses | sort -u)"
servers="$(
    for server in $all; do
        (if is_ready "$server"; then echo "$server"; fi) 2>/dev/null &
    done
    wait
)"
# With the database away nobody is ready, and all of them say why better than Nginx can.
servers="$(echo "${servers:-$all}" | sort)"

{
    # No server is ever left out for having failed: with one restarting after the other, none would be left.
    for server in $servers; do echo "server $server max_fails=0;"; done
    # None is known by that name yet.
    [ -n "$servers" ] || echo "server 127.0.0.1:9 down;"
} > "$RUNTIME_DIRECTORY/servers.new"
mv "$RUNTIME_DIRECTORY/servers.new" "$RUNTIME_DIRECTORY/servers.conf"
