// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
)

// Limits of a form.
const (
	FormLimit  = 256 << 10 // bytes
	FormFields = 100
	FormParts  = 20 // of multipart/form-data
	NextLimit  = 500
)

// Form is a form that was sent, with no field but those asked for.
type Form map[string][]string

// Get returns the value of a field, empty when it was not sent.
func (f Form) Get(name string) string {
	if v := f[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// All returns the values of a field that may be given several times.
func (f Form) All(name string) []string { return f[name] }

// Set reports whether a box is ticked, or a button was pressed.
func (f Form) Set(name string) bool { return f.Get(name) != "" }

// ReadForm reads the body as a form (application/x-www-form-urlencoded or multipart/form-data without
// files) that holds the fields named and no others; a name that ends in "[]" may come several times.
// It returns a fault.Invalid naming each field that is unknown, there twice, not UTF-8 or holds a
// control character, fault.TooLarge over a limit, fault.Malformed for what is no form at all.
func ReadForm(c echo.Context, names ...string) (Form, error) {
	r := c.Request()
	r.Body = http.MaxBytesReader(beneath(c), r.Body, FormLimit)
	kind, params, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType))
	if charset := params["charset"]; err == nil && charset != "" && !strings.EqualFold(charset, "utf-8") {
		return nil, fault.New(fault.Malformed, "broken_utf8")
	}
	var sent url.Values
	switch {
	case err == nil && kind == "application/x-www-form-urlencoded":
		sent, err = readPairs(r.Body)
	case err == nil && kind == "multipart/form-data":
		sent, err = readParts(r.Body, params["boundary"])
	case r.ContentLength == 0 && r.Header.Get(echo.HeaderContentType) == "":
		return Form{}, nil // a button alone, pressed by a programme
	default:
		return nil, echo.NewHTTPError(http.StatusUnsupportedMediaType)
	}
	if err != nil {
		return nil, err
	}
	return checkForm(sent, names)
}

func readPairs(body io.Reader) (url.Values, error) {
	raw, err := io.ReadAll(body)
	if err != nil {
		return nil, unread(err)
	}
	if strings.Count(string(raw), "&") >= FormFields {
		return nil, fault.New(fault.TooLarge, "form_too_large")
	}
	sent, err := url.ParseQuery(string(raw))
	if err != nil {
		return nil, fault.Wrap(fault.Malformed, "malformed", err)
	}
	return sent, nil
}

func readParts(body io.Reader, boundary string) (url.Values, error) {
	if boundary == "" {
		return nil, fault.New(fault.Malformed, "malformed")
	}
	sent := url.Values{}
	parts := multipart.NewReader(body, boundary)
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return sent, nil
		case err != nil:
			return nil, unread(err)
		case n == FormParts:
			return nil, fault.New(fault.TooLarge, "form_too_large")
		case part.FileName() != "":
			return nil, fault.OnField(part.FormName(), "no_file_here")
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, unread(err)
		}
		sent.Add(part.FormName(), string(value))
	}
}

func unread(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.Wrap(fault.TooLarge, "form_too_large", err)
	}
	return fault.Wrap(fault.Malformed, "body_unreadable", err)
}

func checkForm(sent url.Values, names []string) (Form, error) {
	var faults fault.Fields
	form := Form{}
	known := map[string]bool{} // whether it may come several times
	for _, n := range names {
		name, several := strings.CutSuffix(n, "[]")
		known[name] = several
	}
	for name, values := range sent {
		several, ok := known[name]
		switch {
		case !ok:
			faults.Add(shownName(name), "unknown_field")
			continue
		case !several && len(values) > 1:
			faults.Add(name, "duplicate_field")
		}
		for _, v := range values {
			if code := badText(v); code != "" {
				faults.Add(name, code)
			}
		}
		form[name] = values
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return form, nil
}

// badText refuses what no person typed. Line breaks and tabs are: some fields are texts.
func badText(s string) string {
	if !utf8.ValidString(s) {
		return "broken_utf8"
	}
	for _, r := range s {
		if r < 0x20 && r != '\n' && r != '\r' && r != '\t' || r == 0x7f {
			return "control_character"
		}
	}
	return ""
}

// shownName makes a stranger's field name fit to be shown.
func shownName(name string) string {
	name = strconv.QuoteToASCII(name)
	return name[1:min(len(name)-1, 41)]
}

// Next returns where to go on to, when s is a path of this site with nothing in it that a browser
// could read as another: no scheme, host or dots, no "//", backslash or control character, in clear or
// encoded, up to NextLimit bytes. It returns "" for anything else.
func Next(s string) string {
	if s == "" || len(s) > NextLimit || s[0] != '/' {
		return ""
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f || s[i] == '\\' {
			return ""
		}
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" {
		return ""
	}
	if strings.Contains(u.Path, "//") || strings.Contains(u.Path, `\`) || strings.Contains(u.Path, "..") {
		return ""
	}
	if badText(u.Path) != "" || strings.ContainsAny(u.Path, "\r\n\t") || strings.Contains(strings.ToLower(u.EscapedPath()), "%2f") {
		return ""
	}
	return s
}
