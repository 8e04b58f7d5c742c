// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
)

// Counts is what one pass adds up to. A test with subtests is not counted beside them: only the
// leaves are, and a parent that fails by itself.
type Counts struct {
	Pass                     string
	Packages, PackagesFailed int
	Untested                 int // packages without a test file
	Passed, Failed, Skipped  int
	Reasons                  map[string]int // why tests were skipped, and how many for each reason
}

func (c *Counts) add(o Counts) {
	c.Packages += o.Packages
	c.PackagesFailed += o.PackagesFailed
	c.Untested += o.Untested
	c.Passed += o.Passed
	c.Failed += o.Failed
	c.Skipped += o.Skipped
}

// failed also refuses a pass in which nothing ran: a green light for nothing is the worst failure.
func (c *Counts) failed() bool {
	return c.Failed > 0 || c.PackagesFailed > 0 || c.Passed == 0
}

func (c *Counts) print(out io.Writer) {
	fmt.Fprintf(out, "%s: %d packages (%d failed, %d more without tests); tests: %d passed, %d failed, %d skipped\n",
		c.Pass, c.Packages, c.PackagesFailed, c.Untested, c.Passed, c.Failed, c.Skipped)
	for _, why := range slices.Sorted(maps.Keys(c.Reasons)) {
		fmt.Fprintf(out, "  skipped %d: %s\n", c.Reasons[why], why)
	}
}
