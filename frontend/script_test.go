// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"maillage/frontend"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/testkit"
)

// script is the room of members with lines learnt by heart: it records what the pages ask of it, and
// refuses what fail says. The real room is behind the pages at the roof.
type script struct {
	frontend.Members // what a test does not need fails it
	calls            []string
	fail             map[string]error // by method
	me               member.Me
	offered          []member.Standing
	pending          bool // a second factor follows
}

// link is the only one worth anything.
const link = "a-link"

const (
	secret = member.SessionPrefix + "member"
	// stronger is what the session becomes with another factor.
	stronger = member.SessionPrefix + "administrator"
	body     = "Grenoble"
)

func (s *script) call(method string, args ...any) error {
	line := method
	for _, a := range args {
		line += fmt.Sprintf(" %v", a)
	}
	s.calls = append(s.calls, line)
	return s.fail[method]
}

// called reports whether a call began so.
func (s *script) called(line string) bool {
	return slices.ContainsFunc(s.calls, func(c string) bool { return strings.HasPrefix(c, line) })
}

func unknownLink(l string) error {
	if l != link {
		return fault.New(fault.Missing, "link_unknown")
	}
	return nil
}

func (s *script) signup(linked bool) member.Signup {
	return member.Signup{Token: link, Email: "ana@grenoble.example", Name: "Ana Roux", Linked: linked, Body: member.Body{Name: body}}
}

func (s *script) in() member.SignedIn {
	if s.pending {
		return member.SignedIn{Pending: link}
	}
	return member.SignedIn{Secret: secret, Device: "device", UsePasskey: s.me.UsePasskey}
}

func (s *script) joined() member.Joined {
	return member.Joined{SignedIn: s.in(), Membership: member.Membership{State: member.Pending}, Deciders: "referent"}
}

func (s *script) Join(_ context.Context, _ member.Visit, r member.JoinRequest) (member.Signup, error) {
	return s.signup(false), s.call("Join", r.Body, r.SIREN, r.BodyName, r.Partner, r.Email, r.Name, r.Lang)
}

func (s *script) ResendCode(_ context.Context, _ member.Visit, token string) (member.Signup, error) {
	if err := s.call("ResendCode", token); err != nil {
		return member.Signup{}, err
	}
	return s.signup(false), unknownLink(token)
}

func (s *script) SignupBy(_ context.Context, token string) (member.Signup, error) {
	return s.signup(false), unknownLink(token)
}

func (s *script) SignupByLink(_ context.Context, l string) (member.Signup, error) {
	return s.signup(true), unknownLink(l)
}

func (s *script) BeginSignupPasskey(_ context.Context, signup string) (json.RawMessage, string, error) {
	return json.RawMessage(`{}`), "ceremony", unknownLink(signup)
}

func (s *script) ConfirmSignup(_ context.Context, _ member.Visit, c member.Confirmation) (member.Joined, error) {
	return s.joined(), s.call("ConfirmSignup", c.Signup, c.Link, c.Code, c.Password, c.Ceremony, string(c.Passkey), c.Profile)
}

func (s *script) InvitationBy(_ context.Context, l string) (member.Invitation, error) {
	return member.Invitation{Email: "ben@grenoble.example", Name: "Ben", Body: member.Body{Name: body}, Role: member.Agent, Inviter: "Ana Roux",
		Message: "Viens."}, unknownLink(l)
}

func (s *script) AcceptInvitation(_ context.Context, _ member.Visit, l, pass string, p member.Profile) (member.Joined, error) {
	return s.joined(), s.call("AcceptInvitation", l, pass, p)
}

func (s *script) AcceptInvitationAs(_ context.Context, by member.Actor, l string) (member.Membership, error) {
	return member.Membership{}, s.call("AcceptInvitationAs", by.Account, l)
}

func (s *script) SignIn(_ context.Context, v member.Visit, email, pass string) (member.SignedIn, error) {
	return s.in(), s.call("SignIn", email, pass, v.Device, v.Address)
}

func (s *script) SecondFactor(_ context.Context, _ member.Visit, pending, code string) (member.SignedIn, error) {
	s.pending = false
	return s.in(), s.call("SecondFactor", pending, code)
}

func (s *script) BeginPasskeySignIn(context.Context) (json.RawMessage, string, error) {
	return json.RawMessage(`{"challenge":"AA"}`), "ceremony", s.call("BeginPasskeySignIn")
}

func (s *script) FinishPasskeySignIn(_ context.Context, _ member.Visit, ceremony string, r json.RawMessage) (member.SignedIn, error) {
	return s.in(), s.call("FinishPasskeySignIn", ceremony, string(r))
}

func (s *script) BeginIdentity(_ context.Context, by member.Actor, provider string, flow json.RawMessage) (string, error) {
	return "trip-" + string(by.Account), s.call("BeginIdentity", by.Account, provider, string(flow))
}

func (s *script) TakeIdentity(_ context.Context, trip string) (string, json.RawMessage, member.AccountID, error) {
	by, ok := strings.CutPrefix(trip, "trip-")
	if !ok {
		return "", nil, "", fault.New(fault.Missing, "link_unknown")
	}
	return "proconnect", json.RawMessage(`{"state":"s"}`), member.AccountID(by), s.call("TakeIdentity", trip)
}

func (s *script) SignInWith(_ context.Context, _ member.Visit, i member.ExternalIdentity) (member.SignedIn, *member.Signup, error) {
	if i.Subject == "new" {
		signup := s.signup(true)
		return member.SignedIn{}, &signup, s.call("SignInWith", i.Subject)
	}
	return s.in(), nil, s.call("SignInWith", i.Subject)
}

func (s *script) ProveAgain(_ context.Context, by member.Actor, _ member.Visit, pass string) error {
	return s.call("ProveAgain", by.Account, pass)
}

func (s *script) SignOut(_ context.Context, of string) error { return s.call("SignOut", of) }

func (s *script) ForgotPassword(_ context.Context, _ member.Visit, email string) error {
	return s.call("ForgotPassword", email)
}

func (s *script) ResetLink(_ context.Context, l string) error { return unknownLink(l) }

func (s *script) ResetPassword(_ context.Context, _ member.Visit, l, pass string) error {
	return s.call("ResetPassword", l, pass)
}

func (s *script) Me(context.Context, member.Actor) (member.Me, error) {
	return s.me, s.fail["Me"]
}

// somebody is an account with one of everything.
func somebody() member.Me {
	at := testkit.Epoch
	of := member.Body{ID: "1", Name: body, Slug: "grenoble-38"}
	return member.Me{
		Account: member.Account{ID: "1", Email: "ana@grenoble.example", Name: "Ana Roux", Function: "DSI", Interests: []string{"dev"},
			Rhythm: member.DailyDigest, Lang: "fr", PasswordAt: at(), State: member.Active},
		Standings: []member.Standing{
			{Membership: member.Membership{ID: "m1", State: member.Accepted, Role: member.Referent}, Body: of},
			{Membership: member.Membership{ID: "m2", State: member.Accepted, Role: member.Agent}, Body: member.Body{Name: "Échirolles", Slug: "echirolles-38"}},
			{Membership: member.Membership{ID: "m3", State: member.Refused, Role: member.Agent, Reason: "Inconnue ici."}, Body: member.Body{Name: "Lyon"}},
		},
		Acting: "m1", TOTP: true, Recovery: 8,
		Passkeys:   []member.Passkey{{ID: "k1", Label: "Téléphone", CreatedAt: at()}},
		Identities: []member.Identity{{Issuer: "https://keycloak.example", Subject: "7", Provider: "keycloak"}},
	}
}

func (s *script) UpdateMe(_ context.Context, by member.Actor, p member.Profile) (member.Me, error) {
	return s.me, s.call("UpdateMe", by.Account, p)
}

func (s *script) ChangeEmail(_ context.Context, by member.Actor, _ member.Visit, email string) (string, error) {
	return link, s.call("ChangeEmail", by.Account, email)
}

func (s *script) ConfirmEmail(_ context.Context, by member.Actor, token, code string) error {
	return s.call("ConfirmEmail", by.Account, token, code)
}

func (s *script) ConfirmEmailLink(_ context.Context, by member.Actor, l string) error {
	if err := s.call("ConfirmEmailLink", by.Account, l); err != nil {
		return err
	}
	return unknownLink(l)
}

func (s *script) ChangePassword(_ context.Context, by member.Actor, _ member.Visit, current, next string) (member.SignedIn, error) {
	return s.in(), s.call("ChangePassword", by.Account, current, next)
}

func (s *script) Export(_ context.Context, by member.Actor, w io.Writer) error {
	if err := s.call("Export", by.Account); err != nil {
		return err
	}
	_, err := io.WriteString(w, "PK")
	return err
}

func (s *script) LeaveCollective(_ context.Context, by member.Actor, sure bool) error {
	return s.call("LeaveCollective", by.Account, sure)
}

func (s *script) Erase(_ context.Context, by member.Actor, posts, sure bool) error {
	return s.call("Erase", by.Account, posts, sure)
}

func (s *script) BeginTOTP(_ context.Context, by member.Actor) (member.TOTPSetup, error) {
	return member.TOTPSetup{Token: "sealed", Secret: "ABCD EFGH", QR: []byte("\x89PNG")}, s.call("BeginTOTP", by.Account)
}

func (s *script) TOTPBegun(_ context.Context, by member.Actor, token string) (member.TOTPSetup, error) {
	return member.TOTPSetup{Token: token, Secret: "ABCD EFGH", QR: []byte("\x89PNG")}, s.call("TOTPBegun", by.Account, token)
}

func (s *script) ConfirmTOTP(_ context.Context, by member.Actor, token, code string) (member.SignedIn, []string, error) {
	return member.SignedIn{Secret: stronger}, []string{"aaaa-1111", "bbbb-2222"}, s.call("ConfirmTOTP", by.Account, token, code)
}

func (s *script) RemoveTOTP(_ context.Context, by member.Actor, _ member.Visit) error {
	return s.call("RemoveTOTP", by.Account)
}

func (s *script) NewRecoveryCodes(_ context.Context, by member.Actor) ([]string, error) {
	return []string{"cccc-3333"}, s.call("NewRecoveryCodes", by.Account)
}

func (s *script) BeginPasskey(_ context.Context, by member.Actor) (json.RawMessage, string, error) {
	return json.RawMessage(`{}`), "ceremony", s.call("BeginPasskey", by.Account)
}

func (s *script) FinishPasskey(_ context.Context, by member.Actor, ceremony, label string, r json.RawMessage) (member.SignedIn, member.Passkey, error) {
	return member.SignedIn{Secret: stronger}, member.Passkey{}, s.call("FinishPasskey", by.Account, ceremony, label, string(r))
}

func (s *script) RemovePasskey(_ context.Context, by member.Actor, _ member.Visit, id string) error {
	return s.call("RemovePasskey", by.Account, id)
}

func (s *script) LinkIdentity(_ context.Context, by member.Actor, i member.ExternalIdentity) error {
	return s.call("LinkIdentity", by.Account, i.Subject)
}

func (s *script) UnlinkIdentity(_ context.Context, by member.Actor, issuer, subject string) error {
	return s.call("UnlinkIdentity", by.Account, issuer, subject)
}

func (s *script) Sessions(context.Context, member.Actor) ([]member.Session, error) {
	at := testkit.Epoch()
	return []member.Session{{ID: "s1", Device: "Firefox sous Linux", Network: "192.0.2.0/24", CreatedAt: at, SeenAt: at},
		{ID: "s2", Device: "Safari", CreatedAt: at, SeenAt: at}}, nil
}

func (s *script) EndSession(_ context.Context, by member.Actor, id string) error {
	return s.call("EndSession", by.Account, id)
}

func (s *script) EndOtherSessions(_ context.Context, by member.Actor) error {
	return s.call("EndOtherSessions", by.Account)
}

func (s *script) CreateSecret(_ context.Context, by member.Actor, kind member.SecretKind, name string, scope member.Scope, ttl time.Duration) (member.Secret, string, error) {
	return member.Secret{}, "mlp-shown-once", s.call("CreateSecret", by.Account, kind, name, scope, ttl)
}

func (s *script) OwnSecrets(context.Context, member.Actor) ([]member.Secret, error) {
	at := testkit.Epoch()
	return []member.Secret{{ID: "t1", Kind: member.KindToken, Name: "Statistiques", Scope: member.ScopeRead, CreatedAt: at},
		{ID: "t2", Kind: member.KindAppPassword, Name: "Ancien", Scope: member.ScopeCalendar, CreatedAt: at, RevokedAt: at}}, nil
}

func (s *script) RevokeSecret(_ context.Context, by member.Actor, id string) error {
	return s.call("RevokeSecret", by.Account, id)
}

func (s *script) Offered(_ context.Context, by member.Actor) ([]member.Standing, error) {
	if by.Organisation != "" {
		return nil, nil
	}
	return s.offered, s.fail["Offered"]
}

func (s *script) ActFor(_ context.Context, by member.Actor, membership string) (string, error) {
	return member.SessionPrefix + "rotated", s.call("ActFor", by.Account, membership)
}

func (s *script) AskToJoin(_ context.Context, by member.Actor, ref string) (member.Membership, error) {
	return member.Membership{}, s.call("AskToJoin", by.Account, ref)
}

func (s *script) LeaveBody(_ context.Context, by member.Actor, membership string, sure bool) error {
	if !sure {
		if err := s.fail["LeaveBody unsure"]; err != nil {
			return err
		}
	}
	return s.call("LeaveBody", by.Account, membership, sure)
}

func (s *script) MembersOf(_ context.Context, _ member.Actor, ref string) ([]member.Colleague, error) {
	if ref == "hidden" {
		return nil, fault.New(fault.Missing, "missing")
	}
	return []member.Colleague{
		{Membership: member.Membership{ID: "m1", Role: member.Referent, State: member.Accepted}, Account: "1", Name: "Ana Roux", Email: "ana@grenoble.example"},
		{Membership: member.Membership{ID: "m4", Role: member.Agent, State: member.Accepted}, Account: "4", Name: "Cyr", Function: "Adjoint"},
	}, nil
}

func (s *script) LeaveAsBody(_ context.Context, by member.Actor, ref string) error {
	return s.call("LeaveAsBody", by.Account, ref)
}

func (s *script) SetMemberRole(_ context.Context, by member.Actor, membership string, role member.Role) error {
	return s.call("SetMemberRole", by.Account, membership, role)
}

func (s *script) EndMembership(_ context.Context, by member.Actor, membership string, sure bool) error {
	return s.call("EndMembership", by.Account, membership, sure)
}

func (s *script) Invite(_ context.Context, by member.Actor, r member.InvitationRequest) (member.Invitation, error) {
	return member.Invitation{}, s.call("Invite", by.Account, r.Body, r.Role+r.Office, r.Email, r.Name, r.Message)
}

func (s *script) Invitations(context.Context, member.Actor, string) ([]member.Invitation, error) {
	return []member.Invitation{{ID: "i1", Email: "dan@grenoble.example", Role: member.Agent, ExpiresAt: testkit.Epoch()}}, nil
}

func (s *script) OfficeInvitations(context.Context, member.Actor) ([]member.Invitation, error) {
	return []member.Invitation{{ID: "i2", Email: "gil@collectif.example", Name: "Gil", Office: member.Organiser, Inviter: "Ana Roux", ExpiresAt: testkit.Epoch()},
		{ID: "i3", Email: "lou@collectif.example", Office: member.Administrator}}, nil
}

func (s *script) RevokeInvitation(_ context.Context, by member.Actor, id string) error {
	return s.call("RevokeInvitation", by.Account, id)
}

func (s *script) Requests(context.Context, member.Actor, string, int) ([]member.Request, error) {
	if err := s.fail["Requests"]; err != nil {
		return nil, err
	}
	return []member.Request{{Membership: member.Membership{ID: "m5", AskedAt: testkit.Epoch()}, Name: "Eve", Email: "eve@lyon.example",
		Body: member.Body{Name: "Lyon", SIREN: "216901231"}}, {Membership: member.Membership{ID: "m6"}, Name: "Fay", Body: member.Body{Name: "Lyon"}}}, nil
}

func (s *script) AcceptRequest(_ context.Context, by member.Actor, id string) error {
	return s.call("AcceptRequest", by.Account, id)
}

func (s *script) RefuseRequest(_ context.Context, by member.Actor, id, reason string) error {
	return s.call("RefuseRequest", by.Account, id, reason)
}

func (s *script) Accounts(_ context.Context, _ member.Actor, q string, _ member.AccountID, _ int) ([]member.Account, error) {
	if err := s.call("Accounts", q); err != nil {
		return nil, err
	}
	return []member.Account{{ID: "1", Name: "Ana Roux", State: member.Active, Office: member.Administrator},
		{ID: "4", Name: "Cyr", Email: "cyr@grenoble.example", State: member.Active},
		{ID: "5", Name: "Eve", State: member.Disabled, DisabledFor: "Partie."}}, nil
}

func (s *script) Account(_ context.Context, _ member.Actor, id member.AccountID) (member.Account, []member.Standing, error) {
	return member.Account{ID: id, Name: "Cyr", Email: "cyr@grenoble.example", State: member.Active, Office: member.Organiser}, s.me.Standings[:2], nil
}

func (s *script) EraseAccount(_ context.Context, by member.Actor, id member.AccountID, posts bool) error {
	return s.call("EraseAccount", by.Account, id, posts)
}

func (s *script) SetOffice(_ context.Context, by member.Actor, id member.AccountID, office member.Role) error {
	return s.call("SetOffice", by.Account, id, office)
}

func (s *script) DisableAccount(_ context.Context, by member.Actor, id member.AccountID, reason string) error {
	return s.call("DisableAccount", by.Account, id, reason)
}

func (s *script) EnableAccount(_ context.Context, by member.Actor, id member.AccountID) error {
	return s.call("EnableAccount", by.Account, id)
}

func (s *script) ForcePasswordChange(_ context.Context, by member.Actor, id member.AccountID) error {
	return s.call("ForcePasswordChange", by.Account, id)
}
