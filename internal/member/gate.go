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

// gate remembers who secrets belong to, for at most tokenCache: an account that is disabled is out of
// every door within that time, on every replica, and at once on the one where it was done.
type gate struct {
	mu     sync.Mutex
	turn   uint64              // counts forgettings
	recent map[string]admitted // by door and hash
}

type admitted struct {
	actor Actor
	email string // key of the address an app password goes with
	asked time.Time
}

func newGate() gate { return gate{recent: map[string]admitted{}} }

// forget makes the next request of everybody be looked at anew.
func (g *gate) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.turn++
	clear(g.recent)
}

// find returns what is remembered, and the turn to give keep.
func (g *gate) find(key string, now time.Time) (a admitted, turn uint64, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	a, ok = g.recent[key]
	return a, g.turn, ok && now.Sub(a.asked) <= tokenCache && !now.Before(a.asked)
}

// keep remembers an answer, unless something was changed since it was asked for: it may be of before.
func (g *gate) keep(key string, turn uint64, a admitted) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.turn != turn {
		return
	}
	if len(g.recent) >= recentLimit {
		clear(g.recent)
	}
	g.recent[key] = a
}

// Authenticate is the one door-keeper: it returns who acts, worked out anew from the account and its
// memberships (believed for at most a second). It returns fault.Anonymous in the same way for whatever
// is unknown, expired, revoked, of another door, or of an account that is not active.
func (s *Service) Authenticate(ctx context.Context, door Door, c Credential) (Actor, error) {
	if len(c.Secret) > 200 || c.Secret == "" {
		return Actor{}, refused()
	}
	secret := c.Secret
	if door == DoorCalendar {
		secret = plainAppPassword(secret)
	}
	if door == DoorAPI && strings.HasPrefix(secret, TokenPrefix) && s.cfg.Tokens != nil {
		// A service token first: it has a memory of its own.
		if actor, err := s.cfg.Tokens.Authenticate(ctx, secret); err == nil || !fault.Is(err, fault.Anonymous) {
			return actor, err
		}
	}
	hash, now := hashToken(secret), s.clock()
	key := string(door) + ":" + hash
	found, turn, fresh := s.gate.find(key, now)
	if !fresh {
		var err error
		if found, err = s.look(ctx, door, secret, hash, now); err != nil {
			return Actor{}, err
		}
		found.asked = now
		s.gate.keep(key, turn, found)
	}
	if found.actor.ID == "" {
		return Actor{}, refused()
	}
	if door == DoorCalendar {
		if e, code := ParseEmail(c.User); code != "" || e.Key() != found.email {
			return Actor{}, refused()
		}
	}
	return found.actor, nil
}

// refused is the one answer to whatever opens nothing.
func refused() error { return fault.New(fault.Anonymous, "token_refused") }

// look finds who a secret belongs to; the zero Actor when it opens nothing.
func (s *Service) look(ctx context.Context, door Door, secret, hash string, now time.Time) (admitted, error) {
	var found admitted
	var err error
	switch {
	case door == DoorSite || door == DoorAPI && strings.HasPrefix(secret, SessionPrefix):
		found, err = s.bySessionHash(ctx, hash, now)
	case door == DoorAPI:
		found, err = s.bySecretHash(ctx, KindToken, hash, now)
	case door == DoorCalendar:
		found, err = s.bySecretHash(ctx, KindAppPassword, hash, now)
	}
	if fault.Is(err, fault.Missing) {
		return admitted{}, nil
	}
	return found, err
}

// opens reports whether a session of that account opens a door now.
func (s Session) opens(now time.Time, a Account) bool {
	if a.Entrusted() && now.Sub(s.CreatedAt) >= OfficeSession {
		return false // it was opened before the office was entrusted
	}
	return a.State == Active && s.Usable(now, a.Entrusted())
}

func (s *Service) bySessionHash(ctx context.Context, hash string, now time.Time) (admitted, error) {
	session, err := s.store.SessionByHash(ctx, hash)
	if err != nil {
		return admitted{}, err
	}
	account, err := s.store.AccountByID(ctx, session.Account)
	if err != nil || !session.opens(now, account) {
		return admitted{}, err
	}
	actor, err := s.actor(ctx, account, session.Membership, session.Strong)
	if err != nil {
		return admitted{}, err
	}
	actor.Via, actor.Session, actor.Strong, actor.ProvedAt = ViaSession, session.ID, session.Strong, session.ProvedAt
	if account.MustChange {
		// Until the password is changed the session opens nothing but the account, and nothing sensitive
		// of that: who knows the password may be a thief.
		actor.Role, actor.Organisation, actor.Leads, actor.ProvedAt = Applicant, "", false, time.Time{}
	}
	if now.Sub(session.SeenAt) > time.Minute {
		// Where nothing can be written reading goes on: the session then ends sooner, not later.
		s.store.TouchSession(ctx, session.ID, now) //nolint:errcheck // see above
	}
	s.saw(ctx, account, now)
	return admitted{actor: actor}, nil
}

func (s *Service) bySecretHash(ctx context.Context, kind SecretKind, hash string, now time.Time) (admitted, error) {
	secret, err := s.store.SecretByHash(ctx, hash)
	if err != nil || secret.Kind != kind || !secret.Usable(now) {
		return admitted{}, err
	}
	account, err := s.store.AccountByID(ctx, secret.Account)
	if err != nil || account.State != Active || account.MustChange {
		return admitted{}, err
	}
	// A token opens the office when the office made it: see CreateSecret. It loses it with its holder.
	actor, err := s.actor(ctx, account, secret.Membership, kind == KindToken && secret.Office)
	if err != nil {
		return admitted{}, err
	}
	actor.Via, actor.Secret, actor.Scope = ViaToken, secret.ID, secret.Scope
	if kind == KindAppPassword {
		actor.Via, actor.Scope = ViaAppPassword, ScopeCalendar
	}
	if now.Sub(secret.LastUsedAt) > time.Minute {
		s.store.TouchSecret(ctx, secret.ID, now) //nolint:errcheck // as for sessions
	}
	s.saw(ctx, account, now)
	return admitted{actor: actor, email: emailKey(account.Email)}, nil
}

// actor works out what an account may, now: its office when office is set, else its standing in the
// body it speaks for, else none.
func (s *Service) actor(ctx context.Context, a Account, membership string, office bool) (Actor, error) {
	actor := Actor{ID: a.ID.Actor(), Account: a.ID, Role: Applicant}
	if membership != "" {
		m, err := s.store.MembershipByID(ctx, membership)
		if err != nil && !fault.Is(err, fault.Missing) {
			return actor, err
		}
		if err == nil && m.Account == a.ID && m.State == Accepted {
			actor.Role, actor.Organisation, actor.Leads = m.Role, m.Organisation, m.Leads()
			if m.Role == ProviderReferent {
				actor.Role = Provider
			}
		}
	}
	if office && a.Entrusted() {
		actor.Role = a.Office
	}
	return actor, nil
}

// saw notes the day of a visit, once a day.
func (s *Service) saw(ctx context.Context, a Account, now time.Time) {
	if today := day(now); a.SeenAt.Before(today) {
		s.store.SawAccount(ctx, a.ID, today) //nolint:errcheck // nobody is refused for want of a note
	}
}

func emailKey(address string) string {
	e, _ := ParseEmail(address)
	return e.Key()
}
