// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package publiccode_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"maillage/internal/publiccode"
)

// verdictExceptions are the cases of the conformance set on which we disagree, each with its reason.
var verdictExceptions = map[string]string{
	"v0/invalid/logo_missing_url.yml": "needs the network: the logo is a well-formed URL of a PNG that answers 404",
}

// positionExceptions are the problems we place elsewhere than the reference reader.
var positionExceptions = map[string]string{
	"v0/invalid/publiccodeYmlVersion_missing.yml": "the reference gives 0:0; we give the place where the key should be",
	"v0/invalid/publiccodeYmlVersion_invalid.yml": "the reference gives 0:0; we give the key",
	"v0/invalid/file_encoding.yml":                "the reference gives 0:0; we give the first byte that is not UTF-8",
}

// problem is one line of what the reference reader expects.
type problem struct {
	Level  publiccode.Level `json:"level"`
	Field  string           `json:"field"`
	Line   int              `json:"line"`
	Column int              `json:"column"`
}

// sharedData returns a folder of ../shared/data beside the repository, nil when it is not there.
func sharedData(t testing.TB, name string) fs.FS {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	dir = filepath.Join(dir, "..", "shared", "data", filepath.FromSlash(name))
	if _, err := os.Stat(dir); err != nil {
		t.Logf("%s is not beside the project", name)
		return nil
	}
	return os.DirFS(dir)
}

// beside is the folder of a case, with the pictures that the set leaves out.
type beside struct {
	dir    fs.FS
	assets fs.FS
}

func (b beside) Open(name string) (fs.File, error) {
	if f, err := b.assets.Open(name); err == nil {
		return f, nil
	}
	return b.dir.Open(name)
}

func assets(t testing.TB) fs.FS {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 200, 100))); err != nil {
		t.Fatal(err)
	}
	picture := &fstest.MapFile{Data: b.Bytes()}
	return fstest.MapFS{
		"assets/img/logo.png": picture, "assets/img/sshot1.png": picture, "assets/img/sshot2.png": picture,
		"assets/img/sshot3.jpg": picture, "assets/img/sshot3.png": picture,
		"assets/img/not-an-image.png": {Data: []byte("not an image")},
		"assets/AUTHORS":              {Data: []byte("Somebody\n")}, "testdata/AUTHORS": {Data: []byte("Somebody\n")},
		"logo.mpg": {Data: []byte("x")}, "monochromeLogo.mpg": {Data: []byte("x")},
	}
}

// read parses a case, with from replaced by to in its text, and returns what is wrong with it.
func read(t testing.TB, set fs.FS, name, from, to string) publiccode.Problems {
	t.Helper()
	data, err := fs.ReadFile(set, name)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := fs.Sub(set, path.Dir(name))
	if err != nil {
		t.Fatal(err)
	}
	if from != "" {
		data = bytes.Replace(data, []byte(from), []byte(to), 1)
	}
	_, problems, err := publiccode.Parse(bytes.NewReader(data), publiccode.Options{Dir: beside{dir, assets(t)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if p.Line < 1 || p.Column < 1 || p.Code == "" || p.Message == "" {
			t.Errorf("%s: incomplete problem %+v", name, p)
		}
	}
	return problems
}

func cases(t *testing.T, set fs.FS, root string) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(set, root, func(name string, d fs.DirEntry, err error) error {
		if err == nil && path.Ext(name) == ".yml" {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestVerdictsAgreeWithTheConformanceSet compares valid and invalid over v0 and legacy v0.3. The
// verdict of a case is its folder.
func TestVerdictsAgreeWithTheConformanceSet(t *testing.T) {
	set := sharedData(t, "publiccode/conformance")
	if set == nil {
		return
	}
	for _, root := range []string{"v0", "legacy/v0.3"} {
		agreed, excepted := 0, 0
		names := cases(t, set, root)
		for _, name := range names {
			problems := read(t, set, name, "", "")
			want := !strings.Contains(name, "/invalid/")
			reason, exception := verdictExceptions[name]
			switch {
			case problems.Valid() == want && exception:
				t.Errorf("%s agrees: remove the exception", name)
			case problems.Valid() == want:
				agreed++
			case exception:
				excepted++
				t.Logf("exception: %s: %s", name, reason)
			default:
				t.Errorf("%s: want valid %v, got %v", name, want, problems)
			}
			if strings.Contains(name, "/valid_with_warnings/") && len(problems) == 0 {
				t.Errorf("%s: want warnings", name)
			}
			if strings.HasPrefix(name, "v0/valid/") && len(problems) > 0 {
				t.Errorf("%s: want nothing, got %v", name, problems)
			}
		}
		t.Logf("%s: %d of %d verdicts agree, %d exceptions", root, agreed, len(names), excepted)
	}
}

// TestVersion1IsRefusedAndItsCasesHoldUnderVersion0 explains v1: 1.0 is a release candidate, so all
// of its files are invalid for us, of one error. Under version "0", the files that the set calls
// valid there must be valid, and its invalid ones invalid.
func TestVersion1IsRefusedAndItsCasesHoldUnderVersion0(t *testing.T) {
	set := sharedData(t, "publiccode/conformance")
	if set == nil {
		return
	}
	agreed := 0
	names := cases(t, set, "v1")
	for _, name := range names {
		if got := read(t, set, name, "", ""); len(got) != 1 || got[0].Code != "publiccode_version_unsupported" {
			t.Errorf("%s as it is: %v", name, got)
		}
		got := read(t, set, name, `publiccodeYmlVersion: "1"`, `publiccodeYmlVersion: "0"`)
		want := !strings.Contains(name, "/invalid/")
		reason, exception := versionExceptions[name]
		switch {
		case got.Valid() == want && exception:
			t.Errorf("%s agrees: remove the exception", name)
		case got.Valid() == want:
			agreed++
		case exception:
			t.Logf("exception: %s: %s", name, reason)
		default:
			t.Errorf("%s as version 0: want valid %v, got %v", name, want, got)
		}
	}
	t.Logf("v1: %d of %d refused; read as version 0: %d of %d verdicts agree, %d exceptions", len(names), len(names),
		agreed, len(names), len(versionExceptions))
}

// versionExceptions are the cases of v1 whose verdict is not the same under version 0.
var versionExceptions = map[string]string{
	"v1/invalid/logo_missing_url.yml": "needs the network",
	"v1/valid/valid.yml":              "version 1 makes description.features optional; version 0 requires it",
}

// TestProblemsAgreeWithTheReference compares level, field, line and column of each problem.
func TestProblemsAgreeWithTheReference(t *testing.T) {
	set := sharedData(t, "publiccode/conformance")
	if set == nil {
		return
	}
	data, err := fs.ReadFile(set, "expected_v0.json")
	if err != nil {
		t.Fatal(err)
	}
	var expected map[string][]problem
	if err := json.Unmarshal(data, &expected); err != nil {
		t.Fatal(err)
	}
	fields, fieldsAgreed, places, placesAgreed := 0, 0, 0, 0
	for _, name := range slices.Sorted(maps.Keys(expected)) {
		if _, known := verdictExceptions[name]; known {
			continue
		}
		got := map[problem]bool{}
		for _, p := range read(t, set, name, "", "") {
			got[problem{p.Level, p.Field, p.Line, p.Column}] = true
		}
		want := map[problem]bool{}
		for _, p := range expected[name] {
			want[p] = true
		}
		gotFields, wantFields := withoutPlace(got), withoutPlace(want)
		fields += len(wantFields)
		if maps.Equal(gotFields, wantFields) {
			fieldsAgreed += len(wantFields)
		} else {
			t.Errorf("%s: got %v, want %v", name, gotFields, wantFields)
		}
		for p := range want {
			places++
			if got[p] {
				placesAgreed++
			} else if reason, known := positionExceptions[name]; known {
				t.Logf("exception: %s: %s", name, reason)
			} else {
				t.Errorf("%s: %v is not among %v", name, p, slices.Collect(maps.Keys(got)))
			}
		}
	}
	t.Logf("level and field: %d of %d; with line and column: %d of %d", fieldsAgreed, fields, placesAgreed, places)
}

func withoutPlace(all map[problem]bool) map[string]bool {
	fields := map[string]bool{}
	for p := range all {
		fields[fmt.Sprintf("%s %s", p.Level, p.Field)] = true
	}
	return fields
}

// TestFrenchFilesInTheWildAreReadWhole reads files that follow an older French profile: each is
// invalid, for reasons that are named, and its name and address are read all the same.
func TestFrenchFilesInTheWildAreReadWhole(t *testing.T) {
	set := sharedData(t, "publiccode/real")
	if set == nil {
		return
	}
	for _, name := range cases(t, set, ".") {
		f, err := set.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		doc, problems, err := publiccode.Parse(f, publiccode.Options{})
		f.Close() //nolint:errcheck,gosec // opened to be read
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d errors, %d warnings", name, len(problems.Errors()), len(problems)-len(problems.Errors()))
		if problems.Valid() || doc.Name == "" || !strings.HasPrefix(doc.URL, "https://") {
			t.Errorf("%s: name %q, url %q, %v", name, doc.Name, doc.URL, problems)
		}
	}
}
