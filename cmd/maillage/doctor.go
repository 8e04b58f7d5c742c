// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"maillage/internal/event"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/web"
)

// freeShare is how much of the disk must be free: below, writes are about to fail.
const freeShare = 0.05

// enoughDisk returns nil when the disk that holds dir has room left.
func enoughDisk(dir string) error {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return fmt.Errorf("disk of %s: %w", dir, err)
	}
	if s.Blocks > 0 && float64(s.Bavail)/float64(s.Blocks) < freeShare {
		return fault.New(fault.Unavailable, "disk_full")
	}
	return nil
}

func newDoctor() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Examiner l'instance / Examine the instance",
		Long: `Montre la configuration (secrets masqués) et d'où vient chaque réglage, l'état de la base,
de la file d'envoi et du disque, et les limites en vigueur. Sort avec le code 1 si quelque
chose ne va pas. Ne change rien.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := configured(cmd)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			if err := cfg.Print(out); err != nil {
				return err
			}
			fmt.Fprintln(out)
			a, err := openApp(cmd.Context(), cfg, cfg.Logger(os.Stderr), false)
			if err != nil {
				fmt.Fprintf(out, "✗ base de données / database: %s\n", explain(wordsFor(os.Environ()), err))
				return errReported
			}
			return errors.Join(a.examine(cmd.Context(), out), a.close())
		},
	}
}

// examine prints what is well and what is not.
func (a *app) examine(ctx context.Context, w io.Writer) error {
	ill := false
	say := func(what string, err error, detail string) {
		mark := "✓"
		if err != nil {
			mark, detail, ill = "✗", explain(wordsFor(os.Environ()), err), true
		}
		fmt.Fprintf(w, "%s %s: %s\n", mark, what, detail)
	}
	say("base de données / database", a.db.Ready(ctx), a.db.Engine())
	say("schéma / schema", a.db.CheckSchema(ctx), "à jour / up to date")
	say("disque / disk", enoughDisk(a.cfg.Data), a.cfg.Data)
	position, err := a.db.Position(ctx)
	say("registre / registry", err, fmt.Sprintf("%d changements / changes", position))
	pending, parked, oldest, err := a.db.OutboxCounts(ctx)
	if err == nil && parked > 0 {
		err = fmt.Errorf("%d envois mis de côté / parked deliveries", parked)
	}
	say("file d'envoi / outbox", err, fmt.Sprintf("%d en attente / pending, %s", pending, oldest.Truncate(1e9)))
	v := a.register.Vintage()
	say("registre officiel / official register", nil, fmt.Sprintf("millésime / vintage %d", v.Year))
	say("version", nil, versionLine())
	fmt.Fprintln(w)
	if err := limits(w); err != nil {
		return err
	}
	if ill {
		return errReported
	}
	return nil
}

// limits prints the figures in force; LIMITS of the administrator's guide explains them.
func limits(w io.Writer) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, l := range []struct {
		name  string
		value any
	}{
		{"lecture des en-têtes / header read", web.ReadHeaderTimeout},
		{"lecture / read", web.ReadTimeout},
		{"écriture / write", web.WriteTimeout},
		{"inactivité / idle", web.IdleTimeout},
		{"en-têtes / headers (octets, bytes)", web.MaxHeaderBytes},
		{"arrêt / shutdown", web.ShutdownTimeout},
		{"envois par prise / deliveries per claim", event.ClaimBatch},
		{"bail d'un envoi / delivery lease", event.LeaseTime},
		{"essais d'un envoi / delivery attempts", event.MaxAttempts},
		{"noms / names (caractères, characters)", registry.MaxName},
		{"description (caractères, characters)", registry.MaxDescription},
		{"listes / lists (éléments, entries)", registry.MaxList},
		{"import par transaction / import per transaction", registry.ImportBatch},
		{"jetons / tokens", member.TokenPrefix + "… 256 bits"},
	} {
		fmt.Fprintf(out, "%s\t%v\n", l.name, l.value)
	}
	return out.Flush()
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Montrer la version / Show the version",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), versionLine())
			return err
		},
	}
}

func versionLine() string {
	revision := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				revision = " " + s.Value[:12]
			}
		}
	}
	return fmt.Sprintf("maillage %s%s (%s, %s/%s)", version, revision, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func newReindex() *cobra.Command {
	return &cobra.Command{
		Use:   "reindex",
		Short: "Refaire l'index de recherche / Rebuild the search index",
		Long: `Refait l'index de recherche du dossier des données. Un serveur en marche tient le sien :
arrêtez-le d'abord, ou redémarrez-le, il refait seul un index qui n'est plus à jour.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withApp(cmd, func(ctx context.Context, a *app) error {
				if err := a.read(ctx); err != nil {
					return err
				}
				if a.index.Temporary() {
					return fault.New(fault.Conflict, "index_in_use")
				}
				p := newProgress(os.Stderr, "index")
				err := a.index.Rebuild(ctx, func(done int) { p.step(done, 0) })
				p.end()
				return err
			})
		},
	}
}
