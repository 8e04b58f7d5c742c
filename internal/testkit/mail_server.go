// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package testkit

import (
	"bufio"
	"io"
	"net"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// MailStep is a moment of an SMTP session at which a test may stop the server.
type MailStep int

// The moments, in the order a session meets them (RFC 5321 §3).
const (
	MailConnected MailStep = iota // connected, and not greeted yet
	MailReceived                  // the whole message is here, and is not accepted yet
	MailAccepted                  // it is accepted, and its sender has read so: it has said QUIT
)

// Mail is a message that a MailServer accepted.
type Mail struct {
	To        string // the address of the envelope
	MessageID string // with its angle brackets
	Body      string // as it was received, headers left out
}

// MailServer is an SMTP server on the loopback (RFC 5321, no extension) that keeps what it accepts and
// can be stopped in the middle of a session: what a test of killed processes needs, and a complete
// server does not offer.
type MailServer struct {
	t        testing.TB
	listener net.Listener

	mu       sync.Mutex
	accepted []Mail
	holds    map[MailStep]*MailHold
	open     map[net.Conn]bool
	sessions sync.WaitGroup
}

// MailHold is a session stopped at its step.
type MailHold struct {
	t       testing.TB
	reached chan struct{}
	release chan bool // false to drop the connection
}

// NewMailServer listens at that address of the loopback, "127.0.0.1:0" for a free port, until the end
// of the test.
func NewMailServer(t testing.TB, address string) *MailServer {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	s := &MailServer{t: t, listener: l, holds: map[MailStep]*MailHold{}, open: map[net.Conn]bool{}}
	s.sessions.Go(s.serve)
	t.Cleanup(s.close)
	return s
}

// Address returns where the server listens, host and port.
func (s *MailServer) Address() string { return s.listener.Addr().String() }

// Accepted returns the messages accepted up to now, the oldest first.
func (s *MailServer) Accepted() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.accepted)
}

// Hold stops the next session that comes to that step, once. The test awaits it, then releases or drops
// it.
func (s *MailServer) Hold(step MailStep) *MailHold {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := &MailHold{t: s.t, reached: make(chan struct{}), release: make(chan bool, 1)}
	s.holds[step] = h
	return h
}

// Await waits until a session is held. It fails the test when none comes.
func (h *MailHold) Await() {
	h.t.Helper()
	select {
	case <-h.reached:
	case <-time.After(processLimit):
		h.t.Fatal("no session of mail comes to the step it is awaited at")
	}
}

// Release lets the session go on.
func (h *MailHold) Release() { h.release <- true }

// Drop ends the session where it is: what it has not accepted, it never will.
func (h *MailHold) Drop() { h.release <- false }

func (s *MailServer) serve() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return // closed
		}
		s.mu.Lock()
		s.open[conn] = true
		s.mu.Unlock()
		s.sessions.Go(func() {
			s.converse(conn)
			_ = conn.Close() // nothing is left to be said
			s.mu.Lock()
			delete(s.open, conn)
			s.mu.Unlock()
		})
	}
}

// close ends the sessions, those that are held too.
func (s *MailServer) close() {
	_ = s.listener.Close()
	s.mu.Lock()
	for conn := range s.open {
		_ = conn.Close()
	}
	s.mu.Unlock()
	s.sessions.Wait()
}

// at stops a session where a test wants it stopped; false ends it.
func (s *MailServer) at(step MailStep) bool {
	s.mu.Lock()
	h := s.holds[step]
	delete(s.holds, step)
	s.mu.Unlock()
	if h == nil {
		return true
	}
	close(h.reached)
	select {
	case on := <-h.release:
		return on
	case <-s.t.Context().Done(): // the test ends without a word
		return false
	}
}

// converse is one session: it ends with QUIT, or with the connection.
func (s *MailServer) converse(conn net.Conn) {
	if !s.at(MailConnected) {
		return
	}
	in := textproto.NewReader(bufio.NewReader(conn))
	said, to := "220 localhost", ""
	for {
		if _, err := io.WriteString(conn, said+"\r\n"); err != nil {
			return
		}
		line, err := in.ReadLine()
		if err != nil {
			return
		}
		verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
		switch verb {
		case "RCPT":
			_, to, _ = strings.Cut(line, "<")
			to, _, _ = strings.Cut(to, ">")
			said = "250 ok"
		case "DATA":
			if said = s.message(conn, in, to); said == "" {
				return
			}
		case "QUIT":
			if s.at(MailAccepted) {
				_, _ = io.WriteString(conn, "221 goodbye\r\n") // whoever left does not read it
			}
			return
		default: // EHLO, MAIL, RSET, NOOP: what a client says that nothing is refused
			said = "250 ok"
		}
	}
}

// message reads a message and accepts it; it returns what to answer, nothing when the session ends.
func (s *MailServer) message(conn io.Writer, in *textproto.Reader, to string) string {
	if _, err := io.WriteString(conn, "354 go on\r\n"); err != nil {
		return ""
	}
	dots := in.DotReader()
	m, err := mail.ReadMessage(dots)
	if err != nil {
		return "554 this is no message"
	}
	body, err := io.ReadAll(m.Body)
	if err != nil || !s.at(MailReceived) {
		return "" // it was cut short
	}
	s.mu.Lock()
	s.accepted = append(s.accepted, Mail{To: to, MessageID: m.Header.Get("Message-ID"), Body: string(body)})
	s.mu.Unlock()
	return "250 accepted"
}
