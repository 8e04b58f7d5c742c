// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package passkey

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"maillage/internal/fault"
)

// ceremony is what must be remembered between the two halves. The rest follows from Config, so that
// nothing the browser may have kept can loosen a rule.
type ceremony struct {
	Kind      string    `json:"kind"`
	Challenge string    `json:"challenge"`
	Handle    []byte    `json:"handle,omitempty"` // of whom a registration is for
	Expires   time.Time `json:"expires"`
}

// The kinds of ceremony.
const (
	registering = "register"
	loggingIn   = "login"
)

func (r *Relying) begin(kind string, session *webauthn.SessionData) ([]byte, error) {
	return json.Marshal(ceremony{Kind: kind, Challenge: session.Challenge, Handle: session.UserID,
		Expires: r.now().Add(Lifetime).UTC()})
}

// resume reads a ceremony back. One that is of another kind or unreadable is the caller's mistake,
// hence internal; one that is too old is the person's, and says so.
func (r *Relying) resume(kind string, kept []byte, refusal fault.Kind) (webauthn.SessionData, error) {
	var c ceremony
	if err := json.Unmarshal(kept, &c); err != nil {
		return webauthn.SessionData{}, fmt.Errorf("read a passkey ceremony: %w", err)
	}
	if c.Kind != kind || c.Challenge == "" {
		return webauthn.SessionData{}, fmt.Errorf("a passkey ceremony to %q was given to %s", c.Kind, kind)
	}
	if !r.now().Before(c.Expires) {
		return webauthn.SessionData{}, fault.New(refusal, "passkey_expired")
	}
	return webauthn.SessionData{
		Challenge: c.Challenge, RelyingPartyID: r.lib.Config.RPID, UserID: c.Handle,
		UserVerification: protocol.VerificationRequired, CredParams: algorithms(),
	}, nil
}

// sized refuses a response that is absent or too long before anything reads it.
func sized(response []byte) error {
	if len(response) > ResponseLimit {
		return fault.New(fault.TooLarge, "body_too_large")
	}
	if len(bytes.TrimSpace(response)) == 0 {
		return fault.New(fault.Invalid, "passkey_missing")
	}
	return nil
}

// guarded runs the library's code over a stranger's bytes: whatever it says is private, and a panic
// is a refusal like another.
func guarded(refusal fault.Kind, fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = refused(refusal, fmt.Errorf("panic: %v", p))
		}
	}()
	if err := fn(); err != nil {
		return refused(refusal, err)
	}
	return nil
}

// refused says no in one way, whatever the reason: a browser that behaves never sees it, and a
// stranger learns nothing. The cause, for the log, has the library's private details.
func refused(kind fault.Kind, cause error) error {
	var lib *protocol.Error
	if errors.As(cause, &lib) {
		cause = fmt.Errorf("%w: %s", cause, lib.DevInfo)
	}
	return fault.Wrap(kind, "passkey_refused", cause)
}

// checkOrigin wants one of our origins to the letter. The library's own look passes over user
// information and paths, which no browser sends.
func (r *Relying) checkOrigin(c protocol.CollectedClientData) error {
	if !slices.Contains(r.origins, c.Origin) {
		return fmt.Errorf("a response made for %q", c.Origin)
	}
	return nil
}
