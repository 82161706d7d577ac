#!/bin/sh
# Where Nginx listens, and whose word it takes for who is asking: TRUSTED_PROXIES, addresses and subnets.
set -eu

mkdir -p "$RUNTIME_DIRECTORY"
# One that was killed leaves them behind, and could not listen there again.
rm -f "$RUNTIME_DIRECTORY"/*.sock

listen() {
    echo "listen $1;"
    # Not where the machine has no IPv6 at all.
    [ ! -e /proc/net/if_inet6 ] || echo "listen [::]:$1;"
}
listen "$HTTP_PORT" > "$RUNTIME_DIRECTORY/listen-http.conf"
listen "$HTTPS_PORT" > "$RUNTIME_DIRECTORY/listen-https.conf"

proxies="$(echo "${TRUSTED_PROXIES:-}" | tr ',' ' ')"
for proxy in $proxies; do
    case "$proxy" in
        *[!0-9a-fA-F.:/]* | /*)
            echo "TRUSTED_PROXIES: addresses and subnets, with commas between: 192.0.2.1,2001:db8::/32; not $proxy" >&2
            exit 1
            ;;
    esac
done
for proxy in $proxies; do echo "$proxy 1;"; done > "$RUNTIME_DIRECTORY/proxies.geo"
{
    # The front door itself, which sends here whom it heard from a trusted proxy.
    echo "set_real_ip_from unix:;"
    for proxy in $proxies; do echo "set_real_ip_from $proxy;"; done
    echo "real_ip_header X-Forwarded-For;"
    echo "real_ip_recursive on;"
} > "$RUNTIME_DIRECTORY/proxies.conf"
