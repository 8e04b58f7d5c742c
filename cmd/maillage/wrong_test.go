// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"maillage/internal/testkit"
)

// ends runs a command that must end by itself with a code, and returns the lines it says.
func (i *instance) ends(code int, args ...string) []string {
	i.t.Helper()
	got, stdout, stderr := i.run(args...)
	if got != code {
		i.t.Fatalf("maillage %s: exit %d, want %d\n%s%s", strings.Join(args, " "), got, code, stdout, stderr)
	}
	lines := strings.Split(strings.TrimSuffix(stderr, "\n"), "\n")
	for _, l := range lines {
		if strings.Contains(l, "goroutine") || strings.Contains(l, ".go:") || l == "" {
			i.t.Errorf("maillage %s: says %q", strings.Join(args, " "), l)
		}
	}
	return lines
}

// says fails unless each of the wanted texts is in a line of its own, and no line is left.
func says(t *testing.T, lines []string, want ...string) {
	t.Helper()
	if len(lines) != len(want) {
		t.Errorf("%d lines, want %d: %q", len(lines), len(want), lines)
		return
	}
	for k, w := range want {
		if !strings.Contains(lines[k], w) {
			t.Errorf("line %d is %q, want %q in it", k, lines[k], w)
		}
	}
}

func TestEveryFaultOfTheConfigurationIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	i := newInstance(t, "")
	i.env = []string{"MAILLAGE_COULEUR=bleu", "MAILLAGE_RATE_LIMIT=-3", "MAILLAGE_DATABASE=mysql://u:motdepasse@h/b", "MAILLAGE_NAME="}
	i.data = "/dev/null/maillage"
	lines := i.ends(2, "serve", "--listen", "partout", "--base-url", "ftp://x", "--log-level", "bavard", "--trusted-proxies", "0.0.0.0/0")
	says(t, lines, "MAILLAGE_COULEUR", "listen (--listen)", "database (MAILLAGE_DATABASE)", "base_url (--base-url)", "trusted_proxies",
		"rate_limit (MAILLAGE_RATE_LIMIT)", "log_level (--log-level)", "data (--data)")
	if strings.Contains(strings.Join(lines, ""), "motdepasse") {
		t.Errorf("the password is shown: %q", lines)
	}
	i.env = append(i.env, "LANG=en_GB.UTF-8")
	if english := i.ends(2, "serve"); !strings.Contains(strings.Join(english, "\n"), "there is no such setting") {
		t.Errorf("in English: %q", english)
	}
}

func TestAWrongCommandLineIsAUsageError(t *testing.T) {
	t.Parallel()
	i := newInstance(t, "")
	for _, args := range [][]string{{"serve", "--bogus"}, {"servir"}, {"serve", "extra"}, {"export"}, {"export", "a", "b"}, {"import"}, {"import", "sill"},
		{"import", "--template", "meteo"}, {"token", "revoke"}, {"migrate", "status", "x"}} {
		says(t, i.ends(2, args...), "")
	}
	for _, args := range [][]string{{"token", "create", "--role", "roi", "--name", "x"}, {"token", "create", "--role", "organiser"},
		{"token", "create", "--role", "referent", "--name", "x", "--organisation", "personne"}, {"token", "create", "--role", "referent", "--name", "x"},
		{"token", "revoke", "01a20d57-cace-7e32-b05a-9541671184b9"}, {"import", "/nowhere.json"}, {"import", "comptoir", "/nowhere.json"},
		{"import", "publiccode", "/nowhere"}} {
		lines := i.ends(1, args...)
		if text := strings.Join(lines, "\n"); strings.Contains(text, "sql") || strings.Contains(text, "constraint") || text == "" {
			t.Errorf("%q: %s", args, text)
		}
	}
	if n := i.count("SELECT count(*) FROM api_tokens"); n != 0 {
		t.Errorf("%d tokens were made all the same", n)
	}
}

func TestAServerThatCannotListenSaysSo(t *testing.T) {
	t.Parallel()
	i := newInstance(t, "")
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", i.address)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // nothing was written
	code, _, stderr := i.run("serve", "--listen", i.address)
	if code != 1 || !strings.Contains(stderr, i.address) || !strings.Contains(stderr, "address already in use") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

func TestADatabaseThatDoesNotAnswerIsSaidWithoutItsPassword(t *testing.T) {
	t.Parallel()
	i := newInstance(t, "postgres://personne:motdepasse@"+testkit.FreeAddress(t)+"/base")
	lines := strings.Join(i.ends(1, "serve"), "\n")
	if !strings.Contains(lines, "connection refused") || strings.Contains(lines, "motdepasse") {
		t.Errorf("%s", lines)
	}
}

func TestASchemaOfAnotherVersionIsRefused(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, i *instance) {
		// Behind: nothing there at all is the oldest schema.
		if lines := i.ends(1, "serve", "--no-migrate"); !strings.Contains(lines[0], "maillage migrate") {
			t.Errorf("behind: %q", lines)
		}
		i.must("migrate")
		i.execute("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9001, " + map[bool]string{true: "1", false: "true"}[i.database == ""] + ")")
		for _, args := range [][]string{{"serve"}, {"serve", "--no-migrate"}, {"migrate"}, {"migrate", "status"}, {"demo"},
			{"token", "create", "--role", "organiser", "--name", "x"}, {"export", filepath.Join(t.TempDir(), "x")}} {
			if lines := i.ends(1, args...); !strings.Contains(strings.Join(lines, "\n"), "9001") {
				t.Errorf("newer, %q: %q", args, lines)
			}
		}
		if n := i.count("SELECT count(*) FROM api_tokens"); n != 0 {
			t.Error("a newer schema was written to")
		}
	})
}

func TestADataFolderThatCannotBeWrittenIsSaidBeforeListening(t *testing.T) {
	t.Parallel()
	i := newInstance(t, "")
	i.must("migrate")
	if err := os.Chmod(i.data, 0o555); err != nil { //nolint:gosec // that is the point
		t.Fatal(err)
	}
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"serve", "--listen", i.address, "--data", i.data}
	var p *testkit.Process
	if os.Geteuid() == 0 {
		// Nothing is read-only for root: be somebody else, who can reach the binary and the folder.
		for _, dir := range []string{filepath.Dir(path), filepath.Dir(i.data), filepath.Dir(filepath.Dir(i.data))} {
			if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // the test's own folders
				t.Fatal(err)
			}
		}
		p = testkit.StartProcessAs(t, 65534, path, nil, args...)
	} else {
		t.Cleanup(func() { _ = os.Chmod(i.data, 0o755) }) //nolint:gosec // so that it can be removed
		p = testkit.StartProcess(t, path, nil, args...)
	}
	if code := p.Wait(); code != 2 || !strings.Contains(p.Stderr(), "data (--data)") || strings.Count(p.Stderr(), "\n") != 1 {
		t.Errorf("exit %d: %s", code, p.Stderr())
	}
}

func TestADamagedDatabaseIsSaidAndLeftAsItIs(t *testing.T) {
	t.Parallel()
	i := newInstance(t, "")
	if err := os.MkdirAll(i.data, 0o750); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(i.data, "maillage.db")
	garbage := strings.Repeat("ceci n'est pas une base ", 1000)
	if err := os.WriteFile(file, []byte(garbage), 0o600); err != nil {
		t.Fatal(err)
	}
	i.ends(1, "serve")
	if after, err := os.ReadFile(file); err != nil || string(after) != garbage { //nolint:gosec // the test's own file
		t.Errorf("the file changed, %v", err)
	}
}
