// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Command maillage is the whole of an instance: server, demonstration, imports, exports and care.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// version is set by the build.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// Exit codes, in the field's habits.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
	// exitInterrupted is 128 + SIGINT, what shells expect of an interrupted command.
	exitInterrupted = 130
)

// run executes a command line and returns its exit code.
func run(ctx context.Context, args []string) int {
	root := newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	w := wordsFor(os.Environ())
	var faults *ConfigError
	var usage *usageError
	switch {
	case errors.As(err, &faults):
		for _, f := range faults.Faults {
			fmt.Fprintln(os.Stderr, f)
		}
		return exitUsage
	case errors.As(err, &usage):
		fmt.Fprintln(os.Stderr, usage.Error())
		return exitUsage
	case errors.Is(err, errReported):
		return exitFailure
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, w.say("interrupted"))
		return exitInterrupted
	}
	fmt.Fprintln(os.Stderr, explain(w, err))
	return exitFailure
}

// errReported says that the person was told already.
var errReported = errors.New("reported")

// usageError is a mistake in the command line.
type usageError struct{ error }

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "maillage",
		Short: "Le registre d’un collectif du logiciel libre public / The registry of a public-sector open-source collective",
		Long: `Maillage tient le registre d'un collectif : collectivités, logiciels libres, prestataires.

Pour essayer :        maillage demo
Pour de bon :         maillage serve
Documentation :       docs/administration.md`,
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetVersionTemplate("maillage {{.Version}}\n")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	addConfigFlags(root.PersistentFlags())
	root.AddCommand(newServe(), newDemo(), newMigrate(), newImport(), newExport(), newReindex(), newToken(), newMember(), newDoctor(), newPrivacy(), newAudit(), newVersion())
	return root
}

// configured loads the configuration of a command.
func configured(cmd *cobra.Command) (Config, error) {
	return loadConfig(cmd.Flags(), os.Environ())
}
