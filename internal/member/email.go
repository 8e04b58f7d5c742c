// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"strings"

	"golang.org/x/net/idna"
)

// Limits of an address, RFC 5321 §4.5.3.1.
const (
	maxLocal   = 64
	maxAddress = 254
)

// Email is a checked e-mail address.
type Email struct {
	Local  string
	Domain string // ASCII, lower case
}

// ParseEmail reads an address as people write it. Only the plain form is accepted: letters, digits
// and .!#$%&'*+/=?^_`{|}~- before the at sign, a host name of ASCII labels after it, none of which
// hides another alphabet (an address in "gоuv.fr" with a Cyrillic letter is refused). The code is
// empty, or says what is wrong.
func ParseEmail(s string) (e Email, code string) {
	s = strings.TrimSpace(s)
	local, domain, found := strings.Cut(s, "@")
	switch {
	case s == "":
		return e, "required"
	case !found || local == "" || domain == "" || strings.Contains(domain, "@") || len(s) > maxAddress || len(local) > maxLocal:
		return e, "not_an_email"
	}
	for i := range len(s) {
		if s[i] >= 0x80 {
			return e, "email_not_ascii"
		}
	}
	if strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, "..") {
		return e, "not_an_email"
	}
	for _, r := range local {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.!#$%&'*+/=?^_`{|}~-", r) {
			return e, "not_an_email"
		}
	}
	domain = strings.ToLower(strings.TrimSuffix(domain, "."))
	if strings.Contains(domain, "xn--") {
		return e, "email_not_ascii" // a punycode label is another alphabet in disguise
	}
	ascii, err := idna.Registration.ToASCII(domain)
	if err != nil || ascii != domain || !strings.Contains(domain, ".") {
		return e, "not_an_email"
	}
	labels := strings.Split(domain, ".")
	if top := labels[len(labels)-1]; len(top) < 2 || strings.Trim(top, "0123456789") == "" {
		return e, "not_an_email" // an address, not a name
	}
	return Email{local, domain}, ""
}

// String returns the address as it is written to.
func (e Email) String() string { return e.Local + "@" + e.Domain }

// Key is the address as accounts are found by: in lower case. RFC 5321 lets a host tell "A" from "a";
// none of today does, and two accounts that look the same would only serve a thief.
func (e Email) Key() string { return strings.ToLower(e.String()) }

// webmail are domains that say nothing of their holder's body: anyone may have an address there.
func webmail(domain string) bool {
	for _, d := range strings.Fields(webmails) {
		if domain == d || strings.HasSuffix(domain, "."+d) {
			return true
		}
	}
	return false
}

const webmails = `
gmail.com googlemail.com google.com outlook.com outlook.fr hotmail.com hotmail.fr live.com live.fr msn.com
yahoo.com yahoo.fr ymail.com rocketmail.com aol.com aol.fr icloud.com me.com mac.com
proton.me protonmail.com protonmail.ch pm.me tutanota.com tuta.io tuta.com mailo.com mailo.fr netcourrier.com
orange.fr wanadoo.fr laposte.net free.fr sfr.fr neuf.fr cegetel.net club-internet.fr numericable.fr
noos.fr bbox.fr aliceadsl.fr alice.fr voila.fr libertysurf.fr freesbee.fr infonie.fr dartybox.com
gmx.com gmx.fr gmx.de gmx.net web.de mail.com mail.ru yandex.com yandex.ru zoho.com zohomail.eu fastmail.com
hey.com posteo.net posteo.de mailbox.org riseup.net disroot.org ik.me infomaniak.com etik.com vivaldi.net
caramail.com caramail.fr lycos.fr tiscali.fr nordnet.fr ozone.net cybermail.fr zaclys.net framasoft.org
mailinator.com yopmail.com yopmail.fr guerrillamail.com 10minutemail.com temp-mail.org jetable.org`
