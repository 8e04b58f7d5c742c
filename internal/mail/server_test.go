// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package mail_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"maillage/internal/mail"
)

// received is a message a server accepted.
type received struct {
	from, to, data string
	tls            bool
	user           string
}

// server is a real SMTP server on the loopback.
type server struct {
	mechanisms                         []string
	refuseMail, refuseRcpt, refuseData error
	address                            *net.TCPAddr

	mu       sync.Mutex
	messages []received
	logins   int // AUTH exchanges begun
}

func (s *server) NewSession(c *smtp.Conn) (smtp.Session, error) {
	_, secured := c.TLSConnectionState()
	return &sessionOf{server: s, message: received{tls: secured}}, nil
}

type sessionOf struct {
	*server
	message received
}

func (s *sessionOf) AuthMechanisms() []string { return s.mechanisms }

func (s *sessionOf) Auth(mech string) (sasl.Server, error) {
	s.mu.Lock()
	s.logins++
	s.mu.Unlock()
	check := func(user, password string) error {
		if user != "maillage" || password != "un secret" {
			return smtp.ErrAuthFailed
		}
		s.message.user = user
		return nil
	}
	if mech == sasl.Plain {
		return sasl.NewPlainServer(func(_, user, password string) error { return check(user, password) }), nil
	}
	return &loginServer{check: check}, nil
}

// loginServer is the server's side of AUTH LOGIN, which go-sasl has not.
type loginServer struct {
	check func(user, password string) error
	user  string
	step  int
}

func (l *loginServer) Next(response []byte) ([]byte, bool, error) {
	l.step++
	switch l.step {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.user = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.user, string(response))
}

func (s *sessionOf) Mail(from string, _ *smtp.MailOptions) error {
	s.message.from = from
	return s.refuseMail
}

func (s *sessionOf) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.message.to = to
	return s.refuseRcpt
}

func (s *sessionOf) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if s.refuseData != nil {
		return s.refuseData
	}
	s.message.data = string(data)
	s.mu.Lock()
	s.messages = append(s.messages, s.message)
	s.mu.Unlock()
	return nil
}

func (s *sessionOf) Reset()        {}
func (s *sessionOf) Logout() error { return nil }

// got returns the messages accepted so far.
func (s *server) got() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received(nil), s.messages...)
}

func (s *server) loginCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logins
}

// authority makes a certificate for the loopback and whom to trust for it.
func authority(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// start runs the server; cert is nil for none, implicit for TLS from the first byte.
func (s *server) start(t *testing.T, cert *tls.Certificate, implicit bool) {
	t.Helper()
	running := smtp.NewServer(s)
	running.Domain, running.AllowInsecureAuth = "localhost", true
	running.ErrorLog = log.New(io.Discard, "", 0) // refusals are what is tested
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = listener.Addr().(*net.TCPAddr)
	if cert != nil {
		config := &tls.Config{Certificates: []tls.Certificate{*cert}}
		if implicit {
			listener = tls.NewListener(listener, config)
		} else {
			running.TLSConfig = config
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = running.Serve(listener) // it ends with Close
	}()
	t.Cleanup(func() {
		_ = running.Close()
		<-done
	})
}

// towards is the settings to reach a server.
func (s *server) towards(t *testing.T, policy mail.TLS) mail.Config {
	t.Helper()
	cfg := settings(t)
	cfg.Folder, cfg.Host, cfg.Port, cfg.TLS = "", "127.0.0.1", s.address.Port, policy
	return cfg
}

// scripted is a server that answers each line with the next reply, then closes. It returns its port
// and, when it is done, what it was told.
func scripted(t *testing.T, replies ...string) (port int, told <-chan string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	out := make(chan string, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		out <- converse(conn, replies)
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-done
	})
	return listener.Addr().(*net.TCPAddr).Port, out
}

// converse sends a reply before each command it reads, and before the dot that ends a message.
func converse(conn net.Conn, replies []string) string {
	var heard strings.Builder
	buffer := make([]byte, 64<<10)
	for i, reply := range replies {
		if _, err := io.WriteString(conn, reply+"\r\n"); err != nil || i == len(replies)-1 {
			break
		}
		for message := strings.HasPrefix(reply, "354"); ; {
			n, err := conn.Read(buffer)
			heard.Write(buffer[:n])
			if err != nil {
				return heard.String()
			}
			if strings.HasSuffix(heard.String(), "\r\n.\r\n") || !message && strings.HasSuffix(heard.String(), "\r\n") {
				break
			}
		}
	}
	return heard.String()
}
