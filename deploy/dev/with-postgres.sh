#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Maillage authors
# SPDX-License-Identifier: EUPL-1.2
#
# usage: with-postgres.sh COMMAND [ARGUMENT...]
#
# Runs the command with TEST_DATABASE_URL naming a private PostgreSQL, which is stopped and removed
# afterwards whatever happened. A TEST_DATABASE_URL given by the caller is used as it is.
# Ends with the status of the command.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${TEST_DATABASE_URL:-}" ]; then
	parent=$(mktemp -d /tmp/maillage-test.XXXXXX)
	chmod 711 "$parent" # the server's own user must reach its folder below
	stop() { "$here/postgres-stop.sh" "$parent/pg" && rm -rf "$parent"; }
	trap stop EXIT
	TEST_DATABASE_URL=$("$here/postgres-start.sh" "$parent/pg")
	export TEST_DATABASE_URL
fi
"$@"
