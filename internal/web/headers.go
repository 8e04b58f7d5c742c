// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"
	"strings"
)

// csp lets a page use nothing but the instance's own files, and no other site frame it. There is no
// inline script or style in the pages, hence no nonce.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; " +
	"base-uri 'none'; require-trusted-types-for 'script'"

// corsExposed are the headers a script of another origin may read.
const corsExposed = "ETag, Link, Retry-After, X-Request-Id"

// header is one constant header with its value already in the form a http.Header holds, so that
// setting it allocates nothing. The slice is full: appending to it copies.
type header struct {
	name  string
	value []string
}

func constant(name, value string) header {
	return header{http.CanonicalHeaderKey(name), []string{value}}
}

// setAll sets those that are not there yet: a handler may have said better.
func setAll(h http.Header, all []header) {
	for i := range all {
		if _, there := h[all[i].name]; !there {
			h[all[i].name] = all[i].value
		}
	}
}

// securityHeaders are sent with every answer for people, errors and redirects included.
func securityHeaders(https bool) []header {
	h := []header{
		constant("Content-Security-Policy", csp),
		constant("X-Content-Type-Options", "nosniff"),
		constant("Referrer-Policy", "same-origin"),
		constant("Cross-Origin-Opener-Policy", "same-origin"),
		constant("Cross-Origin-Resource-Policy", "same-site"),
		constant("Permissions-Policy", permissions),
	}
	return append(h, transport(https)...)
}

// apiHeaders are sent with every answer for machines: what protects a document from being framed,
// scripted or sniffed. The others say nothing about data, and each costs every answer.
func apiHeaders(https bool) []header {
	h := []header{
		constant("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
		constant("X-Content-Type-Options", "nosniff"),
		constant("Cross-Origin-Resource-Policy", "same-site"),
	}
	return append(h, transport(https)...)
}

func transport(https bool) []header {
	if !https {
		return nil
	}
	// RFC 6797: two years. Browsers ignore it over plain http, so the loopback is not harmed; other
	// hosts of the same domain are not ours to promise for.
	return []header{constant("Strict-Transport-Security", "max-age=63072000")}
}

// permissions gives every powerful feature to nobody.
const permissions = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"

// corsHeaders open a public read to the scripts of any origin, without credentials. They do not
// depend on Origin, so that a shared cache may keep one answer for everybody.
func corsHeaders() []header {
	return []header{
		constant("Access-Control-Allow-Origin", "*"),
		constant("Access-Control-Expose-Headers", corsExposed),
	}
}

// api reports whether a path is one of machines.
func (k *kit) api(path string) bool {
	for _, p := range k.cfg.APIPrefixes {
		if strings.HasPrefix(path, p) {
			return true
		}
	}
	return false
}

// preflight reports whether a request is a browser's question before a cross-origin one. OPTIONS
// alone is not: DAV clients and curious people send it too.
func preflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" &&
		r.Header.Get("Access-Control-Request-Method") != ""
}

// answerPreflight says what any origin may do: read, without credentials. What is not listed the
// browser refuses by itself (Fetch standard, CORS-preflight fetch).
func answerPreflight(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, HEAD")
	h.Set("Access-Control-Allow-Headers", "Accept, Accept-Language, If-None-Match, X-Request-Id")
	h.Set("Access-Control-Max-Age", "86400")
}
