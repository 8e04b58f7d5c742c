// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"maillage/internal/fault"
)

// Figures of one-time secrets; shown by `maillage doctor`.
const (
	CodeTTL       = 10 * time.Minute
	CodeTries     = 5
	SignupTries   = 20 // of all the codes of one sign-up, or of one change of address
	ConfirmTTL    = 24 * time.Hour
	ResetTTL      = 30 * time.Minute
	InvitationTTL = 14 * 24 * time.Hour
	CeremonyTTL   = 5 * time.Minute
)

// Purpose is what a challenge, once met, allows.
type Purpose string

// The purposes. A secret made for one is worth nothing for another.
const (
	ForSignup       Purpose = "signup"
	ForReset        Purpose = "reset"
	ForInvitation   Purpose = "invitation"
	ForNewEmail     Purpose = "new_email"
	ForSecondFactor Purpose = "second_factor"
	ForTOTP         Purpose = "totp"
	ForPasskey      Purpose = "passkey"       // registration
	ForPasskeyLogin Purpose = "passkey_login" // discoverable sign-in
	ForIdentity     Purpose = "identity"      // a round trip to an identity provider
)

// Challenge is something a person must show they received or hold, once. Neither its code nor its
// link is stored: both are worked out from the identifier with a key that is outside the database.
type Challenge struct {
	ID      string
	Purpose Purpose
	Account AccountID // empty when there is none yet
	Email   string    // where the code or link goes; empty when nothing is mailed
	// Organisation is the body an invitation is into; empty for the others.
	Organisation string
	// Data is what the purpose needs, as JSON; it holds no secret.
	Data json.RawMessage
	// Serial counts the codes sent; each has its own tries and life.
	Serial        int
	Tries         int
	CodeExpiresAt time.Time
	CreatedAt     time.Time
	ExpiresAt     time.Time
	UsedAt        time.Time
}

// Open reports whether the challenge can still be met.
func (c Challenge) Open(now time.Time) bool { return c.UsedAt.IsZero() && now.Before(c.ExpiresAt) }

// linkMAC is how much of a link is proof: 256 bits.
const linkMAC = sha256.Size

// Link returns the secret that meets a challenge: its identifier and 256 bits nobody can work out
// without the key. It goes into an address, a form or a cookie.
func (k Keys) Link(p Purpose, id string) (string, error) {
	u, err := uuid.Parse(id)
	if err != nil {
		return "", fmt.Errorf("link: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(append(u[:], k.mac("link", p, u[:])...)), nil
}

// ReadLink returns the identifier of the challenge a secret is for. It returns fault.Missing for
// anything the key did not make for that purpose.
func (k Keys) ReadLink(p Purpose, link string) (string, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(link)
	if err != nil || len(raw) != 16+linkMAC {
		return "", fault.New(fault.Missing, "link_unknown")
	}
	if !hmac.Equal(raw[16:], k.mac("link", p, raw[:16])) {
		return "", fault.New(fault.Missing, "link_unknown")
	}
	return uuid.UUID(raw[:16]).String(), nil
}

// Code returns the six digits of a challenge's current code.
func (k Keys) Code(c Challenge) string {
	sum := k.mac("code", c.Purpose, []byte(c.ID+"/"+strconv.Itoa(c.Serial)))
	// 64 bits over a million: the bias is one in 10^13.
	return fmt.Sprintf("%06d", binary.BigEndian.Uint64(sum)%1_000_000)
}

// CodeMatches compares what a person typed, spaces forgiven, in constant time.
func (k Keys) CodeMatches(c Challenge, typed string) bool {
	typed = strings.Map(func(r rune) rune {
		if r == ' ' || r == '\u00a0' || r == '\u202f' || r == '-' {
			return -1
		}
		return r
	}, typed)
	return hmac.Equal([]byte(k.Code(c)), []byte(typed))
}

func (k Keys) mac(what string, p Purpose, of []byte) []byte {
	h := hmac.New(sha256.New, k.links)
	fmt.Fprintf(h, "%s\x00%s\x00", what, p)
	h.Write(of)
	return h.Sum(nil)
}
