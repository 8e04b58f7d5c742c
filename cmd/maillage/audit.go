// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"maillage/internal/store"
)

func newAudit() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Vérifier le journal chaîné / Check the chained trail",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newAuditVerify(), newAuditHead())
	return cmd
}

func newAuditVerify() *cobra.Command {
	var head string
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Recalculer toute la chaîne / Work the whole chain out again",
		Long: `Relit tout le journal et recalcule la marque de chaque ligne. Sort par 1 si une ligne a été
changée, retirée ou déplacée, ou si la fin manque. --head compare aussi une tête gardée ailleurs.

Reads the whole trail and works every mark out again. Exits 1 when a line was changed, removed or
moved, or the end is missing. --head also compares a head kept elsewhere.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withApp(cmd, func(ctx context.Context, a *app) error {
				report, err := a.db.VerifyTrail(ctx)
				if err != nil {
					return err
				}
				kept := true
				if head != "" {
					if kept, err = a.db.TrailHolds(ctx, head); err != nil {
						return err
					}
				}
				printTrail(cmd.OutOrStdout(), wordsFor(os.Environ()).lang, report, kept)
				if len(report.Problems) > 0 || !kept {
					return errReported
				}
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&head, "head", "", "tête gardée ailleurs (audit head) / head kept elsewhere")
	return cmd
}

func newAuditHead() *cobra.Command {
	return &cobra.Command{
		Use:   "head",
		Short: "Imprimer la tête, à garder ailleurs / Print the head, to keep elsewhere",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withApp(cmd, func(ctx context.Context, a *app) error {
				report, err := a.db.VerifyTrail(ctx)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(cmd.OutOrStdout(), report.Head)
				return err
			})
		},
	}
}

// printTrail says what was found.
func printTrail(w io.Writer, lang string, r store.TrailReport, kept bool) {
	say := map[string]string{"checked": "%d ligne(s) vérifiée(s), %d d’avant la chaîne\n", "head": "la tête du journal n’est pas celle de sa dernière ligne (%d)\n",
		"changed": "ligne %d : changée, ou déplacée\n", "missing": "avant la ligne %d : une ou plusieurs lignes retirées\n",
		"unkeyed": "ligne %d : marquée sans la clé\n", "truncated": "ligne %d et suivantes : retirées de la fin\n",
		"beyond": "ligne %d et suivantes : ajoutées sans la tête\n", "mark": "tête : %s\n",
		"kept": "la tête gardée ailleurs n’est celle d’aucune ligne : le journal a été coupé ou refait\n", "fine": "le journal est entier\n"}
	if lang == "en" {
		say = map[string]string{"checked": "%d line(s) checked, %d from before the chain\n", "head": "the trail’s head is not that of its last line (%d)\n",
			"changed": "line %d: changed, or moved\n", "missing": "before line %d: one or more lines removed\n",
			"unkeyed": "line %d: marked without the key\n", "truncated": "line %d and those after it: removed from the end\n",
			"beyond": "line %d and those after it: added without the head\n", "mark": "head: %s\n",
			"kept": "the head kept elsewhere is no line’s: the trail was cut or made again\n", "fine": "the trail is whole\n"}
	}
	fmt.Fprintf(w, say["checked"], r.Checked, r.Older)
	fmt.Fprintf(w, say["mark"], r.Head)
	for _, p := range r.Problems {
		fmt.Fprintf(w, say[p.What], p.Seq)
	}
	if !kept {
		fmt.Fprint(w, say["kept"])
	}
	if kept && len(r.Problems) == 0 {
		fmt.Fprint(w, say["fine"])
	}
}
