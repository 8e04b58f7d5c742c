// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"net/http"
)

const requestIDHeader = "X-Request-Id"

// maxRequestID is the longest identifier taken over from a proxy, in bytes.
const maxRequestID = 64

// requestID returns the identifier a trusted proxy gave this request when it is short and made of
// letters, digits, '-', '_' and '.', and a new random UUID (RFC 9562, version 4) otherwise. It is
// not a secret, hence math/rand.
func (k *kit) requestID(r *http.Request) string {
	if v := r.Header[requestIDHeader]; len(v) == 1 && cleanID(v[0]) && k.proxies.trust(remote(r)) {
		return v[0]
	}
	return newUUID()
}

func cleanID(s string) bool {
	if s == "" || len(s) > maxRequestID {
		return false
	}
	for i := range len(s) {
		c := s[i]
		ok := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
			c == '-' || c == '_' || c == '.'
		if !ok {
			return false
		}
	}
	return true
}

func newUUID() string {
	var u [16]byte
	binary.LittleEndian.PutUint64(u[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(u[8:], rand.Uint64())
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	var b [36]byte
	hex.Encode(b[0:8], u[0:4])
	hex.Encode(b[9:13], u[4:6])
	hex.Encode(b[14:18], u[6:8])
	hex.Encode(b[19:23], u[8:10])
	hex.Encode(b[24:36], u[10:16])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return string(b[:])
}
