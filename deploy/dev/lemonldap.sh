#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Maillage authors
# SPDX-License-Identifier: EUPL-1.2
#
# usage: lemonldap.sh [--check]
#
# Runs a LemonLDAP::NG from Debian on the loopback, as an OpenID Connect provider with its demonstration
# people (dwho, rtyler, msmith; the password is the name) and our client registered; prints what to
# write in our configuration, and stops it when interrupted. With --check, logs in there with our own
# relying party instead (internal/oidc/lemonldap_test.go), and ends with the test's status.
#
# ADDRESS, REDIRECT_URL and POST_LOGOUT_URL change where it listens and where people come back. What is
# missing is installed by apt-get, which takes root. Everything else is in a folder that is removed.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
# Debian only recommends the two strings, and the issuer does not load without them.
packages=(liblemonldap-ng-portal-perl lemonldap-ng-fastcgi-server libplack-perl libio-string-perl
	libstring-random-perl openssl)
if ! { perl -MLemonldap::NG::Portal::Issuer::OpenIDConnect -e 1 && command -v plackup && command -v openssl; } >/dev/null 2>&1; then
	if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
		echo "no LemonLDAP::NG on this machine; as root: apt-get install ${packages[*]}" >&2
		exit 1
	fi
	# Debian would start a server of its own, for which nobody asked. (The portal wants one of three;
	# this one is the smallest.) It still enables it for the next boot.
	policy=/usr/sbin/policy-rc.d
	if [ ! -e "$policy" ]; then
		trap 'rm -f "$policy"' EXIT
		printf '#!/bin/sh\nexit 101\n' >"$policy"
		chmod 755 "$policy"
	fi
	DEBIAN_FRONTEND=noninteractive apt-get update -q >&2
	DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${packages[@]}" >&2
	if [ -n "$(trap -p EXIT)" ]; then rm -f "$policy"; fi
	trap - EXIT
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/maillage-lemonldap.XXXXXX")
server=
stop() {
	if [ -n "$server" ]; then
		kill "$server" 2>/dev/null || true
		wait "$server" 2>/dev/null || true
	fi
	rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The port is free now; Perl asks the kernel for one.
export ADDRESS=${ADDRESS:-127.0.0.1:$(perl -MIO::Socket::INET -e \
	'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport')}
export REDIRECT_URL=${REDIRECT_URL:-https://collective.example/login/sso/callback}
export POST_LOGOUT_URL=${POST_LOGOUT_URL:-https://collective.example/}
export CLIENT_ID=maillage CLIENT_SECRET WORK=$work
CLIENT_SECRET=$(openssl rand -hex 32)

mkdir "$work"/{conf,sessions,locks,psessions,plocks,oidc,olocks,cache}
openssl genrsa -out "$work/key.pem" 2048 2>/dev/null
openssl rsa -in "$work/key.pem" -pubout -out "$work/public.pem" 2>/dev/null

cat >"$work/app.psgi" <<'PERL'
use strict;
use warnings;
use JSON;
use Plack::Builder;
use Lemonldap::NG::Portal::Main;

# The portal loads a captcha even when no page shows one, and the one it comes with wants ImageMagick.
BEGIN {
	package Lemonldap::NG::Portal::Captcha::None;
	use Mouse;
	extends 'Lemonldap::NG::Portal::Main::Plugin';
	sub init { 1 }
	$INC{'Lemonldap/NG/Portal/Captcha/None.pm'} = __FILE__;
}

my ($work, $issuer) = ($ENV{WORK}, "http://$ENV{ADDRESS}");
my ($host) = split /:/, $ENV{ADDRESS};

sub slurp { local (@ARGV, $/) = @_; <> }

sub store {
	my ($sessions, $locks) = @_;
	return { Directory => "$work/$sessions", LockDirectory => "$work/$locks",
		generateModule => 'Lemonldap::NG::Common::Apache::Session::Generate::SHA256' };
}

my %conf = (
	cfgNum => 1, cfgAuthor => 'maillage', cfgDate => time, key => slurp('/proc/sys/kernel/random/uuid'),
	portal => "$issuer/", domain => $host, securedCookie => 0, cookieName => 'lemonldap',
	authentication => 'Demo', userDB => 'Same', passwordDB => 'Null', registerDB => 'Null',
	demoExportedVars => { uid => 'uid', cn => 'cn', mail => 'mail' },
	macros => {
		_whatToTrace => '$uid', first => 'substr($cn, 0, index($cn, " "))', last => 'substr($cn, index($cn, " ") + 1)',
		body => '"21350238800019"',
	},
	globalStorage => 'Apache::Session::File', globalStorageOptions => store('sessions', 'locks'),
	persistentStorage => 'Apache::Session::File', persistentStorageOptions => store('psessions', 'plocks'),
	oidcStorage => 'Apache::Session::File', oidcStorageOptions => store('oidc', 'olocks'),
	captcha => '::Captcha::None', portalDisplayResetPassword => 0, portalDisplayRegister => 0,
	locationRules => { $host => { default => 'accept' } },
	issuerDBOpenIDConnectActivation => 1,
	oidcServicePrivateKeySig => slurp("$work/key.pem"),
	oidcServicePublicKeySig => slurp("$work/public.pem"),
	oidcServiceKeyIdSig => 'maillage-test',
	oidcServiceAllowAuthorizationCodeFlow => 1,
	oidcServiceMetaDataAuthnContext => { eidas1 => 1, eidas2 => 2, eidas3 => 3 },
	oidcRPMetaDataExportedVars => { maillage => {
		email => 'mail', given_name => 'first', family_name => 'last', siret => 'body' } },
	# This list takes the place of the standard one.
	oidcRPMetaDataOptionsExtraClaims => { maillage => { profile => 'given_name family_name siret' } },
	oidcRPMetaDataOptions => { maillage => {
		oidcRPMetaDataOptionsDisplayName => 'Maillage',
		oidcRPMetaDataOptionsClientID => $ENV{CLIENT_ID},
		oidcRPMetaDataOptionsClientSecret => $ENV{CLIENT_SECRET},
		oidcRPMetaDataOptionsRedirectUris => $ENV{REDIRECT_URL},
		oidcRPMetaDataOptionsPostLogoutRedirectUris => $ENV{POST_LOGOUT_URL},
		oidcRPMetaDataOptionsIDTokenSignAlg => 'RS256',
		oidcRPMetaDataOptionsUserInfoSignAlg => $ENV{USERINFO_ALG} || '',
		oidcRPMetaDataOptionsUserIDAttr => 'uid',
		oidcRPMetaDataOptionsRequirePKCE => 1,
		oidcRPMetaDataOptionsBypassConsent => 1,
		oidcRPMetaDataOptionsLogoutBypassConfirm => 1,
		oidcRPMetaDataOptionsIDTokenExpiration => 300,
		oidcRPMetaDataOptionsAccessTokenExpiration => 60,
	} },
);
open my $file, '>', "$work/conf/lmConf-1.json" or die $!;
print $file JSON->new->encode(\%conf);
close $file or die $!;

my $app = Lemonldap::NG::Portal::Main->run({
	configStorage => { type => 'File', dirName => "$work/conf" },
	localSessionStorage => 'Cache::FileCache',
	localSessionStorageOptions => { namespace => 'maillage', cache_root => "$work/cache" },
	templateDir => '/usr/share/lemonldap-ng/portal/templates', staticPrefix => '/static',
	logLevel => $ENV{LLNG_LOG} || 'error', checkTime => 1,
});
builder {
	enable 'Static', path => qr{^/static/}, root => '/usr/share/lemonldap-ng/portal/htdocs';
	$app;
};
PERL

# It has no business of root's.
as=()
if [ "$(id -u)" -eq 0 ]; then
	chown -R www-data: "$work"
	as=(setpriv --reuid=www-data --regid=www-data --clear-groups)
fi

# serve starts the portal, and returns once it answers.
serve() {
	"${as[@]}" env HOME="$work" plackup --env deployment --host "${ADDRESS%:*}" --port "${ADDRESS##*:}" \
		"$work/app.psgi" >"$work/server.log" 2>&1 &
	server=$!
	for _ in $(seq 100); do
		if perl -MHTTP::Tiny -e 'exit !HTTP::Tiny->new->get(shift)->{success}' \
			"http://$ADDRESS/.well-known/openid-configuration"; then return; fi
		kill -0 "$server" 2>/dev/null || break
		sleep 0.3
	done
	head -n 40 "$work/server.log" >&2 # what comes first explains the rest
	exit 1
}
serve

cat <<SETTINGS
issuer        http://$ADDRESS/
client id     $CLIENT_ID
client secret $CLIENT_SECRET
redirect URL  $REDIRECT_URL
after logout  $POST_LOGOUT_URL
people        dwho, rtyler, msmith (the password is the name)
SETTINGS

if [ "${1:-}" != --check ]; then
	wait "$server"
	exit
fi
check() {
	(cd "$root" && LEMONLDAP_ISSUER="http://$ADDRESS/" LEMONLDAP_SIGNED="${USERINFO_ALG:-}" \
		go test -count=1 -tags lemonldap -run TestLemonLDAP -v ./internal/oidc) || {
		cat "$work/server.log" >&2
		return 1
	}
}
check
# Then the same with a signed userinfo.
kill "$server" && wait "$server" 2>/dev/null || true
export USERINFO_ALG=RS256
serve
check
