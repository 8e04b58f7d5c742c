// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package spdx_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/github/go-spdx/v2/spdxexp"

	"maillage/internal/spdx"
)

func TestLabelsBecomeExpressions(t *testing.T) {
	for _, c := range []struct {
		label, want           string
		ambiguous, deprecated bool
	}{
		{"MIT", "MIT", false, false},
		{"mit", "MIT", false, false},
		{"agpl-3.0", "AGPL-3.0-only", false, true},
		{"GPL-3.0+", "GPL-3.0-or-later", false, true},
		{"AGPL-3.0-only+", "AGPL-3.0-or-later", false, false},
		{"Apache-2.0+", "Apache-2.0+", false, false},
		{"mit or apache-2.0", "MIT OR Apache-2.0", false, false},
		{"(MIT OR ISC) and zlib", "(MIT OR ISC) AND Zlib", false, false},
		{"(MIT)", "MIT", false, false},
		{"gpl-2.0-with-classpath-exception", "GPL-2.0-only WITH Classpath-exception-2.0", false, true},
		{"GPL-2.0-or-later with classpath-exception-2.0", "GPL-2.0-or-later WITH Classpath-exception-2.0", false, false},
		{"LicenseRef-Ville-de-Grenoble", "LicenseRef-Ville-de-Grenoble", false, false},
		{"EPL Eclipse Public License", "EPL-2.0", true, false},
		{"GNU AGPLv3", "AGPL-3.0-only", false, false},
		{"GNU Affero General Public License v3.0 or later", "AGPL-3.0-or-later", false, false},
		{"AGPL v3 ou ultérieure", "AGPL-3.0-or-later", false, false},
		{"CeCILL V2", "CECILL-2.0", false, false},
		{"CeCILL-B", "CECILL-B", false, false},
		{"Licence CeCILL v2.1", "CECILL-2.1", false, false},
		{"Apache 2.0", "Apache-2.0", false, false},
		{"Apache License, Version 2.0", "Apache-2.0", false, false},
		{"BSD-3.0", "BSD-3-Clause", false, false},
		{"BSD", "BSD-3-Clause", true, false},
		{"GPL V2.0", "GPL-2.0-only", false, false},
		{"LGPL-v2.1", "LGPL-2.1-only", false, false},
		{"LGPL 3", "LGPL-3.0-only", false, false},
		{"AGPL-3", "AGPL-3.0-only", false, false},
		{"GPL-3", "GPL-3.0-only", false, false},
		{"GPL", "GPL-1.0-or-later", true, false},
		{"MPL 2.0 et EPL 1.0", "MPL-2.0 OR EPL-1.0", true, false},
		{"MIT ou GPL v3", "MIT OR GPL-3.0-only", false, false},
		{"LGPL-3.0, GPL-3.0, MPL-2.0", "LGPL-3.0-only OR GPL-3.0-only OR MPL-2.0", true, false},
		{"GPL-2.0-only / LGPL-2.0-only", "GPL-2.0-only OR LGPL-2.0-only", true, false},
		{"IPL-1.0, EPL-2.0", "IPL-1.0 OR EPL-2.0", true, false},
		{"Licence Ouverte 2.0", "etalab-2.0", false, false},
	} {
		got := spdx.Parse(c.label)
		if got.Expression != c.want || !got.Known || got.Ambiguous != c.ambiguous || got.Deprecated != c.deprecated {
			t.Errorf("%q: got %+v, want %s (ambiguous %v, deprecated %v)", c.label, got, c.want, c.ambiguous, c.deprecated)
		}
		if again := spdx.Parse(got.Expression); again.Expression != got.Expression || again.Deprecated {
			t.Errorf("%q: %q is not stable: %+v", c.label, got.Expression, again)
		}
	}
}

func TestAnUnknownLabelIsKept(t *testing.T) {
	for _, label := range []string{"", "N/A", "CPA", "Proprietary", "MIT OR", "((MIT) AND Foo", "MIT WITH",
		"MIT, CeCILL-2.2", "GPL-2.0 WITH no-such-exception", strings.Repeat("(", 5000), strings.Repeat("MIT OR ", 900) + "MIT"} {
		got := spdx.Parse("  " + label + " ")
		if got.Known || got.Expression != "" || got.Ambiguous || got.Label != strings.TrimSpace(label) {
			t.Errorf("%.40q: got %+v", label, got)
		}
	}
}

func TestValidReadsAsTheReferenceDoes(t *testing.T) {
	for expr, want := range map[string]bool{
		"AGPL-3.0-or-later": true, "agpl-3.0": true, "MIT OR Apache-2.0": true,
		"MIT WITH Bison-exception-2.2": true, "": false, "   ": false, "LGPL 3": false, "LICENSE.txt": false,
		"Invalid License": false, "mit or isc": false, "MIT OR (ISC AND Zlib)": true, "GPL-2.0+": true,
		"Apache-2.0+": true, "MIT OR": false, "MIT ISC": false, "LicenseRef-x": true, "MIT AND WITH": false,
		"GPL-2.0-only WITH Classpath-exception-2.0 OR MIT": true, "DocumentRef-a:LicenseRef-b": true, strings.Repeat("(", 900): false,
	} {
		if got := spdx.Valid(expr); got != want {
			t.Errorf("Valid(%.30q) = %v", expr, got)
		}
		if strings.Count(expr, "(") == strings.Count(expr, ")") {
			if reference, _ := spdxexp.ValidateLicenses([]string{expr}); reference != want {
				t.Errorf("the library says %v of %q", reference, expr)
			}
		}
	}
}

func TestFreedomFollowsTheOperators(t *testing.T) {
	for expr, want := range map[string]bool{
		"AGPL-3.0-or-later": true, "GPL-3.0": true, "CECILL-B": true, "WTFPL": true,
		"BUSL-1.1": false, "SSPL-1.0": false, "Elastic-2.0": false, "CC-BY-NC-SA-4.0": false,
		"MIT OR BUSL-1.1": true, "MIT AND BUSL-1.1": false, "nonsense": false,
		"GPL-2.0-only WITH Classpath-exception-2.0": true, "LicenseRef-mine": false,
	} {
		if got := spdx.IsFree(expr); got != want {
			t.Errorf("IsFree(%q) = %v", expr, got)
		}
	}
	if l := spdx.Parse("CeCILL-B"); l.OSI || !l.Free {
		t.Errorf("CECILL-B is free for the FSF and was not submitted to the OSI: %+v", l)
	}
	if l := spdx.Parse("EUPL 1.2"); !l.OSI || !l.Free {
		t.Errorf("EUPL-1.2: %+v", l)
	}
}

func TestNamesAreThoseOfTheList(t *testing.T) {
	if got := spdx.Name("eupl-1.2"); got != "European Union Public License 1.2" {
		t.Errorf("got %q", got)
	}
	if got := spdx.Name("LicenseRef-x"); got != "LicenseRef-x" {
		t.Errorf("got %q", got)
	}
	for _, id := range spdx.Identifiers() {
		if l := spdx.Parse(id); l.Expression != id || l.Deprecated {
			t.Errorf("%s does not come back: %+v", id, l)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"GNU AGPLv3", "MIT, LGPL-3, AGPL-3", "a OR (b", "GPL-2.0+ WITH x", "DocumentRef-a:LicenseRef-b", "+", "et/ou"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l := spdx.Parse(s)
		if l.Known != (l.Expression != "") {
			t.Fatalf("%q: known and expression disagree: %+v", s, l)
		}
		if l.Known && (!spdx.Valid(l.Expression) || spdx.Parse(l.Expression).Expression != l.Expression) {
			t.Fatalf("%q: %q is not a canonical expression", s, l.Expression)
		}
		spdx.Valid(s)
		spdx.IsFree(s)
	})
}

// TestLabelsOfTheCataloguesAreCovered reads the corpora kept beside the project, when they are.
func TestLabelsOfTheCataloguesAreCovered(t *testing.T) {
	unknown := map[string]bool{"N/A": true, "CPA": true, "MPL-2.0, GPL-2.0, LGPL-2.0, CeCILL-2.2": true}
	var labels map[string]int
	if corpus(t, "sill/licences-not-spdx.json", &labels) {
		for label := range labels {
			if got := spdx.Parse(label); got.Known == unknown[label] {
				t.Errorf("%q: %+v", label, got)
			}
		}
	}
	var ids map[string]any
	if corpus(t, "catalogues/spdx-licenses.json", &ids) {
		missing := 0
		for id := range ids {
			if !spdx.Parse(id).Known {
				missing++
				t.Errorf("unknown: %s", id)
			}
		}
		t.Logf("SPDX list: %d of %d known", len(ids)-missing, len(ids))
	}
}

// corpus decodes a file of ../shared/data beside the repository and reports whether it is there.
func corpus(t *testing.T, name string, into any) bool {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil || dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	data, err := os.ReadFile(filepath.Join(dir, "..", "shared", "data", filepath.FromSlash(name)))
	if err != nil {
		t.Logf("%s is not beside the project", name)
		return false
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
	return true
}
