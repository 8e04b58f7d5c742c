// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"maillage/internal/fault"
	"maillage/internal/member"
)

func newToken() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Gérer les jetons de l'API / Manage API tokens",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newTokenCreate(), newTokenList(), newTokenRevoke())
	return cmd
}

func newTokenCreate() *cobra.Command {
	var name, role, organisation string
	var ttl time.Duration
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Créer un jeton, montré une seule fois / Create a token, shown once",
		Example: `  maillage token create --role organiser --name "Animation"
  maillage token create --role referent --name "Ville d'Arles" --organisation arles-13`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withApp(cmd, func(ctx context.Context, a *app) error {
				if organisation != "" {
					k, err := a.registry.Organisation(ctx, organisation)
					if err != nil {
						return err
					}
					organisation = string(k.ID)
				}
				t, secret, err := a.tokens.Create(ctx, name, member.Role(role), organisation, ttl)
				if err != nil {
					return err
				}
				// The secret alone on standard output: a script can take it.
				fmt.Fprintf(cmd.ErrOrStderr(), "%s (%s)\n", t.ID, t.Role)
				fmt.Fprintln(cmd.OutOrStdout(), secret)
				return nil
			})
		},
	}
	var roles []string
	for _, r := range member.Roles() {
		roles = append(roles, string(r))
	}
	cmd.Flags().StringVar(&role, "role", "", "rôle / role: "+strings.Join(roles, ", "))
	cmd.Flags().StringVar(&name, "name", "", "à qui ou à quoi il sert / whom or what it is for")
	cmd.Flags().StringVar(&organisation, "organisation", "", "organisation pour laquelle il parle (identifiant ou nom court) / organisation it speaks for")
	cmd.Flags().DurationVar(&ttl, "ttl", 0, "durée de vie, 0 sans fin / lifetime, 0 for ever (8760h: a year)")
	must(cmd.RegisterFlagCompletionFunc("role", cobra.FixedCompletions(roles, cobra.ShellCompDirectiveNoFileComp)))
	return cmd
}

func newTokenList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "Lister les jetons / List the tokens",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withApp(cmd, func(ctx context.Context, a *app) error {
				all, err := a.tokens.List(ctx)
				if err != nil {
					return err
				}
				out := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(out, "ID\tROLE\tNAME\tORGANISATION\tCREATED\tLAST USED\tSTATE")
				for _, t := range all {
					state := "valid"
					switch {
					case !t.RevokedAt.IsZero():
						state = "revoked"
					case !t.Usable(time.Now()):
						state = "expired"
					}
					fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, t.Role, t.Name, dash(t.Organisation), day(t.CreatedAt), day(t.LastUsedAt), state)
				}
				return out.Flush()
			})
		},
	}
}

func newTokenRevoke() *cobra.Command {
	return &cobra.Command{
		Use:   "revoke ID",
		Short: "Révoquer un jeton / Revoke a token",
		Args:  exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withApp(cmd, func(ctx context.Context, a *app) error {
				err := a.tokens.Revoke(ctx, args[0])
				if fault.Is(err, fault.Missing) {
					return fault.New(fault.Missing, "token_missing")
				}
				return err
			})
		},
	}
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format(time.DateOnly)
}
