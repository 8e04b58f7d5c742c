// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"context"
	"encoding/json"
	"io"
	"net/url"
	"time"

	"maillage/internal/member"
)

// Members are the use cases of members and access that the pages call, as internal/member has them.
type Members interface {
	joining
	signing
	profiles
	factors
	ways
	belonging
	deciding
}

type joining interface {
	Join(ctx context.Context, v member.Visit, r member.JoinRequest) (member.Signup, error)
	ResendCode(ctx context.Context, v member.Visit, token string) (member.Signup, error)
	SignupBy(ctx context.Context, token string) (member.Signup, error)
	SignupByLink(ctx context.Context, link string) (member.Signup, error)
	BeginSignupPasskey(ctx context.Context, signup string) (options json.RawMessage, ceremony string, err error)
	ConfirmSignup(ctx context.Context, v member.Visit, c member.Confirmation) (member.Joined, error)
	InvitationBy(ctx context.Context, link string) (member.Invitation, error)
	AcceptInvitation(ctx context.Context, v member.Visit, link, pass string, p member.Profile) (member.Joined, error)
	AcceptInvitationAs(ctx context.Context, by member.Actor, link string) (member.Membership, error)
}

type signing interface {
	SignIn(ctx context.Context, v member.Visit, email, pass string) (member.SignedIn, error)
	SecondFactor(ctx context.Context, v member.Visit, pending, code string) (member.SignedIn, error)
	BeginPasskeySignIn(ctx context.Context) (options json.RawMessage, ceremony string, err error)
	FinishPasskeySignIn(ctx context.Context, v member.Visit, ceremony string, response json.RawMessage) (member.SignedIn, error)
	BeginIdentity(ctx context.Context, by member.Actor, provider string, flow json.RawMessage) (string, error)
	TakeIdentity(ctx context.Context, secret string) (provider string, flow json.RawMessage, by member.AccountID, err error)
	SignInWith(ctx context.Context, v member.Visit, i member.ExternalIdentity) (member.SignedIn, *member.Signup, error)
	ProveAgain(ctx context.Context, by member.Actor, v member.Visit, pass string) error
	SignOut(ctx context.Context, secret string) error
	ForgotPassword(ctx context.Context, v member.Visit, email string) error
	ResetLink(ctx context.Context, link string) error
	ResetPassword(ctx context.Context, v member.Visit, link, pass string) error
}

type profiles interface {
	Me(ctx context.Context, by member.Actor) (member.Me, error)
	UpdateMe(ctx context.Context, by member.Actor, p member.Profile) (member.Me, error)
	ChangeEmail(ctx context.Context, by member.Actor, v member.Visit, email string) (token string, err error)
	ConfirmEmail(ctx context.Context, by member.Actor, token, code string) error
	ConfirmEmailLink(ctx context.Context, by member.Actor, link string) error
	ChangePassword(ctx context.Context, by member.Actor, v member.Visit, current, next string) (member.SignedIn, error)
	Export(ctx context.Context, by member.Actor, w io.Writer) error
	LeaveCollective(ctx context.Context, by member.Actor, sure bool) error
	Erase(ctx context.Context, by member.Actor, posts, sure bool) error
}

type factors interface {
	BeginTOTP(ctx context.Context, by member.Actor) (member.TOTPSetup, error)
	TOTPBegun(ctx context.Context, by member.Actor, token string) (member.TOTPSetup, error)
	ConfirmTOTP(ctx context.Context, by member.Actor, token, code string) (in member.SignedIn, recovery []string, err error)
	RemoveTOTP(ctx context.Context, by member.Actor, v member.Visit) error
	NewRecoveryCodes(ctx context.Context, by member.Actor) ([]string, error)
	BeginPasskey(ctx context.Context, by member.Actor) (options json.RawMessage, ceremony string, err error)
	FinishPasskey(ctx context.Context, by member.Actor, ceremony, label string, response json.RawMessage) (in member.SignedIn, key member.Passkey, err error)
	RemovePasskey(ctx context.Context, by member.Actor, v member.Visit, id string) error
	LinkIdentity(ctx context.Context, by member.Actor, i member.ExternalIdentity) error
	UnlinkIdentity(ctx context.Context, by member.Actor, issuer, subject string) error
}

type ways interface {
	Sessions(ctx context.Context, by member.Actor) ([]member.Session, error)
	EndSession(ctx context.Context, by member.Actor, id string) error
	EndOtherSessions(ctx context.Context, by member.Actor) error
	CreateSecret(ctx context.Context, by member.Actor, kind member.SecretKind, name string, scope member.Scope, ttl time.Duration) (member.Secret, string, error)
	OwnSecrets(ctx context.Context, by member.Actor) ([]member.Secret, error)
	RevokeSecret(ctx context.Context, by member.Actor, id string) error
}

type belonging interface {
	Offered(ctx context.Context, by member.Actor) ([]member.Standing, error)
	ActFor(ctx context.Context, by member.Actor, membership string) (string, error)
	AskToJoin(ctx context.Context, by member.Actor, body string) (member.Membership, error)
	LeaveBody(ctx context.Context, by member.Actor, membership string, sure bool) error
	MembersOf(ctx context.Context, by member.Actor, body string) ([]member.Colleague, error)
	SetMemberRole(ctx context.Context, by member.Actor, membership string, role member.Role) error
	EndMembership(ctx context.Context, by member.Actor, membership string, sure bool) error
	Invite(ctx context.Context, by member.Actor, r member.InvitationRequest) (member.Invitation, error)
	Invitations(ctx context.Context, by member.Actor, body string) ([]member.Invitation, error)
	OfficeInvitations(ctx context.Context, by member.Actor) ([]member.Invitation, error)
	RevokeInvitation(ctx context.Context, by member.Actor, id string) error
}

type deciding interface {
	Requests(ctx context.Context, by member.Actor, after string, limit int) ([]member.Request, error)
	AcceptRequest(ctx context.Context, by member.Actor, id string) error
	RefuseRequest(ctx context.Context, by member.Actor, id, reason string) error
	Accounts(ctx context.Context, by member.Actor, q string, after member.AccountID, limit int) ([]member.Account, error)
	Account(ctx context.Context, by member.Actor, id member.AccountID) (member.Account, []member.Standing, error)
	EraseAccount(ctx context.Context, by member.Actor, id member.AccountID, posts bool) error
	SetOffice(ctx context.Context, by member.Actor, id member.AccountID, office member.Role) error
	DisableAccount(ctx context.Context, by member.Actor, id member.AccountID, reason string) error
	EnableAccount(ctx context.Context, by member.Actor, id member.AccountID) error
	LeaveAsBody(ctx context.Context, by member.Actor, ref string) error
	ForcePasswordChange(ctx context.Context, by member.Actor, id member.AccountID) error
}

var _ Members = (*member.Service)(nil)

// Provider is an identity provider people may sign in by.
type Provider struct {
	Key   string // in addresses: lower-case letters, digits and hyphens
	Title string // on its button, such as "ProConnect"
}

// Identities are how the pages speak with identity providers; the roof puts OpenID Connect behind.
type Identities struct {
	Providers []Provider
	// Start returns where to send the browser and what the return will need.
	Start func(ctx context.Context, key string) (redirect string, flow json.RawMessage, err error)
	// Finish reads the provider's answer, the query of the return.
	Finish func(ctx context.Context, key string, flow json.RawMessage, query url.Values) (member.ExternalIdentity, error)
}

// title returns the name of a provider, "" when there is none of that key.
func (i Identities) title(key string) string {
	for _, p := range i.Providers {
		if p.Key == key {
			return p.Title
		}
	}
	return ""
}

// Address returns the address of a page that messages lead to, under base; arg is its token or slug.
// It is a member.Linker once base is given.
func Address(base string, page member.Page, arg string) string {
	paths := map[member.Page]string{
		member.PageSignup: "/rejoindre/lien", member.PageReset: "/mot-de-passe/nouveau", member.PageInvite: "/invitations",
		member.PageNewEmail: "/compte/adresse/lien", member.PageSignIn: "/connexion", member.PageForgot: "/mot-de-passe/oublie",
		member.PageRequests: "/animation/demandes", member.PageHome: "/", member.PageSecurity: "/compte/securite",
		member.PageSessions: "/compte/sessions", member.PageSecrets: "/compte/secrets", member.PageAccount: "/compte/organismes",
	}
	switch {
	case page == member.PageBody:
		return base + "/organismes/" + url.PathEscape(arg)
	case page == member.PageMembers:
		return base + "/organismes/" + url.PathEscape(arg) + "/membres"
	case arg != "":
		return base + paths[page] + "?t=" + url.QueryEscape(arg)
	}
	return base + paths[page]
}
