// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// answer is the http.ResponseWriter of a request. It sets the headers that every answer has when the
// status is known: what a 304 does without is then not set only to be taken away.
type answer struct {
	http.ResponseWriter
	facts *facts
	// headers go with an answer; unchanged, with a 304 when there is less to say: it updates the answer
	// the client has kept, whose other headers stand (RFC 9110 §15.4.5). What protects a body is of no
	// use without one, nor is an identifier for what nobody will complain about.
	headers, unchanged []header
	begun              bool
}

// WriteHeader sends the headers with that status.
func (a *answer) WriteHeader(status int) {
	if status >= http.StatusOK {
		a.begin(status)
	}
	a.ResponseWriter.WriteHeader(status)
}

// begin sets the headers, once.
func (a *answer) begin(status int) {
	if a.begun {
		return
	}
	a.begun = true
	h := a.Header()
	if status == http.StatusNotModified && a.unchanged != nil {
		setAll(h, a.unchanged)
		return
	}
	setAll(h, a.headers)
	h[requestIDHeader] = a.facts.requestID()
}

// Write sends a part of the body.
func (a *answer) Write(b []byte) (int, error) {
	if !a.begun {
		a.WriteHeader(http.StatusOK)
	}
	return a.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// beneath returns the server's own writer, which http.MaxBytesReader tells to close the connection when
// a body is too long.
func beneath(c echo.Context) http.ResponseWriter {
	w := c.Response().Writer
	if a, ok := w.(*answer); ok {
		return a.ResponseWriter
	}
	return w
}
