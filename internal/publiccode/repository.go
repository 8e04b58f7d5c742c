// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package publiccode

import (
	"net/url"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"maillage/internal/fault"
)

// maxRepository is the longest address looked at, in bytes.
const maxRepository = 2048

var (
	// scp is git's own way to write an SSH address: git@host:path.
	scp      = regexp.MustCompile(`^(?:[^@/:\s]+@)?([^@/:\s]+\.[^@/:\s]+):([^/0-9\s][^\s]*|[0-9]+[^/0-9\s][^\s]*)$`)
	scheme   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`)
	hostName = regexp.MustCompile(`^[\pL\pN](?:[\pL\pN_-]*[\pL\pN])?(?:\.[\pL\pN](?:[\pL\pN_-]*[\pL\pN])?)+$`)
	// inside starts what lies in a repository rather than naming it, on the forges we know. The
	// words are reserved there: no project can bear them.
	inside = regexp.MustCompile(`^(/[^/]+(?:/[^/]+)+?)/(?:-|tree|blob|raw|commits?|src/(?:branch|tag|commit)|releases|issues|pulls?|merge_requests|wikis?|archive)(?:/.*)?$`)
)

// NormaliseRepository returns the identity of a code repository and the address to show.
//
// key is what two addresses of the same repository have in common: host in lower case, no scheme,
// user, port, "www.", ".git", trailing slash nor place inside the repository; the path in lower
// case on github.com and gitlab.com, whose names ignore case. canonical is the same behind
// https, with the port that was written. Both normalise to themselves. It accepts https, http, git,
// ssh and scp-like addresses, and a bare host/path. It returns a fault.Invalid when there is no host or
// no path: a whole forge is not a repository.
func NormaliseRepository(address string) (key, canonical string, err error) {
	invalid := fault.OnField("repository", "repository_invalid")
	s := strings.TrimSpace(address)
	if s == "" || len(s) > maxRepository || !utf8.ValidString(s) {
		return "", "", invalid
	}
	if !scheme.MatchString(s) {
		if m := scp.FindStringSubmatch(s); m != nil {
			s = m[1] + "/" + m[2]
		}
		s = "https://" + s
	}
	u, parseErr := url.Parse(s)
	if parseErr != nil {
		return "", "", invalid
	}
	host := plainHost(u.Hostname())
	name := u.Path
	if host == "raw.githubusercontent.com" {
		host, name = "github.com", ownerAndName(name)
	}
	name = plainPath(name)
	switch host {
	case "github.com":
		name = strings.ToLower(ownerAndName(name))
	case "gitlab.com":
		name = strings.ToLower(name)
	}
	name = plainPath(name)
	if !hostName.MatchString(host) || name == "/" || strings.ContainsFunc(name, isControl) {
		return "", "", invalid
	}
	escaped := (&url.URL{Path: name}).EscapedPath()
	port := u.Port()
	if port == "" || port == "443" || u.Scheme != "https" || host == "github.com" || host == "gitlab.com" {
		return host + escaped, "https://" + host + escaped, nil
	}
	return host + escaped, "https://" + host + ":" + port + escaped, nil
}

func isControl(r rune) bool { return r < 0x20 || r == 0x7F }

func plainHost(host string) string {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	for strings.HasPrefix(host, "www.") && strings.Count(host, ".") > 1 {
		host = strings.TrimPrefix(host, "www.")
	}
	return host
}

// plainPath cleans a path until nothing more can be taken away: "x.git/" hides "x".
func plainPath(name string) string {
	for {
		next := path.Clean("/" + name)
		if m := inside.FindStringSubmatch(next); m != nil {
			next = m[1]
		}
		if strings.HasSuffix(strings.ToLower(next), ".git") {
			next = next[:len(next)-len(".git")]
		}
		if next == name {
			return next
		}
		name = next
	}
}

// ownerAndName keeps the two segments that name a repository on GitHub.
func ownerAndName(name string) string {
	parts := strings.SplitN(strings.TrimPrefix(path.Clean("/"+name), "/"), "/", 3)
	return "/" + strings.Join(parts[:min(2, len(parts))], "/")
}
