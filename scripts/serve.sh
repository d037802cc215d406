#!/usr/bin/env bash
# Builds the app and shows it: scripts/serve.sh [--port 8080]
# Installs what is missing first (see setup.sh). The first build takes a few minutes.
set -euo pipefail
source "$(dirname "$0")/setup.sh"

port=8080
while [ $# -gt 0 ]; do
    case "$1" in
    --port) port="${2:?--port needs a number}" && shift 2 ;;
    *) fail "Usage: scripts/serve.sh [--port 8080]" ;;
    esac
done

setup_build
say "Building the app into dist/"
trunk build --release

say "Serving dist/"
exec node scripts/static-server.mjs --dir dist --port "$port" --open
