// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"strings"
	"sync"
	"time"

	"maillage/internal/fault"
)

// Door is a way into the instance; each takes its own credentials and no other.
type Door string

// The doors.
const (
	DoorSite     Door = "site"     // session cookie
	DoorAPI      Door = "api"      // Bearer: session secret, API token, service token
	DoorCalendar Door = "calendar" // Basic: e-mail and app password
)

// Credential is what a request brings.
type Credential struct {
	User   string // of Basic
	Secret string
}

// maxCredential is longer than any secret of ours, in bytes.
const maxCredential = 200

// gate remembers for a moment who a credential was: pages ask several times a second. What is changed
// through this process is forgotten at once; what another replica changes is seen within the second.
type gate struct {
	mu     sync.Mutex
	turn   uint64 // counts forgettings
	recent map[string]admitted
}

// admitted is an answer of the gate. err is a refusal.
type admitted struct {
	actor Actor
	err   error
	at    time.Time
}

func newGate() gate { return gate{recent: map[string]admitted{}} }

// forget makes the gate ask the store again, for everybody.
func (g *gate) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.turn++
	clear(g.recent)
}

// recall returns an answer of less than a second ago, and the turn to give remember.
func (g *gate) recall(key string, now time.Time) (admitted, uint64, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	a, found := g.recent[key]
	return a, g.turn, found && !now.Before(a.at) && now.Sub(a.at) < tokenCache
}

// remember keeps an answer unless something was changed since it was asked for.
func (g *gate) remember(key string, turn uint64, a admitted) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.turn != turn {
		return
	}
	if len(g.recent) >= recentLimit { // strangers may send anything
		clear(g.recent)
	}
	g.recent[key] = a
}

// Authenticate is the one door-keeper: it returns who acts, worked out anew from the account and its
// memberships (believed for at most a second). It returns fault.Anonymous in the same way for whatever
// is unknown, expired, revoked, of another door, or of an account that is not active: "sign_in_needed"
// at the site, "token_refused" elsewhere. An account's password opens none of the doors.
//
// Role is the office when the account holds one and the session is strong (or a strong session made
// the secret); else the standing in the body the session or secret speaks for; else Applicant, which is
// also what a session is whose password must be changed first.
func (s *Service) Authenticate(ctx context.Context, door Door, c Credential) (Actor, error) {
	if len(c.Secret) > maxCredential || len(c.User) > maxAddress {
		return Actor{}, refusedAt(door)
	}
	hash := hashToken(c.Secret)
	if door == DoorCalendar {
		hash = hashAppPassword(c.Secret)
	} else if door == DoorAPI && strings.HasPrefix(c.Secret, TokenPrefix) {
		return s.byToken(ctx, c.Secret, hash)
	}
	actor, err := s.recognise(ctx, door, c.User, hash)
	if fault.Is(err, fault.Anonymous) {
		err = refusedAt(door)
	}
	return actor, err
}

func refusedAt(door Door) error {
	if door == DoorSite {
		return fault.New(fault.Anonymous, "sign_in_needed")
	}
	return fault.New(fault.Anonymous, "token_refused")
}

// byToken knows members' API tokens and the service tokens of programmes, which look alike; Tokens has
// a memory of its own.
func (s *Service) byToken(ctx context.Context, secret, hash string) (Actor, error) {
	actor, err := s.recognise(ctx, DoorAPI, string(KindToken), hash)
	if !fault.Is(err, fault.Anonymous) {
		return actor, err
	}
	if s.cfg.Tokens == nil {
		return Actor{}, refusedAt(DoorAPI)
	}
	return s.cfg.Tokens.Authenticate(ctx, secret)
}

// recognise answers from memory or from the store. user is the Basic user at the calendar's door, and
// tells tokens from sessions at the API's.
func (s *Service) recognise(ctx context.Context, door Door, user, hash string) (Actor, error) {
	key, now := string(door)+"\x00"+user+"\x00"+hash, s.clock()
	a, turn, found := s.gate.recall(key, now)
	if found {
		return a.actor, a.err
	}
	a = admitted{at: now}
	switch {
	case door == DoorCalendar:
		a.actor, a.err = s.byAppPassword(ctx, user, hash, now)
	case user == string(KindToken):
		a.actor, a.err = s.bySecret(ctx, KindToken, "", hash, now)
	default:
		a.actor, a.err = s.bySessionHash(ctx, hash, now)
	}
	if fault.Is(a.err, fault.Missing) {
		a.err = refusedAt(door)
	}
	if a.err != nil {
		a.actor = Actor{}
	}
	if a.err == nil || fault.Is(a.err, fault.Anonymous) {
		s.gate.remember(key, turn, a)
	}
	return a.actor, a.err
}

// opens reports whether a session of that account opens a door now.
func (s Session) opens(now time.Time, a Account) bool {
	if a.Entrusted() && now.Sub(s.CreatedAt) >= OfficeSession {
		return false // opened before the office was entrusted
	}
	return a.State == Active && s.Usable(now, a.Entrusted())
}

func (s *Service) bySessionHash(ctx context.Context, hash string, now time.Time) (Actor, error) {
	session, err := s.store.SessionByHash(ctx, hash)
	if err != nil {
		return Actor{}, err
	}
	a, err := s.store.AccountByID(ctx, session.Account)
	if err != nil || !session.opens(now, a) {
		return Actor{}, orMissing(err)
	}
	actor := Actor{ID: a.ID.Actor(), Account: a.ID, Role: Applicant, Via: ViaSession, Session: session.ID,
		Strong: session.Strong, ProvedAt: session.ProvedAt}
	// The use of a session is kept to the minute: a write for each request would cost more than it tells.
	// Where nothing can be written, reading goes on; the session then ends sooner, not later.
	if now.Sub(session.SeenAt) >= time.Minute {
		s.store.TouchSession(ctx, session.ID, now) //nolint:errcheck // see above
	}
	s.saw(ctx, a, now)
	if a.MustChange && session.byPassword() {
		actor.ProvedAt = time.Time{} // whoever knows the password may be a thief: nothing sensitive
		return actor, nil
	}
	m, err := s.spokenFor(ctx, a.ID, session.Membership)
	if err != nil {
		return Actor{}, err
	}
	actor.stand(m)
	if a.Entrusted() && session.Strong {
		actor.Role = a.Office
	}
	return actor, nil
}

// saw notes the day of an account's last visit, once a day.
func (s *Service) saw(ctx context.Context, a Account, now time.Time) {
	if day(now).After(a.SeenAt) {
		s.store.SawAccount(ctx, a.ID, day(now)) //nolint:errcheck // no visit is refused for want of a note
	}
}

// spokenFor returns the accepted membership a session speaks for; zero when there is none any more.
func (s *Service) spokenFor(ctx context.Context, id AccountID, membership string) (Membership, error) {
	switch membership {
	case noBody:
		return Membership{}, nil
	case "":
		return s.firstMembership(ctx, id)
	}
	m, err := s.store.MembershipByID(ctx, membership)
	if err != nil || m.Account != id || m.State != Accepted {
		return Membership{}, missingAs(err, nil)
	}
	return m, nil
}

// stand gives the actor its standing in a body.
func (a *Actor) stand(m Membership) {
	if m.ID == "" {
		return
	}
	a.Role, a.Organisation, a.Leads = m.Role, m.Organisation, m.Leads()
	if m.Role == ProviderReferent {
		a.Role = Provider
	}
}

// bySecret returns who acts with a member's own secret. An account whose password is known to others
// has none until it is changed: they may have made them. key is the address it is shown with, at the
// calendar's door.
func (s *Service) bySecret(ctx context.Context, kind SecretKind, key, hash string, now time.Time) (Actor, error) {
	secret, err := s.store.SecretByHash(ctx, hash)
	if err != nil || secret.Kind != kind || !secret.Usable(now) {
		return Actor{}, orMissing(err)
	}
	a, err := s.store.AccountByID(ctx, secret.Account)
	if err != nil || a.State != Active || a.MustChange || key != "" && key != emailKeyOf(a) {
		return Actor{}, orMissing(err)
	}
	actor := Actor{ID: a.ID.Actor(), Account: a.ID, Role: Applicant, Via: ViaToken, Secret: secret.ID, Scope: secret.Scope}
	if kind == KindAppPassword {
		actor.Via = ViaAppPassword
	}
	if secret.Membership == "" {
		if a.Entrusted() {
			actor.Role = a.Office
		}
	} else {
		m, err := s.spokenFor(ctx, a.ID, secret.Membership)
		if err != nil {
			return Actor{}, err
		}
		actor.stand(m)
	}
	if now.Sub(secret.LastUsedAt) >= time.Minute {
		s.store.TouchSecret(ctx, secret.ID, now) //nolint:errcheck // as for sessions
	}
	s.saw(ctx, a, now)
	return actor, nil
}

// byAppPassword is bySecret for Basic: the user must be the address of the secret's account.
func (s *Service) byAppPassword(ctx context.Context, user, hash string, now time.Time) (Actor, error) {
	email, code := ParseEmail(user)
	if code != "" {
		return Actor{}, refusedAt(DoorCalendar)
	}
	return s.bySecret(ctx, KindAppPassword, email.Key(), hash, now)
}
