#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Maillage authors
# SPDX-License-Identifier: EUPL-1.2
#
# Installs what drives Chromium in tests, as package-lock.json says; says and does nothing when it is
# there. A machine that cannot is told what it lacks: its tests then leave the browser out, by name.
# With CI=true, where nothing may go untested, what lacks is installed, or it is a failure.
set -euo pipefail

cd "$(dirname "$0")"
[ "${CI:-}" != true ] || ../install.sh node npm chromium

lacking() {
	echo "no browser to test on: $1" >&2
	[ "${CI:-}" != true ] || exit 1
	exit 0
}
[ -n "${CHROMIUM:-}" ] || command -v chromium >/dev/null ||
	lacking "chromium is missing (Debian: apt-get install chromium; elsewhere: CHROMIUM=path)"
[ node_modules/.package-lock.json -nt package-lock.json ] && exit 0
command -v npm >/dev/null || lacking "npm is missing (Debian: apt-get install npm)"
node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' || lacking "node is older than 20"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 || lacking "npm ci failed"
touch node_modules/.package-lock.json
