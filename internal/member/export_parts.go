// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"maillage/internal/fault"
)

// moment is a date and time of an export; nothing when there is none.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

type exportedAccount struct {
	ID          AccountID `json:"id"`
	Email       string    `json:"email"`
	Name        string    `json:"name"`
	Function    string    `json:"function"`
	Interests   []string  `json:"interests"`
	Rhythm      Rhythm    `json:"rhythm"`
	Lang        string    `json:"lang"`
	Office      Role      `json:"office,omitempty"`
	State       State     `json:"state"`
	DisabledFor string    `json:"disabled_for,omitempty"`
	HasPassword bool      `json:"has_password"`
	PasswordAt  string    `json:"password_changed_at,omitempty"`
	MustChange  bool      `json:"password_must_change"`
	PasswordOff bool      `json:"password_stopped"`
	Passkeys    bool      `json:"has_passkey_name"` // 32 random bytes, of use to nobody
	CreatedAt   string    `json:"created_at"`
	UpdatedAt   string    `json:"updated_at"`
	SeenAt      string    `json:"last_visit_day,omitempty"`
}

func (g *gathering) accountOf() exportedAccount {
	a := g.account
	return exportedAccount{ID: a.ID, Email: a.Email, Name: a.Name, Function: a.Function, Interests: a.Interests, Rhythm: a.Rhythm,
		Lang: a.Lang, Office: a.Office, State: a.State, DisabledFor: a.DisabledFor, HasPassword: a.Password != "",
		PasswordAt: moment(a.PasswordAt), MustChange: a.MustChange, PasswordOff: a.PasswordOff, Passkeys: len(a.Handle) > 0,
		CreatedAt: moment(a.CreatedAt), UpdatedAt: moment(a.UpdatedAt), SeenAt: moment(a.SeenAt)}
}

type exportedMembership struct {
	ID           string          `json:"id"`
	Body         string          `json:"body"`
	Organisation string          `json:"organisation"`
	Role         Role            `json:"role"`
	State        MembershipState `json:"state"`
	Proof        Proof           `json:"proof,omitempty"`
	Reason       string          `json:"reason,omitempty"`
	AskedAt      string          `json:"asked_at"`
	DecidedBy    string          `json:"decided_by,omitempty"`
	DecidedAt    string          `json:"decided_at,omitempty"`
	EndedAt      string          `json:"ended_at,omitempty"`
}

type exportedMemberships []exportedMembership

func (g *gathering) memberships(ctx context.Context) (exportedMemberships, error) {
	ms, err := g.store.MembershipsOf(ctx, g.id)
	if err != nil {
		return nil, err
	}
	out := make(exportedMemberships, 0, len(ms))
	for _, m := range ms {
		body, err := g.cfg.Bodies.Body(ctx, m.Organisation)
		if err != nil && !fault.Is(err, fault.Missing) {
			return nil, err
		}
		out = append(out, exportedMembership{ID: m.ID, Body: body.Name, Organisation: m.Organisation, Role: m.Role, State: m.State,
			Proof: m.Proof, Reason: m.Reason, AskedAt: moment(m.AskedAt), DecidedBy: g.theirs(m.DecidedBy),
			DecidedAt: moment(m.DecidedAt), EndedAt: moment(m.EndedAt)})
	}
	return out, nil
}

func (ms exportedMemberships) csv() ([]byte, error) {
	rows := [][]string{{"id", "body", "organisation", "role", "state", "proof", "reason", "asked_at", "decided_by", "decided_at", "ended_at"}}
	for _, m := range ms {
		rows = append(rows, []string{m.ID, m.Body, m.Organisation, string(m.Role), string(m.State), string(m.Proof), m.Reason,
			m.AskedAt, m.DecidedBy, m.DecidedAt, m.EndedAt})
	}
	return exportTable(rows)
}

// object is a thing of an export whose members come and go.
type object map[string]any

// times adds the dates there are.
func (o object) times(named map[string]time.Time) object {
	for name, t := range named {
		if !t.IsZero() {
			o[name] = moment(t)
		}
	}
	return o
}

// each turns a list into one of objects: never null.
func each[T any](list []T, fn func(T) object) []object {
	out := make([]object, 0, len(list))
	for _, v := range list {
		out = append(out, fn(v))
	}
	return out
}

// factors gathers what opens the account, and the rest of what is held.
func (g *gathering) factors(ctx context.Context) ([]jsonPart, error) {
	passkeys, err := g.store.PasskeysOf(ctx, g.id)
	if err != nil {
		return nil, err
	}
	identities, err := g.store.IdentitiesOf(ctx, g.id)
	if err != nil {
		return nil, err
	}
	secrets, err := g.store.SecretsOf(ctx, g.id)
	if err != nil {
		return nil, err
	}
	second, err := g.secondFactor(ctx)
	if err != nil {
		return nil, err
	}
	trail, err := g.store.TrailOf(ctx, g.id.Actor())
	if err != nil {
		return nil, err
	}
	return []jsonPart{
		{"sessions.json", "vos connexions, terminées comprises, jusqu’à leur effacement", "your sign-ins, ended ones too, until they are deleted",
			each(g.held.Sessions, exportSession)},
		{"devices.json", "les appareils reconnus : leurs dates", "known devices: their dates",
			each(g.held.Devices, func(d Device) object {
				return object{}.times(map[string]time.Time{"created_at": d.CreatedAt, "used_at": d.UsedAt})
			})},
		{"second_factor.json", "les codes à usage unique et de secours : leurs dates", "one-time and recovery codes: their dates", second},
		{"passkeys.json", "vos clés d’accès : leurs noms et leurs dates", "your passkeys: their labels and dates",
			each(passkeys, func(p Passkey) object {
				return object{"id": p.ID, "label": p.Label}.times(map[string]time.Time{"created_at": p.CreatedAt, "used_at": p.UsedAt})
			})},
		{"identities.json", "les fournisseurs d’identité liés", "linked identity providers",
			each(identities, func(i Identity) object {
				return object{"issuer": i.Issuer, "subject": i.Subject, "provider": i.Provider, "created_at": moment(i.CreatedAt)}
			})},
		{"secrets.json", "vos jetons et mots de passe d’application : leurs noms et leurs dates", "your tokens and app passwords: their names and dates",
			each(secrets, exportSecret)},
		{"messages.json", "les liens et codes envoyés à votre adresse, jusqu’à leur effacement", "links and codes sent to your address, until they are deleted",
			each(g.held.Challenges, exportChallenge)},
		{"invitations.json", "les invitations que vous avez envoyées, sans les adresses, qui sont à d’autres",
			"invitations you sent, without the addresses, which are other people’s", each(g.held.Invitations, exportInvitation)},
		{"trail.json", "les lignes du journal faites par vous ou à votre sujet", "lines of the trail by you or about you",
			each(trail, g.line)},
	}, nil
}

func (g *gathering) secondFactor(ctx context.Context) (object, error) {
	out := object{"recovery_codes": each(g.held.Recovery, func(r RecoveryCode) object {
		return object{"created_at": moment(r.CreatedAt)}.times(map[string]time.Time{"used_at": r.UsedAt})
	})}
	t, err := g.store.TOTPOf(ctx, g.id)
	if fault.Is(err, fault.Missing) {
		return out, nil
	}
	out["one_time_codes_since"] = moment(t.CreatedAt)
	return out, err
}

func exportSession(s Session) object {
	return object{"id": s.ID, "membership": s.Membership, "strong": s.Strong, "method": s.Method, "device": s.Device,
		"network": s.Network}.times(map[string]time.Time{"proved_at": s.ProvedAt, "created_at": s.CreatedAt, "seen_at": s.SeenAt,
		"expires_at": s.ExpiresAt, "ended_at": s.EndedAt})
}

func exportSecret(s Secret) object {
	return object{"id": s.ID, "kind": s.Kind, "name": s.Name, "scope": s.Scope, "membership": s.Membership}.times(map[string]time.Time{
		"created_at": s.CreatedAt, "expires_at": s.ExpiresAt, "last_used_at": s.LastUsedAt, "revoked_at": s.RevokedAt})
}

// exportChallenge leaves Data out: an invitation's is its sender's.
func exportChallenge(c Challenge) object {
	return object{"purpose": c.Purpose, "email": c.Email, "organisation": c.Organisation}.times(map[string]time.Time{
		"created_at": c.CreatedAt, "expires_at": c.ExpiresAt, "used_at": c.UsedAt})
}

func exportInvitation(c Challenge) object {
	var d invitationData
	o := object{"id": c.ID, "organisation": c.Organisation}
	if err := json.Unmarshal(c.Data, &d); err != nil {
		o["unreadable"] = fmt.Sprintf("%d bytes", len(c.Data))
	}
	o["role"], o["office"], o["message"] = d.Role, d.Office, d.Message
	return o.times(map[string]time.Time{"created_at": c.CreatedAt, "expires_at": c.ExpiresAt, "used_at": c.UsedAt})
}

func (g *gathering) line(e TrailEntry) object {
	o := object{"at": moment(e.At), "actor": g.theirs(e.Actor), "action": e.Action, "kind": e.Kind, "object": e.Object}
	if e.Kind == "account" && e.Object != string(g.id) {
		o["object"] = "another_member"
	}
	if len(e.Detail) > 0 {
		o["detail"] = e.Detail
	}
	return o
}
