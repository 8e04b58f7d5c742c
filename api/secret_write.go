// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// secretDTO is an API token or an app password of one's own. Secret is given when it is made, and
// never again.
type secretDTO struct {
	ID         string     `json:"id"`
	Kind       string     `json:"kind"`
	Name       string     `json:"name"`
	Scope      string     `json:"scope"`
	Membership string     `json:"membership,omitempty"`
	CreatedAt  time.Time  `json:"created_at"`
	ExpiresAt  *time.Time `json:"expires_at,omitempty"`
	LastUsedAt *time.Time `json:"last_used_at,omitempty"`
	RevokedAt  *time.Time `json:"revoked_at,omitempty"`
	Secret     string     `json:"secret,omitempty"`
}

// scopeAll is how the API says that a token may all that its holder may.
const scopeAll = "all"

// maxSecretDays is the longest life that can be asked for: ten years.
const maxSecretDays = 3650

func newSecret(s member.Secret, plain string) secretDTO {
	d := secretDTO{ID: s.ID, Kind: string(s.Kind), Name: s.Name, Scope: string(s.Scope), Membership: s.Membership,
		CreatedAt: instant(s.CreatedAt), ExpiresAt: maybe(s.ExpiresAt), LastUsedAt: maybe(s.LastUsedAt), RevokedAt: maybe(s.RevokedAt), Secret: plain}
	if s.Scope == member.ScopeAll {
		d.Scope = scopeAll
	}
	return d
}

// secretList answers GET /me/secrets: newest first, revoked ones too.
func (a *API) secretList(c echo.Context) error {
	by, err := someone(c)
	if err != nil {
		return err
	}
	found, err := a.cfg.Members.OwnSecrets(c.Request().Context(), by)
	if err != nil {
		return err
	}
	out := data[secretDTO]{Data: make([]secretDTO, 0, len(found))}
	for _, s := range found {
		out.Data = append(out.Data, newSecret(s, ""))
	}
	return reply(c, http.StatusOK, out)
}

// secretCreate answers POST /me/secrets.
func (a *API) secretCreate(c echo.Context) error {
	var in struct {
		Kind  string `json:"kind"`
		Name  string `json:"name"`
		Scope string `json:"scope"`
		Days  int    `json:"ttl_days"`
	}
	by, err := asked(c, &in)
	if err != nil {
		return err
	}
	if in.Days < 0 || in.Days > maxSecretDays {
		return fault.OnField("ttl_days", "out_of_range")
	}
	if in.Scope == scopeAll {
		in.Scope = string(member.ScopeAll)
	}
	s, plain, err := a.cfg.Members.CreateSecret(c.Request().Context(), by, member.SecretKind(in.Kind), in.Name, member.Scope(in.Scope),
		time.Duration(in.Days)*24*time.Hour)
	if err != nil {
		return err
	}
	return reply(c, http.StatusCreated, newSecret(s, plain))
}

// secretRevoke answers DELETE /me/secrets/{id}.
func (a *API) secretRevoke(c echo.Context, by member.Actor, id string) error {
	return a.cfg.Members.RevokeSecret(c.Request().Context(), by, id)
}
