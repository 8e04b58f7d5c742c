// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	stdmail "net/mail"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// envelope is a letter ready to leave: the same bytes go to a server and to a folder.
type envelope struct {
	from, to string // as in MAIL FROM and RCPT TO, brackets included
	data     []byte // RFC 5322, lines ended by CR LF
}

// seal composes a letter and writes its message. The same letter gives the same bytes at every attempt.
func (p *Postman) seal(l Letter) (envelope, error) {
	if !validID(l.ID) {
		return envelope{}, unsendable("the identifier cannot be that of a message")
	}
	if l.At.IsZero() {
		return envelope{}, unsendable("the letter has no date")
	}
	to, ok := address(l.To.Name, l.To.Email)
	if !ok {
		return envelope{}, unsendable("the recipient's name or address cannot stand in a header")
	}
	m, err := p.Compose(l)
	if err != nil {
		return envelope{}, err
	}
	sum := sha256.Sum256([]byte(l.ID))
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithEncoding(gomail.EncodingQP),
		gomail.WithCharset(gomail.CharsetUTF8), gomail.WithBoundary("maillage"+hex.EncodeToString(sum[:16])))
	msg.FromMailAddress(p.from)
	msg.ToMailAddress(to)
	if p.replyTo != nil {
		msg.ReplyToMailAddress(p.replyTo)
	}
	msg.Subject(m.Subject)
	msg.SetDateWithValue(l.At.In(p.cfg.Zone))
	msg.SetMessageIDWithValue(l.ID + "@" + domainOf(p.from))
	// RFC 3834 §5: no holiday notice is due. The second is what Exchange reads instead.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All")
	msg.SetGenHeader("Content-Language", l.Lang)
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		return envelope{}, fmt.Errorf("write message: %w", err)
	}
	return envelope{from: bracketed(p.from), to: bracketed(to), data: b.Bytes()}, nil
}

// bracketed is an address as SMTP commands give it (RFC 5321 §4.1.2).
func bracketed(a *stdmail.Address) string { return (&stdmail.Address{Address: a.Address}).String() }

func domainOf(a *stdmail.Address) string { return a.Address[strings.LastIndexByte(a.Address, '@')+1:] }
