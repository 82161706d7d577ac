#!/bin/sh
# Gets the first certificate, by webroot through Nginx, and then tries to renew it twice a day.
# Needs PUBLIC_URL and ACME_EMAIL. ACME_SERVER names another authority. `renew.sh once` tries once and ends.
set -eu

: "${PUBLIC_URL:?where the site is, https://example.com}"
name="${PUBLIC_URL#*://}"
name="${name%%[:/]*}"
webroot="${ACME_ROOT:-/var/www/acme}"
certificate="${CERTIFICATE:-/etc/nginx/certificates/fullchain.pem}"
key="${CERTIFICATE_KEY:-/etc/nginx/certificates/privkey.pem}"
state="${ACME_STATE:-/etc/letsencrypt}"

# `certonly` does both: it requests a missing certificate, and keeps one that is not due for renewal.
request_certificate() {
    if [ -n "${ACME_EMAIL:-}" ]; then account="--email $ACME_EMAIL"; else account="--register-unsafely-without-email"; fi
    # shellcheck disable=SC2086
    certbot certonly --webroot --webroot-path "$webroot" --domain "$name" --cert-name movieconnect --keep-until-expiring \
        --non-interactive --agree-tos $account --server "${ACME_SERVER:-https://acme-v02.api.letsencrypt.org/directory}" \
        --config-dir "$state" --work-dir "$state/work" --logs-dir "$state/logs" ${ACME_ARGUMENTS:-} || return 1
    install_pair "$state/live/movieconnect"
}

# The renames install each file whole. The certificate comes last, since its change reloads Nginx.
install_pair() {
    if cmp -s "$1/fullchain.pem" "$certificate"; then return; fi
    (umask 077 && cat "$1/privkey.pem" > "$key.new")
    cat "$1/fullchain.pem" > "$certificate.new"
    mv "$key.new" "$key"
    mv "$certificate.new" "$certificate"
    echo "renew.sh: a new certificate for $name"
}

if [ "${1:-}" = once ]; then
    request_certificate
    exit
fi
trap 'exit 0' TERM INT
while :; do
    # After a failure it waits an hour: authorities limit failures, and Nginx may just be starting.
    if request_certificate; then wait_seconds=43200; else wait_seconds=3600; fi
    sleep "$wait_seconds" &
    wait $!
done
