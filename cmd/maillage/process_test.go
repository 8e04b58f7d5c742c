// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"maillage/internal/testkit"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if dir := builtIn; dir != "" {
		if err := os.RemoveAll(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// builtIn is the folder of the binary, once it is built.
var builtIn string

// built builds the programme once for all the tests.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "maillage-built-")
	if err != nil {
		return "", err
	}
	builtIn = dir
	return testkit.BuildProgram(dir, "maillage")
})

// instance is where a programme under test keeps its data and answers.
type instance struct {
	t        *testing.T
	data     string // folder
	database string // PostgreSQL URL, empty for SQLite
	address  string
	env      []string
}

// eachEngine runs fn with an instance on SQLite and one on PostgreSQL, both new.
func eachEngine(t *testing.T, fn func(t *testing.T, i *instance)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, newInstance(t, ""))
	})
	if testkit.OnPostgres() {
		t.Run("postgres", func(t *testing.T) {
			t.Parallel()
			fn(t, newInstance(t, testkit.PostgresDatabase(t)))
		})
	}
}

func newInstance(t *testing.T, database string) *instance {
	return &instance{t: t, data: filepath.Join(t.TempDir(), "data"), database: database, address: testkit.FreeAddress(t)}
}

func (i *instance) base() string { return "http://" + i.address }

// start starts a command of the programme on the instance's data.
func (i *instance) start(args ...string) *testkit.Process {
	i.t.Helper()
	path, err := built()
	if err != nil {
		i.t.Fatal(err)
	}
	return testkit.StartProcess(i.t, path, i.env, i.arguments(args...)...)
}

func (i *instance) arguments(args ...string) []string {
	args = append(args, "--data", i.data)
	if i.database != "" {
		args = append(args, "--database", i.database)
	}
	return args
}

// serve starts the server, without limits of requests, and waits until it is ready.
func (i *instance) serve(args ...string) *testkit.Process {
	i.t.Helper()
	p := i.start(append([]string{"serve", "--listen", i.address, "--rate-limit", "0"}, args...)...)
	p.Ready(i.base())
	return p
}

// run runs a command to its end and returns its exit code, output and messages.
func (i *instance) run(args ...string) (code int, stdout, stderr string) {
	i.t.Helper()
	p := i.start(args...)
	code = p.Wait()
	return code, p.Stdout(), p.Stderr()
}

// must is run for a command that succeeds; it returns what it printed.
func (i *instance) must(args ...string) string {
	i.t.Helper()
	code, stdout, stderr := i.run(args...)
	if code != 0 {
		i.t.Fatalf("maillage %s: exit %d\n%s%s", strings.Join(args, " "), code, stdout, stderr)
	}
	return stdout
}

// token makes a token and returns its secret.
func (i *instance) token(role string, more ...string) string {
	i.t.Helper()
	return strings.TrimSpace(i.must(append([]string{"token", "create", "--role", role, "--name", "Essai"}, more...)...))
}

// count returns the number a query gives, read from the database beside the programme.
func (i *instance) count(query string) int64 {
	i.t.Helper()
	db := i.open()
	defer db.Close() //nolint:errcheck // read only
	var n sql.NullInt64
	if err := db.QueryRowContext(i.t.Context(), query).Scan(&n); err != nil {
		i.t.Fatalf("%s: %v", query, err)
	}
	return n.Int64
}

// execute changes the database behind the programme's back.
func (i *instance) execute(statement string) {
	i.t.Helper()
	db := i.open()
	defer db.Close() //nolint:errcheck // the statement was answered
	if _, err := db.ExecContext(i.t.Context(), statement); err != nil {
		i.t.Fatalf("%s: %v", statement, err)
	}
}

// open opens the database with the drivers the store brings.
func (i *instance) open() *sql.DB {
	i.t.Helper()
	driver, dsn := "sqlite", "file:"+filepath.Join(i.data, "maillage.db")+"?_pragma=busy_timeout(10000)"
	if i.database != "" {
		driver, dsn = "pgx", i.database
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		i.t.Fatal(err)
	}
	return db
}

// position is the number of the last change.
func (i *instance) position() int64 {
	i.t.Helper()
	return i.count("SELECT seq FROM feed_heads WHERE origin = 'local'")
}

// client speaks to an instance as somebody; token is empty for a visitor.
type client struct {
	base, token string
	http        *http.Client
}

func newClient(base, token string) client {
	return client{base: base, token: token, http: &http.Client{Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// reply is an answer, read whole.
type reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// ask sends a request; headers are pairs. An error is one of the connection.
func (c client) ask(method, path, body string, headers ...string) (reply, error) {
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(context.Background(), method, c.base+path, in)
	if err != nil {
		return reply{}, err
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	for k := 0; k+1 < len(headers); k += 2 {
		r.Header.Set(headers[k], headers[k+1])
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close() //nolint:errcheck // read only
	content, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, content}, err
}

// want is ask for a request whose status is known.
func (c client) want(t testing.TB, status int, method, path, body string, headers ...string) reply {
	t.Helper()
	r, err := c.ask(method, path, body, headers...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	if r.Status != status {
		t.Fatalf("%s %s: %d, want %d: %.1000s", method, path, r.Status, status, r.Body)
	}
	return r
}

// into reads the body of an answer.
func (r reply) into(t testing.TB, v any) {
	t.Helper()
	if err := json.NewDecoder(bytes.NewReader(r.Body)).Decode(v); err != nil {
		t.Fatalf("%v in %.500s", err, r.Body)
	}
}

// thing is what the tests read of any representation.
type thing struct {
	ID   string `json:"id"`
	Slug string `json:"slug"`
	Name string `json:"name"`
}

// all walks a list to its end.
func all[T any](t testing.TB, c client, path string) []T {
	t.Helper()
	var out []T
	for path != "" {
		var page struct {
			Data  []T `json:"data"`
			Links struct {
				Next *string `json:"next"`
			} `json:"links"`
		}
		c.want(t, 200, "GET", path, "").into(t, &page)
		out = append(out, page.Data...)
		path = ""
		if page.Links.Next != nil {
			path = *page.Links.Next
		}
	}
	return out
}

// eventually waits until ok returns true, for at most limit, and returns how long it took.
func eventually(t testing.TB, limit time.Duration, what string, ok func() bool) time.Duration {
	t.Helper()
	began := time.Now()
	for !ok() {
		if time.Since(began) > limit {
			t.Fatalf("after %v, still not: %s", limit, what)
		}
		time.Sleep(5 * time.Millisecond) //nolint:forbidigo // another process has no channel to wait on
	}
	return time.Since(began)
}
