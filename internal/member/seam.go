// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"encoding/json"
	"net/netip"
)

// What joining needs of sign-in (signin.go, gate.go, factor.go). The colleague who writes those
// replaces this file.

// signupData is what a sign-up needs besides the address.
type signupData struct {
	Body     string            `json:"body,omitempty"`
	SIREN    string            `json:"siren,omitempty"`
	BodyName string            `json:"body_name,omitempty"`
	Partner  bool              `json:"partner,omitempty"`
	Name     string            `json:"name,omitempty"`
	Lang     string            `json:"lang,omitempty"`
	Identity *ExternalIdentity `json:"identity,omitempty"`
	Proved   bool              `json:"proved,omitempty"`
}

// take counts a try under that name, or returns fault.TooMany "too_many_tries".
func (s *Service) take(ctx context.Context, name string, l Limit) error { return errPending }

// network names what shares the limits of an address: itself, or the /64 of an IPv6.
func network(a netip.Addr) string { return "" }

// open opens a session for an account that was proved.
func (s *Service) open(ctx context.Context, v Visit, a Account, method string, strong bool) (SignedIn, error) {
	return SignedIn{}, errPending
}

// signupPasskey finishes a ceremony begun for that sign-up; handle becomes the account's.
func (s *Service) signupPasskey(ctx context.Context, signup, ceremony string, response json.RawMessage) (handle []byte, key Passkey, err error) {
	return nil, Passkey{}, errPending
}

func (g *gate) forget() {}
