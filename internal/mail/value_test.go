// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package mail_test

import (
	"strings"
	"testing"

	"maillage/internal/fault"
	"maillage/internal/mail"
)

// compose composes a letter of that kind with one value changed.
func compose(t *testing.T, kind mail.Kind, lang, name, value string) (mail.Message, error) {
	t.Helper()
	l := letter(kind, lang)
	if name == "person" {
		l.To.Name = value
	} else {
		l.Values[name] = value
	}
	return postman(t, settings(t)).Compose(l)
}

func TestMarkupInAValueIsEscapedInTheHTMLPart(t *testing.T) {
	const evil = `<img src=x onerror=alert(1)>"'&amp;`
	for _, kind := range mail.Kinds() {
		for _, name := range append(mail.Values(kind), "person") {
			m, err := compose(t, kind, "fr", name, evil)
			if err != nil {
				if !mail.IsPermanent(err) {
					t.Errorf("%s %s: %v", kind, name, err)
				}
				continue // a link, a number, a date: refused
			}
			if strings.Contains(m.HTML, "<img") || strings.Contains(m.HTML, `"'&amp;</`) {
				t.Errorf("%s %s: markup got through:\n%s", kind, name, m.HTML)
			}
			if !strings.Contains(m.HTML, "&lt;img src=x onerror=alert(1)&gt;&#34;&#39;&amp;amp;") {
				t.Errorf("%s %s: the value is not shown as it was written", kind, name)
			}
		}
	}
}

func TestALinkLeadsToTheInstanceOrTheLetterIsRefused(t *testing.T) {
	for _, link := range []string{
		"", "https://alpes.example.evil.example/x", "https://evil.example/", "http://alpes.example/x", "https://alpes.example@evil.example/",
		"javascript:alert(1)", "//alpes.example/x", "/x", "https://alpes.example/x y", "https://alpes.example/x\r\nBcc: a@b.example",
		"https://alpes.example/x\u202e", "https://alpes.example/é", "https://alpes.example/\"><img>", "https://alpes.example:444/x",
	} {
		if _, err := compose(t, mail.ResetPassword, "fr", "link", link); !mail.IsPermanent(err) || !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", link, err)
		}
	}
	for _, link := range []string{"https://alpes.example", "https://alpes.example/", "https://alpes.example/x?a=1&b=2#c"} {
		m, err := compose(t, mail.ResetPassword, "fr", "link", link)
		if err != nil || !strings.Contains(m.Text, "\n"+link+"\n") || strings.Contains(m.Text, "&amp;") {
			t.Errorf("%q: %v\n%s", link, err, m.Text)
		}
	}
}

func TestALetterIsRefusedForAValueThatIsNotWhatItsNameSays(t *testing.T) {
	for _, c := range []struct {
		kind        mail.Kind
		name, value string
	}{
		{mail.ResetPassword, "minutes", "0"}, {mail.ResetPassword, "minutes", "-1"}, {mail.ResetPassword, "minutes", "dix"},
		{mail.ResetPassword, "minutes", ""}, {mail.Erased, "when", "hier"}, {mail.Erased, "when", ""},
		{mail.ConfirmEmail, "code", " "}, {mail.ConfirmEmail, "body", ""}, {mail.ConfirmEmail, "body", "\u200b"},
		{mail.Erased, "email", "a@b.example"}, {mail.Erased, "site", "Ailleurs"}, {mail.Erased, "base_url", "https://evil.example"},
	} {
		_, err := compose(t, c.kind, "fr", c.name, c.value)
		if !mail.IsPermanent(err) {
			t.Errorf("%s %s=%q: %v", c.kind, c.name, c.value, err)
		}
		if err != nil && c.value != "" && strings.Contains(err.Error(), "evil.example") {
			t.Errorf("the error quotes the value: %v", err)
		}
	}
	p := postman(t, settings(t))
	for _, l := range []mail.Letter{{Kind: mail.Erased, Lang: "de"}, {Kind: mail.Erased}, {Kind: "farewell", Lang: "fr"}, {Lang: "fr"}} {
		if _, err := p.Compose(l); !mail.IsPermanent(err) {
			t.Errorf("%+v: %v", l, err)
		}
	}
}

func TestTimesAndNumbersAreSaidInWords(t *testing.T) {
	for _, c := range []struct {
		kind                     mail.Kind
		lang, name, value, wants string
	}{
		{mail.Erased, "fr", "when", "2026-03-03T09:02:00Z", "le 3 mars 2026 à 10 h 02 (heure de Paris)"},
		{mail.Erased, "fr", "when", "2026-07-31T23:30:00Z", "le 1er août 2026 à 1 h 30 (heure de Paris)"},
		{mail.Erased, "en", "when", "2026-03-03T09:02:00Z", "on 3 March 2026 at 10:02 (Paris time)"},
		{mail.ResetPassword, "fr", "minutes", "1", "valable 1 minute et"},
		{mail.ResetPassword, "en", "minutes", "30", "valid for 30 minutes and"},
		{mail.Invitation, "fr", "days", "14", "valable 14 jours"},
		{mail.Welcome, "fr", "role", "organiser", "animateur du collectif"},
		{mail.Welcome, "en", "role", "Keeper of keys", "Your role: Keeper of keys."},
		{mail.SecondFactorChanged, "fr", "left", "0", "Codes de secours restants : 0"},
		{mail.SecondFactorChanged, "en", "what", "totp_removed", "one-time codes from an application were turned off"},
	} {
		m, err := compose(t, c.kind, c.lang, c.name, c.value)
		if flat := strings.Join(strings.Fields(m.Text), " "); err != nil || !strings.Contains(flat, c.wants) {
			t.Errorf("%s %s=%s: %v, %q is not in\n%s", c.kind, c.name, c.value, err, c.wants, m.Text)
		}
	}
}

// What people write about themselves is shown without becoming a line, a link or a quotation's end.
func TestWordsOfStrangersStayWhereTheyArePut(t *testing.T) {
	link := samples()["link"]
	for _, c := range []struct {
		kind                      mail.Kind
		name, value, wants, never string
	}{
		{mail.NewSignIn, "device", "Fire\r\n\r\n" + link + "\r\n\r\nfox\u202e", "Appareil : Fire https: //alpes", "\u202e"},
		{mail.NewSignIn, "device", strings.Repeat("é", 5000), strings.Repeat("é", 300) + "…", strings.Repeat("é", 301)},
		{mail.ConfirmEmail, "person", "Gagnez sur gagne.example http://gagne.example", "gagne. example", "gagne.example"},
		{mail.ConfirmEmail, "person", "J.P. Martin", "Bonjour J. P. Martin,", "J.P."},
		{mail.ConfirmEmail, "body", "WwW.gagne.example", "www .gagne.example", "WwW.g"},
		{mail.Invitation, "message", "a\n\n\n\n\nb\n\n-- \nhttps://gagne.example/", "> a > > b > > -- > https: //gagne.example/", "\nhttps://gagne"},
		{mail.Invitation, "message", strings.Repeat("x\n", 500), "> x > …", "nothing"},
		{mail.RequestRefused, "reason", strings.Repeat("é", 9000), "…", strings.Repeat("é", 2001)},
		{mail.RequestToDecide, "function", "DSI {{.link}}", "DSI {{.link}}", "nothing"},
	} {
		m, err := compose(t, c.kind, "fr", c.name, c.value)
		flat := strings.ReplaceAll(strings.Join(strings.Fields(m.Text), " "), "\u00a0", " ")
		if err != nil || !strings.Contains(flat, c.wants) || strings.Contains(m.Text, c.never) || strings.Contains(m.HTML, c.never) {
			t.Errorf("%s %s: %v, want %q and never %q in\n%s", c.kind, c.name, err, c.wants, c.never, m.Text)
		}
		if n := strings.Count(m.HTML, "<a "); n != strings.Count(m.HTML, `<a href="https://alpes.example/`) {
			t.Errorf("%s %s: a link leads elsewhere", c.kind, c.name)
		}
	}
}
