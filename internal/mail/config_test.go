// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package mail_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"maillage/internal/mail"
)

func TestEachWrongSettingIsToldOnceAndAllAreTold(t *testing.T) {
	server := func(change func(*mail.Config)) mail.Config {
		c := mail.Config{Site: "Alpes", BaseURL: "https://alpes.example", Host: "smtp.example", From: "a@alpes.example"}
		change(&c)
		return c
	}
	folder := func(change func(*mail.Config)) mail.Config {
		c := settings(t)
		change(&c)
		return c
	}
	wide := t.TempDir()
	if err := os.Chmod(wide, 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(wide, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		cfg  mail.Config
		want []string
	}{
		{server(func(c *mail.Config) {}), nil},
		{folder(func(c *mail.Config) {}), nil},
		{folder(func(c *mail.Config) { c.From = "" }), nil},
		{server(func(c *mail.Config) { c.From = "" }), []string{"mail_from: empty"}},
		{server(func(c *mail.Config) { c.From = "a@b>\r\nBcc: c@d.example" }), []string{"mail_from: bad_email=a@b>\r\nBcc: c@d.example"}},
		{server(func(c *mail.Config) { c.ReplyTo = "a" }), []string{"mail_reply_to: bad_email=a"}},
		{server(func(c *mail.Config) { c.FromName = "a\nb" }), []string{"mail_from_name: bad_name"}},
		{server(func(c *mail.Config) { c.Site = "" }), []string{"name: bad_name"}},
		{server(func(c *mail.Config) { c.Contact = strings.Repeat("é", 201) }), []string{"contact: bad_name"}},
		{server(func(c *mail.Config) { c.BaseURL = "alpes.example" }), []string{"base_url: bad_base_url=alpes.example"}},
		{server(func(c *mail.Config) { c.BaseURL = "https://alpes.example/" }), []string{"base_url: base_url_path=https://alpes.example/"}},
		{server(func(c *mail.Config) { c.Host = "smtp example" }), []string{"mail_host: bad_host=smtp example"}},
		{server(func(c *mail.Config) { c.Port = 65536 }), []string{"mail_port: bad_port=65536"}},
		{server(func(c *mail.Config) { c.Port = -1 }), []string{"mail_port: bad_port=-1"}},
		{server(func(c *mail.Config) { c.TLS = "ssl" }), []string{"mail_tls: not_one_of=tls, starttls, opportunistic, none"}},
		{server(func(c *mail.Config) { c.Host, c.TLS = "8.8.8.8", mail.TLSNone }), []string{"mail_tls: tls_none_far=8.8.8.8"}},
		{server(func(c *mail.Config) { c.Host, c.TLS = "::ffff:8.8.8.8", mail.TLSNone }), []string{"mail_tls: tls_none_far=::ffff:8.8.8.8"}},
		{server(func(c *mail.Config) { c.Host, c.TLS = "10.0.0.3", mail.TLSNone }), nil},
		{server(func(c *mail.Config) { c.Host, c.TLS = "::1", mail.TLSNone }), nil},
		{server(func(c *mail.Config) { c.Host, c.TLS = "fd00::3", mail.TLSNone }), nil},
		{server(func(c *mail.Config) { c.Username = "a" }), []string{"mail_password: empty"}},
		{server(func(c *mail.Config) { c.Password = "hush" }), []string{"mail_username: empty"}},
		{server(func(c *mail.Config) { c.TLS, c.Username, c.Password = mail.TLSOpportunistic, "a", "hush" }), []string{"mail_username: password_unprotected"}},
		{server(func(c *mail.Config) { c.Timeout = 6 * time.Minute }), []string{"mail_timeout: bad_timeout=6m0s"}},
		{folder(func(c *mail.Config) { c.Folder = "" }), []string{"mail_folder: empty"}},
		{folder(func(c *mail.Config) { c.Folder = wide }), []string{"mail_folder: folder_open=" + wide}},
		{folder(func(c *mail.Config) { c.Folder = file }), []string{"mail_folder: not_a_folder=" + file}},
		{mail.Config{Host: "?", Port: -1, Password: "hush"}, []string{"base_url: bad_base_url=", "name: bad_name", "mail_host: bad_host=?",
			"mail_port: bad_port=-1", "mail_username: empty", "mail_from: empty"}},
	} {
		if diff := cmp.Diff(c.want, c.cfg.Problems()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		_, err := mail.New(c.cfg)
		wrong, is := errors.AsType[*mail.ConfigError](err)
		if is != (len(c.want) > 0) || is && !slices.Equal(wrong.Problems, c.want) {
			t.Errorf("New: %v, want %q", err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "hush") {
			t.Errorf("the password is told: %v", err)
		}
	}
}

func TestAnInstanceWithoutMailSettingsStillSignsItsLetters(t *testing.T) {
	for base, from := range map[string]string{
		"https://Alpes.example:8443": "<maillage@Alpes.example>", "http://localhost:8080": "<maillage@localhost>",
		"http://127.0.0.1:8080": "<maillage@localhost>", "http://[::1]:8080": "<maillage@localhost>",
	} {
		cfg := mail.Config{Site: "Alpes", BaseURL: base, Folder: filepath.Join(t.TempDir(), "mail")}
		p := postman(t, cfg)
		l := letter(mail.Erased, "fr")
		got, _, data, err := p.Seal(l)
		if err != nil || !strings.EqualFold(got, from) {
			t.Errorf("%s: %s, %v; want %s", base, got, err, from)
		}
		if !strings.Contains(string(data), "=C2=A0: "+base) {
			t.Errorf("%s: nobody to ask in\n%s", base, data)
		}
	}
}
