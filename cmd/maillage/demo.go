// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"maillage/internal/demo"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
)

// credentialsFile holds the demonstration's secrets, and marks the folder as its own.
const credentialsFile = "demo-credentials.json"

// credentials is how to speak to the demonstration.
type credentials struct {
	BaseURL   string  `json:"base_url"`
	Organiser account `json:"organiser"`
	Referent  account `json:"referent"`
	Provider  account `json:"provider"`
}

// account is one speaker: a person who signs in, and the secrets of their programmes.
type account struct {
	Email    string `json:"email"`
	Password string `json:"password"`
	// TOTPSecret goes into an authenticator app: the organiser's office asks for a second factor.
	TOTPSecret   string `json:"totp_secret,omitempty"`
	APIToken     string `json:"api_token"`
	AppPassword  string `json:"app_password"`
	Organisation string `json:"organisation,omitempty"`
}

func newDemo() *cobra.Command {
	var with []string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Remplir et servir une démonstration / Fill and serve a demonstration",
		Long: `Remplit un dossier neuf d'un collectif vraisemblable et fictif, puis le sert.

Les jetons d'accès sont écrits dans demo-credentials.json, dans le dossier des données.
Le dossier d'une vraie instance est refusé. Aucun réseau n'est nécessaire.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			cfg, err := configured(cmd)
			if err != nil {
				return err
			}
			if !cmd.Flags().Changed("name") {
				cfg.Name = demo.Name
			}
			log := cfg.Logger(os.Stderr)
			a, err := openApp(cmd.Context(), cfg, log, true)
			if err != nil {
				return err
			}
			defer a.closing(&err)
			accounts, err := a.fillDemo(cmd.Context(), with)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s\n  %s\n  %s/api/v1/search?q=cimetiere\n  %s\n", cfg.Name, cfg.BaseURL, cfg.BaseURL,
				filepath.Join(cfg.Data, credentialsFile))
			accounts.print(cmd.OutOrStdout(), wordsFor(os.Environ()).lang)
			return a.serve(cmd.Context())
		},
	}
	cmd.Flags().StringArrayVar(&with, "with", nil, "importer aussi ce fichier (format reconnu) / also import this file (its format is recognised)")
	return cmd
}

// fillDemo fills the demonstration unless it is there, and writes and returns its credentials.
func (a *app) fillDemo(ctx context.Context, with []string) (*credentials, error) {
	path := filepath.Join(a.cfg.Data, credentialsFile)
	have, err := readCredentials(path)
	if err != nil {
		return nil, err
	}
	position, err := a.db.Position(ctx)
	if err != nil {
		return nil, err
	}
	if have == nil && position > 0 {
		return nil, fault.New(fault.Conflict, "demo_folder_taken")
	}
	if have == nil {
		// The mark comes first: a run that is interrupted is then taken up again by the next.
		have = &credentials{}
		if err := writeCredentials(path, *have); err != nil {
			return nil, err
		}
	}
	p := newProgress(os.Stderr, "démonstration")
	filled, err := demo.Fill(ctx, a.registry, a.register, time.Now(), p.step)
	p.end()
	if err != nil {
		return nil, err
	}
	if err := a.demoDomain(ctx, filled.Referent); err != nil {
		return nil, err
	}
	if err := a.demoAccounts(ctx, have, filled); err != nil {
		return nil, err
	}
	have.BaseURL = a.cfg.BaseURL
	if err := writeCredentials(path, *have); err != nil {
		return nil, err
	}
	for _, file := range with {
		if err := a.importFile(ctx, file, importOptions{by: member.System("demo")}); err != nil && !errors.Is(err, errReported) {
			return nil, err
		}
	}
	return have, nil
}

// print tells how to sign in as each of the demonstration's people.
func (c *credentials) print(w io.Writer, lang string) {
	names := [3]string{"animation", "collectivité", "prestataire"}
	if lang == "en" {
		names = [3]string{"organiser", "local authority", "provider"}
	}
	for i, a := range []account{c.Organiser, c.Referent, c.Provider} {
		totp := ""
		if a.TOTPSecret != "" {
			totp = "  TOTP " + a.TOTPSecret
		}
		fmt.Fprintf(w, "  %-16s %-28s %s%s\n", names[i], a.Email, a.Password, totp)
	}
}

// demoDomain gives the body that has an account an e-mail domain of its own, so that whoever tries to join
// it with such an address is a member at once.
func (a *app) demoDomain(ctx context.Context, body registry.ID) error {
	k, err := a.registry.Organisation(ctx, string(body))
	if err != nil || len(k.Facts.EmailDomains) > 0 {
		return err
	}
	_, err = a.registry.ReviseOrganisation(ctx, member.System("demo"), string(body), registry.Patch[registry.OrganisationFacts]{
		Facts: registry.OrganisationFacts{EmailDomains: []string{"echirolles.example"}}, Set: []string{"email_domains"}}, 0)
	return err
}

// demoAccounts makes the accounts that are not known yet, and the secrets the database no longer takes.
func (a *app) demoAccounts(ctx context.Context, c *credentials, filled demo.Filled) error {
	for _, p := range []struct {
		account *account
		member.NewMember
	}{
		{&c.Organiser, member.NewMember{Email: "animation@demo.example", Name: "Animation (démonstration)", Office: member.Organiser}},
		{&c.Referent, member.NewMember{Email: "referent@echirolles.example", Name: "Référent d’Échirolles (démonstration)",
			Body: string(filled.Referent), Role: member.Referent}},
		{&c.Provider, member.NewMember{Email: "contact@prestataire.example", Name: "Prestataire (démonstration)",
			Body: string(filled.Provider), Role: member.ProviderReferent}},
	} {
		if err := a.demoAccount(ctx, p.account, p.NewMember); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) demoAccount(ctx context.Context, have *account, n member.NewMember) error {
	system := member.System("demo")
	email, _ := member.ParseEmail(n.Email)
	known, err := a.db.AccountByEmail(ctx, email.Key())
	if fault.Is(err, fault.Missing) {
		n.Password, n.Lang = demoPassword(), "fr"
		if known, err = a.members.Provision(ctx, system, n); err == nil && n.Office != "" {
			have.TOTPSecret, err = a.members.ProvisionTOTP(ctx, system, known.ID)
		}
		have.Email, have.Password, have.Organisation = n.Email, n.Password, n.Body
	}
	if err != nil {
		return err
	}
	by, err := a.members.Acting(ctx, system, known.ID)
	if err != nil {
		return err
	}
	for _, s := range []struct {
		secret *string
		door   member.Door
		kind   member.SecretKind
	}{{&have.APIToken, member.DoorAPI, member.KindToken}, {&have.AppPassword, member.DoorCalendar, member.KindAppPassword}} {
		_, err := a.members.Authenticate(ctx, s.door, member.Credential{User: n.Email, Secret: *s.secret})
		if err == nil || !fault.Is(err, fault.Anonymous) {
			if err != nil {
				return err
			}
			continue
		}
		if _, *s.secret, err = a.members.CreateSecret(ctx, by, s.kind, "Démonstration", member.ScopeAll, 0); err != nil {
			return err
		}
	}
	return nil
}

// demoPassword returns a passphrase nobody else has: chance in groups of letters.
func demoPassword() string {
	return strings.ToLower(rand.Text()[:6] + "-" + rand.Text()[:6] + "-" + rand.Text()[:6] + "-" + rand.Text()[:6])
}

func readCredentials(path string) (*credentials, error) {
	body, err := os.ReadFile(path) //nolint:gosec // a file of the data folder
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // no file is the first run
	}
	if err != nil {
		return nil, fmt.Errorf("demonstration: %w", err)
	}
	var c credentials
	if err := json.Unmarshal(body, &c); err != nil {
		return nil, fmt.Errorf("demonstration: %s: %w", path, err)
	}
	return &c, nil
}

// writeCredentials replaces the file as a whole: a reader never sees half of it.
func writeCredentials(path string, c credentials) error {
	body, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("demonstration: %w", err)
	}
	next := path + ".new"
	if err := os.WriteFile(next, append(body, '\n'), 0o600); err != nil {
		return fmt.Errorf("demonstration: %w", err)
	}
	if err := os.Rename(next, path); err != nil {
		return fmt.Errorf("demonstration: %w", err)
	}
	return nil
}
