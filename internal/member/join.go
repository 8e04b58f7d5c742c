// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"encoding/json"
	"fmt"

	"maillage/internal/fault"
	"maillage/internal/territory"
	"maillage/internal/text"
)

// Limits of what people write of themselves, in code points.
const (
	maxName      = 200
	maxFunction  = 200
	maxInterests = 30
	maxMessage   = 500
	maxReason    = 500
)

// forSignupBrowser is the secret by which the browser that began a sign-up continues it. It is not
// the link of the message: holding it proves nothing about the address.
const forSignupBrowser Purpose = "signup_browser"

// Join begins a sign-up: a code and a link go to the address. It says the same whether the address
// has an account or not (its holder is then told so by mail). It returns fault.TooMany when too many
// messages were asked for.
func (s *Service) Join(ctx context.Context, v Visit, r JoinRequest) (Signup, error) {
	var faults fault.Fields
	email, code := ParseEmail(r.Email)
	if code != "" {
		faults.Add("email", code)
	}
	name, code := requiredName(r.Name)
	if code != "" {
		faults.Add("name", code)
	}
	data := signupData{Body: r.Body, Name: name, Lang: lang(r.Lang)}
	body, err := s.joining(ctx, r, &data, &faults)
	if err != nil {
		return Signup{}, err
	}
	if err := faults.Err(); err != nil {
		return Signup{}, err
	}
	if err := s.mayMail(ctx, v, email.Key()); err != nil {
		return Signup{}, err
	}
	c, err := s.begin(ctx, email, data)
	if err != nil {
		return Signup{}, err
	}
	return s.signup(c, data, body, false)
}

// joining finds the body somebody wants to speak for.
func (s *Service) joining(ctx context.Context, r JoinRequest, data *signupData, faults *fault.Fields) (Body, error) {
	if r.Body != "" {
		body, err := s.cfg.Bodies.Body(ctx, r.Body)
		if fault.Is(err, fault.Missing) {
			faults.Add("body", "unknown_body")
			return body, nil
		}
		return body, err
	}
	if r.SIREN == "" && r.BodyName == "" {
		faults.Add("body", "required")
		return Body{}, nil
	}
	siren, err := territory.ParseSIREN(r.SIREN)
	if err != nil {
		faults.Add("siren", "bad_siren")
	}
	name, code := requiredName(r.BodyName)
	if code != "" {
		faults.Add("body_name", code)
	}
	if err != nil || code != "" {
		return Body{}, nil
	}
	// A SIREN that is known is that body, whatever name was typed.
	body, err := s.cfg.Bodies.BySIREN(ctx, string(siren))
	switch {
	case err == nil:
		data.Body = body.Ref
		return body, nil
	case !fault.Is(err, fault.Missing):
		return body, err
	}
	data.SIREN, data.BodyName, data.Partner = string(siren), name, r.Partner
	return data.newBody(), nil
}

// begin keeps a sign-up and has its message sent.
func (s *Service) begin(ctx context.Context, email Email, data signupData) (Challenge, error) {
	raw, err := json.Marshal(data)
	if err != nil {
		return Challenge{}, fmt.Errorf("begin sign-up: %w", err)
	}
	id, err := newID()
	if err != nil {
		return Challenge{}, err
	}
	now := s.clock()
	c := Challenge{ID: id, Purpose: ForSignup, Email: email.String(), Data: raw, Serial: 1,
		CodeExpiresAt: now.Add(CodeTTL), CreatedAt: now, ExpiresAt: now.Add(ConfirmTTL)}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.AddChallenge(ctx, c); err != nil {
			return err
		}
		return s.noticeSignup(ctx, c)
	})
	return c, err
}

// noticeSignup writes to the address: its code, or that it has an account already.
func (s *Service) noticeSignup(ctx context.Context, c Challenge) error {
	email, _ := ParseEmail(c.Email)
	a, err := s.store.AccountByEmail(ctx, email.Key())
	switch {
	case fault.Is(err, fault.Missing):
		return s.notice(ctx, NoticeDue{Letter: "confirm_email", Challenge: c.ID, Serial: c.Serial})
	case err != nil:
		return err
	}
	return s.notice(ctx, NoticeDue{Letter: "account_exists", Account: a.ID})
}

// mayMail counts a message asked for by a stranger, by address written to and by address asked from.
func (s *Service) mayMail(ctx context.Context, v Visit, key string) error {
	if err := s.take(ctx, s.keys.counter("mail_from", network(v.Address)), MailAddressLimit()); err != nil {
		return err
	}
	return s.take(ctx, s.keys.counter("mail", key), MailLimit())
}

// ResendCode sends the next code of a sign-up; the one before is worth nothing any more.
func (s *Service) ResendCode(ctx context.Context, v Visit, token string) (Signup, error) {
	c, data, err := s.openSignup(ctx, forSignupBrowser, token)
	if err != nil {
		return Signup{}, err
	}
	email, _ := ParseEmail(c.Email)
	if err := s.mayMail(ctx, v, email.Key()); err != nil {
		return Signup{}, err
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if c, err = s.store.RenewCode(ctx, c.ID, s.clock().Add(CodeTTL)); err != nil {
			return err
		}
		return s.noticeSignup(ctx, c)
	})
	if err != nil {
		return Signup{}, err
	}
	return s.shown(ctx, c, data, false)
}

// SignupBy returns a sign-up under way to the browser that began it, or fault.Missing.
func (s *Service) SignupBy(ctx context.Context, token string) (Signup, error) {
	c, data, err := s.openSignup(ctx, forSignupBrowser, token)
	if err != nil {
		return Signup{}, err
	}
	return s.shown(ctx, c, data, false)
}

// SignupByLink returns it to who followed the message's link, without using the link.
func (s *Service) SignupByLink(ctx context.Context, link string) (Signup, error) {
	c, data, err := s.openSignup(ctx, ForSignup, link)
	if err != nil {
		return Signup{}, err
	}
	return s.shown(ctx, c, data, true)
}

// openSignup finds a sign-up by a secret of that purpose.
func (s *Service) openSignup(ctx context.Context, p Purpose, secret string) (c Challenge, data signupData, err error) {
	id, err := s.keys.ReadLink(p, secret)
	if err != nil {
		return c, data, err
	}
	return s.signupByID(ctx, id)
}

func (s *Service) signupByID(ctx context.Context, id string) (c Challenge, data signupData, err error) {
	c, err = s.store.ChallengeByID(ctx, id)
	if err != nil && !fault.Is(err, fault.Missing) {
		return c, data, err
	}
	if err != nil || c.Purpose != ForSignup || !c.Open(s.now()) {
		return c, data, fault.New(fault.Missing, "link_unknown")
	}
	if err := json.Unmarshal(c.Data, &data); err != nil {
		return c, data, fmt.Errorf("sign-up %s: %w", c.ID, err)
	}
	return c, data, nil
}

// shown completes a sign-up with its body.
func (s *Service) shown(ctx context.Context, c Challenge, data signupData, linked bool) (Signup, error) {
	if data.Body == "" {
		return s.signup(c, data, data.newBody(), linked)
	}
	body, err := s.cfg.Bodies.Body(ctx, data.Body)
	if err != nil {
		return Signup{}, err
	}
	return s.signup(c, data, body, linked)
}

func (s *Service) signup(c Challenge, data signupData, body Body, linked bool) (Signup, error) {
	token, err := s.keys.Link(forSignupBrowser, c.ID)
	return Signup{Token: token, Email: c.Email, Name: data.Name, Body: body, CodeExpiresAt: c.CodeExpiresAt,
		ExpiresAt: c.ExpiresAt, Linked: linked}, err
}

// newBody is a body that no register holds, as it will be.
func (d signupData) newBody() Body {
	return Body{Name: d.BodyName, SIREN: d.SIREN, Provider: !d.Partner, Public: d.Partner}
}

// requiredName checks a person's or body's name.
func requiredName(s string) (string, string) {
	name, code := text.CheckName(s, maxName)
	if code == "" && name == "" {
		code = "required"
	}
	return name, code
}

// checkProfile cleans what a member says of themself.
func checkProfile(p *Profile, faults *fault.Fields) {
	var code string
	if p.Name != "" {
		if p.Name, code = text.CheckName(p.Name, maxName); code != "" {
			faults.Add("name", code)
		}
	}
	if p.Function, code = text.CheckName(p.Function, maxFunction); code != "" {
		faults.Add("function", code)
	}
	if len(p.Interests) > maxInterests {
		faults.Add("interests", "too_many")
	}
	for _, i := range p.Interests {
		if !slug(i) {
			faults.AddDetail("interests", "unknown_value", "")
			break
		}
	}
	if p.Rhythm == "" {
		p.Rhythm = Rhythms()[0]
	}
	if !p.Rhythm.known() {
		faults.Add("rhythm", "unknown_value")
	}
	p.Lang = lang(p.Lang)
}

func (r Rhythm) known() bool {
	for _, k := range Rhythms() {
		if r == k {
			return true
		}
	}
	return false
}

// slug reports whether s has the form of a domain's key.
func slug(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.' {
			return false
		}
	}
	return s != "" && len(s) <= 100
}
