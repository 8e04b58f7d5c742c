// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"maillage/internal/testkit"
)

// slowRequest begins a POST and keeps the end of its body back.
type slowRequest struct {
	t    *testing.T
	conn net.Conn
	rest string
}

func beginSlowly(t *testing.T, c client, address, name string) slowRequest {
	t.Helper()
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // the answer was read, or the test has failed
	body := fmt.Sprintf(`{"name":%q}`, name)
	_, err = fmt.Fprintf(conn, "POST /api/v1/software HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		c.token, len(body), body[:5])
	if err != nil {
		t.Fatal(err)
	}
	return slowRequest{t, conn, body[5:]}
}

// finish sends the rest and returns the status.
func (s slowRequest) finish() int {
	s.t.Helper()
	if _, err := s.conn.Write([]byte(s.rest)); err != nil {
		s.t.Fatalf("the connection of a running request was cut: %v", err)
	}
	if err := s.conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		s.t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(s.conn), nil)
	if err != nil {
		s.t.Fatalf("the answer of a running request was lost: %v", err)
	}
	defer resp.Body.Close() //nolint:errcheck // read only
	return resp.StatusCode
}

func TestARunningRequestIsFinishedBeforeTheServerStops(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, i *instance) {
		c := newClient(i.base(), i.token("organiser"))
		p := i.serve()
		slow := beginSlowly(t, c, i.address, "Fini à temps")
		pause(100)
		p.Signal(syscall.SIGTERM)
		pause(200)
		if !p.Running() {
			t.Fatalf("the server left a request behind: exit %d", p.Wait())
		}
		if status := slow.finish(); status != 201 {
			t.Errorf("the running request was answered %d", status)
		}
		if code := p.Wait(); code != 0 {
			t.Errorf("exit %d: %s", code, p.Stderr())
		}
		p = i.serve()
		if names := all[thing](t, c, "/api/v1/software"); len(names) != 1 || names[0].Name != "Fini à temps" {
			t.Errorf("after the second start: %v", names)
		}
		p.Signal(syscall.SIGINT) // Ctrl-C is an orderly end too
		if code := p.Wait(); code != 0 {
			t.Errorf("SIGINT: exit %d: %s", code, p.Stderr())
		}
	})
}

// TestAServerSaysThatItLeavesBeforeItDoes needs an address that a load balancer could see.
func TestAServerSaysThatItLeavesBeforeItDoes(t *testing.T) {
	t.Parallel()
	i := newInstance(t, "")
	_, port, err := net.SplitHostPort(i.address)
	if err != nil {
		t.Fatal(err)
	}
	p := i.start("serve", "--listen", "0.0.0.0:"+port)
	p.Ready(i.base())
	c := newClient(i.base(), "")
	p.Signal(syscall.SIGTERM)
	took := eventually(t, 3*time.Second, "/readyz says 503", func() bool {
		r, err := c.ask("GET", "/readyz", "")
		return err == nil && r.Status == 503 && strings.Contains(string(r.Body), `"draining"`)
	})
	t.Logf("not ready %v after SIGTERM", took.Round(time.Millisecond))
	c.want(t, 200, "GET", "/livez", "")
	c.want(t, 200, "GET", "/api/v1/stats", "") // whoever still comes is served
	if code := p.Wait(); code != 0 {
		t.Errorf("exit %d: %s", code, p.Stderr())
	}
}

// TestAWriteOnOneServerShowsOnTheOther runs two on one database: on SQLite over one folder, whose
// index only one of them can have, and on PostgreSQL as replicas with folders of their own.
func TestAWriteOnOneServerShowsOnTheOther(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, i *instance) {
		c := newClient(i.base(), i.token("organiser"))
		p := i.serve()
		second := &instance{t: t, data: i.data, database: i.database, address: testkit.FreeAddress(t)}
		if i.database != "" {
			second.data = t.TempDir()
		}
		q := second.serve()
		d := newClient(second.base(), c.token)
		var slowest, searched time.Duration
		for k := range 10 {
			here, there := c, d
			if k%2 == 1 {
				here, there = d, c
			}
			made := here.want(t, 201, "POST", "/api/v1/software", fmt.Sprintf(`{"name":"Réplique %d"}`, k))
			at := made.Header.Get("Location")
			slowest = max(slowest, eventually(t, 5*time.Second, "the write shows on the other", func() bool {
				r, err := there.ask("GET", at, "")
				return err == nil && r.Status == 200
			}))
			searched = max(searched, eventually(t, 10*time.Second, "the other finds it", func() bool {
				var found struct {
					Meta struct{ Total int } `json:"meta"`
				}
				there.want(t, 200, "GET", "/api/v1/search?q=replique&type=software", "").into(t, &found)
				return found.Meta.Total == k+1
			}))
		}
		t.Logf("%s: shown on the other after at most %v, found after at most %v", t.Name(), slowest.Round(time.Millisecond), searched.Round(time.Millisecond))
		for _, each := range []*testkit.Process{p, q} {
			if code := each.Stop(); code != 0 {
				t.Errorf("exit %d: %s", code, each.Stderr())
			}
		}
		if i.database == "" && !strings.Contains(q.Stderr(), "another process") {
			t.Errorf("the second server does not say that it does without the index folder: %s", q.Stderr())
		}
	})
}
