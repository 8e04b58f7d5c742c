// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package mail_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	stdmail "net/mail"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"maillage/internal/fault"
	"maillage/internal/mail"
)

func TestEachTLSPolicyIsHeldAgainstEachServer(t *testing.T) {
	cert, pool := authority(t)
	implicit, starttls, plain := &server{}, &server{}, &server{}
	implicit.start(t, &cert, true)
	starttls.start(t, &cert, false)
	plain.start(t, nil, false)
	for _, c := range []struct {
		name    string
		server  *server
		policy  mail.TLS
		trusted bool
		code    string // of the fault, empty when the letter leaves
		secured bool
	}{
		{"tls", implicit, mail.TLSImplicit, true, "", true},
		{"tls, certificate of a stranger", implicit, mail.TLSImplicit, false, "mail_insecure", false},
		{"tls to a server in the clear", plain, mail.TLSImplicit, true, "mail_insecure", false},
		{"starttls", starttls, mail.TLSStart, true, "", true},
		{"starttls is the default", starttls, "", true, "", true},
		{"starttls, certificate of a stranger", starttls, mail.TLSStart, false, "mail_insecure", false},
		{"starttls not offered", plain, mail.TLSStart, true, "mail_insecure", false},
		{"opportunistic, offered", starttls, mail.TLSOpportunistic, false, "", true},
		{"opportunistic, not offered", plain, mail.TLSOpportunistic, false, "", false},
		{"none", plain, mail.TLSNone, false, "", false},
		{"none, though offered", starttls, mail.TLSNone, false, "", false},
	} {
		cfg := c.server.towards(t, c.policy)
		if c.trusted {
			cfg.RootCAs = pool
		}
		p := postman(t, cfg)
		before := len(c.server.got())
		for what, err := range map[string]error{"check": p.Check(t.Context()), "send": p.Send(t.Context(), letter(mail.Erased, "fr"))} {
			if code := codeOf(err); code != c.code || mail.IsPermanent(err) {
				t.Errorf("%s: %s: %v, want %q", c.name, what, err, c.code)
			}
		}
		after := c.server.got()[before:]
		if c.code != "" && len(after) != 0 || c.code == "" && (len(after) != 1 || after[0].tls != c.secured) {
			t.Errorf("%s: received %+v", c.name, after)
		}
	}
}

// codeOf returns the code of a fault, empty for nil and for another error.
func codeOf(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Code
	}
	return ""
}

func TestWithoutTLSOnlyANearbyAddressIsDialled(t *testing.T) {
	for _, address := range []string{"127.0.0.1:25", "[::1]:25", "10.1.2.3:25", "172.31.0.1:25", "192.168.1.1:25", "[fd00::1]:25",
		"[fe80::1%eth0]:25", "[::ffff:10.0.0.1]:25"} {
		if err := mail.NearOnly(address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, address := range []string{"8.8.8.8:25", "[2001:4860::1]:25", "172.32.0.1:25", "[::ffff:8.8.8.8]:25", "0.0.0.0:25", "smtp.example:25", ""} {
		if mail.NearOnly(address) == nil {
			t.Errorf("%q would be dialled", address)
		}
	}
}

func TestTheMessageArrivesWholeInBothForms(t *testing.T) {
	s := &server{}
	s.start(t, nil, false)
	cfg := s.towards(t, mail.TLSNone)
	cfg.ReplyTo = "animation@alpes.example"
	p := postman(t, cfg)
	l := letter(mail.Invitation, "fr")
	l.Values["message"] = ".\n.Bcc: une ligne de points\n."
	if err := p.Send(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	got := s.got()
	if len(got) != 1 || got[0].from != "bonjour@alpes.example" || got[0].to != "zoe.martin@saint-egreve.example" {
		t.Fatalf("received %+v", got)
	}
	m, err := stdmail.ReadMessage(strings.NewReader(got[0].data))
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{"Message-Id": "<0198f2c1-invitation@alpes.example>", "Auto-Submitted": "auto-generated",
		"X-Auto-Response-Suppress": "All", "Reply-To": "<animation@alpes.example>", "Date": "Tue, 03 Mar 2026 12:02:00 +0100", "Bcc": ""} {
		if m.Header.Get(header) != want {
			t.Errorf("%s: %q, want %q", header, m.Header.Get(header), want)
		}
	}
	raw := m.Header.Get("Subject")
	subject, err := new(mime.WordDecoder).DecodeHeader(raw)
	composed, composeErr := p.Compose(l)
	if err != nil || composeErr != nil || subject != composed.Subject || !strings.HasPrefix(raw, "=?UTF-8?q?") {
		t.Errorf("subject %q is %q, want %q (%v, %v)", raw, subject, composed.Subject, err, composeErr)
	}
	want := []string{"text/plain; charset=UTF-8", composed.Text, "text/html; charset=UTF-8", composed.HTML}
	if diff := cmp.Diff(want, parts(t, m)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// parts lists the type and text of each part, first the plainest (RFC 2046 §5.1.4).
func parts(t *testing.T, m *stdmail.Message) []string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s: %v", kind, err)
	}
	var all []string
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, part.Header.Get("Content-Type"), strings.ReplaceAll(string(text), "\r\n", "\n"))
	}
}

func TestThePasswordIsGivenToAServerThatIsKnownAndToNoOther(t *testing.T) {
	cert, pool := authority(t)
	for _, c := range []struct {
		name, password, code string
		mechanisms           []string
		cert                 *tls.Certificate
		policy               mail.TLS
		logins               int
	}{
		{"plain", "un secret", "", []string{"PLAIN", "LOGIN"}, &cert, mail.TLSStart, 2},
		{"login", "un secret", "", []string{"LOGIN"}, &cert, mail.TLSStart, 2},
		{"clear next door", "un secret", "", []string{"PLAIN"}, nil, mail.TLSNone, 2},
		{"wrong", "autre secret", "mail_login_refused", []string{"PLAIN"}, &cert, mail.TLSStart, 2},
		{"no mechanism", "un secret", "mail_login_refused", []string{"XOAUTH2"}, &cert, mail.TLSStart, 0},
		{"TLS stripped", "un secret", "mail_insecure", []string{"PLAIN"}, nil, mail.TLSStart, 0},
	} {
		s := &server{mechanisms: c.mechanisms}
		s.start(t, c.cert, false)
		cfg := s.towards(t, c.policy)
		cfg.RootCAs, cfg.Username, cfg.Password = pool, "maillage", c.password
		p := postman(t, cfg)
		for what, err := range map[string]error{"check": p.Check(t.Context()), "send": p.Send(t.Context(), letter(mail.Erased, "fr"))} {
			if codeOf(err) != c.code || mail.IsPermanent(err) {
				t.Errorf("%s: %s: %v, want %q", c.name, what, err, c.code)
			}
			if err != nil && strings.Contains(err.Error(), c.password) {
				t.Errorf("%s: the password is told: %v", c.name, err)
			}
		}
		if n := s.loginCount(); n != c.logins {
			t.Errorf("%s: %d logins, want %d", c.name, n, c.logins)
		}
		for _, m := range s.got() {
			if m.user != "maillage" {
				t.Errorf("%s: sent by %q", c.name, m.user)
			}
		}
	}
}

func TestWhatTheServerAnswersDecidesWhetherToTryAgain(t *testing.T) {
	reply := func(code int, text string) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: text}
	}
	const words = "<zoe.martin@saint-egreve.example>: no such mailbox zoe.martin@saint-egreve.example"
	for _, c := range []struct {
		name      string
		server    *server
		code      string
		permanent bool
	}{
		{"recipient unknown", &server{refuseRcpt: reply(550, words)}, "mail_refused", true},
		{"mailbox full for now", &server{refuseRcpt: reply(452, words)}, "mail_deferred", false},
		{"greylisted", &server{refuseRcpt: reply(450, words)}, "mail_deferred", false},
		{"message refused", &server{refuseData: reply(554, words)}, "mail_refused", true},
		{"message put off", &server{refuseData: reply(451, words)}, "mail_deferred", false},
		{"sender refused", &server{refuseMail: reply(550, words)}, "mail_deferred", false},
	} {
		c.server.start(t, nil, false)
		err := postman(t, c.server.towards(t, mail.TLSNone)).Send(t.Context(), letter(mail.Erased, "fr"))
		if codeOf(err) != c.code || mail.IsPermanent(err) != c.permanent {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		// The outbox keeps this text for longer than the account lives.
		if strings.Contains(err.Error(), "zoe") || !strings.Contains(err.Error(), "no such mailbox") {
			t.Errorf("%s: %v", c.name, err)
		}
		marked, ok := errors.AsType[interface {
			error
			Permanent() bool
		}](err)
		if ok != c.permanent || ok && !marked.Permanent() {
			t.Errorf("%s: an outbox would not see it", c.name)
		}
	}
}

func TestACutBeforeTheAnswerIsTriedAgainAndOneAfterItIsNot(t *testing.T) {
	opening := []string{"220 hello", "250 localhost", "250 sender", "250 recipient"}
	send := func(replies ...string) error {
		port, told := scripted(t, replies...)
		cfg := settings(t)
		cfg.Folder, cfg.Host, cfg.Port, cfg.TLS = "", "127.0.0.1", port, mail.TLSNone
		err := postman(t, cfg).Send(t.Context(), letter(mail.Erased, "fr"))
		if heard := <-told; !strings.Contains(heard, "RCPT TO:<zoe.martin@saint-egreve.example>\r\n") || strings.Contains(heard, "SMTPUTF8") {
			t.Errorf("told: %q", heard)
		}
		return err
	}
	if err := send(append(opening, "354 go on", "250 accepted")...); err != nil {
		t.Errorf("accepted, then cut: %v", err)
	}
	if err := send(append(opening, "354 go on", "250 accepted", "421 no goodbye here")...); err != nil {
		t.Errorf("accepted, then QUIT refused: %v", err)
	}
	for _, last := range []string{"354 go on", "421 closing", "554 no"} {
		err := send(append(opening, last)...)
		if permanent := last == "554 no"; err == nil || mail.IsPermanent(err) != permanent {
			t.Errorf("%s, then cut: %v", last, err)
		}
	}
}

func TestTheEndOfTheContextEndsAConversationThatHangs(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	cfg := settings(t)
	cfg.Folder, cfg.Host, cfg.Port, cfg.TLS = "", "127.0.0.1", listener.Addr().(*net.TCPAddr).Port, mail.TLSNone
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	result := make(chan error, 1)
	p := postman(t, cfg)
	go func() { result <- p.Send(ctx, letter(mail.Erased, "fr")) }()
	conn, err := listener.Accept() // and not a word
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) || mail.IsPermanent(err) {
		t.Errorf("%v", err)
	}
}

// ledger is a Sent kept in memory.
type ledger struct {
	mu            sync.Mutex
	sent          map[string]bool
	lookUp, marks error
	ended         bool
}

func (l *ledger) AlreadySent(_ context.Context, id string) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sent[id], l.lookUp
}

func (l *ledger) MarkSent(ctx context.Context, id string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = ctx.Err() != nil
	if l.marks == nil {
		l.sent[id] = true
	}
	return l.marks
}

func TestALetterMarkedAsSentLeavesOnce(t *testing.T) {
	s := &server{}
	s.start(t, nil, false)
	cfg, book := s.towards(t, mail.TLSNone), &ledger{sent: map[string]bool{}}
	cfg.Sent = book
	for range 3 { // each a process that came back
		if err := postman(t, cfg).Send(t.Context(), letter(mail.Erased, "fr")); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.got()); n != 1 {
		t.Errorf("it left %d times", n)
	}
	book.lookUp = errors.New("database away")
	if err := postman(t, cfg).Send(t.Context(), letter(mail.AccountLocked, "fr")); err == nil || mail.IsPermanent(err) {
		t.Errorf("sent without knowing: %v", err)
	}
	if n := len(s.got()); n != 1 {
		t.Errorf("it left %d times", n)
	}
}

func TestALetterThatCouldNotBeMarkedKeepsItsMessageID(t *testing.T) {
	s := &server{}
	s.start(t, nil, false)
	log, lines := logged()
	cfg := s.towards(t, mail.TLSNone)
	cfg.Sent, cfg.Logger = &ledger{sent: map[string]bool{}, marks: errors.New("database away")}, log
	p := postman(t, cfg)
	for range 2 {
		if err := p.Send(t.Context(), letter(mail.Erased, "fr")); err != nil {
			t.Fatalf("the server has it: %v", err)
		}
	}
	got := s.got()
	if len(got) != 2 || got[0].data != got[1].data {
		t.Errorf("two attempts differ: %+v", got)
	}
	if !strings.Contains(lines.String(), "letter sent and not marked") || strings.Contains(lines.String(), "zoe") {
		t.Errorf("log: %s", lines)
	}
}

func TestTheLettersOfAFolderAreThoseOfAServer(t *testing.T) {
	s := &server{}
	s.start(t, nil, false)
	l := letter(mail.ConfirmEmail, "en")
	if err := postman(t, s.towards(t, mail.TLSNone)).Send(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	_, _, data, err := postman(t, settings(t)).Seal(l)
	if err != nil || !bytes.Equal(bytes.TrimSpace(data), []byte(strings.TrimSpace(s.got()[0].data))) {
		t.Errorf("%v: they differ", err)
	}
}

func TestAServersWordsAreKeptWithoutAddressesAndShort(t *testing.T) {
	for in, want := range map[string]string{
		"550 5.1.1 <zoe@b.example>: unknown": "550 5.1.1 <(address)>: unknown",
		"zoe@b.example,awa@c.example; no":    "(address),(address); no",
		"a\r\nb\u202ec\x00":                  "a bc",
		strings.Repeat("x", 400):             strings.Repeat("x", 300) + "…",
	} {
		if got := mail.Masked(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
