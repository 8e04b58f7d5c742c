// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// progress shows how far long work is: a bar on a terminal, a line every few seconds elsewhere.
type progress struct {
	out      *os.File
	what     string
	terminal bool
	shown    time.Time
	started  time.Time
	done     int
	total    int
}

// Widths and paces of a progress.
const (
	barWidth  = 30
	barEvery  = 100 * time.Millisecond
	lineEvery = 5 * time.Second
)

func newProgress(out *os.File, what string) *progress {
	now := time.Now()
	return &progress{out: out, what: what, terminal: term.IsTerminal(int(out.Fd())), shown: now, started: now}
}

// step tells how far the work is. total 0 means that nobody knows.
func (p *progress) step(done, total int) {
	p.done, p.total = done, total
	every := lineEvery
	if p.terminal {
		every = barEvery
	}
	if now := time.Now(); now.Sub(p.shown) >= every {
		p.shown = now
		p.show()
	}
}

func (p *progress) show() {
	if !p.terminal {
		fmt.Fprintf(p.out, "%s : %s\n", p.what, p.count())
		return
	}
	bar := ""
	if p.total > 0 {
		full := min(barWidth*p.done/p.total, barWidth)
		bar = "[" + strings.Repeat("█", full) + strings.Repeat("·", barWidth-full) + "] "
	}
	fmt.Fprintf(p.out, "\r\033[K%s %s%s", p.what, bar, p.count())
}

func (p *progress) count() string {
	if p.total > 0 {
		return fmt.Sprintf("%d / %d", p.done, p.total)
	}
	return fmt.Sprint(p.done)
}

// end shows the last state and leaves the cursor on a new line.
func (p *progress) end() {
	if p.done == 0 {
		return
	}
	if p.terminal {
		p.show()
		fmt.Fprintln(p.out)
		return
	}
	seconds := time.Since(p.started).Seconds()
	fmt.Fprintf(p.out, "%s : %s, %.1f s\n", p.what, p.count(), seconds)
}
