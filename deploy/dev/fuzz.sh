#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Maillage authors
# SPDX-License-Identifier: EUPL-1.2
#
# usage: fuzz.sh [TIME]
#
# Runs every fuzz target for TIME (10s), one after the other: the go command fuzzes one at a time.
# A failing input is written by Go under the package's testdata/fuzz; commit it with its mend.
set -euo pipefail

time=${1:-10s}
cd "$(dirname "$0")/../.."
status=0 targets=0
while IFS=: read -r file target; do
	targets=$((targets + 1))
	echo "== $(dirname "$file") $target"
	go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "./$(dirname "$file")" || status=1
done < <(find . -name '*_test.go' -not -path '*/node_modules/*' -exec \
	grep -HoE '^func Fuzz[A-Za-z0-9_]*' {} + | sed -e 's/^\.\///' -e 's/:func /:/' | sort)
echo "fuzz targets: $targets"
exit "$status"
