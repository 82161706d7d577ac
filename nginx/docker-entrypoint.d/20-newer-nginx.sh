#!/bin/sh
# What this Nginx can do beyond 1.22, the oldest that the templates are for.
set -eu

mkdir -p "$RUNTIME_DIRECTORY"
version="$(nginx -v 2>&1 | sed 's|.*/||; s| .*||')"
is_since() { [ "$(printf '%s\n' "$1" "$version" | sort -V | head -n 1)" = "$1" ]; }

# A reload closes idle connections at once, and one may just be sending a request.
if is_since 1.27.4; then
    echo "keepalive_min_timeout 5s;" > "$RUNTIME_DIRECTORY/newer.conf"
fi

# HTTP/3. The port has to be published for UDP too.
if [ -n "${PUBLIC_URL:-}" ] && nginx -V 2>&1 | grep -q -- --with-http_v3_module; then
    {
        echo "listen $HTTPS_PORT quic reuseport default_server;"
        echo "set \$alt_svc 'h3=\":$HTTPS_PORT\"; ma=86400';"
    } > "$RUNTIME_DIRECTORY/http3.conf"
fi
