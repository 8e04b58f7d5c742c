// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// library matches words that only a library, a driver or the runtime would say.
var library = regexp.MustCompile(`(?i)\bsql|gorm|json:|strconv|\bpq:|pgx|bleve|\becho\b|runtime|\.go:|goroutine|panic|reflect|unmarshal|constraint|sqlstate|invalid character|net/http|0x[0-9a-f]{6}`)

// attack is one request written byte by byte, as no polite client would.
type attack struct {
	method, target string
	body           string
	as             string   // token: "organiser", "referent", or nobody
	headers        []string // whole lines
	status         []int    // what is right
	field          string   // what the answer must name, when it is about a field
}

// raw sends the attack and returns the answer.
func (a attack) raw(t *testing.T, address string, tokens map[string]string) (*http.Response, string) {
	t.Helper()
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // the answer is read
	lines := []string{a.method + " " + a.target + " HTTP/1.1", "Host: " + address, "Connection: close"}
	if token := tokens[a.as]; token != "" {
		lines = append(lines, "Authorization: Bearer "+token)
	}
	lines = append(lines, a.headers...)
	if a.body != "" {
		typed := slices.ContainsFunc(a.headers, func(h string) bool { return strings.HasPrefix(h, "Content-Type") })
		if !typed {
			lines = append(lines, "Content-Type: "+map[bool]string{true: "application/merge-patch+json", false: "application/json"}[a.method == "PATCH"])
		}
		if !slices.ContainsFunc(a.headers, func(h string) bool {
			return strings.HasPrefix(h, "Transfer-Encoding") || strings.HasPrefix(h, "Content-Length")
		}) {
			lines = append(lines, fmt.Sprintf("Content-Length: %d", len(a.body)))
		}
	}
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	go func() {
		// The server may answer and close before it has read everything: its answer is what counts.
		_, _ = conn.Write([]byte(strings.Join(lines, "\r\n") + "\r\n\r\n" + a.body))
	}()
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: a.method})
	if err != nil {
		t.Errorf("%s %.100s: no answer: %v", a.method, a.target, err)
		return nil, ""
	}
	defer resp.Body.Close() //nolint:errcheck // read whole
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Errorf("%s %.100s: the answer is cut: %v", a.method, a.target, err)
	}
	return resp, string(body)
}

// judge holds an answer against what every answer to a stranger must be.
func (a attack) judge(t *testing.T, resp *http.Response, body string) {
	t.Helper()
	what := fmt.Sprintf("%s %.120s %.80q as %q", a.method, a.target, a.body, a.as)
	if len(a.headers) > 0 {
		what += fmt.Sprintf(" %.80q", a.headers)
	}
	if !slices.Contains(a.status, resp.StatusCode) {
		t.Errorf("%s: %d, want %v: %.400s", what, resp.StatusCode, a.status, body)
	}
	if resp.StatusCode < 400 {
		return
	}
	for name, values := range resp.Header {
		if found := library.FindString(strings.Join(values, " ")); found != "" {
			t.Errorf("%s: %q in the header %s", what, found, name)
		}
	}
	if a.method == "HEAD" {
		return
	}
	// net/http itself refuses what is not HTTP, in plain text, before anybody sees the request.
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/problem+json") {
		if a.field == "http" && !library.MatchString(body) {
			return
		}
		t.Errorf("%s: %d is %q: %.200s", what, resp.StatusCode, resp.Header.Get("Content-Type"), body)
		return
	}
	a.problem(t, what, resp.StatusCode, body)
}

func (a attack) problem(t *testing.T, what string, status int, body string) {
	t.Helper()
	var p struct {
		Type, Title, Detail, Code string
		Status                    int
		RequestID                 string `json:"request_id"`
		Errors                    []struct{ Field, Code, Detail string }
	}
	if err := json.Unmarshal([]byte(body), &p); err != nil || p.Title == "" || p.Detail == "" || p.Code == "" || p.RequestID == "" || p.Status != status {
		t.Errorf("%s: not a whole problem (%v): %.400s", what, err, body)
		return
	}
	said := p.Title + " " + p.Detail
	var fields []string
	for _, e := range p.Errors {
		fields = append(fields, e.Field)
		said += " " + e.Detail
		if e.Field == "" || e.Code == "" || e.Detail == "" {
			t.Errorf("%s: a fault without words: %+v", what, e)
		}
	}
	// The field's own name may be the stranger's word; the sentences are ours.
	if found := library.FindString(said); found != "" && !strings.Contains(a.target+a.body, found) {
		t.Errorf("%s: a library speaks (%q): %.400s", what, found, body)
	}
	if a.field != "" && a.field != "http" && !slices.Contains(fields, a.field) {
		t.Errorf("%s: names %q, want %q: %.400s", what, fields, a.field, body)
	}
	if status == 422 && len(fields) == 0 {
		t.Errorf("%s: 422 that names nothing: %.400s", what, body)
	}
}

// TestNothingAStrangerSendsBreaksTheServer sends the corpus of attacks to a running demonstration. At
// the end it must be as it was: nothing written, and ready.
func TestNothingAStrangerSendsBreaksTheServer(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, i *instance) {
		p, cred := i.demo("--log-level", "warn")
		tokens := map[string]string{"organiser": cred.Organiser.APIToken, "referent": cred.Referent.APIToken}
		visitor := newClient(i.base(), "")
		usage := all[thing](t, visitor, "/api/v1/usages?page[size]=100")[0].ID
		offer := all[thing](t, visitor, "/api/v1/offers?page[size]=100")[0].ID
		before := i.position()
		sent := 0
		var slowest time.Duration
		corpus := slices.Concat(badQueries(), badBodies(), badDeclarations(usage, offer, cred), badHTTP(), badMethods(), badPaths())
		for _, a := range corpus {
			began := time.Now()
			if resp, body := a.raw(t, i.address, tokens); resp != nil {
				a.judge(t, resp, body)
			}
			slowest = max(slowest, time.Since(began))
			sent++
		}
		if i.position() != before {
			t.Errorf("the attacks made %d changes", i.position()-before)
		}
		pause(1500) // what was searched for in vain is written down now
		visitor.want(t, 200, "GET", "/readyz", "")
		visitor.want(t, 200, "GET", "/api/v1/software/nextcloud", "")
		if code := p.Stop(); code != 0 || strings.Contains(p.Stderr(), "panic") || strings.Contains(p.Stderr(), "level=ERROR") {
			t.Errorf("exit %d: %s", code, p.Stderr())
		}
		t.Logf("%s: %d hostile requests, slowest %v", t.Name(), sent, slowest.Round(time.Millisecond))
	})
}

func TestHeadersThatWouldSplitAnAnswerDoNot(t *testing.T) {
	t.Parallel()
	i := newInstance(t, "")
	p := i.serve()
	for _, a := range []attack{
		{method: "GET", target: "/api/v1/software?sort=%0d%0aX-Evil:%201"},
		{method: "GET", target: "/api/v1/software/%0d%0aX-Evil:%201/"},
		{method: "GET", target: "/api/v1/stats", headers: []string{"X-Request-Id: a%0d%0aX-Evil: 1"}},
		{method: "GET", target: "/api/v1/stats", headers: []string{"Origin: https://x\u0085X-Evil: 1"}},
		{method: "GET", target: "//evil.example/%2e%2e/"},
		{method: "GET", target: "/\\evil.example/"},
		{method: "GET", target: "/%5cevil.example/"},
		{method: "GET", target: "/api/v1/software/", headers: []string{"X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https"}},
	} {
		resp, _ := a.raw(t, i.address, nil)
		if resp == nil {
			continue
		}
		if resp.Header.Get("X-Evil") != "" {
			t.Errorf("%s %s %q: a header was injected", a.method, a.target, a.headers)
		}
		if to := resp.Header.Get("Location"); strings.Contains(to, "evil") || strings.HasPrefix(to, "//") {
			t.Errorf("%s %s: sends people to %s", a.method, a.target, to)
		}
		if resp.StatusCode >= 500 {
			t.Errorf("%s %s: %d", a.method, a.target, resp.StatusCode)
		}
	}
	p.Stop()
}
