// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"time"

	"maillage/internal/member"
)

// standingBodyDTO is an organisation as somebody who joins it sees it: ref is what to give back.
type standingBodyDTO struct {
	ID       string `json:"id,omitempty"`
	Ref      string `json:"ref,omitempty"`
	Slug     string `json:"slug,omitempty"`
	Name     string `json:"name"`
	Place    string `json:"place,omitempty"`
	SIREN    string `json:"siren,omitempty"`
	Provider bool   `json:"provider"`
	Public   bool   `json:"public"`
}

func newStandingBody(b member.Body) standingBodyDTO {
	return standingBodyDTO{ID: b.ID, Ref: b.Ref, Slug: b.Slug, Name: b.Name, Place: b.Place, SIREN: b.SIREN, Provider: b.Provider, Public: b.Public}
}

// bodyOf is newStandingBody, nil when there is none.
func bodyOf(b member.Body) *standingBodyDTO {
	if b.Name == "" && b.ID == "" {
		return nil
	}
	d := newStandingBody(b)
	return &d
}

type membershipDTO struct {
	ID           string           `json:"id"`
	Organisation string           `json:"organisation"`
	Role         string           `json:"role"`
	State        string           `json:"state"`
	Proof        string           `json:"proof,omitempty"`
	Reason       string           `json:"reason,omitempty"`
	AskedAt      time.Time        `json:"asked_at"`
	DecidedAt    *time.Time       `json:"decided_at,omitempty"`
	Body         *standingBodyDTO `json:"body,omitempty"`
}

func newMembership(m member.Membership, body member.Body) membershipDTO {
	return membershipDTO{ID: m.ID, Organisation: m.Organisation, Role: string(m.Role), State: string(m.State), Proof: string(m.Proof),
		Reason: m.Reason, AskedAt: instant(m.AskedAt), DecidedAt: maybe(m.DecidedAt), Body: bodyOf(body)}
}

// ownDTO is an account as its holder sees it.
type ownDTO struct {
	ID         string    `json:"id"`
	Email      string    `json:"email"`
	Name       string    `json:"name"`
	Function   string    `json:"function,omitempty"`
	Interests  []string  `json:"interests"`
	Rhythm     string    `json:"rhythm"`
	Lang       string    `json:"lang"`
	Office     string    `json:"office,omitempty"`
	MustChange bool      `json:"must_change"`
	CreatedAt  time.Time `json:"created_at"`
}

func newOwn(a member.Account) ownDTO {
	d := ownDTO{ID: string(a.ID), Email: a.Email, Name: a.Name, Function: a.Function, Interests: a.Interests, Rhythm: string(a.Rhythm),
		Lang: a.Lang, Office: string(a.Office), MustChange: a.MustChange, CreatedAt: instant(a.CreatedAt)}
	if d.Interests == nil {
		d.Interests = []string{}
	}
	return d
}

// accountDTO is an account as organisers see it. Locked says that too many failures turned its
// password off.
type accountDTO struct {
	ID          string    `json:"id"`
	Email       string    `json:"email,omitempty"`
	Name        string    `json:"name"`
	Function    string    `json:"function,omitempty"`
	Office      string    `json:"office,omitempty"`
	State       string    `json:"state"`
	DisabledFor string    `json:"disabled_for,omitempty"`
	MustChange  bool      `json:"must_change"`
	Locked      bool      `json:"locked"`
	CreatedAt   time.Time `json:"created_at"`
	SeenOn      string    `json:"seen_on,omitempty"`
}

func newAccount(a member.Account) accountDTO {
	d := accountDTO{ID: string(a.ID), Email: a.Email, Name: a.Name, Function: a.Function, Office: string(a.Office), State: string(a.State),
		DisabledFor: a.DisabledFor, MustChange: a.MustChange, Locked: a.PasswordOff, CreatedAt: instant(a.CreatedAt)}
	if !a.SeenAt.IsZero() {
		d.SeenOn = a.SeenAt.UTC().Format(time.DateOnly)
	}
	return d
}

// signedDTO is a session just opened, or, with Pending alone, one that waits for a second factor.
// Token and Device are shown this once.
type signedDTO struct {
	Token      string     `json:"token,omitempty"`
	ExpiresAt  *time.Time `json:"expires_at,omitempty"`
	MustEnrol  bool       `json:"must_enrol,omitempty"`
	UsePasskey bool       `json:"use_passkey,omitempty"`
	MustChange bool       `json:"must_change,omitempty"`
	Device     string     `json:"device,omitempty"`
	Pending    string     `json:"pending,omitempty"`
}

func newSigned(in member.SignedIn) signedDTO {
	return signedDTO{Token: in.Secret, ExpiresAt: maybe(in.Session.ExpiresAt), MustEnrol: in.MustEnrol, UsePasskey: in.UsePasskey,
		MustChange: in.MustChange, Device: in.Device, Pending: in.Pending}
}

// joinedDTO is what became of a sign-up or an invitation.
type joinedDTO struct {
	Session    signedDTO      `json:"session"`
	Account    ownDTO         `json:"account"`
	Membership *membershipDTO `json:"membership,omitempty"`
	Deciders   string         `json:"deciders,omitempty"`
}

func newJoined(j member.Joined) joinedDTO {
	d := joinedDTO{Session: newSigned(j.SignedIn), Account: newOwn(j.Account), Deciders: j.Deciders}
	if j.Membership.ID != "" {
		m := newMembership(j.Membership, j.Body)
		d.Membership = &m
	}
	return d
}
