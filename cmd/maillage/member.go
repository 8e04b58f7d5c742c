// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"maillage/internal/fault"
	"maillage/internal/member"
)

func newMember() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "member",
		Short: "Gérer les comptes / Manage accounts",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newMemberInvite(), newMemberList(), newMemberState("disable"), newMemberState("enable"))
	return cmd
}

func newMemberInvite() *cobra.Command {
	var r member.InvitationRequest
	var role, office string
	cmd := &cobra.Command{
		Use:   "invite ADRESSE",
		Short: "Inviter quelqu’un, par un lien montré une seule fois / Invite somebody, by a link shown once",
		Long: `Envoie une invitation et en montre le lien : c'est ainsi que le premier administrateur
d'une instance neuve ouvre son compte. Le lien vaut quatorze jours, une seule fois.`,
		Example: `  maillage member invite --office administrator alice@collectif.example
  maillage member invite --body arles-13 --role referent bob@ville-arles.example`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withApp(cmd, func(ctx context.Context, a *app) error {
				r.Email, r.Role, r.Office = args[0], member.Role(role), member.Role(office)
				by := member.System("command")
				i, err := a.members.Invite(ctx, by, r)
				if err != nil {
					return err
				}
				secret, err := a.members.InvitationLink(by, i.ID)
				if err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout(), a.pages(member.PageInvite, secret))
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&r.Body, "body", "", "organisme (identifiant, nom court, ou register:SIREN) / organisation (id, slug, or register:SIREN)")
	cmd.Flags().StringVar(&role, "role", "", "rôle dans l’organisme / role in the organisation: agent, referent, provider")
	cmd.Flags().StringVar(&office, "office", "", "fonction dans le collectif / office in the collective: organiser, administrator")
	cmd.Flags().StringVar(&r.Name, "name", "", "nom de la personne / the person's name")
	cmd.Flags().StringVar(&r.Lang, "lang", "fr", "langue / language: fr, en")
	return cmd
}

func newMemberList() *cobra.Command {
	return &cobra.Command{
		Use:   "list [MOT]",
		Short: "Lister les comptes / List accounts",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withApp(cmd, func(ctx context.Context, a *app) error {
				q := ""
				if len(args) == 1 {
					q = args[0]
				}
				out := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				after := member.AccountID("")
				for {
					page, err := a.members.Accounts(ctx, member.System("command"), q, after, 500)
					if err != nil {
						return err
					}
					for _, m := range page {
						fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\n", m.ID, m.State, m.Office, m.Email, m.Name)
						after = m.ID
					}
					if len(page) < 500 {
						return out.Flush()
					}
				}
			})
		},
	}
}

func newMemberState(verb string) *cobra.Command {
	var reason string
	short := "Fermer toutes les portes à un compte / Shut every door to an account"
	if verb == "enable" {
		short = "Rouvrir un compte / Open an account again"
	}
	cmd := &cobra.Command{
		Use:   verb + " ADRESSE",
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withApp(cmd, func(ctx context.Context, a *app) error {
				e, code := member.ParseEmail(args[0])
				if code != "" {
					return fault.OnField("email", code)
				}
				account, err := a.db.AccountByEmail(ctx, e.Key())
				if err != nil {
					return err
				}
				if verb == "enable" {
					return a.members.EnableAccount(ctx, member.System("command"), account.ID)
				}
				return a.members.DisableAccount(ctx, member.System("command"), account.ID, reason)
			})
		},
	}
	if verb == "disable" {
		cmd.Flags().StringVar(&reason, "reason", "", "raison, dite à la personne / reason, told to the person")
		must(cmd.MarkFlagRequired("reason"))
	}
	return cmd
}
