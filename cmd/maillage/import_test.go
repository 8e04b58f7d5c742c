// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// comptoirFile writes an export of the Comptoir with that many software, each with two users and a
// provider, and returns its path and text. Every software is one line, the first is line 4.
func comptoirFile(t *testing.T, n int) (path, text string) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "{\n\"date_of_export\": \"2026-03-02T04:10:00+01:00\", \"number_of_software\": %d,\n\"softwares\": [\n", n)
	for k := range n {
		fmt.Fprintf(&b, `{"id": %d, "created": "2019-03-07T08:48:43+00:00", "url": "", "name": "Essai %d", "licence": "GNU AGPLv3",`+
			` "external_resources": {"website": "https://essai-%d.example/", "repository": "https://forge.example/essai/%d", "sill": [], "wikidata": []},`+
			` "providers": [{"id": %d, "url": "", "name": "Services %d", "type": "Company", "external_resources": {"website": "https://services-%d.example"}}],`+
			` "users": [{"id": 90001, "url": "", "name": "Ville de Grenoble", "type": "Administration", "external_resources": []},`+
			` {"id": 90002, "url": "", "name": "Ville de Chambéry", "type": "Administration", "external_resources": []}]}`,
			k+1, k, k, k, 50000+k%50, k%50, k%50)
		if k < n-1 {
			b.WriteString(",")
		}
		b.WriteString("\n")
	}
	b.WriteString("]}\n")
	path = filepath.Join(t.TempDir(), "comptoir.json")
	write(t, path, b.String())
	return path, b.String()
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// holds counts what an import brought.
func (i *instance) holds() (software, usages, offers int64) {
	i.t.Helper()
	return i.count("SELECT count(*) FROM entities WHERE kind = 'software'"), i.count("SELECT count(*) FROM usages"), i.count("SELECT count(*) FROM offers")
}

func TestATruncatedImportKeepsWhatWasReadAndNamesTheLine(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, i *instance) {
		path, text := comptoirFile(t, 20)
		lines := strings.SplitAfter(text, "\n")
		write(t, path, strings.Join(lines[:13], "")+lines[13][:100]) // ten software, and the beginning of one on line 14
		code, stdout, stderr := i.run("import", "comptoir", path)
		if code != 1 || !strings.Contains(stderr, "comptoir.json:14:") || !strings.Contains(stderr, "s’arrête avant la fin") {
			t.Errorf("exit %d\n%s%s", code, stdout, stderr)
		}
		if software, usages, offers := i.holds(); software != 10 || usages != 20 || offers != 10 {
			t.Errorf("kept %d software, %d usages, %d offers", software, usages, offers)
		}
		write(t, path, text)
		i.must("import", "comptoir", path)
		if software, usages, offers := i.holds(); software != 20 || usages != 40 || offers != 20 {
			t.Errorf("the whole file: %d software, %d usages, %d offers", software, usages, offers)
		}
	})
}

func TestASecondImportChangesNothing(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, i *instance) {
		path, _ := comptoirFile(t, 60)
		first := i.must("import", "comptoir", path, "--dry-run")
		if position := i.position(); position != 0 || i.count("SELECT count(*) FROM audit_entries") != 0 || i.count("SELECT count(*) FROM events") != 0 {
			t.Errorf("a rehearsal left %d changes", position)
		}
		if second := i.must("import", "comptoir", path); first != second || !strings.Contains(second, "60 créé") {
			t.Errorf("the rehearsal said\n%sand then came\n%s", first, second)
		}
		position, entries := i.position(), i.count("SELECT count(*) FROM audit_entries")
		again := i.must("import", "comptoir", path)
		if !strings.Contains(again, "60 inchangé") || regexp.MustCompile(`créé|mis à jour|rattaché|refusé`).MatchString(again) {
			t.Errorf("the second time: %s", again)
		}
		if i.position() != position || i.count("SELECT count(*) FROM audit_entries") != entries {
			t.Errorf("the second time made %d changes", i.position()-position)
		}
	})
}

func TestAnInterruptedImportIsCompletedByTheNext(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, i *instance) {
		const many = 4000
		path, _ := comptoirFile(t, many)
		i.must("migrate")
		// Once among the software, once among the usages that follow them.
		for _, moment := range []struct {
			signal syscall.Signal
			table  string
		}{{syscall.SIGINT, "entities"}, {syscall.SIGKILL, "usages"}} {
			s, under := moment.signal, "SELECT count(*) FROM "+moment.table
			before := i.count(under)
			p := i.start("import", "comptoir", path)
			eventually(t, 30*time.Second, "the import is under way", func() bool { return i.count(under) > before || !p.Running() })
			p.Signal(s)
			code := p.Wait()
			if s == syscall.SIGINT && (code != 130 || !strings.Contains(p.Stderr(), "interrompu")) {
				t.Errorf("exit %d: %s", code, p.Stderr())
			}
			software, usages, _ := i.holds()
			t.Logf("%v after %d software, %d usages: exit %d", s, software, usages, code)
			if software == 0 || usages >= 2*many {
				t.Errorf("it was not in the middle: %d software, %d usages", software, usages)
			}
		}
		began := time.Now()
		i.must("import", "comptoir", path)
		t.Logf("completed in %v", time.Since(began).Round(time.Millisecond))
		if software, usages, offers := i.holds(); software != many || usages != 2*many || offers != many {
			t.Errorf("%d software, %d usages, %d offers", software, usages, offers)
		}
		if n := i.count("SELECT count(*) FROM (SELECT name FROM entities GROUP BY kind, name HAVING count(*) > 1) AS x"); n != 0 {
			t.Errorf("%d names are there twice", n)
		}
		if n := i.count("SELECT count(*) FROM feed_entries"); n != i.position() {
			t.Errorf("%d entries in the feed, position %d", n, i.position())
		}
	})
}

// TestARecordWithANULDoesNotStopTheOthers: PostgreSQL refuses even to look for such a text.
func TestARecordWithANULDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, i *instance) {
		dir := t.TempDir()
		comptoir, usages := filepath.Join(dir, "comptoir.json"), filepath.Join(dir, "usages.csv")
		write(t, comptoir, `{"softwares":[
			{"id":1,"name":"a\u0000b","licence":"MIT"},
			{"id":2,"name":"Deux","licence":"M\u0000IT","external_resources":{"website":"https://x\u0000.example","framalibre":{"slug":"a\u0000b"}}},
			{"id":3,"name":"Trois","licence":"MIT","users":[{"id":5,"name":"Ville\u0000 de X","type":"Administration"}],"providers":[{"id":6,"name":"\u0000","type":"Company"}]},
			{"id":4,"name":"Quatre","licence":"MIT","users":[{"id":7,"name":"Ville de Grenoble","type":"Administration"}]}]}`)
		write(t, usages, "organisation;logiciel;stade;identifiant\n38\x00185;quatre;pilote;\n38185;qua\x00tre;pilote;\n38421;quatre;pilote;c\x00le\n38421;trois;pilote;\n")
		for _, args := range [][]string{{"comptoir", comptoir}, {"csv-usages", usages}} {
			code, stdout, stderr := i.run("import", args[0], args[1])
			if code != 1 || strings.Contains(stderr, "SQLSTATE") || strings.Contains(stderr, "ERROR") {
				t.Errorf("%s: exit %d\n%s%s", args[0], code, stdout, stderr)
			}
		}
		if n := i.count("SELECT count(*) FROM entities WHERE name IN ('Trois', 'Quatre')"); n != 2 {
			t.Errorf("%d of the two good records were kept", n)
		}
		if n := i.count("SELECT count(*) FROM usages"); n != 3 {
			t.Errorf("%d of the three good usages were kept", n)
		}
	})
}

func TestATemplateIsAFileThatCanBeImported(t *testing.T) {
	t.Parallel()
	i := newInstance(t, "")
	dir := t.TempDir()
	for _, k := range [][2]string{{"software", "csv-software"}, {"organisation", "csv-organisations"}, {"usage", "csv-usages"}, {"offer", "csv-offers"}, {"reference", "csv-references"}} {
		path := filepath.Join(dir, k[0]+".csv")
		write(t, path, i.must("import", "--template", k[0]))
		code, stdout, stderr := i.run("import", k[1], path)
		// The examples name each other's things where they can: a side may be missing, a shape never is.
		if strings.Contains(stderr, "fichier en défaut") || strings.Contains(stderr, "colonne") || (code != 0 && !strings.Contains(stderr, "n’est pas au registre") && !strings.Contains(stderr, "n’est ni au registre")) {
			t.Errorf("%s: exit %d\n%s%s", k[0], code, stdout, stderr)
		}
	}
}

// TestADumpGoesFromOneDatabaseToTheOtherAndBack uses the demonstration's data, whatever it is.
func TestADumpGoesFromOneDatabaseToTheOtherAndBack(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, other *instance) {
		i := newInstance(t, "") // on SQLite
		p := i.start("demo", "--listen", i.address)
		p.Ready(i.base())
		if code := p.Stop(); code != 0 {
			t.Fatalf("exit %d: %s", code, p.Stderr())
		}
		dir := t.TempDir()
		from, to, back := filepath.Join(dir, "from"), filepath.Join(dir, "to"), filepath.Join(dir, "back")
		i.must("export", from)
		other.must("import", from)
		other.must("export", to)
		same(t, from, to)
		third := newInstance(t, "")
		third.must("import", to)
		third.must("export", back)
		same(t, from, back)
		position := other.position()
		other.must("import", from)
		if other.position() != position {
			t.Errorf("importing the dump again made %d changes", other.position()-position)
		}
	})
}

// same compares two folders byte by byte.
func same(t *testing.T, a, b string) {
	t.Helper()
	left, right := files(t, a), files(t, b)
	for name, content := range left {
		if other, ok := right[name]; !ok || other != content {
			t.Errorf("%s differs (%d bytes, %d bytes)", name, len(content), len(other))
		}
	}
	if len(left) != len(right) || len(left) < 3 {
		t.Errorf("%d files and %d", len(left), len(right))
	}
}

func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(filepath.Join(dir, path)) //nolint:gosec // the test's own folder
		out[path] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
