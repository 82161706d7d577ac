#!/bin/sh
# Nginx does not start without a certificate, and the certificate authority has to reach Nginx first. So until the real
# certificate arrives, Nginx has a self-signed one.
set -eu

[ -n "${PUBLIC_URL:-}" ] || exit 0
mkdir -p "$(dirname "$CERTIFICATE")" "$(dirname "$CERTIFICATE_KEY")"
if [ -s "$CERTIFICATE" ] && [ -s "$CERTIFICATE_KEY" ]; then exit 0; fi

name="${PUBLIC_URL#*://}"
name="${name%%:*}"
umask 077
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
    -subj "/CN=$name" -addext "subjectAltName=DNS:$name" -keyout "$CERTIFICATE_KEY" -out "$CERTIFICATE" 2>/dev/null
echo "16-certificate.sh: a self-signed certificate for $name, until the real one arrives"
