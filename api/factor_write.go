// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"encoding/json"
	"net/http"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// totpDTO is a second factor about to be set up, its secret to put into an app.
type totpDTO struct {
	Token  string `json:"token"`
	Secret string `json:"secret"`
	URI    string `json:"uri"`
}

// recoveryDTO are recovery codes, shown this once, and the session when it goes on under another token.
type recoveryDTO struct {
	Codes   []string   `json:"recovery_codes"`
	Session *signedDTO `json:"session,omitempty"`
}

// passkeyMadeDTO is a passkey just made, and the session when it goes on under another token.
type passkeyMadeDTO struct {
	passkeyDTO
	Session *signedDTO `json:"session,omitempty"`
}

// goesOn returns a session whose token was replaced; nil when it was not.
func goesOn(in member.SignedIn) *signedDTO {
	if in.Secret == "" {
		return nil
	}
	s := newSigned(in)
	return &s
}

// totpBegin answers POST /me/totp.
func (a *API) totpBegin(c echo.Context) error {
	by, err := someone(c)
	if err != nil {
		return err
	}
	t, err := a.cfg.Members.BeginTOTP(c.Request().Context(), by)
	if err != nil {
		return err
	}
	return reply(c, http.StatusCreated, totpDTO{t.Token, t.Secret, t.URI})
}

// totpConfirm answers POST /me/totp/confirm.
func (a *API) totpConfirm(c echo.Context) error {
	var in struct {
		Token string `json:"token"`
		Code  string `json:"code"`
	}
	by, err := asked(c, &in)
	if err != nil {
		return err
	}
	s, codes, err := a.cfg.Members.ConfirmTOTP(c.Request().Context(), by, in.Token, in.Code)
	if err != nil {
		return err
	}
	return reply(c, http.StatusOK, recoveryDTO{codes, goesOn(s)})
}

// totpRemove answers DELETE /me/totp.
func (a *API) totpRemove(c echo.Context) error {
	by, err := someone(c)
	if err != nil {
		return err
	}
	return done(c, a.cfg.Members.RemoveTOTP(c.Request().Context(), by, visit(c, "")))
}

// recoveryRenew answers POST /me/recovery-codes: the codes before are worth nothing any more.
func (a *API) recoveryRenew(c echo.Context) error {
	by, err := someone(c)
	if err != nil {
		return err
	}
	codes, err := a.cfg.Members.NewRecoveryCodes(c.Request().Context(), by)
	if err != nil {
		return err
	}
	return reply(c, http.StatusCreated, recoveryDTO{Codes: codes})
}

// passkeyBegin answers POST /me/passkeys/begin.
func (a *API) passkeyBegin(c echo.Context) error {
	by, err := someone(c)
	if err != nil {
		return err
	}
	options, ceremony, err := a.cfg.Members.BeginPasskey(c.Request().Context(), by)
	if err != nil {
		return err
	}
	return reply(c, http.StatusCreated, ceremonyDTO{ceremony, options})
}

// passkeyFinish answers POST /me/passkeys/finish.
func (a *API) passkeyFinish(c echo.Context) error {
	var in struct {
		Ceremony string          `json:"ceremony"`
		Label    string          `json:"label"`
		Response json.RawMessage `json:"response"`
	}
	by, err := asked(c, &in)
	if err != nil {
		return err
	}
	s, p, err := a.cfg.Members.FinishPasskey(c.Request().Context(), by, in.Ceremony, in.Label, in.Response)
	if err != nil {
		return err
	}
	return reply(c, http.StatusCreated, passkeyMadeDTO{newPasskey(p), goesOn(s)})
}

// maxPasskeyID is the longest name of a credential, WebAuthn Level 3 §4: 1023 bytes in base64url.
const maxPasskeyID = 1364

// passkeyRemove answers DELETE /me/passkeys/{id}.
func (a *API) passkeyRemove(c echo.Context) error {
	by, err := someone(c)
	if err != nil {
		return err
	}
	id := c.Param("id")
	for _, r := range id {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' || len(id) > maxPasskeyID {
			return fault.New(fault.Missing, "missing")
		}
	}
	return done(c, a.cfg.Members.RemovePasskey(c.Request().Context(), by, visit(c, ""), id))
}

// identityUnlink answers DELETE /me/identities/{id}.
func (a *API) identityUnlink(c echo.Context) error {
	by, err := someone(c)
	if err != nil {
		return err
	}
	return done(c, a.cfg.Members.UnlinkIdentityNamed(c.Request().Context(), by, c.Param("id")))
}
