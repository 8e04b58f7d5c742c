// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"maillage/internal/store"
)

func newMigrate() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Mettre la base à jour / Bring the database up to date",
		Long: `Met le schéma de la base au niveau de cette version. Faites une sauvegarde avant :
il n'y a pas de retour en arrière.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withDatabase(cmd, func(ctx context.Context, db *store.DB) error {
				done, err := db.Migrate(ctx)
				for _, m := range done {
					fmt.Fprintln(cmd.OutOrStdout(), m.Name)
				}
				if err == nil && len(done) == 0 {
					fmt.Fprintln(cmd.OutOrStdout(), "rien à faire / nothing to do")
				}
				return err
			})
		},
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "status",
		Short: "Montrer l'état du schéma / Show the state of the schema",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withDatabase(cmd, func(ctx context.Context, db *store.DB) error {
				all, err := db.Migrations(ctx)
				if err != nil {
					return err
				}
				out := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				for _, m := range all {
					state := "en attente / pending"
					if !m.AppliedAt.IsZero() {
						state = m.AppliedAt.Format(time.DateTime)
					}
					fmt.Fprintf(out, "%s\t%s\n", m.Name, state)
				}
				return errors.Join(out.Flush(), db.CheckSchema(ctx))
			})
		},
	})
	return cmd
}
