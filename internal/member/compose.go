// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"time"

	"maillage/internal/fault"
)

// Page is a page a message leads to; the roof knows their addresses.
type Page string

// The pages messages lead to.
const (
	PageSignup   Page = "signup"   // continues a sign-up, with a token
	PageReset    Page = "reset"    // sets a password, with a token
	PageInvite   Page = "invite"   // takes up an invitation, with a token
	PageNewEmail Page = "email"    // confirms a new address, with a token
	PageSignIn   Page = "sign_in"  // without
	PageForgot   Page = "forgot"   // asks for a reset
	PageRequests Page = "requests" // memberships to decide
	PageHome     Page = "home"
	PageSecurity Page = "security"
	PageSessions Page = "sessions"
	PageSecrets  Page = "secrets"
	PageAccount  Page = "account"
	PageMembers  Page = "members" // of a body, by Body.Slug
	PageBody     Page = "body"    // of everybody about a body, by Body.Slug
)

// Linker makes the address of a page; arg is its token or slug, empty for none.
type Linker func(p Page, arg string) string

// Outgoing is a message for the mail room: its kind, to whom, and the values of that kind.
type Outgoing struct {
	Letter, Name, Email, Lang string
	Values                    map[string]string
}

// Compose says to whom a due notice goes and with which values, at the moment it is sent. ok is false
// when there is nothing to send any more: the account was erased, the code replaced, the link used.
func (s *Service) Compose(ctx context.Context, n NoticeDue, link Linker) (m Outgoing, ok bool, err error) {
	c := composing{Service: s, n: n, link: link, m: Outgoing{Letter: n.Letter, Lang: "fr", Values: map[string]string{}}}
	maps.Copy(c.m.Values, n.Values)
	ok, err = c.addressee(ctx)
	if err != nil || !ok {
		return Outgoing{}, false, err
	}
	ok, err = c.fill(ctx)
	if fault.Is(err, fault.Missing) {
		return Outgoing{}, false, nil // what it speaks of is gone
	}
	return c.m, ok && err == nil, err
}

// composing is one message at work.
type composing struct {
	*Service
	n         NoticeDue
	link      Linker
	m         Outgoing
	challenge Challenge
	account   Account
}

// addressee finds to whom the message goes.
func (c *composing) addressee(ctx context.Context) (bool, error) {
	var err error
	if c.n.Account != "" {
		c.account, err = c.store.AccountByID(ctx, c.n.Account)
		if fault.Is(err, fault.Missing) || err == nil && c.account.State == Erased {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if c.account.State == Disabled && c.n.Letter != "account_disabled" {
			return false, nil
		}
		c.m.Name, c.m.Email, c.m.Lang = c.account.Name, c.account.Email, lang(c.account.Lang)
	}
	if c.n.Challenge == "" {
		return c.m.Email != "", nil
	}
	c.challenge, err = c.store.ChallengeByID(ctx, c.n.Challenge)
	if fault.Is(err, fault.Missing) {
		return false, nil
	}
	if err != nil || !c.challenge.Open(c.now()) || c.n.Serial != 0 && c.n.Serial != c.challenge.Serial {
		return false, err
	}
	if c.challenge.Email != "" {
		c.m.Email = c.challenge.Email
	}
	return c.m.Email != "", nil
}

// fill gives the values of the message's kind.
func (c *composing) fill(ctx context.Context) (bool, error) {
	v := c.m.Values
	switch c.n.Letter {
	case "confirm_email":
		return true, c.confirmEmail(ctx)
	case "account_exists":
		v["login_link"], v["reset_link"] = c.link(PageSignIn, ""), c.link(PageForgot, "")
	case "reset_password":
		v["minutes"] = minutes(ResetTTL)
		return true, c.secretLink(ForReset, PageReset)
	case "confirm_new_email":
		v["code"], v["minutes"] = c.keys.Code(c.challenge), minutes(CodeTTL)
		return true, c.secretLink(ForNewEmail, PageNewEmail)
	case "email_changed":
		v["old"], v["new"], v["link"] = c.challenge.Email, c.account.Email, c.link(PageForgot, "")
		c.when(c.challenge.CreatedAt)
	case "invitation":
		return c.invitation(ctx)
	case "request_received", "request_to_decide", "request_accepted", "request_refused", "welcome", "left_body":
		return c.membership(ctx)
	case "last_referent", "body_left":
		return true, c.body(ctx)
	case "api_secret_created":
		return c.secret(ctx)
	case "second_factor_changed":
		return true, c.factorChanged(ctx)
	default:
		c.notable()
	}
	return true, nil
}

// notable fills the messages that tell somebody what was done with their own account.
func (c *composing) notable() {
	v := c.m.Values
	switch c.n.Letter {
	case "account_disabled":
		v["reason"], v["contact"] = c.account.DisabledFor, c.contact()
	case "account_locked":
		v["link"] = c.link(PageForgot, "")
	case "new_sign_in":
		v["link"] = c.link(PageSessions, "")
	case "password_changed":
		v["link"] = c.link(PageForgot, "")
	}
}

// factorChanged says how many recovery codes are left once one was used.
func (c *composing) factorChanged(ctx context.Context) error {
	v := c.m.Values
	v["link"] = c.link(PageSecurity, "")
	if v["what"] != "recovery_code_used" {
		return nil
	}
	left, err := c.store.RecoveryCodesLeft(ctx, c.account.ID)
	v["left"] = strconv.Itoa(left)
	return err
}

// secret names a secret by what its holder called it: the outbox holds its identifier alone.
func (c *composing) secret(ctx context.Context) (bool, error) {
	all, err := c.store.SecretsOf(ctx, c.account.ID)
	for _, s := range all {
		if s.ID == c.n.Values["secret"] {
			c.m.Values["name"], c.m.Values["link"] = s.Name, c.link(PageSecrets, "")
			return true, err
		}
	}
	return false, err
}

func (c *composing) confirmEmail(ctx context.Context) error {
	var d signupData
	if err := json.Unmarshal(c.challenge.Data, &d); err != nil {
		return fmt.Errorf("compose %s: %w", c.n.ID, err)
	}
	c.m.Name, c.m.Lang = d.Name, lang(d.Lang)
	v := c.m.Values
	v["code"], v["minutes"], v["hours"] = c.keys.Code(c.challenge), minutes(CodeTTL), strconv.Itoa(int(ConfirmTTL.Hours()))
	v["body"] = d.BodyName
	if d.Body != "" {
		body, err := c.cfg.Bodies.Body(ctx, d.Body)
		if err != nil {
			return err
		}
		v["body"] = body.Name
	}
	return c.secretLink(ForSignup, PageSignup)
}

func (c *composing) invitation(ctx context.Context) (bool, error) {
	_, d, body, err := c.invited(ctx, c.challenge)
	if err != nil {
		return false, err
	}
	if still, err := c.stillMay(ctx, d, c.challenge.Organisation); err != nil || !still {
		return false, err
	}
	i, err := c.Service.invitation(ctx, c.challenge, d, body)
	if err != nil {
		return false, err
	}
	c.m.Name, c.m.Lang = d.Name, lang(d.Lang)
	v := c.m.Values
	v["inviter"], v["body"], v["role"], v["message"] = i.Inviter, body.Name, string(d.Role), d.Message
	if v["inviter"] == "" {
		v["inviter"] = c.cfg.Site
	}
	if d.Office != "" {
		v["role"] = string(d.Office)
	}
	if v["body"] == "" {
		v["body"] = c.cfg.Site
	}
	v["days"] = strconv.Itoa(int(InvitationTTL.Hours() / 24))
	return true, c.secretLink(ForInvitation, PageInvite)
}

// membership fills the messages about somebody's standing in a body. One that changed since is not
// sent: who was refused in the meantime is not welcomed.
func (c *composing) membership(ctx context.Context) (bool, error) {
	m, err := c.store.MembershipByID(ctx, c.n.Membership)
	if err != nil {
		return false, err
	}
	body, err := c.cfg.Bodies.Body(ctx, m.Organisation)
	if err != nil {
		return false, err
	}
	v, french := c.m.Values, c.m.Lang == "fr"
	v["body"] = body.Name
	switch c.n.Letter {
	case "request_received":
		who, err := c.deciders(ctx, m.Organisation)
		v["deciders"], v["delay"] = decider(who, french), delay(french)
		return m.State == Pending, err
	case "request_to_decide":
		if !c.mayStillDecide(ctx, m) {
			return false, nil
		}
		a, err := c.store.AccountByID(ctx, m.Account)
		v["applicant"], v["email"], v["function"], v["link"] = a.Name, a.Email, a.Function, c.link(PageRequests, "")
		return m.State == Pending, err
	case "request_refused":
		v["reason"], v["contact"] = m.Reason, c.contact()
		return m.State == Refused, nil
	case "left_body":
		c.when(m.EndedAt)
		return m.State == Ended, nil
	}
	v["role"], v["link"] = string(m.Role), c.link(PageAccount, "")
	return m.State == Accepted, nil
}

// mayStillDecide reports whether the addressee still answers for the body, or for all.
func (c *composing) mayStillDecide(ctx context.Context, m Membership) bool {
	if c.account.Entrusted() {
		return true
	}
	theirs, err := c.store.MembershipsOf(ctx, c.account.ID)
	for _, t := range theirs {
		if t.Organisation == m.Organisation && t.State == Accepted && t.Leads() {
			return err == nil
		}
	}
	return false
}

func (c *composing) body(ctx context.Context) error {
	body, err := c.cfg.Bodies.Body(ctx, c.n.Organisation)
	if err != nil {
		return err
	}
	page := PageMembers
	if c.n.Letter == "body_left" {
		page = PageBody
	}
	c.m.Values["body"], c.m.Values["link"] = body.Name, c.link(page, body.Slug)
	return nil
}

func (c *composing) secretLink(p Purpose, page Page) error {
	secret, err := c.keys.Link(p, c.challenge.ID)
	c.m.Values["link"] = c.link(page, secret)
	return err
}

func (c *composing) when(t time.Time) { c.m.Values["when"] = t.UTC().Format(time.RFC3339) }

func (c *composing) contact() string {
	if c.cfg.Contact != "" {
		return c.cfg.Contact
	}
	return c.link(PageHome, "")
}

func minutes(d time.Duration) string { return strconv.Itoa(int(d.Minutes())) }

// decider and delay are the only words of this room that people read: who decides, and when.
func decider(who string, french bool) string {
	switch {
	case who == "referent" && french:
		return "le référent de votre organisme"
	case who == "referent":
		return "your organisation’s referent"
	case french:
		return "les animateurs du collectif"
	}
	return "the organisers of the collective"
}

func delay(french bool) string {
	if french {
		return "quelques jours ouvrés"
	}
	return "a few working days"
}
