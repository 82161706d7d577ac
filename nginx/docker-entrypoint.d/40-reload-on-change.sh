#!/bin/sh
# Reloads Nginx when the certificate is renewed, when processes of the application come, go or are about to stop, and when Django
# has another address. A reload drops no connection.
set -eu

fingerprint() {
    cat "$CERTIFICATE" "$RUNTIME_DIRECTORY/servers.conf" "$RUNTIME_DIRECTORY/django-servers.conf" 2>/dev/null | cksum
}

(
    known="$(fingerprint)"
    while sleep "${WATCH_SECONDS:-1}"; do
        "${0%/*}/30-upstreams.sh" || continue
        now="$(fingerprint)"
        [ "$now" != "$known" ] || continue
        # The test comes first: a half-written file fails it, and is tried again in the next round.
        if nginx -t -q ${NGINX_ARGUMENTS:-} 2>/dev/null && nginx -s reload ${NGINX_ARGUMENTS:-}; then
            known="$now"
            echo "40-reload-on-change.sh: reloaded"
        fi
    done
) &
