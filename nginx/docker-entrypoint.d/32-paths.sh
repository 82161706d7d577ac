#!/bin/sh
# Writes which backend serves which path. While LEGACY_UPSTREAM names Django, move.sh decides that. Before its first use Django
# serves the API, and the application the rest. Without LEGACY_UPSTREAM the application serves everything.
set -eu

paths() {
    cat "$MOVING_ROOT/paths" 2>/dev/null || echo "/api/ django"
}

mkdir -p "$RUNTIME_DIRECTORY"
{
    if [ -n "${LEGACY_UPSTREAM:-}" ]; then
        echo "upstream django {"
        echo "    include $RUNTIME_DIRECTORY/django-servers.conf;"
        echo "    zone django 64k;"
        echo "}"
        echo 'map $uri $backend {'
        # Nginx takes the first expression that matches. In descending order a path comes after the paths below it.
        paths | LC_ALL=C sort -r | while read -r path backend; do
            echo "    \"~^$(echo "${path%/}" | sed 's/\./\\./g')(/|\$)\" $backend;"
        done
    else
        echo 'map "" $backend {'
    fi
    echo "    default movieconnect;"
    echo "}"
} > "$RUNTIME_DIRECTORY/backend.new"
mv "$RUNTIME_DIRECTORY/backend.new" "$RUNTIME_DIRECTORY/backend.conf"
