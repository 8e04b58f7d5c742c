// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package mail

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	stdmail "net/mail"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Sent remembers which letters a server accepted, by ID. It makes a letter sent again after a crash
// leave once, but for a crash between the server's answer and MarkSent.
type Sent interface {
	AlreadySent(ctx context.Context, id string) (bool, error)
	MarkSent(ctx context.Context, id string) error
}

// Postman composes letters and sends them. It may be used by several goroutines at once.
type Postman struct {
	cfg           Config
	from, replyTo *stdmail.Address
	helo          string
	speeches      map[string]speech
}

// ConfigError is what New returns for wrong settings: the messages of Problems.
type ConfigError struct{ Problems []string }

func (e *ConfigError) Error() string { return "mail settings: " + strings.Join(e.Problems, "; ") }

// New returns a Postman, or a ConfigError, or the error of a template that does not say what its kind
// declares. It connects to nothing; without a server it makes the folder.
func New(cfg Config) (*Postman, error) {
	if problems := cfg.Problems(); len(problems) > 0 {
		return nil, &ConfigError{problems}
	}
	cfg, err := cfg.completed()
	if err != nil {
		return nil, err
	}
	p := &Postman{cfg: cfg, helo: helo(cfg.BaseURL), speeches: map[string]speech{}}
	var ok bool
	if p.from, ok = address(cfg.FromName, cfg.From); !ok {
		return nil, &ConfigError{[]string{"mail_from: bad_email=" + cfg.From}}
	}
	if cfg.ReplyTo != "" {
		p.replyTo, _ = address("", cfg.ReplyTo) // Problems has seen it
	}
	for _, lang := range languages() {
		if p.speeches[lang], err = loadSpeech(templates(), lang); err != nil {
			return nil, err
		}
	}
	switch {
	case cfg.Host == "":
		if err := p.makeFolder(); err != nil {
			return nil, err
		}
		cfg.Logger.Warn("no mail server is set: letters are written to a folder", slog.String("folder", cfg.Folder))
	case cfg.TLS == TLSNone:
		cfg.Logger.Warn("letters leave unencrypted: only a server on this machine or network is accepted",
			slog.String("host", cfg.Host))
	}
	return p, nil
}

// completed puts the defaults in.
func (c Config) completed() (Config, error) {
	c.TLS, c.Port = c.policy(), c.port()
	c.Timeout, c.FromName = cmp.Or(c.Timeout, defaultTimeout), cmp.Or(c.FromName, c.Site)
	if c.From == "" {
		c.From = "maillage@localhost"
		if host := helo(c.BaseURL); !strings.HasPrefix(host, "[") {
			c.From = "maillage@" + host
		}
	}
	if c.Contact == "" {
		c.Contact = cmp.Or(c.ReplyTo, c.BaseURL)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Zone == nil {
		var err error
		if c.Zone, err = time.LoadLocation("Europe/Paris"); err != nil {
			return c, fmt.Errorf("zone of the letters: %w", err)
		}
	}
	return c, nil
}

// helo is how the instance presents itself: its host name, or its address as a literal (RFC 5321
// §4.1.3).
func helo(baseURL string) string {
	u, err := url.Parse(baseURL)
	if err != nil || u.Hostname() == "" {
		return "localhost"
	}
	host := u.Hostname()
	if ip, err := netip.ParseAddr(host); err == nil {
		if ip.Is6() && !ip.Is4In6() {
			return "[IPv6:" + ip.WithZone("").String() + "]"
		}
		return "[" + ip.Unmap().String() + "]"
	}
	return host
}

// Send sends a letter, or writes it to the folder. Nil means that the server, or the disk, has it. A
// PermanentError means that trying again is of no use; any other error, that the letter did not leave
// or that nobody knows.
func (p *Postman) Send(ctx context.Context, l Letter) error {
	sealed, err := p.seal(l)
	if err != nil {
		return err
	}
	if p.cfg.Host == "" {
		return p.write(ctx, l, sealed)
	}
	if p.cfg.Sent != nil {
		sent, err := p.cfg.Sent.AlreadySent(ctx, l.ID)
		if err != nil {
			return fmt.Errorf("look up sent letter: %w", err)
		}
		if sent {
			return nil
		}
	}
	if err := p.deliver(ctx, sealed); err != nil {
		return err
	}
	if p.cfg.Sent != nil {
		// The server has it: neither the end of ctx nor a failure here may have it sent again.
		markCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), markTimeout)
		defer cancel()
		if err := p.cfg.Sent.MarkSent(markCtx, l.ID); err != nil {
			p.cfg.Logger.ErrorContext(ctx, "letter sent and not marked", slog.String("id", l.ID), slog.Any("error", err))
		}
	}
	return nil
}

const markTimeout = 5 * time.Second

// Check tries what Send needs, without a letter: connection, EHLO, TLS and authentication, or the
// folder. The error is a fault: mail_unreachable, mail_insecure, mail_login_refused, mail_folder.
func (p *Postman) Check(ctx context.Context) error {
	if p.cfg.Host == "" {
		return p.checkFolder()
	}
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	s, err := p.open(ctx)
	if err != nil {
		return err
	}
	_ = s.quit() // all that was asked was answered
	return nil
}
