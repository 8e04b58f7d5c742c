#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Maillage authors
# SPDX-License-Identifier: EUPL-1.2
#
# usage: postgres-stop.sh FOLDER
#
# Stops the server that postgres-start.sh runs in FOLDER, by the process number it wrote there, and
# removes FOLDER. Succeeds when it is stopped already.
set -euo pipefail

folder=${1:?usage: postgres-stop.sh FOLDER}
[ -d "$folder" ] || exit 0

if [ -s "$folder/data/postmaster.pid" ]; then
	pid=$(head -n 1 "$folder/data/postmaster.pid")
	# SIGINT: open sessions are cut, then the server ends in order.
	kill -INT "$pid" 2>/dev/null || true
	for _ in $(seq 100); do
		[ -e "$folder/data/postmaster.pid" ] || break
		sleep 0.1
	done
	# SIGQUIT after ten seconds: it is about to be deleted anyway.
	[ ! -e "$folder/data/postmaster.pid" ] || kill -QUIT "$pid" 2>/dev/null || true
fi
rm -rf "$folder"
