// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"encoding/json"
	"net/http"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
)

// Problem is what a client is told about an error (RFC 9457). Its sentences come from the catalogue
// by code, never from the error.
type Problem struct {
	Type      string         `json:"type"` // "/problems/" and the code, relative to the instance
	Title     string         `json:"title"`
	Status    int            `json:"status"`
	Detail    string         `json:"detail"`
	Code      string         `json:"code"`
	RequestID string         `json:"request_id"`
	Errors    []ProblemField `json:"errors,omitempty"`
	Language  string         `json:"-"` // of Title and Detail: "fr" or "en"
}

// ProblemField is one value at fault, by the name the client gave it.
type ProblemField struct {
	Field  string `json:"field"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// Status returns the HTTP status of a kind of fault: the one table of the web doors.
func Status(k fault.Kind) int {
	statuses := [...]int{
		fault.Internal:    http.StatusInternalServerError,
		fault.Invalid:     http.StatusUnprocessableEntity,
		fault.Missing:     http.StatusNotFound,
		fault.Conflict:    http.StatusConflict,
		fault.Forbidden:   http.StatusForbidden,
		fault.Anonymous:   http.StatusUnauthorized,
		fault.TooMany:     http.StatusTooManyRequests,
		fault.Unavailable: http.StatusServiceUnavailable,
		fault.TooLarge:    http.StatusRequestEntityTooLarge,
		fault.Stale:       http.StatusPreconditionFailed,
		fault.Malformed:   http.StatusBadRequest,
	}
	if int(k) < len(statuses) {
		return statuses[k]
	}
	return http.StatusInternalServerError
}

// statusCode names the statuses that come from Echo or from this kit rather than from a fault.
func statusCode(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "malformed"
	case http.StatusUnauthorized:
		return "anonymous"
	case http.StatusForbidden:
		return "forbidden"
	case http.StatusNotFound:
		return "not_found"
	case http.StatusMethodNotAllowed:
		return "method_not_allowed"
	case http.StatusNotAcceptable:
		return "not_acceptable"
	case http.StatusRequestEntityTooLarge:
		return "body_too_large"
	case http.StatusUnsupportedMediaType:
		return "unsupported_media_type"
	case http.StatusPreconditionRequired:
		return "precondition_required"
	case http.StatusTooManyRequests:
		return "too_many_requests"
	case http.StatusServiceUnavailable:
		return "unavailable"
	}
	if status >= 400 && status < 500 {
		return "malformed"
	}
	return "internal"
}

// write sends the document. On HEAD the server drops the body.
func (p Problem) write(c echo.Context) error {
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return c.Blob(p.Status, "application/problem+json", append(body, '\n'))
}
