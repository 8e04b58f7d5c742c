#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Maillage authors
# SPDX-License-Identifier: EUPL-1.2
#
# Prints the folder that holds PostgreSQL's server programs, the newest version first. Debian keeps
# them out of PATH, one folder a version. Ends with 1 when there are none.
set -euo pipefail

for folder in $(printf "%s\n" /usr/lib/postgresql/*/bin | sort -t/ -k5 -rn); do
	if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then
		echo "$folder"
		exit 0
	fi
done
if initdb=$(command -v initdb); then
	dirname "$(readlink -f "$initdb")"
	exit 0
fi
echo "no PostgreSQL server on this machine (Debian: apt-get install postgresql)" >&2
exit 1
