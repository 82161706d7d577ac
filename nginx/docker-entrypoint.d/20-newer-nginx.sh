#!/bin/sh
# Uses features of this Nginx that 1.22, the oldest supported version, lacks, and modules that are separate files.
set -eu

mkdir -p "$RUNTIME_DIRECTORY"
version="$(nginx -v 2>&1 | sed 's|.*/||; s| .*||')"
built="$(nginx -V 2>&1)"
is_since() { [ "$(printf '%s\n' "$1" "$version" | sort -V | head -n 1)" = "$1" ]; }

# Debian packages the stream module, which the front door needs, as a file of its own (libnginx-mod-stream).
case "$built" in
    *--with-stream=dynamic*)
        modules="$(echo "$built" | sed -n 's/.*--modules-path=\([^ ]*\).*/\1/p')"
        echo "load_module $modules/ngx_stream_module.so;" > "$RUNTIME_DIRECTORY/modules.conf"
        ;;
esac

# A reload closes idle connections, and a client may just be sending a request on one: new connections stay open for a while.
if is_since 1.27.4; then
    echo "keepalive_min_timeout 5s;" > "$RUNTIME_DIRECTORY/newer.conf"
fi

# HTTP/3, if HTTP3=on. Its connections are not TCP, so the front door can't count them. The port must be published for UDP too.
rm -f "$RUNTIME_DIRECTORY/http3.conf"
[ "${HTTP3:-}" = on ] && [ -n "${PUBLIC_URL:-}" ] || exit 0
case "$built" in
    *--with-http_v3_module*) ;;
    *) echo "20-newer-nginx.sh: this Nginx has no HTTP/3" && exit 0 ;;
esac
[ -s "$RUNTIME_DIRECTORY/quic-host-key" ] || (umask 077 && head -c 32 /dev/urandom > "$RUNTIME_DIRECTORY/quic-host-key")
{
    echo "listen $HTTPS_PORT quic reuseport default_server;"
    [ ! -e /proc/net/if_inet6 ] || echo "listen [::]:$HTTPS_PORT quic reuseport default_server;"
    # A client has to prove its address before Nginx keeps any state for it. The key outlives a reload.
    echo "quic_retry on;"
    echo "quic_host_key $RUNTIME_DIRECTORY/quic-host-key;"
    echo "ssl_certificate $CERTIFICATE;"
    echo "ssl_certificate_key $CERTIFICATE_KEY;"
    echo "include movieconnect/tls.conf;"
    echo "set \$alt_svc 'h3=\":$HTTPS_PORT\"; ma=86400';"
} > "$RUNTIME_DIRECTORY/http3.conf"
