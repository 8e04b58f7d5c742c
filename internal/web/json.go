// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
)

// Patch says which members a merge patch (RFC 7396) spoke of: it tells a member left out, to be kept,
// from one set to null, to be emptied.
type Patch struct {
	members map[string]json.RawMessage
}

// Has reports whether the patch speaks of the member at that dotted path ("summary.fr"), be it with
// null.
func (p Patch) Has(path string) bool { _, ok := p.members[path]; return ok }

// Null reports whether the patch empties the member at that dotted path.
func (p Patch) Null(path string) bool { return string(p.members[path]) == "null" }

// Raw returns the JSON of the member at that dotted path as it was sent; nil when it was not.
func (p Patch) Raw(path string) json.RawMessage { return p.members[path] }

// DecodeJSON reads a request's JSON body into the struct that into points to. Names are exact and
// each is known and given once; a null is for pointers, slices and maps; the limits are JSONLimit and
// JSONDepth. Its errors are safe to return as they are: 413 for the size, 415 for the media type, 400
// for what is not JSON, and 422 naming, by dotted path ("areas.2.code"), every member that is unknown,
// repeated or of the wrong type. On an error into may be half filled.
func DecodeJSON(c echo.Context, into any) error {
	_, err := decodeBody(c, into, false, "application/json")
	return err
}

// DecodeMergePatch reads an RFC 7396 merge patch over the struct that into points to, which the
// caller fills with the present state: members left out keep it, null empties them, objects are
// merged, anything else replaces. application/json is taken as well. Errors are those of DecodeJSON.
func DecodeMergePatch(c echo.Context, into any) (Patch, error) {
	return decodeBody(c, into, true, "application/merge-patch+json", "application/json")
}

func decodeBody(c echo.Context, into any, merge bool, types ...string) (Patch, error) {
	r := c.Request()
	if !mediaType(r, types) {
		if merge {
			c.Response().Header().Set("Accept-Patch", types[0]) // RFC 5789 §2.2
		}
		return Patch{}, echo.ErrUnsupportedMediaType
	}
	data, err := readBody(r)
	if err != nil {
		return Patch{}, err
	}
	return decodeStrict(data, into, merge)
}

// mediaType reports whether the body is of one of the types, in UTF-8, and not compressed.
func mediaType(r *http.Request, types []string) bool {
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return false
	}
	got, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return false
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return false
	}
	for _, t := range types {
		if got == t {
			return true
		}
	}
	return false
}

func readBody(r *http.Request) ([]byte, error) {
	if r.ContentLength > JSONLimit {
		return nil, fault.New(fault.TooLarge, "body_too_large")
	}
	data, err := io.ReadAll(io.LimitReader(r.Body, JSONLimit+1))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok || len(data) > JSONLimit {
		return nil, fault.New(fault.TooLarge, "body_too_large")
	}
	if err != nil {
		return nil, fault.Wrap(fault.Malformed, "body_unreadable", err)
	}
	return data, nil
}
