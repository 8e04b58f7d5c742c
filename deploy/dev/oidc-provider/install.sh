#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Maillage authors
# SPDX-License-Identifier: EUPL-1.2
#
# Installs the provider that tests log in at, as its package-lock.json says; says and does nothing when
# it is there. A machine that cannot is told what it lacks: its tests then leave the provider out, by
# name. With CI=true, where nothing may go untested, that is a failure.
set -euo pipefail

cd "$(dirname "$0")"
[ node_modules/.package-lock.json -nt package-lock.json ] && exit 0

lacking() {
	echo "no OpenID Connect provider to test on: $1" >&2
	[ "${CI:-}" != true ] || exit 1
	exit 0
}
command -v npm >/dev/null || lacking "npm is missing (Debian: apt-get install npm)"
node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' || lacking "node is older than 20"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 || lacking "npm ci failed"
touch node_modules/.package-lock.json
