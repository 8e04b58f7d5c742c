// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package publiccode

import (
	"net/mail"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/text/language"
)

// isURL reports whether s is an absolute URL that points to something.
func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme != "" && (u.Host != "" || u.Fragment != "" || u.Opaque != "" ||
		u.Scheme == "file" && u.Path != "" && u.Path != "/")
}

func isHTTP(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// urn is RFC 2141.
var urn = regexp.MustCompile(`(?i)^urn:[a-z0-9][a-z0-9-]{0,31}:(?:[a-z0-9()+,\-.:=@;$_!*'/?#]|%[0-9a-f]{2})+$`)

const italianPrefix = "urn:x-italian-pa:"

// isURI accepts what can name something: a URL with a host, or a URN.
func isURI(s string) bool {
	if len(s) > 4 && strings.EqualFold(s[:4], "urn:") {
		return urn.MatchString(s)
	}
	u, err := url.ParseRequestURI(s)
	return err == nil && u.Scheme != "" && u.Host != ""
}

func (r *reader) organisationURI(field, uri string) {
	if !r.required(field, uri) {
		return
	}
	switch {
	case !isURI(uri):
		r.fail(field, "uri", "must be a URL or a URN")
	case len(uri) >= len(italianPrefix) && strings.EqualFold(uri[:len(italianPrefix)], italianPrefix) &&
		!isItalianCode(uri[len(italianPrefix):]):
		r.fail(field, "ipa_code", "must be a code of the Italian register of public bodies")
	}
}

var domain = regexp.MustCompile(`^(?:[\pL\pN](?:[\pL\pN-]{0,61}[\pL\pN])?\.)+[\pL][\pL\pN-]*[\pL\pN]$`)

func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s {
		return false
	}
	return domain.MatchString(s[strings.LastIndexByte(s, '@')+1:])
}

// isCountry reports whether code is an ISO 3166-1 alpha-2 code in capitals. Codes that are only
// reserved (UK, EU) or user-assigned (XK) are not.
func isCountry(code string) bool {
	if len(code) != 2 || code != strings.ToUpper(code) || strings.Contains(" UK EU UN EZ XK AC CP DG EA IC TA CQ FX SU YU AN BU CS DD NT TP YD ZR NH DY VD HV RH CT FQ JT MI NQ PC PU PZ WK ZZ QO ", " "+code+" ") {
		return false
	}
	region, err := language.ParseRegion(code)
	return err == nil && region.IsCountry() && region.String() == code
}

// strictLanguage reports whether tag is a BCP 47 tag (RFC 5646) in its shortest form: "fr", "en-GB",
// not "fra", not "en_GB".
func strictLanguage(tag string) bool {
	if tag == "" || len(tag) > 100 || strings.Contains(tag, "_") {
		return false
	}
	if _, err := language.Parse(tag); err != nil {
		return false
	}
	primary, rest, _ := strings.Cut(tag, "-")
	if len(primary) == 1 { // "x-…" and "i-…": private use, and registered before the rules
		return rest != ""
	}
	base, err := language.ParseBase(primary)
	if err != nil || !strings.EqualFold(base.String(), primary) {
		return grandfathered[strings.ToLower(tag)]
	}
	// The only numeric regions of BCP 47 are groups of countries.
	for part := range strings.SplitSeq(rest, "-") {
		if len(part) == 1 {
			break
		}
		if region, err := language.ParseRegion(part); len(part) == 3 && isDigits(part) && (err != nil || region.IsCountry()) {
			return false
		}
	}
	return true
}

func isDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// grandfathered are the old tags that start like a language and are not one.
var grandfathered = map[string]bool{"sgn-be-fr": true, "sgn-be-nl": true, "sgn-ch-de": true,
	"art-lojban": true, "cel-gaulish": true, "no-bok": true, "no-nyn": true, "zh-guoyu": true}
