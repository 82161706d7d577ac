#!/bin/sh
# Reloads Nginx, which drops no connection, when the certificate was renewed or the application's containers have moved:
# it asks for the addresses of its upstreams only when it reads its configuration.
set -eu

fingerprint() {
    cat "$CERTIFICATE" 2>/dev/null | cksum
    for server in ${APP_UPSTREAMS:-web:8000}; do getent hosts "${server%:*}" | sort; done
}

(
    known="$(fingerprint)"
    while sleep "${RELOAD_CHECK_SECONDS:-2}"; do
        now="$(fingerprint)"
        [ "$now" != "$known" ] || continue
        # Tried first: what is half written, or a name that is gone for a moment, is looked at again.
        if nginx -t -q ${NGINX_ARGUMENTS:-} 2>/dev/null && nginx -s reload ${NGINX_ARGUMENTS:-}; then
            known="$now"
            echo "40-reload-on-change.sh: reloaded"
        fi
    done
) &
