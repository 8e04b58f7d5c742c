// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"maillage/internal/fault"
	"maillage/internal/member"
)

// ledgerFile names, outside the database, who was erased. It is backed up apart from the database and
// never restored to an older state.
const ledgerFile = "erasures.jsonl"

func newPrivacy() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "privacy",
		Short: "Données personnelles : durées, registre, effacements / Personal data: retention, register, erasures",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newPrivacyRetention(), newPrivacyRegister(), newPrivacyReplay())
	return cmd
}

func newPrivacyRetention() *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use:   "retention",
		Short: "Effacer ce qui n’a plus à être gardé / Delete what must not be kept any more",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withApp(cmd, func(ctx context.Context, a *app) error {
				done, err := a.retention().Purge(ctx, time.Now(), dry)
				printPurged(cmd.OutOrStdout(), wordsFor(os.Environ()).lang, done)
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, "compter sans effacer / count, delete nothing")
	return cmd
}

// printPurged prints a line for each kind, and the dormant accounts by identifier.
func printPurged(w io.Writer, lang string, done []member.Purged) {
	what := map[member.Retained]member.Rule{}
	for _, r := range member.Rules() {
		what[r.Retained] = r
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, p := range done {
		fmt.Fprintf(out, "%d\t%s\t%s\n", p.Rows, p.Before.Format(time.DateOnly), what[p.What].What.In(lang))
	}
	_ = out.Flush() // a terminal that is gone has nobody to tell
	for _, p := range done {
		for _, id := range p.Dormant {
			fmt.Fprintf(w, "  %s\n", id)
		}
	}
}

func newPrivacyRegister() *cobra.Command {
	var lang string
	cmd := &cobra.Command{
		Use:   "register",
		Short: "Imprimer le registre des traitements (RGPD, art. 30) / Print the record of processing (GDPR art. 30)",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := configured(cmd)
			if err != nil {
				return err
			}
			if lang == "" {
				lang = wordsFor(os.Environ()).lang
			}
			_, err = io.WriteString(cmd.OutOrStdout(), member.ProcessingRegister(lang, cfg.Name, cfg.Contact))
			return err
		},
	}
	cmd.Flags().StringVar(&lang, "lang", "", "fr, en")
	return cmd
}

func newPrivacyReplay() *cobra.Command {
	return &cobra.Command{
		Use:   "replay",
		Short: "Effacer de nouveau, après une restauration / Erase again, after a restore",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withApp(cmd, func(ctx context.Context, a *app) error {
				done, err := a.members.ReplayErasures(ctx)
				format := "%d effacement(s) au registre ; %d personne(s) effacée(s) de nouveau ; %d ligne(s) ajoutée(s) au registre\n"
				if wordsFor(os.Environ()).lang == "en" {
					format = "%d erasure(s) in the ledger; %d person(s) erased again; %d line(s) added to the ledger\n"
				}
				fmt.Fprintf(cmd.OutOrStdout(), format, done.Ledger, done.Erased, done.Written)
				return err
			})
		},
	}
}

// ledger is the erasure ledger of the data folder.
func (c Config) ledger() *member.FileLedger {
	return member.NewFileLedger(filepath.Join(c.Data, ledgerFile))
}

// replayErasures runs before the instance serves, so that nobody sees again who was erased. A ledger
// with a bad line is told, and the rest of it was done.
func (a *app) replayErasures(ctx context.Context) error {
	done, err := a.members.ReplayErasures(ctx)
	if done.Erased > 0 || done.Written > 0 {
		a.log.Warn("erasures replayed", slog.Int("erased", done.Erased), slog.Int("written", done.Written))
	}
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == "ledger_unreadable" {
		a.log.Error("the erasure ledger", slog.Any("error", err))
		return nil
	}
	return err
}

// retention applies the retention table to this instance.
func (a *app) retention() member.Retention {
	r := member.Retention{Pruner: a.db, Now: time.Now}
	if a.cfg.Mail.Host == "" {
		r.Mail = a.pruneMail
	}
	return r
}

// pruneMail deletes old messages of the mail folder, or counts them.
func (a *app) pruneMail(ctx context.Context, olderThan time.Duration, dry bool) (int64, error) {
	folder := filepath.Join(a.cfg.Data, "mail")
	entries, err := os.ReadDir(folder)
	if os.IsNotExist(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	limit, n := time.Now().Add(-olderThan), int64(0)
	for _, entry := range entries {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		if !entry.Type().IsRegular() || !strings.HasSuffix(entry.Name(), ".eml") && !strings.HasPrefix(entry.Name(), ".draft-") {
			continue
		}
		info, err := entry.Info()
		if err != nil || !info.ModTime().Before(limit) {
			if err == nil || os.IsNotExist(err) {
				continue // another replica was faster
			}
			return n, err
		}
		if !dry {
			if err := os.Remove(filepath.Join(folder, entry.Name())); err != nil && !os.IsNotExist(err) {
				return n, err
			}
		}
		n++
	}
	return n, nil
}

// retain purges every day, and logs the proof of it.
func (a *app) retain(ctx context.Context) error {
	return a.retention().Run(ctx, func(done []member.Purged, err error) {
		attrs := make([]any, 0, len(done)+1)
		for _, p := range done {
			attrs = append(attrs, slog.Int64(string(p.What), p.Rows))
		}
		if err != nil {
			a.log.Error("retention", append(attrs, slog.Any("error", err))...)
			return
		}
		a.log.Info("retention", attrs...)
	})
}
