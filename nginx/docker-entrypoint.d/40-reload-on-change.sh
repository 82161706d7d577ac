#!/bin/sh
# Reloads Nginx, which drops no connection, when the certificate was renewed, or when processes of the application came,
# went, or are about to go.
set -eu

fingerprint() {
    cat "$CERTIFICATE" "$RUNTIME_DIRECTORY/servers.conf" 2>/dev/null | cksum
}

(
    known="$(fingerprint)"
    while sleep "${WATCH_SECONDS:-1}"; do
        "${0%/*}/30-upstreams.sh" || continue
        now="$(fingerprint)"
        [ "$now" != "$known" ] || continue
        # Tried first: what is half written is looked at again.
        if nginx -t -q ${NGINX_ARGUMENTS:-} 2>/dev/null && nginx -s reload ${NGINX_ARGUMENTS:-}; then
            known="$now"
            echo "40-reload-on-change.sh: reloaded"
        fi
    done
) &
