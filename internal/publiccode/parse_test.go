// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package publiccode_test

import (
	"bytes"
	"embed"
	"fmt"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"maillage/internal/fault"
	"maillage/internal/publiccode"
)

//go:embed testdata/*.yml
var ours embed.FS

var want = regexp.MustCompile(`(?m)^# want: (\S+) (\S*) (\d+:\d+)$`)

// TestOurCasesGiveTheProblemsTheyAnnounce reads testdata: each file ends with the problems it wants.
func TestOurCasesGiveTheProblemsTheyAnnounce(t *testing.T) {
	entries, err := ours.ReadDir("testdata")
	if err != nil || len(entries) < 12 {
		t.Fatalf("%d cases, %v", len(entries), err)
	}
	for _, e := range entries {
		data, err := ours.ReadFile(path.Join("testdata", e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		var wanted, got []string
		for _, m := range want.FindAllStringSubmatch(string(data), -1) {
			wanted = append(wanted, strings.Join(m[1:], " "))
		}
		_, problems, err := publiccode.Parse(bytes.NewReader(data), publiccode.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems {
			got = append(got, fmt.Sprintf("%s %s %d:%d", p.Level, p.Field, p.Line, p.Column))
		}
		slices.Sort(wanted)
		slices.Sort(got)
		if diff := cmp.Diff(wanted, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", e.Name(), diff)
		}
	}
}

func minimal(t testing.TB) string {
	t.Helper()
	data, err := ours.ReadFile("testdata/minimal.yml")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestFilesBesideAreLookedForOnlyInsideTheRepository(t *testing.T) {
	dir := fstest.MapFS{
		"logo.svg": {Data: []byte("<?xml version=\"1.0\"?><!-- x --><svg xmlns=\"http://www.w3.org/2000/svg\"/>")},
		"page.svg": {Data: []byte("<html></html>")},
		"doc/x":    {Data: []byte("x")},
		"doc.png":  {Data: []byte("not a picture")},
	}
	for logo, code := range map[string]string{
		"logo.svg": "", "./logo.svg": "", "https://example.fr/logo.png": "",
		"page.svg":                    "publiccode_image_unreadable",
		"doc.png":                     "publiccode_image_unreadable",
		"absent.png":                  "publiccode_file_missing",
		"../../etc/secret.png":        "publiccode_file_missing",
		"/etc/secret.png":             "publiccode_path_absolute",
		"file:///etc/secret.png":      "publiccode_path_file_url",
		"doc":                         "publiccode_image_extension",
		"https://example.fr/logo.gif": "publiccode_image_extension",
	} {
		_, problems, err := publiccode.Parse(strings.NewReader(minimal(t)+"logo: "+logo+"\n"), publiccode.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case code == "" && len(problems) == 0:
		case len(problems) != 1 || problems[0].Code != code || problems[0].Field != "logo":
			t.Errorf("%s: want %q, got %v", logo, code, problems)
		}
	}
}

func TestAFileOverTheSizeLimitIsRefused(t *testing.T) {
	_, _, err := publiccode.Parse(strings.NewReader(strings.Repeat("#", publiccode.MaxSize+1)), publiccode.Options{})
	if !fault.Is(err, fault.TooLarge) {
		t.Errorf("got %v", err)
	}
	text := minimal(t) + "#" + strings.Repeat("x", publiccode.MaxSize-len(minimal(t))-1)
	if _, problems, err := publiccode.Parse(strings.NewReader(text), publiccode.Options{}); err != nil || !problems.Valid() {
		t.Errorf("a file of the largest size: %v %v", err, problems)
	}
}

// TestHostileFilesCostLittle holds the limits of one request: 250 ms and 32 MiB, with room for a
// busy machine.
func TestHostileFilesCostLittle(t *testing.T) {
	const size = publiccode.MaxSize
	for name, text := range map[string]string{
		"open lists":     strings.Repeat("[", size),
		"nested lists":   "a: " + strings.Repeat("[", 9000) + strings.Repeat("]", 9000),
		"short lines":    strings.Repeat("-\n", size/2),
		"dashes":         strings.Repeat("- ", size/2),
		"questions":      strings.Repeat("? ", size/2),
		"keys":           strings.Repeat("a: b\n", 40_000),
		"commas":         "a: [" + strings.Repeat("b,", 40_000) + "]",
		"aliases":        "a: &a x\nb: [" + strings.Repeat("*a,", 40_000) + "]",
		"quotes":         "a: \"" + strings.Repeat("\\u0041", size/7) + "\"",
		"comments":       strings.Repeat("#\n", 40_000) + "a: b",
		"self":           "a: &a [*a]",
		"anchors":        strings.Repeat("&a ", size/3),
		"tags":           strings.Repeat("!!str ", size/6),
		"description":    minimal(t) + "usedBy: [\"" + strings.Repeat("e\u0301", size/4) + "\"]\n",
		"merge":          "a: &a {b: c}\n<<: *a\n",
		"binary":         "publiccodeYmlVersion: !!binary MC43\n",
		"nul":            "publiccodeYmlVersion: \"0.7\"\nname: \"\\0\"\n",
		"utf-16":         "\xff\xfea\x00:\x00",
		"empty":          "",
		"only a comment": "# rien\n",
		"scalar":         "texte",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		_, problems, err := publiccode.Parse(strings.NewReader(text), publiccode.Options{})
		spent := time.Since(start)
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if name != "description" && problems.Valid() {
			t.Errorf("%s is valid", name)
		}
		allocated := (after.TotalAlloc - before.TotalAlloc) >> 20
		t.Logf("%-14s %8s %4d MiB allocated, %d problems", name, spent.Round(time.Millisecond), allocated, len(problems))
		if spent > 2*time.Second || allocated > 32 {
			t.Errorf("%s costs %s and %d MiB", name, spent, allocated)
		}
	}
}

func TestCharactersAreCountedAsPeopleDo(t *testing.T) {
	for s, n := range map[string]int{
		"": 0, "été": 3, "e\u0301te\u0301": 3, "🇫🇷🇮🇹": 2, "👨‍👩‍👧‍👦": 1, "👍🏽": 1, "❤️": 1, "\r\n": 1,
		"각": 1, "한국": 2, "न\u093f": 1, "a\u200db": 2,
	} {
		if got := publiccode.Characters(s); got != n {
			t.Errorf("%q: %d, want %d", s, got, n)
		}
	}
}

func TestAnErrorOfYAMLIsPlacedOnItsLine(t *testing.T) {
	for text, line := range map[string]int{
		"a: b\nname: [x\nc: d\n": 2, "a: b\n c: d\n e": 2, "a: b\nc: *x\n": 2, "a: b\n\tc: d\n": 2,
		"a: b: c\n": 1, "a: b\nc: d\n  e: f\n": 3, "\n\na: ]\n": 3, "a: b\nc: \"\\q\"\n": 2, "a: ]": 1,
	} {
		_, problems, err := publiccode.Parse(strings.NewReader(text), publiccode.Options{})
		if err != nil || len(problems) != 1 || problems[0].Code != "publiccode_yaml" || problems[0].Line != line {
			t.Errorf("%q: want line %d, got %v", text, line, problems)
		}
	}
}

func TestTheVocabulariesAreCompleteAndNamed(t *testing.T) {
	if n := len(publiccode.Categories()); n != 106 {
		t.Errorf("%d categories", n)
	}
	if n := len(publiccode.Scopes()); n != 24 {
		t.Errorf("%d scopes", n)
	}
	for _, lang := range []string{"fr", "en"} {
		seen := map[string]string{}
		for _, c := range publiccode.Categories() {
			name := publiccode.CategoryLabel(c, lang)
			if other := seen[name]; name == "" || other != "" {
				t.Errorf("%s and %s are both %q in %s", c, other, name, lang)
			}
			seen[name] = c
		}
		for _, s := range publiccode.Scopes() {
			if publiccode.ScopeLabel(s, lang) == "" {
				t.Errorf("%s has no label in %s", s, lang)
			}
		}
	}
	if got := publiccode.CategoryLabel("document-management", "fr"); got != "Gestion de documents (GED)" {
		t.Errorf("got %q", got)
	}
	if got := publiccode.CategoryLabel("no-such-term", "fr"); got != "no-such-term" {
		t.Errorf("got %q", got)
	}
}

func FuzzParse(f *testing.F) {
	entries, err := ours.ReadDir("testdata")
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range entries {
		data, err := ours.ReadFile(path.Join("testdata", e.Name()))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("a: &a [*a]\n? [b]\n: c"))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, problems, err := publiccode.Parse(bytes.NewReader(data), publiccode.Options{Dir: fstest.MapFS{}})
		if err != nil && !fault.Is(err, fault.TooLarge) || doc == nil {
			t.Fatalf("document %v, error %v", doc, err)
		}
		for _, p := range problems {
			if p.Line < 1 || p.Column < 1 || p.Code == "" || p.Message == "" {
				t.Fatalf("incomplete problem %+v", p)
			}
		}
		publiccode.Upgrade(doc)
		var b bytes.Buffer
		if publiccode.Write(&b, *doc) != nil {
			return
		}
		again, problems, err := publiccode.Parse(&b, publiccode.Options{})
		if err != nil || !problems.Valid() {
			t.Fatalf("what was written is not valid: %v %v", err, problems)
		}
		publiccode.Upgrade(again)
	})
}
