#!/bin/sh
# HTTP/3 where this build of Nginx has it. The port has to be published for UDP too.
set -eu

[ -n "${PUBLIC_URL:-}" ] || exit 0
nginx -V 2>&1 | grep -q -- --with-http_v3_module || exit 0
cat > /etc/nginx/http3.conf <<CONFIGURATION
listen $HTTPS_PORT quic reuseport default_server;
set \$alt_svc 'h3=":$HTTPS_PORT"; ma=86400';
CONFIGURATION
