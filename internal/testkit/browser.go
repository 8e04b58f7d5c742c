// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package testkit

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// maxSteps is how many pages and redirections a login may take.
const maxSteps = 20

// Browser is a person before pages made of forms: cookies, redirections, no script.
type Browser struct {
	t      testing.TB
	client *http.Client
	at     *url.URL
}

// NewBrowser returns a Browser without cookies. It believes roots besides nobody, or the system's
// authorities when roots is nil.
func NewBrowser(t testing.TB, roots *x509.CertPool) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	t.Cleanup(transport.CloseIdleConnections)
	return &Browser{t: t, client: &http.Client{
		Jar: jar, Transport: transport, Timeout: processLimit,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Go opens an address, follows redirections and fills in each form with fill (a field it names is set,
// the others keep their value), until it is sent to an address that begins with home, which it does not
// open. It returns that address's query. A page without a form, or too many pages, fails the test.
func (b *Browser) Go(address, home string, fill map[string]string) url.Values {
	b.t.Helper()
	next := b.request(http.MethodGet, address, nil)
	page := ""
	for range maxSteps {
		if strings.HasPrefix(next.URL.String(), home) {
			return next.URL.Query()
		}
		resp, err := b.client.Do(next)
		if err != nil {
			b.t.Fatalf("%s: %v", next.URL, err)
		}
		body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
		_ = resp.Body.Close() // it was read
		if err != nil {
			b.t.Fatal(err)
		}
		b.at, page = next.URL, string(body)
		if to := resp.Header.Get("Location"); to != "" && resp.StatusCode >= 300 && resp.StatusCode < 400 {
			next = b.request(http.MethodGet, to, nil)
			continue
		}
		if resp.StatusCode >= 400 || !strings.Contains(page, "<form") {
			b.t.Fatalf("%s answers %s:\n%.2000s", b.at, resp.Status, page)
		}
		next = b.submit(page, fill)
	}
	b.t.Fatalf("still at %s after %d pages:\n%.2000s", b.at, maxSteps, page)
	return nil
}

// request is relative to the page it comes from.
func (b *Browser) request(method, address string, form url.Values) *http.Request {
	b.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		b.t.Fatal(err)
	}
	if b.at != nil {
		u = b.at.ResolveReference(u)
	}
	r, err := http.NewRequestWithContext(context.Background(), method, u.String(), strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

// submit fills in the page's first form.
func (b *Browser) submit(page string, fill map[string]string) *http.Request {
	b.t.Helper()
	page = regexp.MustCompile(`(?s)<!--.*?-->`).ReplaceAllString(page, "")
	_, page, _ = strings.Cut(page, "<form")
	tag, inside, _ := strings.Cut(page, ">")
	inside, _, _ = strings.Cut(inside, "</form>")
	form := url.Values{}
	for _, input := range regexp.MustCompile(`(?s)<input\b[^>]*>`).FindAllString(inside, -1) {
		name := attribute(input, "name")
		if name == "" || attribute(input, "type") == "checkbox" {
			continue
		}
		form.Set(name, attribute(input, "value"))
		if value, there := fill[name]; there {
			form.Set(name, value)
		}
	}
	address := attribute(tag, "action")
	if address == "" || address == "#" {
		address = b.at.String()
	}
	if strings.EqualFold(attribute(tag, "method"), "post") {
		return b.request(http.MethodPost, address, form)
	}
	r := b.request(http.MethodGet, address, nil)
	r.URL.RawQuery = form.Encode()
	return r
}

// attribute returns the value of a tag's attribute, empty when it is absent.
func attribute(tag, name string) string {
	found := regexp.MustCompile(`(?s)\s` + name + `\s*=\s*("[^"]*"|'[^']*')`).FindStringSubmatch(" " + tag)
	if found == nil {
		return ""
	}
	return html.UnescapeString(found[1][1 : len(found[1])-1])
}
