// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package mail

import (
	"crypto/x509"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // the hours of letters are Paris's on a machine without a zone database too
	"unicode/utf8"
)

// TLS says how the connection to the server is protected.
type TLS string

// The policies.
const (
	TLSImplicit      TLS = "tls"           // from the first byte (RFC 8314 §3.3); port 465
	TLSStart         TLS = "starttls"      // STARTTLS or no mail (RFC 3207); port 587
	TLSOpportunistic TLS = "opportunistic" // STARTTLS if offered, certificate not checked (RFC 7435); port 25
	TLSNone          TLS = "none"          // never; only to a loopback or private address; port 25
)

// Config says where letters go and who writes them. The zero value of a field is the default its comment
// gives; Problems checks all of them.
type Config struct {
	Host     string // the SMTP server; empty to write letters to Folder instead
	Port     int    // 0 for the policy's own
	Username string // empty for no authentication
	Password string
	TLS      TLS    // starttls by default
	From     string // needed with Host; else maillage@ the host of BaseURL by default
	FromName string // Site by default
	ReplyTo  string // none by default
	Site     string // the name of the instance
	BaseURL  string // its address, without a path: every link of a letter is below it
	// Contact is a line that says whom to ask: an address, a postal address, a phone number. By default
	// ReplyTo, else BaseURL: letters send people there.
	Contact string
	Folder  string // needed without Host; made with mode 0700
	// Timeout bounds one send, from the connection on; 20 s by default, 5 minutes at most. An earlier
	// deadline of the context prevails.
	Timeout time.Duration

	Zone    *time.Location // of the dates shown; Europe/Paris by default
	Now     func() time.Time
	Logger  *slog.Logger
	Sent    Sent           // may be nil
	RootCAs *x509.CertPool // whom the server's certificate must come from; the system's by default
}

const (
	defaultTimeout = 20 * time.Second // below the half lease a delivery may take
	maxTimeout     = 5 * time.Minute
)

// Problems returns everything wrong with the settings, one message each, empty when nothing is. A
// message is "setting: code" or "setting: code=detail"; the settings are named mail_host, mail_port,
// mail_username, mail_password, mail_tls, mail_from, mail_from_name, mail_reply_to, mail_folder,
// mail_timeout, name, base_url and contact. No message holds the password.
func (c Config) Problems() []string {
	var all []string
	fault := func(wrong bool, setting, why string) {
		if wrong {
			all = append(all, setting+": "+why)
		}
	}
	base, err := url.Parse(c.BaseURL)
	bad := err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Hostname() == "" || base.User != nil
	fault(bad, "base_url", "bad_base_url="+c.BaseURL)
	fault(!bad && (base.Path != "" || base.RawQuery != "" || base.Fragment != ""), "base_url", "base_url_path="+c.BaseURL)
	fault(!validName(c.Site) || c.Site == "", "name", "bad_name")
	fault(!validName(c.FromName), "mail_from_name", "bad_name")
	fault(!validName(c.Contact), "contact", "bad_name")
	if _, ok := address("", c.From); c.From != "" {
		fault(!ok, "mail_from", "bad_email="+c.From)
	}
	if _, ok := address("", c.ReplyTo); c.ReplyTo != "" {
		fault(!ok, "mail_reply_to", "bad_email="+c.ReplyTo)
	}
	fault(c.Timeout < 0 || c.Timeout > maxTimeout, "mail_timeout", "bad_timeout="+c.Timeout.String())
	if c.Host != "" {
		return append(all, c.serverProblems()...)
	}
	fault(c.Folder == "" || strings.ContainsRune(c.Folder, 0), "mail_folder", "empty")
	if info, err := os.Stat(c.Folder); err == nil {
		fault(!info.IsDir(), "mail_folder", "not_a_folder="+c.Folder)
		// Letters hold codes and reset links: their names alone say who asked for what, and when.
		fault(info.IsDir() && info.Mode().Perm()&0o077 != 0, "mail_folder", "folder_open="+c.Folder)
	}
	return all
}

func (c Config) serverProblems() []string {
	var all []string
	fault := func(wrong bool, setting, why string) {
		if wrong {
			all = append(all, setting+": "+why)
		}
	}
	ip, ipErr := netip.ParseAddr(c.Host)
	fault(ipErr != nil && !validHost(c.Host), "mail_host", "bad_host="+c.Host)
	fault(c.Port < 0 || c.Port > 65535, "mail_port", "bad_port="+strconv.Itoa(c.Port))
	policy := c.policy()
	switch policy {
	case TLSImplicit, TLSStart, TLSOpportunistic, TLSNone:
	default:
		fault(true, "mail_tls", "not_one_of=tls, starttls, opportunistic, none")
	}
	// A name is looked up when it is dialled, and the address checked there.
	fault(policy == TLSNone && ipErr == nil && !near(ip), "mail_tls", "tls_none_far="+c.Host)
	fault(policy == TLSOpportunistic && c.Username != "", "mail_username", "password_unprotected")
	fault(c.Username == "" && c.Password != "", "mail_username", "empty")
	fault(c.Username != "" && c.Password == "", "mail_password", "empty")
	fault(c.From == "", "mail_from", "empty")
	return all
}

func (c Config) policy() TLS {
	if c.TLS == "" {
		return TLSStart
	}
	return c.TLS
}

func (c Config) port() int {
	switch {
	case c.Port != 0:
		return c.Port
	case c.policy() == TLSImplicit:
		return 465
	case c.policy() == TLSStart:
		return 587
	}
	return 25
}

// near reports whether an address is of this machine or of a private network (RFC 1918, RFC 4193,
// RFC 3927), where "none" is allowed.
func near(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast()
}

// validName accepts one line of at most 200 characters that may stand in a header.
func validName(s string) bool {
	return !headerFault(s) && utf8.RuneCountInString(s) <= 200
}

func validHost(s string) bool {
	return s != "" && len(s) <= 253 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' && r != '.' && r != '_'
	})
}
