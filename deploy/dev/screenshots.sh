#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Maillage authors
# SPDX-License-Identifier: EUPL-1.2
#
# usage: screenshots.sh [OUT-FOLDER]
#
# Serves a demonstration in a folder of its own and writes a picture of every page, in both themes and
# two widths, to OUT-FOLDER (default ./screenshots), for a person to look at.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=$(mkdir -p "${1:-screenshots}" && cd "${1:-screenshots}" && pwd)
"$here/chromium/install.sh"
cd "$here/../.."
work=$(mktemp -d)
server=
stop() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
	rm -rf "$work"
}
trap stop EXIT
go build -o "$work/maillage" ./cmd/maillage
port=${PORT:-18099}
"$work/maillage" demo --data "$work/data" --listen "127.0.0.1:$port" --base-url "http://localhost:$port" --rate-limit 0 >"$work/log" 2>&1 &
server=$!
for _ in $(seq 120); do
	curl --silent --fail --output /dev/null "http://127.0.0.1:$port/readyz" && break
	kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
	sleep 0.5
done
CHROMIUM=${CHROMIUM:-$(command -v chromium)} node "$here/chromium/screenshots.mjs" "$work/data" "$out"
