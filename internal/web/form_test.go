// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bytes"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
)

const urlencoded = "application/x-www-form-urlencoded"

func sendForm(t testing.TB, kind, body string, names ...string) (Form, error) {
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	return ReadForm(echo.New().NewContext(r, httptest.NewRecorder()), names...)
}

func parts(t *testing.T, n int, file bool) (kind, body string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for range n {
		if err := w.WriteField("a", "x"); err != nil {
			t.Fatal(err)
		}
	}
	if file {
		if _, err := w.CreateFormFile("a", "a.txt"); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.String()
}

func TestAFormIsReadWithTheFieldsAskedForAlone(t *testing.T) {
	form, err := sendForm(t, urlencoded+"; charset=UTF-8", "name=%C3%89lo%C3%AFse+D.&interest=a&interest=b&empty=", "name", "interest[]", "empty", "absent")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Form{"name": {"Éloïse D."}, "interest": {"a", "b"}, "empty": {""}}, form); diff != "" {
		t.Error(diff)
	}
	if form.Get("name") != "Éloïse D." || form.Set("empty") || form.Set("absent") || len(form.All("interest")) != 2 {
		t.Error("read back otherwise")
	}
	kind, body := parts(t, FormParts, false)
	if form, err = sendForm(t, kind, body, "a[]"); err != nil || len(form.All("a")) != FormParts {
		t.Errorf("%v, %v", form, err)
	}
}

func TestAFormOverALimitOrWithWhatWasNotAskedForIsRefused(t *testing.T) {
	many, manyBody := parts(t, FormParts+1, false)
	file, fileBody := parts(t, 1, true)
	for name, c := range map[string]struct {
		kind, body string
		want       fault.Kind
		field      string
	}{
		"an unknown field":         {urlencoded, "a=1&office=administrator", fault.Invalid, "office: unknown_field"},
		"a field twice":            {urlencoded, "a=1&a=2", fault.Invalid, "a: duplicate_field"},
		"not UTF-8":                {urlencoded, "a=%ff%fe", fault.Invalid, "a: broken_utf8"},
		"a NUL":                    {urlencoded, "a=x%00y", fault.Invalid, "a: control_character"},
		"bad escapes":              {urlencoded, "a=%zz", fault.Malformed, ""},
		"semicolons":               {urlencoded, "a=1;b=2", fault.Malformed, ""},
		"too many fields":          {urlencoded, strings.Repeat("a=1&", FormFields), fault.TooLarge, ""},
		"too long":                 {urlencoded, "a=" + strings.Repeat("x", FormLimit), fault.TooLarge, ""},
		"too many parts":           {many, manyBody, fault.TooLarge, ""},
		"a file":                   {file, fileBody, fault.Invalid, "a: no_file_here"},
		"parts without a boundary": {"multipart/form-data", "x", fault.Malformed, ""},
		"another encoding":         {urlencoded + "; charset=iso-8859-1", "a=1", fault.Malformed, ""},
	} {
		form, err := sendForm(t, c.kind, c.body, "a")
		if !fault.Is(err, c.want) || form != nil {
			t.Errorf("%s: %v, %v", name, form, err)
			continue
		}
		if c.field != "" && strings.Join(fieldsOf(t, err), ",") != c.field {
			t.Errorf("%s: %v", name, fieldsOf(t, err))
		}
	}
	if _, err := sendForm(t, "application/json", `{"a":1}`, "a"); err == nil || err.(*echo.HTTPError).Code != 415 {
		t.Errorf("JSON is taken for a form: %v", err)
	}
}

func TestNextStaysOnThisSite(t *testing.T) {
	for _, s := range []string{"/", "/compte", "/compte/sessions?lang=en", "/organismes/grenoble-38#runs", "/recherche?q=%C3%A9tat+civil"} {
		if Next(s) != s {
			t.Errorf("%q is refused", s)
		}
	}
	for _, s := range []string{"", "compte", "//evil.example", "/\\evil.example", "\\/evil.example", "https://evil.example", "/a//evil.example",
		"/%2fevil.example", "/%5cevil.example", "/a\nb", "/a%0d%0aX: y", "/\tx", "javascript:alert(1)", "/../evil", "/ x", "/é", "/a%00",
		"///evil.example", "/.%2e/x", " /compte", "/" + strings.Repeat("x", NextLimit)} {
		if got := Next(s); got != "" {
			t.Errorf("%q is taken: %q", s, got)
		}
	}
}

// FuzzNext checks that whatever is taken leads to this host, in the way browsers read addresses (the
// WHATWG URL standard drops tabs and line breaks and takes "\" for "/") as in the way Go does.
func FuzzNext(f *testing.F) {
	for _, s := range []string{"/", "/compte?x=1", "//evil.example", "/\\evil", "/%2f%2fevil", "/a\tb", "http://evil", "/;//x", "/?//x", "/#\\"} {
		f.Add(s)
	}
	base, err := url.Parse("https://catalogue.example/connexion")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Next(s)
		if got == "" {
			return
		}
		if got != s || len(got) > NextLimit {
			t.Fatalf("%q became %q", s, got)
		}
		browser := strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/").Replace(got)
		for _, read := range []string{got, browser} {
			u, err := base.Parse(read)
			if err != nil || u.Host != base.Host || u.Scheme != base.Scheme || strings.HasPrefix(u.Path, "//") {
				t.Fatalf("%q leads to %v, %v", read, u, err)
			}
		}
	})
}

// FuzzForm checks that whatever a stranger sends ends in a form of valid text with known fields, or in
// a fault.
func FuzzForm(f *testing.F) {
	f.Add(urlencoded, "a=1&b=2")
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n")
	f.Add(urlencoded, "a=%ff;=&&")
	f.Fuzz(func(t *testing.T, kind, body string) {
		form, err := sendForm(t, kind, body, "a", "b[]")
		if err != nil {
			_, echoed := err.(*echo.HTTPError)
			if !echoed && fault.KindOf(err) == fault.Internal {
				t.Fatal(err)
			}
			return
		}
		for name, values := range form {
			if name != "a" && name != "b" || name == "a" && len(values) != 1 {
				t.Fatalf("%q", form)
			}
			for _, v := range values {
				if badText(v) != "" {
					t.Fatalf("%q", v)
				}
			}
		}
	})
}
