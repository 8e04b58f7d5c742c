// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// event is one line of "go test -json" (go doc cmd/test2json, and go doc cmd/go for the builds).
type event struct {
	Action      string
	Package     string
	ImportPath  string // of a build
	Test        string
	Output      string
	Elapsed     float64 // seconds
	FailedBuild string
}

// state is what is known of a test, or of a package under the empty name, until it ends.
type state struct {
	output strings.Builder
	parent bool // a subtest was seen
	failed bool // a subtest failed: the parent's failure is not one more
}

type reader struct {
	out    io.Writer
	counts Counts
	live   map[string]map[string]*state // package → test
	ran    map[string]int               // leaves ended, by package
	builds map[string]*strings.Builder
}

func newReader(pass string, out io.Writer) *reader {
	return &reader{out: out, counts: Counts{Pass: pass, Reasons: map[string]int{}},
		live: map[string]map[string]*state{}, ran: map[string]int{}, builds: map[string]*strings.Builder{}}
}

// read follows the stream to its end. A line that is not an event (a message of the go command, or
// of a test that writes past the framework) is shown as it came.
func (r *reader) read(in io.Reader) Counts {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			var e event
			if json.Unmarshal([]byte(line), &e) != nil || e.Action == "" {
				fmt.Fprint(r.out, line)
			} else {
				r.take(e)
			}
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				fmt.Fprintln(r.out, "the stream broke:", err)
			}
			break
		}
	}
	// The go command was killed: what had begun has not passed.
	for pkg := range r.live {
		r.endPackage(event{Action: "fail", Package: pkg})
	}
	return r.counts
}

func (r *reader) take(e event) {
	switch {
	case e.Action == "build-output":
		if r.builds[e.ImportPath] == nil {
			r.builds[e.ImportPath] = &strings.Builder{}
		}
		r.builds[e.ImportPath].WriteString(e.Output)
	case e.Action == "output":
		r.state(e.Package, e.Test).output.WriteString(e.Output)
	case e.Action == "run" || e.Action == "start":
		r.state(e.Package, e.Test)
	case e.Action != "pass" && e.Action != "fail" && e.Action != "skip":
	case e.Test != "":
		r.endTest(e)
	default:
		r.endPackage(e)
	}
}

func (r *reader) state(pkg, test string) *state {
	tests := r.live[pkg]
	if tests == nil {
		tests = map[string]*state{}
		r.live[pkg] = tests
	}
	if tests[test] == nil {
		tests[test] = &state{}
		if i := strings.LastIndexByte(test, '/'); i > 0 {
			r.state(pkg, test[:i]).parent = true
		}
	}
	return tests[test]
}

func (r *reader) endTest(e event) {
	s := r.state(e.Package, e.Test)
	delete(r.live[e.Package], e.Test)
	switch e.Action {
	case "fail":
		fmt.Fprint(r.out, s.output.String())
		if i := strings.LastIndexByte(e.Test, '/'); i > 0 {
			r.state(e.Package, e.Test[:i]).failed = true
		}
		if s.failed {
			return
		}
		r.counts.Failed++
	case "skip":
		r.counts.Skipped++
		r.counts.Reasons[reason(s.output.String())]++
	default:
		if s.parent {
			return
		}
		r.counts.Passed++
	}
	r.ran[e.Package]++
}

var skipLine = regexp.MustCompile(`(?m)^\s+\S+\.go:\d+: (.*)$`)

// reason finds what the test gave to Skip: the last line it logged.
func reason(output string) string {
	all := skipLine.FindAllStringSubmatch(output, -1)
	if len(all) == 0 {
		return "no reason given"
	}
	return all[len(all)-1][1]
}

func (r *reader) endPackage(e event) {
	tests := r.live[e.Package]
	delete(r.live, e.Package)
	if e.Action == "skip" {
		r.counts.Untested++
		return
	}
	r.counts.Packages++
	if e.Action == "pass" {
		fmt.Fprintf(r.out, "ok    %-40s %7.2fs %5d tests\n", e.Package, e.Elapsed, r.ran[e.Package])
		return
	}
	r.counts.PackagesFailed++
	for name, s := range tests {
		// A panic or a timeout: this test never ended. Parents wait for the subtest that is stuck.
		if name != "" && !s.parent {
			r.counts.Failed++
		}
		fmt.Fprint(r.out, s.output.String())
	}
	if b := r.builds[e.FailedBuild]; b != nil {
		fmt.Fprint(r.out, b.String())
	}
	fmt.Fprintf(r.out, "FAIL  %-40s %7.2fs %5d tests\n", e.Package, e.Elapsed, r.ran[e.Package])
}
