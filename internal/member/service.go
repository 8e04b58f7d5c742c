// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/google/uuid"

	"maillage/internal/fault"
	"maillage/internal/passkey"
	"maillage/internal/password"
)

// Bodies are the organisations people belong to. The registry is where they are kept.
type Bodies interface {
	// Body finds an organisation by registry id or slug, or a body of the official register that the
	// registry does not hold yet by "register:" and its SIREN or code. It returns fault.Missing.
	Body(ctx context.Context, ref string) (Body, error)
	// Admit returns the organisation, registering it first when only the official register has it.
	Admit(ctx context.Context, ref string) (Body, error)
	// AdmitNew registers a body that no register holds, by its SIREN and name: a provider, or a partner
	// (another public body, an association). It returns the one that bears the SIREN when there is one.
	AdmitNew(ctx context.Context, siren, name string, partner bool) (Body, error)
	// OfDomain returns the ids of the organisations an e-mail domain was said to belong to by an
	// organiser or an importer, and never by the organisation itself.
	OfDomain(ctx context.Context, domain string) ([]string, error)
	// BySIREN returns the organisation of that SIREN, known to the registry or to the official register.
	BySIREN(ctx context.Context, siren string) (Body, error)
	// Leave marks an organisation as one that left the collective, with what it declared. It returns
	// fault.Conflict "body_left_already".
	Leave(ctx context.Context, by Actor, id string) error
	// Return takes that mark away; it does nothing when there is none.
	Return(ctx context.Context, id string) error
}

// Hasher hashes passwords and verifies them, as *password.Hasher does.
type Hasher interface {
	Hash(ctx context.Context, normalised string) (string, error)
	Verify(ctx context.Context, encoded, normalised string) (ok, rehash bool, err error)
	Dummy(ctx context.Context, candidate string) error
}

// Config is what the room must be told. All but Site and Contact are needed.
type Config struct {
	Store  Store
	Bodies Bodies
	Hasher Hasher
	Policy password.Policy
	Keys   Keys
	// Passkeys is nil where browsers have none: at an address of a private network, or over plain http.
	Passkeys *passkey.Relying
	// Tokens are the service tokens of the administrator's programmes; nil for none.
	Tokens *Tokens
	// Ledger keeps, outside the database, who was erased; nil keeps it in the database alone, where a
	// restored backup forgets it.
	Ledger Ledger
	Now    func() time.Time
	// Site is the collective's name: part of the password blocklist, shown by authenticator apps.
	Site    string
	Contact string
}

// Service holds the use cases of members and access. Each starts by asking whether the actor may.
type Service struct {
	cfg   Config
	store Store
	keys  Keys
	now   func() time.Time
	gate  gate
}

// NewService returns the use cases over that store.
func NewService(cfg Config) *Service {
	return &Service{cfg: cfg, store: cfg.Store, keys: cfg.Keys, now: cfg.Now, gate: newGate()}
}

// Visit is what is known of a request by which somebody proves who they are.
type Visit struct {
	Address   netip.Addr
	Device    string // the known-device cookie, as SignedIn.Device gave it; empty when there is none
	UserAgent string
	Lang      string
}

// SignedIn is a session just opened. Secret is shown to the browser or programme this once.
type SignedIn struct {
	Session Session
	Account Account
	Secret  string
	// Device is the value of the known-device cookie, when it is to be set: it replaces the one there is.
	Device string
	// Pending is set instead of Session and Secret when a second factor must follow: it goes to
	// Service.SecondFactor.
	Pending string
	// MustEnrol reports that the account's office asks for a second factor it does not have: until then
	// the session does not open the office.
	MustEnrol bool
	// UsePasskey reports that the office has a passkey that did not open this session: until it does the
	// session does not open the office.
	UsePasskey bool
	// MustChange reports that the password must be changed first.
	MustChange bool
}

// clock returns the present instant as both databases keep it.
func (s *Service) clock() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

func newID() (string, error) {
	u, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("new id: %w", err)
	}
	return u.String(), nil
}

// signedIn is the first line of a use case about oneself: an account, by a session.
func signedIn(by Actor) error {
	switch {
	case !by.Authenticated() || by.Account == "" && by.Via != ViaService:
		return fault.New(fault.Anonymous, "sign_in_needed")
	case by.Account == "":
		return fault.New(fault.Forbidden, "not_for_tokens")
	}
	return nil
}

// bySession is signedIn for what a token must never do.
func bySession(by Actor) error {
	if err := signedIn(by); err != nil {
		return err
	}
	if by.Via != ViaSession {
		return fault.New(fault.Forbidden, "not_for_tokens")
	}
	return nil
}

// fresh is bySession for what asks that the person proved who they are a short while ago.
func (s *Service) fresh(by Actor) error {
	if err := bySession(by); err != nil {
		return err
	}
	if s.now().Sub(by.ProvedAt) > FreshFor {
		return fault.New(fault.Forbidden, "sign_in_again")
	}
	return nil
}

// own returns the account that acts, held until the transaction ends. What the gate remembered may be a
// second old: an account that was disabled since, or whose password is known to others, goes no further.
func (s *Service) own(ctx context.Context, by Actor) (Account, error) {
	a, err := s.store.LockAccount(ctx, by.Account)
	switch {
	case err != nil:
		return a, err
	case a.State != Active:
		return a, fault.New(fault.Anonymous, "sign_in_needed")
	case a.MustChange:
		return a, fault.New(fault.Forbidden, "not_allowed")
	}
	return a, nil
}

// organises is the first line of a use case of organisers.
func organises(by Actor) error {
	switch {
	case !by.Authenticated():
		return fault.New(fault.Anonymous, "sign_in_needed")
	case !by.Organises():
		return fault.New(fault.Forbidden, "not_allowed")
	}
	return nil
}

// audit adds a line to the trail. detail is a map of public values, or nil.
func (s *Service) audit(ctx context.Context, by ActorID, action, kind, object string, detail map[string]string) error {
	id, err := newID()
	if err != nil {
		return err
	}
	var raw json.RawMessage
	if len(detail) > 0 {
		if raw, err = json.Marshal(detail); err != nil {
			return fmt.Errorf("audit: %w", err)
		}
	}
	return s.store.Audit(ctx, TrailEntry{ID: id, At: s.clock(), Actor: by, Action: action, Kind: kind, Object: object, Detail: raw})
}

// notice records that a message is due, in the current transaction.
func (s *Service) notice(ctx context.Context, n NoticeDue) error {
	id, err := newID()
	if err != nil {
		return err
	}
	n.ID = id
	return s.store.Record(ctx, n)
}

// passwordContext is what a password must not be made of.
func (s *Service) passwordContext(email, name, body string) password.Context {
	c := password.Context{Site: []string{s.cfg.Site, "maillage"}, Email: email, Person: name, Body: body}
	return c
}

// setPassword checks a password and puts its hash in the account.
func (s *Service) setPassword(ctx context.Context, a *Account, candidate, body string) error {
	normal, err := s.cfg.Policy.Check(candidate, s.passwordContext(a.Email, a.Name, body))
	if err != nil {
		return err
	}
	return s.hashPassword(ctx, a, normal)
}

// hashPassword puts the hash of a checked password in the account. It costs a tenth of a second and
// 46 MiB: whoever asks has proved something first.
func (s *Service) hashPassword(ctx context.Context, a *Account, normal string) (err error) {
	if a.Password, err = s.cfg.Hasher.Hash(ctx, normal); err != nil {
		return err
	}
	a.PasswordAt, a.MustChange, a.PasswordOff = s.clock(), false, false
	return nil
}

// lang keeps to the languages there are.
func lang(l string) string {
	if strings.HasPrefix(l, "en") {
		return "en"
	}
	return "fr"
}
