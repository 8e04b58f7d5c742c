// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/web"
)

// meDTO is all that a person sees of their own account.
type meDTO struct {
	Account     ownDTO          `json:"account"`
	Memberships []membershipDTO `json:"memberships"`
	Acting      string          `json:"acting,omitempty"`
	TOTP        bool            `json:"totp"`
	Recovery    int             `json:"recovery_codes_left"`
	Passkeys    []passkeyDTO    `json:"passkeys"`
	Identities  []identityDTO   `json:"identities"`
	MustEnrol   bool            `json:"must_enrol"`
	UsePasskey  bool            `json:"use_passkey,omitempty"`
}

type passkeyDTO struct {
	ID        string     `json:"id"`
	Label     string     `json:"label"`
	CreatedAt time.Time  `json:"created_at"`
	UsedAt    *time.Time `json:"used_at,omitempty"`
}

func newPasskey(p member.Passkey) passkeyDTO {
	return passkeyDTO{ID: p.ID, Label: p.Label, CreatedAt: instant(p.CreatedAt), UsedAt: maybe(p.UsedAt)}
}

// identityDTO is a link to an identity provider, by the provider's key in the configuration.
type identityDTO struct {
	ID        string    `json:"id"`
	Provider  string    `json:"provider"`
	CreatedAt time.Time `json:"created_at"`
}

func newMe(m member.Me) meDTO {
	d := meDTO{Account: newOwn(m.Account), Memberships: []membershipDTO{}, Acting: m.Acting, TOTP: m.TOTP, Recovery: m.Recovery,
		Passkeys: []passkeyDTO{}, Identities: []identityDTO{}, MustEnrol: m.MustEnrol, UsePasskey: m.UsePasskey}
	for _, s := range m.Standings {
		d.Memberships = append(d.Memberships, newMembership(s.Membership, s.Body))
	}
	for _, p := range m.Passkeys {
		d.Passkeys = append(d.Passkeys, newPasskey(p))
	}
	for _, i := range m.Identities {
		d.Identities = append(d.Identities, identityDTO{i.ID(), i.Provider, instant(i.CreatedAt)})
	}
	return d
}

// meGet answers GET /me.
func (a *API) meGet(c echo.Context) error {
	by, err := someone(c)
	if err != nil {
		return err
	}
	me, err := a.cfg.Members.Me(c.Request().Context(), by)
	if err != nil {
		return err
	}
	return reply(c, http.StatusOK, newMe(me))
}

// meUpdate answers PATCH /me: a merge patch of what a person says of themself.
func (a *API) meUpdate(c echo.Context) error {
	by, err := someone(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	me, err := a.cfg.Members.Me(ctx, by)
	if err != nil {
		return err
	}
	had := me.Account
	in := profileInput{Name: had.Name, Function: had.Function, Interests: had.Interests, Rhythm: string(had.Rhythm), Lang: had.Lang}
	patch, err := web.DecodeMergePatch(c, &in)
	if err != nil {
		return err
	}
	if in.Name == "" && patch.Has("name") {
		return fault.OnField("name", "required")
	}
	me, err = a.cfg.Members.UpdateMe(ctx, by, in.profile(c))
	if err != nil {
		return err
	}
	return reply(c, http.StatusOK, newMe(me))
}

// meExport answers GET /me/export.
func (a *API) meExport(c echo.Context) error {
	by, err := someone(c)
	if err != nil {
		return err
	}
	return a.sendArchive(c, "maillage-export.zip", func(w io.Writer) error {
		return a.cfg.Members.Export(c.Request().Context(), by, w)
	})
}
