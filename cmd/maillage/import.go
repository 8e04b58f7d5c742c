// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"maillage/internal/exchange"
	"maillage/internal/fault"
	"maillage/internal/fetch"
	"maillage/internal/member"
	"maillage/internal/registry"
)

// importOptions is how an import is run.
type importOptions struct {
	by      member.Actor
	dryRun  bool
	verbose bool
	report  string // file of the whole report; empty for none
}

func newImport() *cobra.Command {
	opts := importOptions{by: member.System("import")}
	var template string
	cmd := &cobra.Command{
		Use:   "import [FORMAT] CHEMIN…",
		Short: "Importer un fichier, un dossier ou une sauvegarde / Import a file, a folder or a dump",
		Long: `Importe des fichiers dans le registre. Recommencer ne change rien ; une fiche fautive n'arrête
pas les autres ; ce qui est lu avant une interruption est gardé.

Formats : ` + strings.Join(exchange.Formats(), ", ") + `
Sans format, le chemin est celui d'une sauvegarde faite par « maillage export » ; un fichier dont
le contenu est celui du Comptoir, du SILL ou d'un publiccode.yml est reconnu.

Le code de sortie est 1 si un fichier n'a pas pu être lu jusqu'au bout ou si une fiche est refusée.`,
		Example: `  maillage import comptoir comptoir-du-libre_export_v1.json
  maillage import publiccode dossier/ https://exemple.fr/publiccode.yml
  maillage import csv-usages --dry-run usages.csv
  maillage import --template usage > usages.csv
  maillage import ./sauvegarde`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if template != "" {
				return writeTemplate(cmd.OutOrStdout(), template)
			}
			if len(args) == 0 {
				return &usageError{errors.New("import: un chemin est attendu / a path is needed")}
			}
			return withApp(cmd, func(ctx context.Context, a *app) error { return a.importPaths(ctx, args, opts) })
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 {
				return exchange.Formats(), cobra.ShellCompDirectiveDefault
			}
			return nil, cobra.ShellCompDirectiveDefault
		},
	}
	cmd.Flags().BoolVar(&opts.dryRun, "dry-run", false, "tout faire puis tout défaire, et dire ce qui se passerait / do everything, undo it, and tell")
	cmd.Flags().BoolVarP(&opts.verbose, "verbose", "v", false, "une ligne pour chaque fiche / a line for each record")
	cmd.Flags().StringVar(&opts.report, "report", "", "écrire le rapport entier dans ce fichier (.csv ou texte) / write the whole report to this file (.csv or text)")
	cmd.Flags().StringVar(&template, "template", "", "écrire un modèle CSV / write a CSV template: "+strings.Join(templateKinds(), ", "))
	return cmd
}

func templateKinds() []string {
	var out []string
	for _, k := range exchange.TableKinds() {
		out = append(out, string(k))
	}
	return out
}

func writeTemplate(w io.Writer, kind string) error {
	if !slices.Contains(templateKinds(), kind) {
		return &usageError{fmt.Errorf("--template %s: %s", kind, strings.Join(templateKinds(), ", "))}
	}
	_, err := io.WriteString(w, exchange.Template(registry.Kind(kind)))
	return err
}

// importPaths imports what the command line names.
func (a *app) importPaths(ctx context.Context, args []string, opts importOptions) error {
	if format := args[0]; slices.Contains(exchange.Formats(), format) {
		if len(args) == 1 {
			return &usageError{fmt.Errorf("import %s: un chemin est attendu / a path is needed", format)}
		}
		return a.importAs(ctx, format, args[1:], opts)
	}
	var failed error
	for _, path := range args {
		if err := a.importFile(ctx, path, opts); err != nil {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// importFile imports a file or a folder whose format is to be recognised.
func (a *app) importFile(ctx context.Context, path string, opts importOptions) error {
	if _, err := os.Stat(filepath.Join(path, "manifest.json")); err == nil {
		return a.importDump(ctx, path, opts)
	}
	format, err := recognise(path)
	if err != nil {
		return err
	}
	return a.importAs(ctx, format, []string{path}, opts)
}

// sniffed is how much of a file is looked at to recognise it.
const sniffed = 64 << 10

// recognise tells the format of a file by its name and beginning.
func recognise(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("import: %w", err)
	}
	if info.IsDir() {
		return "publiccode", nil
	}
	f, err := os.Open(path) //nolint:gosec // the administrator's own file
	if err != nil {
		return "", fmt.Errorf("import: %w", err)
	}
	defer f.Close() //nolint:errcheck // read only
	head, err := io.ReadAll(io.LimitReader(f, sniffed))
	if err != nil {
		return "", fmt.Errorf("import: %w", err)
	}
	start := string(head)
	switch ext := strings.ToLower(filepath.Ext(path)); {
	case ext == ".yml" || ext == ".yaml":
		return "publiccode", nil
	case strings.Contains(start, `"number_of_software"`), strings.Contains(start, `"softwares"`), strings.Contains(start, "comptoir-du-libre.org/fr/softwares"):
		return "comptoir", nil
	case strings.Contains(start, `"prestataires"`):
		return "cnll", nil
	case ext == ".json", ext == ".csv" && strings.HasPrefix(start, "ID,nom,"):
		return "sill", nil
	}
	return "", fault.New(fault.Invalid, "import_format_unknown")
}

// importAs imports paths of one format.
func (a *app) importAs(ctx context.Context, format string, paths []string, opts importOptions) error {
	importers := exchange.NewImporters(a.registry, a.register)
	return a.reported(ctx, format, opts, func(o exchange.Options) error {
		if format == "publiccode" {
			client := fetch.New(fetch.Config{UserAgent: "Maillage/" + version})
			defer client.Close()
			return importers.Publiccode(client).RunAll(ctx, paths, o)
		}
		importer, ok := importers.Format(format)
		if !ok {
			return fault.New(fault.Invalid, "import_format_unknown")
		}
		var failed error
		for _, path := range paths {
			failed = errors.Join(failed, runOne(ctx, importer, path, o))
		}
		return failed
	})
}

func runOne(ctx context.Context, importer exchange.Importer, path string, o exchange.Options) error {
	in := io.Reader(os.Stdin)
	if path != "-" {
		f, err := os.Open(path) //nolint:gosec // the administrator's own file
		if err != nil {
			return fmt.Errorf("import: %w", err)
		}
		defer f.Close() //nolint:errcheck // read only
		in = f
	}
	if err := importer.Run(ctx, exchange.File{Name: path, Reader: in}, o); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// importDump reads a dump back.
func (a *app) importDump(ctx context.Context, dir string, opts importOptions) error {
	return a.reported(ctx, filepath.Base(dir), opts, func(o exchange.Options) error {
		return exchange.ImportDump(ctx, dir, a.db, o)
	})
}

// reported runs an import and tells what came of it. It returns errReported when something was not
// taken in, which the report has told.
func (a *app) reported(ctx context.Context, what string, opts importOptions, run func(exchange.Options) error) (err error) {
	w := wordsFor(os.Environ())
	sinks := []exchange.Sink{exchange.Terminal(os.Stderr, w.lang, opts.verbose)}
	if opts.report != "" {
		f, err := os.Create(opts.report)
		if err != nil {
			return fmt.Errorf("import: %w", err)
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		if strings.EqualFold(filepath.Ext(opts.report), ".csv") {
			sinks = append(sinks, exchange.CSV(f, w.lang))
		} else {
			sinks = append(sinks, exchange.Text(f, w.lang))
		}
	}
	report := exchange.NewReport(sinks...)
	p := newProgress(os.Stderr, what)
	err = run(exchange.Options{By: opts.by, DryRun: opts.dryRun, Progress: p.step, Report: report})
	p.end()
	if sum := report.Summary(os.Stdout, w.lang); sum != nil {
		err = errors.Join(err, sum)
	}
	if err = errors.Join(err, report.Err()); err != nil {
		if ctx.Err() == nil {
			fmt.Fprintln(os.Stderr, explain(w, err))
			return errReported
		}
		return ctx.Err()
	}
	if report.Total(exchange.Refused) > 0 {
		return errReported
	}
	return nil
}

func newExport() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export DOSSIER",
		Short: "Tout écrire dans un dossier, en formats ouverts / Write everything to a folder, in open formats",
		Long: `Écrit tout le registre dans un dossier : JSON Lines pour relire à l'identique
(« maillage import DOSSIER »), CSV pour les tableurs, publiccode.yml pour chaque logiciel qui
le permet, et un manifeste avec l'empreinte de chaque fichier.

L'export contient aussi ce qui n'est pas public : gardez-le comme une sauvegarde.`,
		Args: exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withApp(cmd, func(ctx context.Context, a *app) error {
				w := wordsFor(os.Environ())
				report := exchange.NewReport(exchange.Terminal(os.Stderr, w.lang, false))
				p := newProgress(os.Stderr, "export")
				m, err := exchange.Export(ctx, args[0], a.db, exchange.Options{By: member.System("export"), Progress: p.step, Report: report})
				p.end()
				if err != nil {
					return err
				}
				for _, f := range m.Files {
					if f.Kind != "" {
						fmt.Fprintf(cmd.OutOrStdout(), "%s : %d\n", f.Name, f.Count)
					}
				}
				return nil
			})
		},
	}
	return cmd
}
