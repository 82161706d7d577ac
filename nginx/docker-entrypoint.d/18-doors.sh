#!/bin/sh
# Sets where Nginx listens, and which proxies it trusts to name the client: the addresses and subnets of TRUSTED_PROXIES.
set -eu

mkdir -p "$RUNTIME_DIRECTORY"
# A killed Nginx leaves its sockets behind, and the next one could not listen on them.
rm -f "$RUNTIME_DIRECTORY"/*.sock

listen() {
    echo "listen $1;"
    # Some machines have no IPv6 at all.
    [ ! -e /proc/net/if_inet6 ] || echo "listen [::]:$1;"
}
listen "$HTTP_PORT" > "$RUNTIME_DIRECTORY/listen-http.conf"
listen "$HTTPS_PORT" > "$RUNTIME_DIRECTORY/listen-https.conf"

proxies="$(echo "${TRUSTED_PROXIES:-}" | tr ',' ' ')"
for proxy in $proxies; do
    case "$proxy" in
        *[!0-9a-fA-F.:/]* | /*)
            echo "TRUSTED_PROXIES must be addresses and subnets separated by commas, as in 192.0.2.1,2001:db8::/32; not $proxy" >&2
            exit 1
            ;;
    esac
done
for proxy in $proxies; do echo "$proxy 1;"; done > "$RUNTIME_DIRECTORY/proxies.geo"
{
    # The front door passes trusted proxies' connections on to here through a Unix socket.
    echo "set_real_ip_from unix:;"
    for proxy in $proxies; do echo "set_real_ip_from $proxy;"; done
    echo "real_ip_header X-Forwarded-For;"
    echo "real_ip_recursive on;"
} > "$RUNTIME_DIRECTORY/proxies.conf"
