#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Maillage authors
# SPDX-License-Identifier: EUPL-1.2
#
# Installs what the build and the tests need and this machine lacks, on Debian and its children.
# With no argument: everything. With arguments: these commands only, for instance `install.sh make`.
# Says nothing and touches nothing when all is there. Elsewhere than on Debian, or without the right
# to install, it names what is missing and ends with 1.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || set -- git make gcc postgres

missing=()
for command in "$@"; do
	case $command in
	postgres) "$here/postgres-bin.sh" >/dev/null 2>&1 || missing+=(postgresql) ;;
	# The race detector links with the C library: a compiler without its headers is not enough.
	gcc) { command -v gcc && [ -e /usr/include/stdlib.h ]; } >/dev/null || missing+=(gcc libc6-dev) ;;
	node) command -v node >/dev/null || missing+=(nodejs) ;;
	*) command -v "$command" >/dev/null || missing+=("$command") ;;
	esac
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi
if ! command -v apt-get >/dev/null || { [ ${#as_root[@]} -gt 0 ] && ! sudo -n true 2>/dev/null; }; then
	echo "missing on this machine: ${missing[*]}" >&2
	echo "install them, for instance: sudo apt-get install ${missing[*]}" >&2
	exit 1
fi

# Debian would otherwise create and start a server of its own at each boot; the tests run a private
# one, so that the machine is left as it was.
answers=/etc/postgresql-common/createcluster.d/maillage-no-cluster.conf
cleanup() {
	"${as_root[@]}" rm -f "$answers"
	# Left in place when somebody else keeps a file there.
	"${as_root[@]}" rmdir "$(dirname "$answers")" 2>/dev/null || true
}
if [[ " ${missing[*]} " == *" postgresql "* ]] && [ ! -e "$answers" ]; then
	trap cleanup EXIT
	"${as_root[@]}" mkdir -p "$(dirname "$answers")"
	echo "create_main_cluster = false" | "${as_root[@]}" tee "$answers" >/dev/null
fi

echo "installing: ${missing[*]}" >&2
# env: sudo does not pass the caller's variables on.
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q >&2
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
	apt-get install -q -y --no-install-recommends "${missing[@]}" >&2
