// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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

// account is one speaker. The other fields come with accounts, in a later version.
type account struct {
	APIToken     string `json:"api_token"`
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
			if err := a.fillDemo(cmd.Context(), with); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s\n  %s\n  %s/api/v1/search?q=cimetiere\n  %s\n", cfg.Name, cfg.BaseURL, cfg.BaseURL,
				filepath.Join(cfg.Data, credentialsFile))
			return a.serve(cmd.Context())
		},
	}
	cmd.Flags().StringArrayVar(&with, "with", nil, "importer aussi ce fichier (format reconnu) / also import this file (its format is recognised)")
	return cmd
}

// fillDemo fills the demonstration unless it is there, and writes its credentials.
func (a *app) fillDemo(ctx context.Context, with []string) error {
	path := filepath.Join(a.cfg.Data, credentialsFile)
	have, err := readCredentials(path)
	if err != nil {
		return err
	}
	position, err := a.db.Position(ctx)
	if err != nil {
		return err
	}
	if have == nil && position > 0 {
		return fault.New(fault.Conflict, "demo_folder_taken")
	}
	if have == nil {
		// The mark comes first: a run that is interrupted is then taken up again by the next.
		have = &credentials{}
		if err := writeCredentials(path, *have); err != nil {
			return err
		}
	}
	p := newProgress(os.Stderr, "démonstration")
	filled, err := demo.Fill(ctx, a.registry, a.register, time.Now(), p.step)
	p.end()
	if err != nil {
		return err
	}
	if err := a.demoTokens(ctx, have, filled); err != nil {
		return err
	}
	have.BaseURL = a.cfg.BaseURL
	if err := writeCredentials(path, *have); err != nil {
		return err
	}
	for _, file := range with {
		if err := a.importFile(ctx, file, importOptions{by: member.System("demo")}); err != nil && !errors.Is(err, errReported) {
			return err
		}
	}
	return nil
}

// demoTokens makes the tokens that are not known yet, or that the database no longer takes.
func (a *app) demoTokens(ctx context.Context, c *credentials, filled demo.Filled) error {
	for _, s := range []struct {
		account *account
		name    string
		role    member.Role
		of      registry.ID
	}{
		{&c.Organiser, "Animation (démonstration)", member.Organiser, ""},
		{&c.Referent, "Référent d’Échirolles (démonstration)", member.Referent, filled.Referent},
		{&c.Provider, "Prestataire (démonstration)", member.Provider, filled.Provider},
	} {
		if _, err := a.tokens.Authenticate(ctx, s.account.APIToken); err == nil {
			continue
		} else if !fault.Is(err, fault.Anonymous) {
			return err
		}
		_, secret, err := a.tokens.Create(ctx, s.name, s.role, string(s.of), 0)
		if err != nil {
			return err
		}
		s.account.APIToken, s.account.Organisation = secret, string(s.of)
	}
	return nil
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
