// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package publiccode

import (
	_ "embed"
	"net/url"
	"regexp"
	"strings"
)

//go:embed video_hosts.tsv
var videoHostsTSV string

// peertube is the address of a video on any PeerTube, or of a pod of the universities. Both speak
// oEmbed, though a list of hosts cannot hold them.
var peertube = regexp.MustCompile(`^/(?:w/[A-Za-z0-9]{15,}|videos/watch/[0-9a-f-]{36}|video/[0-9]{3,}-)`)

// video checks that a video can be embedded (https://oembed.com), by its address alone.
func (r *reader) video(field, value string) {
	if value == "" {
		return
	}
	if !isHTTP(value) {
		r.fail(field, "http_url", "must be an http or https URL")
		return
	}
	u, err := url.Parse(value)
	if err != nil {
		return // isHTTP has parsed it
	}
	switch host := strings.ToLower(u.Hostname()); {
	case isVideoHost(host, u.Path):
	case peertube.MatchString(u.Path):
		r.warn(field, "video_unlisted", "is on a host that is not in the list of oEmbed providers")
	default:
		r.fail(field, "video", "must be a video on a host that supports oEmbed")
	}
}

// isVideoHost looks host up in the table, with the beginning that the path must have.
func isVideoHost(host, path string) bool {
	for row := range rows(videoHostsTSV) {
		same := row[0] == host
		if suffix, any := strings.CutPrefix(row[0], "*"); any {
			same = strings.HasSuffix(host, suffix)
		}
		if same && strings.HasPrefix(path, row[1]) &&
			(len(path) > len(row[1]) || !strings.HasSuffix(row[1], "/")) {
			return true
		}
	}
	return false
}
