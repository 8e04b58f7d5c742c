#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Maillage authors
# SPDX-License-Identifier: EUPL-1.2
#
# usage: with-postgres.sh [--durable] COMMAND [ARGUMENT...]
#
# Runs the command with TEST_DATABASE_URL naming a private PostgreSQL, which is stopped and removed
# afterwards whatever happened. A TEST_DATABASE_URL given by the caller is used as it is.
# With --durable the server writes to the disk and waits for it, as in production: for figures.
# Otherwise it lives in memory when there is room, where a test's database costs 20 ms and not 200.
# Ends with the status of the command.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
durable=
if [ "${1:-}" = --durable ]; then
	durable=durable
	shift
fi
if [ -z "${TEST_DATABASE_URL:-}" ]; then
	place=/tmp
	if [ -z "$durable" ] && [ -w /dev/shm ] &&
		[ "$(df --output=avail -k /dev/shm | tail -n 1)" -gt $((3 * 1024 * 1024)) ]; then
		place=/dev/shm
	fi
	parent=$(mktemp -d "$place/maillage-test.XXXXXX")
	chmod 711 "$parent" # the server's own user must reach its folder below
	stop() { "$here/postgres-stop.sh" "$parent/pg" && rm -rf "$parent"; }
	trap stop EXIT
	TEST_DATABASE_URL=$("$here/postgres-start.sh" "$parent/pg" $durable)
	export TEST_DATABASE_URL
fi
"$@"
