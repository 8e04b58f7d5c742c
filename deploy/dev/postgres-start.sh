#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Maillage authors
# SPDX-License-Identifier: EUPL-1.2
#
# usage: postgres-start.sh FOLDER [durable]
#
# Creates FOLDER, runs a private PostgreSQL in it, and prints its URL, alone, on standard output.
# Stop it with postgres-stop.sh FOLDER. For tests: nothing is made to survive a power cut, unless
# "durable" is said, which leaves PostgreSQL's own settings and is for measuring.
#
# It listens on a socket inside FOLDER and on no port: no port to find free, and nobody else of the
# machine can enter, so that no password is needed. Its language and its zone are those of a server
# installed in France, which do not sort, nor tell the time, as SQLite does: what depends on them
# must fail here rather than in production.
set -euo pipefail

folder=${1:?usage: postgres-start.sh FOLDER [durable]}
here=$(cd "$(dirname "$0")" && pwd)
bin=$("$here/postgres-bin.sh")

# A socket's whole path has at most 107 bytes (unix(7)), and PostgreSQL adds its own file name.
if [ ${#folder} -gt 85 ]; then
	echo "path too long for a socket: $folder" >&2
	exit 1
fi
mkdir -m 700 "$folder"
folder=$(cd "$folder" && pwd)

# PostgreSQL refuses to run as root.
as_owner=()
if [ "$(id -u)" -eq 0 ]; then
	chown postgres: "$folder"
	as_owner=(runuser -u postgres --)
fi
fail() {
	cat "$folder"/*.log >&2 2>/dev/null || true
	rm -rf "$folder"
	exit 1
}

locale=(--locale=C.UTF-8)
if [ "$("$bin/postgres" --version | grep -oE '[0-9]+' | head -n 1)" -ge 15 ]; then
	locale+=(--locale-provider=icu --icu-locale=fr-FR)
fi
cd "$folder"
"${as_owner[@]}" "$bin/initdb" --pgdata="$folder/data" --username=postgres --auth=trust \
	--encoding=UTF8 --no-sync "${locale[@]}" >"$folder/initdb.log" 2>&1 || fail

"${as_owner[@]}" tee -a "$folder/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = ''
unix_socket_directories = '$folder'
max_connections = 300
timezone = 'Europe/Paris'
CONF
if [ "${2:-}" != durable ]; then
	"${as_owner[@]}" tee -a "$folder/data/postgresql.conf" >/dev/null <<-CONF
		fsync = off
		synchronous_commit = off
		full_page_writes = off
		max_wal_size = 512MB
	CONF
fi
"${as_owner[@]}" "$bin/pg_ctl" start --wait --timeout=60 --silent --pgdata="$folder/data" \
	--log="$folder/server.log" >/dev/null 2>&1 || fail

echo "postgres://postgres@/postgres?host=$folder&sslmode=disable"
