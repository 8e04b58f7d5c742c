#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Maillage authors
# SPDX-License-Identifier: EUPL-1.2
#
# Runs the whole suite twice: on SQLite without cgo, as the binary is shipped, then with the race
# detector (which needs cgo) on SQLite and PostgreSQL. Both passes run even when the first fails; the
# counts come last, and are kept in the file TOTALS names, if it does. Ends with 1 if anything failed.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
CGO_ENABLED=0 go build -o "$work/totals" ./internal/testkit/totals

# -count=1: the plan and the headers depend on files that the go command's cache does not see them read.
status=0
echo "== SQLite, without cgo"
CGO_ENABLED=0 TEST_DATABASES=sqlite go test -json -count=1 -timeout 10m ./... |
	"$work/totals" -pass "SQLite, without cgo" -save "$work/1" || status=1

# A zone with a summer time, which is not the databases' UTC: a time kept as local must be caught.
echo "== SQLite and PostgreSQL, race detector"
TZ=Europe/Paris CGO_ENABLED=1 deploy/dev/with-postgres.sh go test -json -count=1 -race -timeout 20m ./... |
	"$work/totals" -pass "SQLite and PostgreSQL, race detector" -save "$work/2" || status=1

echo
"$work/totals" -sum "$work/1" "$work/2" | tee "${TOTALS:-/dev/null}" || status=1
exit "$status"
