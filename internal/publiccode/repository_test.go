// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package publiccode_test

import (
	"strings"
	"testing"

	"maillage/internal/fault"
	"maillage/internal/publiccode"
)

func TestAddressesOfOneRepositoryHaveOneKey(t *testing.T) {
	for key, addresses := range map[string][]string{
		"github.com/nextcloud/server": {
			"https://github.com/nextcloud/server", "http://www.GitHub.com/Nextcloud/Server/", "git@github.com:nextcloud/server.git",
			"ssh://git@github.com/nextcloud/server.git", "git://github.com/nextcloud/server.git", "git+https://github.com/nextcloud/server",
			"https://user:secret@github.com:443/nextcloud/server.git/", "github.com/nextcloud/server", " https://github.com/nextcloud/server#readme ",
			"https://github.com/nextcloud/server/tree/master/apps", "https://github.com/nextcloud/server/blob/master/README.md?plain=1",
			"https://raw.githubusercontent.com/nextcloud/server/master/publiccode.yml", "https://github.com/nextcloud/server/issues",
			"https://github.com//nextcloud/./server", "https://github.com./nextcloud/server",
		},
		"gitlab.com/groupe/sous-groupe/projet": {
			"https://gitlab.com/Groupe/Sous-Groupe/Projet.git", "https://gitlab.com/groupe/sous-groupe/projet/-/tree/main/src",
			"git@gitlab.com:groupe/sous-groupe/projet.git",
		},
		"gitlab.adullact.net/openmairie/openCimetiere": {
			"https://gitlab.adullact.net/openmairie/openCimetiere", "https://gitlab.adullact.net/openmairie/openCimetiere.git",
			"https://GITLAB.adullact.net:8443/openmairie/openCimetiere/-/blob/main/publiccode.yml",
		},
		"codeberg.org/forgejo/forgejo":   {"https://codeberg.org/forgejo/forgejo/src/branch/forgejo/README.md"},
		"git.example.fr/%C3%A9tat/civil": {"https://git.example.fr/état/civil", "https://git.example.fr/%C3%A9tat/civil.git"},
		"git.example.fr/srv/git/x":       {"user@git.example.fr:srv/git/x.git"},
	} {
		for _, a := range addresses {
			got, canonical, err := publiccode.NormaliseRepository(a)
			if err != nil || got != key {
				t.Errorf("%s: %q, want %q (%v)", a, got, key, err)
			}
			if again, _, err := publiccode.NormaliseRepository(canonical); err != nil || again != key {
				t.Errorf("%s: its canonical form %s has the key %q (%v)", a, canonical, again, err)
			}
		}
	}
	if _, canonical, err := publiccode.NormaliseRepository("https://user@forge.example.fr:8443/a/b.git"); err != nil || canonical != "https://forge.example.fr:8443/a/b" {
		t.Errorf("%s, %v", canonical, err)
	}
}

func TestDifferentRepositoriesKeepDifferentKeys(t *testing.T) {
	seen := map[string]string{}
	for _, a := range []string{"https://example.fr/a/b", "https://example.fr/A/b", "https://example.fr/a/b.c", "https://example.fr/a",
		"https://other.fr/a/b", "https://example.fr/a/tree", "https://github.com/a/b", "https://github.com/a/bgit", "https://example.fr/a/b/c"} {
		key, _, err := publiccode.NormaliseRepository(a)
		if err != nil || seen[key] != "" {
			t.Errorf("%s and %s both have the key %s (%v)", a, seen[key], key, err)
		}
		seen[key] = a
	}
}

func TestWhatIsNotARepositoryIsInvalid(t *testing.T) {
	for _, a := range []string{"", "   ", "nextcloud/server", "https://github.com", "https://github.com/", "https:///a/b", "localhost/a",
		"https://github.com/.git", "https://[::1]/a/b", "https://a b.fr/c", "javascript:alert(1)", "https://example.fr/\x00", "\xff.fr/a",
		"https://example.fr/" + strings.Repeat("a", 3000), "https://-.fr/a"} {
		if key, canonical, err := publiccode.NormaliseRepository(a); !fault.Is(err, fault.Invalid) {
			t.Errorf("%.40q: %q %q %v", a, key, canonical, err)
		}
	}
}

func FuzzNormaliseRepository(f *testing.F) {
	for _, s := range []string{"https://github.com/a/b.git", "git@example.fr:a/b", "www.www.fr/a", "a.fr/x.git/.git", "a.fr/%2e%2e/%25/b", "a.fr/b/-/tree/c", "ssh://a.fr:22/b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		key, canonical, err := publiccode.NormaliseRepository(s)
		if err != nil {
			return
		}
		for _, again := range []string{key, canonical} {
			k, c, err := publiccode.NormaliseRepository(again)
			if err != nil || k != key {
				t.Fatalf("%q: key %q, but %q gives %q (%v)", s, key, again, k, err)
			}
			if again == canonical && c != canonical {
				t.Fatalf("%q: canonical %q is not stable: %q", s, canonical, c)
			}
		}
		if strings.ContainsAny(key, " \n") || strings.Contains(key[:strings.IndexByte(key, 0x2F)], "@") || strings.HasSuffix(key, "/") {
			t.Fatalf("%q: key %q", s, key)
		}
	})
}
