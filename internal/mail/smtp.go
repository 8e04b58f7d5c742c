// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"maillage/internal/fault"
)

// The client of go-mail's smtp package is used below its Client, whose connection outlives a refused
// TLS or login, ignores the end of the context once connected, and reports an accepted message as an error
// when the RSET after it fails: the letter would leave twice.

// session is one connection, ready for a letter.
type session struct {
	client *smtp.Client
	conn   net.Conn
	stop   func() bool
}

// open connects, protects the connection as the policy says and authenticates. Its errors are faults of
// kind Unavailable: they are about the server, not about a letter. The caller quits or closes.
func (p *Postman) open(ctx context.Context) (*session, error) {
	conn, err := p.dial(ctx)
	if err != nil {
		return nil, unavailable("mail_unreachable", "connect", err)
	}
	s := &session{conn: conn, stop: context.AfterFunc(ctx, func() { _ = conn.Close() })}
	if code, step, err := p.prepare(ctx, s); err != nil {
		s.close()
		if ctx.Err() != nil {
			err = ctx.Err() // not the closed connection that follows from it
		}
		return nil, unavailable(code, step, err)
	}
	return s, nil
}

// dial connects to the server, the deadline of ctx set on the connection once and for all.
func (p *Postman) dial(ctx context.Context) (net.Conn, error) {
	d := net.Dialer{}
	if p.cfg.TLS == TLSNone {
		// Checked on the address dialled, after the name was resolved.
		d.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error {
			return nearOnly(address)
		}
	}
	conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(p.cfg.Host, strconv.Itoa(p.cfg.Port)))
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			_ = conn.Close()
			return nil, err
		}
	}
	return conn, nil
}

func nearOnly(address string) error {
	if a, err := netip.ParseAddrPort(address); err != nil || !near(a.Addr()) {
		return errors.New("without TLS, only a server on this machine or on a private network is accepted")
	}
	return nil
}

// prepare goes from a connection to a session ready for a letter; it returns the code and the step of
// what failed.
func (p *Postman) prepare(ctx context.Context, s *session) (code, step string, err error) {
	wire := s.conn
	if p.cfg.TLS == TLSImplicit {
		secured := tls.Client(wire, p.tlsConfig())
		if err := secured.HandshakeContext(ctx); err != nil {
			return "mail_insecure", "TLS", err
		}
		wire = secured
	}
	if s.client, err = smtp.NewClient(wire, p.cfg.Host); err != nil {
		return "mail_unreachable", "greeting", err
	}
	s.client.SkipSMTPUTF8(true) // every address and header is ASCII
	if err := s.client.Hello(p.helo); err != nil {
		return "mail_unreachable", "EHLO", err
	}
	if p.cfg.TLS == TLSStart || p.cfg.TLS == TLSOpportunistic {
		offered, _ := s.client.Extension("STARTTLS")
		switch {
		case offered:
			if err := s.client.StartTLS(p.tlsConfig()); err != nil {
				return "mail_insecure", "STARTTLS", err
			}
		case p.cfg.TLS == TLSStart:
			return "mail_insecure", "STARTTLS", errors.New("the server does not offer it")
		}
	}
	if p.cfg.Username == "" {
		return "", "", nil
	}
	if err := p.authenticate(s.client); err != nil {
		return "mail_login_refused", "AUTH", err
	}
	return "", "", nil
}

func (p *Postman) tlsConfig() *tls.Config {
	return &tls.Config{
		ServerName: p.cfg.Host,
		RootCAs:    p.cfg.RootCAs,
		MinVersion: tls.VersionTLS12,
		// Opportunistic protection is against those who only listen (RFC 7435): a server next door with
		// the certificate its package made is better used with TLS than without. No password is sent then.
		InsecureSkipVerify: p.cfg.TLS == TLSOpportunistic, //nolint:gosec // see above
	}
}

// authenticate uses the first mechanism both sides know. In the clear it happens under "none" alone,
// on a private network.
func (p *Postman) authenticate(c *smtp.Client) error {
	_, offered := c.Extension("AUTH")
	user, password, host, bare := p.cfg.Username, p.cfg.Password, p.cfg.Host, p.cfg.TLS == TLSNone
	mechanisms := []struct {
		name string
		auth smtp.Auth
	}{
		{"PLAIN", smtp.PlainAuth("", user, password, host, bare)},
		{"LOGIN", smtp.LoginAuth(user, password, host, bare)},
		{"SCRAM-SHA-256", smtp.ScramSHA256Auth(user, password)},
		{"CRAM-MD5", smtp.CRAMMD5Auth(user, password)},
	}
	for _, m := range mechanisms {
		for name := range strings.FieldsSeq(offered) {
			if strings.EqualFold(name, m.name) {
				return c.Auth(m.auth)
			}
		}
	}
	return fmt.Errorf("the server offers none of the mechanisms known here (it offers %q)", offered)
}

// deliver hands one message to the server. Only the answer to the whole message counts: what happens
// to the connection after a 250 is nobody's concern.
func (p *Postman) deliver(ctx context.Context, e envelope) error {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	s, err := p.open(ctx)
	if err != nil {
		return err
	}
	if err := s.transact(e); err != nil {
		s.close()
		if !IsPermanent(err) && ctx.Err() != nil {
			return unavailable("mail_deferred", "transaction", ctx.Err())
		}
		return err
	}
	_ = s.quit() // the message is accepted
	return nil
}

// transact sends an envelope. A 5yz about the recipient or the message is permanent; about the sender it
// is not: it is the settings that are wrong, and the letter is good once they are right.
func (s *session) transact(e envelope) error {
	if err := s.client.Mail(e.from); err != nil {
		return unavailable("mail_deferred", "MAIL FROM", err)
	}
	if err := s.client.Rcpt(e.to); err != nil {
		return judged("RCPT TO", err)
	}
	w, err := s.client.Data()
	if err != nil {
		return judged("DATA", err)
	}
	if _, err := w.Write(e.data); err != nil {
		return unavailable("mail_deferred", "message", err)
	}
	if err := w.Close(); err != nil {
		return judged("end of message", err)
	}
	return nil
}

// judged sorts an answer about a letter.
func judged(step string, err error) error {
	if refused(err) {
		return &PermanentError{fault.Wrap(fault.Invalid, "mail_refused", &replyError{step, err})}
	}
	return unavailable("mail_deferred", step, err)
}

func unavailable(code, step string, err error) error {
	return fault.Wrap(fault.Unavailable, code, &replyError{step, err})
}

const quitTimeout = 2 * time.Second

// quit says goodbye without waiting long for the answer, and closes.
func (s *session) quit() error {
	err := s.conn.SetDeadline(time.Now().Add(quitTimeout)) // a deadline of the network, not of the instance
	if err == nil {
		err = s.client.Quit()
	}
	s.close()
	return err
}

func (s *session) close() {
	s.stop()
	_ = s.conn.Close() // nothing is left to be said on it
}
