// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"maillage/internal/member"
	"maillage/internal/store"
)

func (l *leavers) export(by member.Actor) map[string]string {
	l.t.Helper()
	var out bytes.Buffer
	noError(l.t, l.Export(l.t.Context(), by, &out))
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	noError(l.t, err)
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		noError(l.t, err)
		body, err := io.ReadAll(r)
		noError(l.t, err)
		noError(l.t, r.Close())
		files[f.Name] = string(body)
	}
	return files
}

// holding gives an account a row in each table that can hold one.
func (l *leavers) holding() member.Actor {
	l.t.Helper()
	ctx, now := l.t.Context(), l.clock.Now()
	ana := l.person("ana", "", member.Agent)
	bob := l.person("bob", "", member.Referent)
	noError(l.t, l.db.AddDevice(ctx, member.Device{Hash: "hash-of-d", Account: "ana", CreatedAt: now, UsedAt: now}))
	noError(l.t, l.db.SaveTOTP(ctx, member.TOTP{Account: "ana", Sealed: "sealed-totp", CreatedAt: now}))
	noError(l.t, l.db.SetRecoveryCodes(ctx, "ana", []string{"hash-of-r"}, now))
	noError(l.t, l.db.SavePasskey(ctx, member.Passkey{ID: "pk", Account: "ana", Label: "Ma clé", Credential: []byte("credential"), CreatedAt: now}))
	noError(l.t, l.db.AddIdentity(ctx, member.Identity{Issuer: "https://idp.example", Subject: "sub-ana", Account: "ana", Provider: "pc", CreatedAt: now}))
	noError(l.t, l.db.AddChallenge(ctx, member.Challenge{ID: "c-1", Purpose: member.ForReset, Account: "ana", Email: "ana@grenoble.example",
		CreatedAt: now, ExpiresAt: now.Add(time.Hour)}))
	noError(l.t, l.db.AddChallenge(ctx, member.Challenge{ID: "c-2", Purpose: member.ForInvitation, Email: "guest@elsewhere.example", Organisation: l.body,
		Data: json.RawMessage(`{"role":"agent","name":"Invitée Secrète","message":"Bienvenue","by":"account:ana"}`), CreatedAt: now, ExpiresAt: now.Add(time.Hour)}))
	noError(l.t, l.db.InTx(ctx, func(ctx context.Context) error {
		return l.db.Audit(ctx, member.TrailEntry{ID: "t-1", At: now, Actor: bob.ID, Action: "accept", Kind: "membership", Object: "m-ana"},
			member.TrailEntry{ID: "t-2", At: now, Actor: ana.ID, Action: "invite", Kind: "invitation", Object: "c-2"})
	}))
	noError(l.t, l.db.EndSession(ctx, "bob", "s-bob", now))
	return ana
}

func TestAnExportHoldsEverythingAboutAPersonAndNothingOfOthers(t *testing.T) {
	eachLeavers(t, func(l *leavers) {
		files := l.export(l.holding())
		for name, body := range files {
			if name != "index.html" && !strings.Contains(files["index.html"], `href="`+name+`"`) {
				l.t.Errorf("%s is not in the index", name)
			}
			if strings.HasSuffix(name, ".json") && !json.Valid([]byte(body)) {
				l.t.Errorf("%s is not JSON", name)
			}
			for _, not := range []string{"hash-of", "$argon2id", "handle-of", "credential", "sealed-totp", "bob", "guest@", "Secrète", "somebody-else"} {
				if strings.Contains(body, not) {
					l.t.Errorf("%s holds %q", name, not)
				}
			}
			if regexp.MustCompile(`(?i)(src|href)="?(https?:)?//|<script|<img|@import`).MatchString(body) && name == "index.html" {
				l.t.Errorf("the index loads something: %s", body)
			}
		}
		for name, want := range map[string]string{"account.json": "ana@grenoble.example", "memberships.json": "Grenoble", "sessions.json": "192.0.2.0/24",
			"devices.json": "used_at", "second_factor.json": "one_time_codes_since", "passkeys.json": "Ma clé", "identities.json": "sub-ana",
			"secrets.json": "Jeton de ana", "messages.json": "reset", "invitations.json": "Bienvenue", "trail.json": "another_member",
			"memberships.csv": "\ufeffid;body;", "README.txt": "trail.json", "calendar.ics": "BEGIN:VTIMEZONE\r\n"} {
			if !strings.Contains(files[name], want) {
				l.t.Errorf("%s does not hold %q: %s", name, want, files[name])
			}
		}
	})
}

func TestAFormulaInAnExportedTableIsDefused(t *testing.T) {
	eachLeavers(t, func(l *leavers) {
		ana, now := l.person("ana", "", ""), l.clock.Now()
		noError(l.t, l.db.SaveMembership(t.Context(), member.Membership{ID: "m-1", Account: "ana", Organisation: l.body, Role: member.Agent,
			State: member.Refused, Reason: "=HYPERLINK(\"x\")", AskedAt: now}))
		if table := l.export(ana)["memberships.csv"]; !strings.Contains(table, `"'=HYPERLINK(""x"")"`) {
			l.t.Errorf("the table: %s", table)
		}
	})
}

func TestNobodyButTheirHolderExportsAnAccount(t *testing.T) {
	eachLeavers(t, func(l *leavers) {
		l.wantCode(l.Export(t.Context(), member.Actor{}, io.Discard), "sign_in_needed")
		ana := l.person("ana", "", member.Agent)
		ana.Via = member.ViaToken
		l.wantCode(l.Export(t.Context(), ana, io.Discard), "not_for_tokens")
	})
}

// Every column that can hold somebody's identifier or address is in the export, or this says why not.
func TestEveryTableThatNamesAnAccountIsInTheExportOrExplained(t *testing.T) {
	known := map[string]string{
		"accounts.email_key":         "account.json holds the address itself",
		"accounts.email":             "account.json",
		"memberships.account_id":     "memberships.json, memberships.csv",
		"memberships.decided_by":     "memberships.json, another person's left out",
		"challenges.account_id":      "messages.json",
		"challenges.email":           "messages.json",
		"challenges.email_key":       "messages.json",
		"sessions.account_id":        "sessions.json",
		"devices.account_id":         "devices.json",
		"totp_factors.account_id":    "second_factor.json",
		"recovery_codes.account_id":  "second_factor.json",
		"passkeys.account_id":        "passkeys.json",
		"identities.account_id":      "identities.json",
		"secrets.account_id":         "secrets.json",
		"erasures.account_id":        "names nobody who can still ask",
		"audit_entries.actor":        "trail.json",
		"audit_entries.actor_name":   "empty for accounts: the trail names them by identifier",
		"idempotency_keys.actor":     "a day's copies of answers the person was given, about the registry",
		"match_proposals.decided_by": "the decision is in trail.json",
	}
	table := regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\n\);`)
	column := regexp.MustCompile(`(?m)^\s+(\w*(?:account_id|actor|actor_name|decided_by|_by|email|email_key))\s`)
	added := regexp.MustCompile(`ALTER TABLE (\w+) ADD COLUMN (\w*(?:account_id|actor|_by|email|email_key))\s`)
	text := store.MigrationsText()
	seen := map[string]bool{}
	for _, m := range table.FindAllStringSubmatch(text, -1) {
		for _, c := range column.FindAllStringSubmatch(m[2], -1) {
			seen[m[1]+"."+c[1]] = true
		}
	}
	for _, m := range added.FindAllStringSubmatch(text, -1) {
		seen[m[1]+"."+m[2]] = true
	}
	for name := range seen {
		if known[name] == "" {
			t.Errorf("%s may hold a person's identifier: export it, or say here why not", name)
		}
	}
	for name := range known {
		if !seen[name] {
			t.Errorf("%s is explained and does not exist", name)
		}
	}
}
