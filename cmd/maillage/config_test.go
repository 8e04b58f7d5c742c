// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"errors"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/spf13/pflag"
	"maillage/frontend"
	"maillage/internal/mail"
)

// load reads a configuration whose data folder is one that can be made, unless args say otherwise.
func load(t *testing.T, args, environ []string) (Config, error) {
	t.Helper()
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	addConfigFlags(flags)
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	return loadConfig(flags, environ)
}

func written(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func faults(t *testing.T, err error) []string {
	t.Helper()
	e, ok := errors.AsType[*ConfigError](err)
	if !ok {
		t.Fatalf("got %v, want a ConfigError", err)
	}
	return e.Faults
}

func TestNoConfigurationWorks(t *testing.T) {
	t.Chdir(t.TempDir())
	c, err := load(t, nil, []string{"HOME=/x", "MAILLAGE_DATABASE="})
	if err != nil {
		t.Fatal(err)
	}
	want := Config{Listen: "127.0.0.1:8080", Data: "./maillage-data", BaseURL: "http://127.0.0.1:8080", RateLimit: 300,
		LogLevel: slog.LevelInfo, LogFormat: "text", Name: "Maillage", Languages: []string{"fr", "en"},
		Legal:           frontend.Legal{Accessibility: "none"},
		PasswordMinimum: 15, Mail: mail.Config{TLS: mail.TLS("starttls")}}
	if d := cmp.Diff(want, c, cmpopts.IgnoreUnexported(Config{})); d != "" {
		t.Error(d)
	}
	if entries, err := os.ReadDir("."); err != nil || len(entries) > 0 {
		t.Errorf("checking left %v behind, %v", entries, err)
	}
}

func TestAFlagWinsOverTheEnvironmentOverTheFileOverTheDefault(t *testing.T) {
	t.Chdir(t.TempDir())
	path := written(t, "maillage.yaml", "name: file\nrate_limit: 7\nlog_level: debug\ntrusted_proxies: [10.1.2.3/8, 2001:db8::1]\nlanguages: en\n")
	c, err := load(t, []string{"--config", path, "--name", "flag"},
		[]string{"MAILLAGE_NAME=env", "MAILLAGE_LOG_LEVEL=warn", "MAILLAGE_BASE_URL=HTTPS://Alpes.Example.org/"})
	if err != nil {
		t.Fatal(err)
	}
	want := Config{Listen: "127.0.0.1:8080", Data: "./maillage-data", BaseURL: "https://alpes.example.org", RateLimit: 7,
		LogLevel: slog.LevelWarn, LogFormat: "text", Name: "flag", Languages: []string{"en"},
		TrustedProxies:  []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::1/128")},
		Legal:           frontend.Legal{Accessibility: "none"},
		PasswordMinimum: 15, Mail: mail.Config{TLS: mail.TLS("starttls")}}
	if d := cmp.Diff(want, c, cmpopts.IgnoreUnexported(Config{}), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); d != "" {
		t.Error(d)
	}
	if !c.HTTPS() {
		t.Error("the public address is https")
	}
	if c, err := load(t, nil, []string{"MAILLAGE_CONFIG=" + path}); err != nil || c.Name != "file" {
		t.Errorf("MAILLAGE_CONFIG: %q %v", c.Name, err)
	}
}

func TestEveryFaultIsSaidAtOnceWithItsPlace(t *testing.T) {
	path := written(t, "maillage.yaml", "listen: here\ncolour: red\nname: a\nname: b\nlog_format: [a]\n\nbase_url: https://x/path\n")
	_, err := load(t, []string{"--config", path, "--rate-limit=-1", "--data", filepath.Join(path, "sub")}, []string{"LANG=en_GB.UTF-8", "PATH=/bin",
		"MAILLAGE_COLOUR=red", "MAILLAGE_LOG_LEVEL=loud", "MAILLAGE_CONTACT=Ana <ana@example.org>", "MAILLAGE_LISTEN_FILE=/x", "MAILLAGE_TRUSTED_PROXIES=0.0.0.0/0",
		"MAILLAGE_LANGUAGES=fr,de", "MAILLAGE_METRICS_LISTEN=127.0.0.1:99999"})
	got := strings.Join(faults(t, err), "\n")
	for _, want := range []string{
		`MAILLAGE_COLOUR (environment): there is no such setting`,
		`MAILLAGE_LISTEN_FILE (environment): there is no such setting`,
		`colour (maillage.yaml:2): there is no such setting`,
		`name (maillage.yaml:4): this setting is already given by maillage.yaml:3`,
		`log_format (maillage.yaml:5): want a single value`,
		`listen (maillage.yaml:1): "here" is not of the form address:port`,
		`data (--data): this folder can be neither made nor used (`,
		`base_url (maillage.yaml:7): "https://x/path" must stop at the host name or the port`,
		`trusted_proxies (MAILLAGE_TRUSTED_PROXIES): "0.0.0.0/0" would trust everybody`,
		`rate_limit (--rate-limit): "-1" is not a whole number`,
		`log_level (MAILLAGE_LOG_LEVEL): want one of these`,
		`languages (MAILLAGE_LANGUAGES): want one of these`,
		`contact (MAILLAGE_CONTACT): "Ana <ana@example.org>" is not an e-mail address`,
		`metrics_listen (MAILLAGE_METRICS_LISTEN): "127.0.0.1:99999" is not of the form`,
	} {
		if strings.Count(got, want) != 1 {
			t.Errorf("want once %q", want)
		}
	}
	if n := len(faults(t, err)); n != 14 {
		t.Errorf("%d faults:\n%s", n, got)
	}
}

func TestBadValuesAreRefusedAndGoodOnesAreNot(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, c := range []struct {
		flag      string
		good, bad []string
	}{
		{"listen", []string{":8080", "[::]:80", "0.0.0.0:0", "localhost:1"}, []string{"", "8080", "example.org:80", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:080", "1.2.3.4.5:1"}},
		{"database", []string{"", "postgres://u:p@h/d", "postgresql://h:5432/d?sslmode=require", "postgres:///d?host=/run"},
			[]string{"mysql://h/d", "h=1", "postgres:///d", "postgres://u:p%zz@h/d", "postgres://[::1/d"}},
		{"base-url", []string{"", "http://x", "https://x:8443/", "https://[::1]"}, []string{"x", "ftp://x", "https://", "https://a:b@x", "https://x/a", "https://x?", "https://x/?a", "https://x#a", "mailto:x", "https://x:port"}},
		{"trusted-proxies", []string{"", "10.0.0.0/8, ::1", "192.0.2.1"}, []string{"x", "10.0.0.0/33", "::/0", "fe80::1%eth0"}},
		{"rate-limit", []string{"0", "1000000"}, []string{"", "-1", "1000001", "1.5", "x"}},
		{"name", []string{"Alpes Numérique Libre"}, []string{"", "  ", "a\nb", "\xff", strings.Repeat("a", 201)}},
		{"languages", []string{"fr", "en,fr"}, []string{"", "fr,fr", "de"}},
		{"contact", []string{"", "a@example.org"}, []string{"a", "a@b@c", "a@example.org\r\nBcc: b@example.org", "A <a@example.org>"}},
		{"publisher", []string{"", "Alpes Numérique Libre, 1 rue de l’Exemple, 38000 Grenoble"}, []string{"a\nb", "\xff", strings.Repeat("a", 1001)}},
		{"accessibility", []string{"none"}, []string{"", "oui", "partial", "full"}}, // the last two for want of an audit
		{"accessibility-date", []string{"", "2026-01-31"}, []string{"31/01/2026", "2026-02-30"}},
		{"metrics-listen", []string{"", "127.0.0.1:9090"}, []string{"9090", "127.0.0.1:8080"}},
		{"data", []string{"x", "./x/y/z"}, []string{"", "/dev/null/x", "/dev/null"}},
		{"log-format", []string{"text", "json"}, []string{"", "JSON", "xml"}},
	} {
		for _, v := range c.good {
			if _, err := load(t, []string{"--" + c.flag, v}, nil); err != nil {
				t.Errorf("--%s %q: %v", c.flag, v, err)
			}
		}
		for _, v := range c.bad {
			_, err := load(t, []string{"--" + c.flag, v}, nil)
			if f := faults(t, err); len(f) != 1 || !strings.HasPrefix(f[0], strings.ReplaceAll(c.flag, "-", "_")+" (--"+c.flag+") : ") {
				t.Errorf("--%s %q: %q", c.flag, v, f)
			}
		}
	}
}

func TestASecretComesFromAFileAndIsShownNowhere(t *testing.T) {
	t.Chdir(t.TempDir())
	secret := "postgres://ana:hunter2@db.example.org/maillage?sslpassword=hunter3"
	c, err := load(t, nil, []string{"MAILLAGE_DATABASE_FILE=" + written(t, "database", secret+"\n")})
	if err != nil || c.Database != secret {
		t.Fatalf("%q %v", c.Database, err)
	}
	var out strings.Builder
	if err := c.Print(&out); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "hunter") || !strings.Contains(out.String(), "postgres://ana:***@db.example.org/maillage?***") ||
		!strings.Contains(out.String(), "(MAILLAGE_DATABASE_FILE)") || strings.Count(out.String(), "\n") != len(settings()) ||
		!strings.Contains(out.String(), "http://127.0.0.1:8080") {
		t.Errorf("printed\n%s", out.String())
	}
	for _, bad := range []string{"postgres://ana:hunter2@%zz/", "mysql://ana:hunter2@h/", "hunter2"} {
		_, err := load(t, nil, []string{"MAILLAGE_DATABASE=" + bad})
		if f := faults(t, err); len(f) != 1 || strings.Contains(f[0], "hunter") {
			t.Errorf("a fault shows the secret: %q", f)
		}
	}
	_, err = load(t, nil, []string{"MAILLAGE_DATABASE=" + secret, "MAILLAGE_DATABASE_FILE=/nowhere"})
	if f := faults(t, err); len(f) != 1 || !strings.Contains(f[0], "MAILLAGE_DATABASE_FILE") {
		t.Errorf("an absent secret file: %q", f)
	}
	_, err = load(t, nil, []string{"MAILLAGE_DATABASE=" + secret, "MAILLAGE_DATABASE_FILE=" + written(t, "d", secret)})
	if f := faults(t, err); len(f) != 1 || !strings.Contains(f[0], "déjà donné par MAILLAGE_DATABASE") {
		t.Errorf("both: %q", f)
	}
	open := written(t, "maillage.yaml", "database: "+secret+"\n")
	if err := os.Chmod(open, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = load(t, []string{"--config", open}, nil)
	if f := faults(t, err); len(f) != 1 || !strings.Contains(f[0], "chmod 600") {
		t.Errorf("a secret everybody can read: %q", f)
	}
}

func TestAFileThatIsNotOneOfSettingsIsOneFault(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, content := range []string{"- a\n", "just words\n", "a: b\n c: d\n", "name: a\n---\nname: b\n", "name: [\n", "name: \xff\n", "? [a]\n: b\n", "name: &x a\ncontact: *x\n"} {
		_, err := load(t, []string{"--config", written(t, "c.yaml", content)}, nil)
		if f := faults(t, err); len(f) != 1 || !strings.Contains(f[0], "c") {
			t.Errorf("%q: %q", content, f)
		}
	}
	if _, err := load(t, []string{"--config", "/nowhere/c.yaml"}, nil); len(faults(t, err)) != 1 {
		t.Errorf("no file: %v", err)
	}
	for _, content := range []string{"", "# nothing\n", "{}\n", "contact:\n"} {
		if _, err := load(t, []string{"--config", written(t, "c.yaml", content)}, nil); err != nil {
			t.Errorf("%q: %v", content, err)
		}
	}
}

func TestTheAddressToListenOnGivesThePublicOne(t *testing.T) {
	t.Chdir(t.TempDir())
	for listen, want := range map[string]string{"0.0.0.0:80": "http://localhost:80", "[::]:81": "http://localhost:81", ":82": "http://localhost:82", "[::1]:83": "http://[::1]:83"} {
		if c, err := load(t, []string{"--listen", listen}, nil); err != nil || c.BaseURL != want {
			t.Errorf("%s: %q %v, want %q", listen, c.BaseURL, err, want)
		}
	}
}

func TestBothLanguagesSayEveryFault(t *testing.T) {
	fr, en := french().sentences, english().sentences
	for code, s := range fr {
		if en[code] == "" || s == "" || strings.Contains(s, "{}") != strings.Contains(en[code], "{}") {
			t.Errorf("%s: %q, %q", code, s, en[code])
		}
	}
	if len(fr) != len(en) {
		t.Errorf("%d sentences in French, %d in English", len(fr), len(en))
	}
	for locale, want := range map[string]string{"LANG=en_US": "default", "LANG=fr_FR": "valeur par défaut", "LANG=C": "valeur par défaut", "LC_ALL=en": "default"} {
		if got := wordsFor([]string{locale}).byDefault; got != want {
			t.Errorf("%s: %q", locale, got)
		}
	}
}

func TestTheLogHasTheFormAndLevelAskedFor(t *testing.T) {
	var b strings.Builder
	log := Config{LogFormat: "json", LogLevel: slog.LevelWarn}.Logger(&b)
	log.Info("quiet")
	log.Warn("loud")
	if got := b.String(); !strings.HasPrefix(got, "{") || strings.Contains(got, "quiet") {
		t.Errorf("got %q", got)
	}
	b.Reset()
	Config{LogFormat: "text"}.Logger(&b).Info("plain")
	if !strings.Contains(b.String(), "msg=plain") {
		t.Errorf("got %q", b.String())
	}
}
