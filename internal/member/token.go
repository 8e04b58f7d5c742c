// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"maillage/internal/fault"
	"maillage/internal/text"
)

// TokenPrefix begins every API token, so that a leaked one is recognised by scanners.
const TokenPrefix = "mlg_"

// tokenBytes is how much chance a token holds: 256 bits.
const tokenBytes = 32

// tokenCache is how long a token's answer is believed before the store is asked again: a revoked
// token is out of every door within this time.
const tokenCache = time.Second

// Token is an API token as it is kept: the secret itself is shown once and never stored.
type Token struct {
	ID           string
	Name         string
	Role         Role
	Organisation string // the organisation it speaks for; empty for organisers and administrators
	Hash         string // hexadecimal SHA-256 of the secret
	CreatedAt    time.Time
	ExpiresAt    time.Time // zero when it does not expire
	LastUsedAt   time.Time
	RevokedAt    time.Time
}

// Usable reports whether the token opens a door at that time.
func (t Token) Usable(now time.Time) bool {
	return t.RevokedAt.IsZero() && (t.ExpiresAt.IsZero() || now.Before(t.ExpiresAt))
}

// Actor returns who acts with the token.
func (t Token) Actor() Actor {
	return Actor{ID: ActorID("token:" + t.ID), Name: t.Name, Role: t.Role, Organisation: t.Organisation,
		Leads: t.Role == Referent, Via: ViaService}
}

// TokenStore keeps tokens.
type TokenStore interface {
	AddToken(ctx context.Context, t Token) error
	Tokens(ctx context.Context) ([]Token, error)
	// TokenByHash returns fault.Missing when there is none.
	TokenByHash(ctx context.Context, hash string) (Token, error)
	// RevokeToken returns fault.Missing when there is no such token in use.
	RevokeToken(ctx context.Context, id string, at time.Time) error
	TouchToken(ctx context.Context, id string, at time.Time) error
}

// Tokens issues API tokens and recognises them.
type Tokens struct {
	store TokenStore
	now   func() time.Time

	mu     sync.Mutex
	recent map[string]recentToken // by hash
}

type recentToken struct {
	token   Token
	known   bool
	asked   time.Time
	touched time.Time
}

// recentLimit bounds the memory of recent answers: strangers may send any token.
const recentLimit = 4096

// NewTokens returns the tokens kept in that store.
func NewTokens(store TokenStore, now func() time.Time) *Tokens {
	return &Tokens{store: store, now: now, recent: map[string]recentToken{}}
}

// Create issues a token and returns its secret, which is shown this once. organisation is required
// for the roles that speak for one, and refused for the others. ttl 0 means that it does not expire.
func (t *Tokens) Create(ctx context.Context, name string, role Role, organisation string, ttl time.Duration) (Token, string, error) {
	var faults fault.Fields
	name, code := text.CheckName(name, 200)
	if name == "" && code == "" {
		code = "required"
	}
	if code != "" {
		faults.Add("name", code)
	}
	if _, ok := ParseRole(string(role)); !ok {
		faults.AddDetail("role", "unknown_value", string(role))
	}
	speaks := role == Agent || role == Referent || role == Provider
	switch {
	case speaks && organisation == "":
		faults.Add("organisation", "required")
	case !speaks && organisation != "":
		faults.Add("organisation", "not_for_this_role")
	}
	if ttl < 0 {
		faults.Add("ttl", "out_of_range")
	}
	if err := faults.Err(); err != nil {
		return Token{}, "", err
	}
	raw := make([]byte, tokenBytes)
	rand.Read(raw) //nolint:errcheck // never fails since Go 1.24
	secret := TokenPrefix + base64.RawURLEncoding.EncodeToString(raw)
	id, err := uuid.NewV7()
	if err != nil {
		return Token{}, "", fmt.Errorf("create token: %w", err)
	}
	now := t.now().UTC().Truncate(time.Microsecond)
	token := Token{ID: id.String(), Name: name, Role: role, Organisation: organisation, Hash: hashToken(secret), CreatedAt: now}
	if ttl > 0 {
		token.ExpiresAt = now.Add(ttl)
	}
	return token, secret, t.store.AddToken(ctx, token)
}

// List returns every token, revoked ones too.
func (t *Tokens) List(ctx context.Context) ([]Token, error) { return t.store.Tokens(ctx) }

// inUse reports whether the token of that identifier opens a door now. It asks the store: what a
// revoked token began must not outlive it by a second.
func (t *Tokens) inUse(ctx context.Context, id string) (bool, error) {
	all, err := t.store.Tokens(ctx)
	i := slices.IndexFunc(all, func(x Token) bool { return x.ID == id })
	return i >= 0 && all[i].Usable(t.now()), err
}

// Revoke ends a token. It returns fault.Missing when there is no such token in use.
func (t *Tokens) Revoke(ctx context.Context, id string) error {
	err := t.store.RevokeToken(ctx, id, t.now())
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.recent)
	return err
}

// Authenticate returns who holds that secret. It returns fault.Anonymous for an unknown, expired or
// revoked one, all in the same way.
func (t *Tokens) Authenticate(ctx context.Context, secret string) (Actor, error) {
	refused := fault.New(fault.Anonymous, "token_refused")
	if !strings.HasPrefix(secret, TokenPrefix) || len(secret) > 200 {
		return Actor{}, refused
	}
	hash, now := hashToken(secret), t.now()
	t.mu.Lock()
	r, fresh := t.recent[hash]
	t.mu.Unlock()
	if !fresh || now.Sub(r.asked) > tokenCache || now.Before(r.asked) {
		found, err := t.store.TokenByHash(ctx, hash)
		if err != nil && !fault.Is(err, fault.Missing) {
			return Actor{}, err
		}
		r = recentToken{token: found, known: err == nil, asked: now, touched: r.touched}
	}
	usable := r.known && r.token.Usable(now)
	// Last use is kept to the minute: a write for each request would cost more than it tells.
	touch := usable && now.Sub(r.touched) > time.Minute && now.Sub(r.token.LastUsedAt) > time.Minute
	if touch {
		r.touched = now
	}
	t.remember(hash, r)
	if touch {
		if err := t.store.TouchToken(ctx, r.token.ID, now); err != nil {
			return Actor{}, err
		}
	}
	if !usable {
		return Actor{}, refused
	}
	return r.token.Actor(), nil
}

func (t *Tokens) remember(hash string, r recentToken) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.recent) >= recentLimit {
		clear(t.recent)
	}
	t.recent[hash] = r
}

func hashToken(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
