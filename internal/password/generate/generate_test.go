// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"maillage/internal/password"
)

// archive writes what npm pack would, with these files.
func archive(t *testing.T, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for name, content := range files {
		if err := w.WriteHeader(&tar.Header{Name: "package/" + name, Mode: 0o644, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "package.tgz")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func packages(t *testing.T) (common, fr string) {
	return archive(t, map[string]string{
			"package.json": `{"name": "@zxcvbn-ts/language-common", "version": "1.2.3"}`, "src/passwords.json": `["Hunter2", "ab"]`,
		}), archive(t, map[string]string{
			"package.json": `{"name": "@zxcvbn-ts/language-fr", "version": "4.5.6"}`, "src/commonWords.json": `["été", "hunter2"]`,
			"src/wikipedia.json": `["aujourd'hui"]`, "src/firstnames.json": `["Zoé"]`, "src/lastnames.json": `["le-goff"]`,
		})
}

func TestTheSameArchivesGiveTheSameFile(t *testing.T) {
	common, fr := packages(t)
	var first []byte
	for range 3 {
		out := filepath.Join(t.TempDir(), "list.bin")
		n, size, err := generate(common, fr, out)
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		if n < 50 || size != len(data) || !bytes.HasPrefix(data, []byte(password.Magic)) {
			t.Errorf("%d words, %d bytes of %d", n, size, len(data))
		}
		if first != nil && !bytes.Equal(first, data) {
			t.Error("other bytes the second time")
		}
		first = data
	}
	if origin := "@zxcvbn-ts/language-common 1.2.3, @zxcvbn-ts/language-fr 4.5.6"; !strings.Contains(string(first[:200]), origin) {
		t.Errorf("the file does not say %q", origin)
	}
}

func TestWordsAreFoldedAndTheFrequentOnesMarked(t *testing.T) {
	common, fr := packages(t)
	l := newList()
	for _, s := range sources() {
		from := fr
		if s.pkg == commonPackage {
			from = common
		}
		if err := l.read(from, s); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]bool{"hunter2": true, "ete": true, "aujourd'hui": true, "aujourdhui": true, "zoe": false, "le-goff": false, "legoff": false}
	if len(l.ranks) != len(want) {
		t.Errorf("%d words, want %d: %v", len(l.ranks), len(want), l.ranks)
	}
	for word, frequent := range want {
		if got, ok := l.ranks[word]; !ok || got != frequent {
			t.Errorf("%s: kept %v, frequent %v", word, ok, got)
		}
	}
}

func TestAnotherPackageIsRefused(t *testing.T) {
	common, fr := packages(t)
	out := filepath.Join(t.TempDir(), "list.bin")
	if _, _, err := generate(fr, common, out); err == nil {
		t.Error("the packages may be swapped")
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a file was written all the same")
	}
}
