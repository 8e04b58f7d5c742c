// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package mail_test

import (
	"bytes"
	"errors"
	"io"
	stdmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"maillage/internal/fault"
	"maillage/internal/mail"
)

// hostile are names and addresses made to add a header, a recipient or a body.
var hostile = []string{
	"a@b>\r\nBcc: c@d.example", "a@b.example\r\nBcc: c@d.example", "a@b.example\nBcc: c@d.example", "a@b.example\r", "a@b.example\x00",
	"a@b.example, c@d.example", "<a@b.example> c@d.example", "Zoé <a@b.example>", "a@b.example (c@d.example)", "a@b.example>",
	"\"a\r\n b\"@c.example", "\"a b\"@c.example", "\"a@evil.example>\"@c.example", "a@b@c.example", "a", "@c.example", "a@", "",
	"a@b.example SIZE=1", "a@[127.0.0.1]", "a@b..example", "a@-b.example", ".a@b.example", "é@b.example", "a@b.example\u202e",
	"a\u200b@b.example", "undisclosed:;", "group: a@b.example;", "a@b.example ", " a@b.example", "a@\u202eb.example",
	strings.Repeat("a", 65) + "@b.example", "a@" + strings.Repeat("b.", 127) + "example",
}

func TestAnAddressMadeToAddAHeaderIsRefusedForGood(t *testing.T) {
	p := postman(t, settings(t))
	for _, email := range hostile {
		l := letter(mail.ResetPassword, "fr")
		l.To.Email = email
		err := p.Send(t.Context(), l)
		if !mail.IsPermanent(err) || !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", email, err)
		}
		if err != nil && len(email) > 3 && strings.Contains(err.Error(), email) {
			t.Errorf("the error quotes the address: %v", err)
		}
	}
}

func TestANameMadeToAddAHeaderIsRefusedForGood(t *testing.T) {
	p := postman(t, settings(t))
	for _, name := range []string{"Zoé\r\nBcc: c@d.example", "Zoé\nX: y", "Zoé\rX", "Zoé\x00", "Zoé\u202e", "Zoé\u2066", "Zo\u200bé", "Zoé\u2028", "Zo\xffé", "a\tb"} {
		l := letter(mail.ResetPassword, "fr")
		l.To.Name = name
		if err := p.Send(t.Context(), l); !mail.IsPermanent(err) {
			t.Errorf("name %q: %v", name, err)
		}
		l = letter(mail.Invitation, "fr") // its subject has the inviter's name
		l.Values["inviter"] = name
		if err := p.Send(t.Context(), l); !mail.IsPermanent(err) {
			t.Errorf("inviter %q: %v", name, err)
		}
	}
}

func TestNamesAndDomainsOutsideASCIIAreEncoded(t *testing.T) {
	for _, c := range []struct{ name, email, header string }{
		{"", "a@b.example", "<a@b.example>"},
		{"Zoé", "zoé@x.example", ""},
		{"Zoé", "zoe@saint-égrève.example", "=?utf-8?q?Zo=C3=A9?= <zoe@xn--saint-grve-66aj.example>"},
		{`a" <b@c.example>, "`, "a@b.example", `"a\" <b@c.example>, \"" <a@b.example>`},
		{"a@b.example", "o'neil+x@b.example", `"a@b.example" <o'neil+x@b.example>`},
	} {
		header, _, ok := mail.CleanAddress(c.name, c.email)
		if header != c.header || ok != (c.header != "") {
			t.Errorf("%q %q: %q, want %q", c.name, c.email, header, c.header)
		}
	}
}

func TestAnIdentifierThatIsNoFileNameIsRefused(t *testing.T) {
	p := postman(t, settings(t))
	for _, id := range []string{"", ".", "..", "a/b", "../a", "a..b", ".a", "a.", "a b", "a@b", "a>b", "a\r\nX: y", "a\x00", "é", strings.Repeat("a", 129)} {
		l := letter(mail.Erased, "fr")
		l.ID = id
		if err := p.Send(t.Context(), l); !mail.IsPermanent(err) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestALetterWithoutADateIsRefused(t *testing.T) {
	l := letter(mail.Erased, "fr")
	l.At = time.Time{}
	if err := postman(t, settings(t)).Send(t.Context(), l); !mail.IsPermanent(err) {
		t.Error(err)
	}
}

// FuzzNoHeaderIsAdded builds messages from what strangers write: whatever is not refused has one
// recipient, the headers of every letter and no other.
func FuzzNoHeaderIsAdded(f *testing.F) {
	for _, s := range hostile {
		f.Add(s, "a@b.example", s)
		f.Add("Zoé", s, "Awa")
	}
	f.Add("Zoé Martin", "zoe@saint-égrève.example", "=?utf-8?q?=0D=0ABcc:?= "+strings.Repeat("é ", 200))
	cfg := mail.Config{Site: "Alpes", BaseURL: "https://alpes.example", From: "a@alpes.example", Folder: f.TempDir() + "/mail"}
	p, err := mail.New(cfg)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name, email, inviter string) {
		l := letter(mail.Invitation, "fr")
		l.To = mail.Address{Name: name, Email: email}
		l.Values["inviter"], l.Values["body"] = inviter, name+"x"
		_, to, data, err := p.Seal(l)
		if err != nil {
			if !mail.IsPermanent(err) {
				t.Fatalf("a refusal that is tried again: %v", err)
			}
			return
		}
		checkHeaders(t, email, to, data)
	})
}

func checkHeaders(t *testing.T, email, to string, data []byte) {
	t.Helper()
	m, err := stdmail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%v in\n%q", err, data)
	}
	known := []string{"Auto-Submitted", "Content-Language", "Content-Type", "Date", "From", "Message-Id", "Mime-Version",
		"Subject", "To", "X-Auto-Response-Suppress"}
	for header, values := range m.Header {
		if !slices.Contains(known, header) || len(values) != 1 {
			t.Fatalf("header %s %d times in\n%q", header, len(values), data)
		}
	}
	list, err := m.Header.AddressList("To")
	if err != nil || len(list) != 1 || "<"+list[0].Address+">" != to || strings.Count(to, "@") != 1 {
		t.Fatalf("%v: %v, %q for %q", err, list, to, email)
	}
	head, _, _ := bytes.Cut(data, []byte("\r\n\r\n"))
	if bytes.ContainsFunc(head, func(r rune) bool { return r > '~' || r < ' ' && r != '\r' && r != '\n' }) {
		t.Fatalf("a header outside ASCII:\n%q", head)
	}
	if _, err := io.Copy(io.Discard, m.Body); err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
}
