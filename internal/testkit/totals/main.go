// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Command totals reads what "go test -json" prints, shows it as a person wants to see it, and counts.
//
//	go test -json ./... | totals -pass "SQLite" -save FILE
//	totals -sum FILE...
//
// A line per package as it ends, the output of what failed, then the count of the pass. With -sum it
// prints the counts saved by earlier passes and their total, and ends with 1 if anything failed, or
// if nothing ran.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	err := run(os.Args[1:], os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "totals:", err)
		os.Exit(1)
	}
}

var errFailed = errors.New("not every test passed")

func run(args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("totals", flag.ContinueOnError)
	pass := flags.String("pass", "tests", "name of this pass")
	save := flags.String("save", "", "file that keeps the counts for -sum")
	sum := flags.Bool("sum", false, "print the counts of the files given, and their total")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *sum {
		return printSum(flags.Args(), out)
	}
	counts := newReader(*pass, out).read(in)
	if *save != "" {
		text, err := json.Marshal(counts)
		if err != nil {
			return err
		}
		if err := os.WriteFile(*save, text, 0o600); err != nil {
			return err
		}
	}
	counts.print(out)
	if counts.failed() {
		return errFailed
	}
	return nil
}

func printSum(files []string, out io.Writer) error {
	all := Counts{Pass: "total"}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("a pass left no count: %w", err)
		}
		var one Counts
		if err := json.Unmarshal(text, &one); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		one.print(out)
		all.add(one)
	}
	all.print(out)
	if all.failed() {
		return errFailed
	}
	return nil
}
