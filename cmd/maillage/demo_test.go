// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"maillage/internal/testkit"
)

// demo starts the demonstration and returns it with its credentials.
func (i *instance) demo(args ...string) (*testkit.Process, credentials) {
	i.t.Helper()
	if _, err := built(); err != nil { // not part of the time
		i.t.Fatal(err)
	}
	began := time.Now()
	p := i.start(append([]string{"demo", "--listen", i.address, "--rate-limit", "0"}, args...)...)
	p.Ready(i.base())
	i.t.Logf("demonstration ready after %v", time.Since(began).Round(time.Millisecond))
	return p, i.credentials()
}

func (i *instance) credentials() credentials {
	i.t.Helper()
	path := filepath.Join(i.data, credentialsFile)
	info, err := os.Stat(path)
	if err != nil {
		i.t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		i.t.Errorf("%s can be read by others: %v", credentialsFile, info.Mode())
	}
	body, err := os.ReadFile(path) //nolint:gosec // the test's own folder
	if err != nil {
		i.t.Fatal(err)
	}
	var c credentials
	if err := json.Unmarshal(body, &c); err != nil {
		i.t.Fatalf("%v in %s", err, body)
	}
	return c
}

func TestTheDemonstrationAnswersAndIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, i *instance) {
		p, cred := i.demo()
		if cred.BaseURL != i.base() || cred.Organiser.APIToken == "" || cred.Referent.APIToken == "" || cred.Provider.APIToken == "" {
			t.Errorf("credentials %+v", cred)
		}
		visitor := newClient(i.base(), "")
		for _, question := range []string{"/api/v1/search?q=cimetiere", "/api/v1/search?q=nextclud", "/api/v1/search?q=alternative+photoshop",
			"/api/v1/providers?software=nextcloud&departement=38&service=hosting"} {
			var page struct {
				Data []json.RawMessage `json:"data"`
			}
			if visitor.want(t, 200, "GET", question, "").into(t, &page); len(page.Data) == 0 {
				t.Errorf("%s finds nothing", question)
			}
		}
		before := i.position()
		if code := p.Stop(); code != 0 {
			t.Fatalf("exit %d: %s", code, p.Stderr())
		}
		// The second start, on another port: the same house, at its new address.
		old := i.address
		i.address = testkit.FreeAddress(t)
		p, again := i.demo()
		want := cred
		want.BaseURL = i.base()
		if again != want {
			t.Errorf("after the second start: %+v, want %+v (was at %s)", again, want, old)
		}
		if i.position() != before {
			t.Errorf("the second start made %d changes", i.position()-before)
		}
		for _, a := range []account{cred.Organiser, cred.Referent, cred.Provider} {
			newClient(i.base(), a.APIToken).want(t, 200, "GET", "/api/v1/stats", "")
		}
		p.Stop()
	})
}

// TestEachTokenOfTheDemonstrationDoesWhatItsRoleMay walks through the roles on the running programme.
func TestEachTokenOfTheDemonstrationDoesWhatItsRoleMay(t *testing.T) {
	t.Parallel()
	i := newInstance(t, "")
	p, cred := i.demo()
	organiser, referent, provider := newClient(i.base(), cred.Organiser.APIToken), newClient(i.base(), cred.Referent.APIToken), newClient(i.base(), cred.Provider.APIToken)
	visitor := newClient(i.base(), "")
	var made thing
	organiser.want(t, 201, "POST", "/api/v1/software", `{"name":"Logiciel de passage"}`).into(t, &made)
	another := all[thing](t, visitor, "/api/v1/collectivities?page[size]=100")[0].ID
	if another == cred.Referent.Organisation {
		another = all[thing](t, visitor, "/api/v1/collectivities?page[size]=100")[1].ID
	}
	otherProvider := all[thing](t, visitor, "/api/v1/providers?page[size]=100")[0].ID
	if otherProvider == cred.Provider.Organisation {
		otherProvider = all[thing](t, visitor, "/api/v1/providers?page[size]=100")[1].ID
	}
	usage := func(organisation string) string {
		return fmt.Sprintf(`{"organisation":%q,"software":%q,"stage":"pilot"}`, organisation, made.ID)
	}
	offer := func(by string) string {
		return fmt.Sprintf(`{"provider":%q,"software":%q,"services":["support"],"area":{"france":true}}`, by, made.ID)
	}
	mine := cred.Referent.Organisation
	own := referent.want(t, 201, "POST", "/api/v1/usages", usage(mine)).Header.Get("Location")
	sold := provider.want(t, 201, "POST", "/api/v1/offers", offer(cred.Provider.Organisation)).Header.Get("Location")
	for _, c := range []struct {
		who                client
		status             int
		method, path, body string
	}{
		{referent, 403, "POST", "/api/v1/usages", usage(another)},
		{referent, 403, "POST", "/api/v1/offers", offer(cred.Provider.Organisation)},
		{referent, 403, "PATCH", sold, `{"note":{"fr":"pris"}}`},
		{referent, 403, "DELETE", sold, ""},
		{referent, 403, "PATCH", "/api/v1/organisations/" + another, `{"website":"https://pris.example"}`},
		{referent, 403, "DELETE", "/api/v1/organisations/" + another, ""},
		{referent, 403, "GET", "/api/v1/proposals", ""},
		{referent, 403, "GET", "/api/v1/audit?object=" + mine, ""},
		{provider, 403, "POST", "/api/v1/usages", usage(mine)},
		{provider, 403, "POST", "/api/v1/usages", usage(cred.Provider.Organisation)},
		{provider, 403, "POST", "/api/v1/offers", offer(otherProvider)},
		{provider, 403, "PATCH", own, `{"stage":"left"}`},
		{provider, 403, "DELETE", own, ""},
		{provider, 403, "GET", "/api/v1/proposals", ""},
		{visitor, 401, "POST", "/api/v1/usages", usage(mine)},
		{visitor, 401, "DELETE", own, ""},
		{newClient(i.base(), cred.Referent.APIToken[:20]), 401, "GET", "/api/v1/stats", ""},
		{organiser, 200, "GET", "/api/v1/proposals", ""},
		{organiser, 200, "GET", "/api/v1/audit?object=" + mine, ""},
		{organiser, 201, "POST", "/api/v1/usages", usage(another)},
		{referent, 200, "PATCH", own, `{"stage":"default"}`},
		{provider, 200, "PATCH", sold, `{"note":{"fr":"avec le sourire"}}`},
		{referent, 204, "DELETE", own, ""},
		{provider, 204, "DELETE", sold, ""},
	} {
		r, err := c.who.ask(c.method, c.path, c.body)
		if err != nil || r.Status != c.status {
			t.Errorf("%s %s %s: %d %v, want %d: %s", c.method, c.path, c.body, r.Status, err, c.status, r.Body)
		}
	}
	p.Stop()
}

func TestTheDemonstrationRefusesTheFolderOfARealInstance(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, i *instance) {
		path, _ := comptoirFile(t, 2)
		i.must("import", "comptoir", path)
		position := i.position()
		lines := i.ends(1, "demo", "--listen", i.address)
		if _, err := os.Stat(filepath.Join(i.data, credentialsFile)); err == nil || i.position() != position || strings.TrimSpace(lines[0]) == "" {
			t.Errorf("it was touched: %v, %q", err, lines)
		}
	})
}

// TestADemonstrationKilledWhileItIsFilledIsTakenUpAgain kills it at several moments of its filling.
func TestADemonstrationKilledWhileItIsFilledIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	whole := newInstance(t, "")
	p, _ := whole.demo()
	p.Stop()
	eachEngine(t, func(t *testing.T, i *instance) {
		for _, wait := range []int{40, 90, 140, 190, 240} {
			p := i.start("demo", "--listen", i.address)
			pause(wait)
			p.Kill()
		}
		p, cred := i.demo("--with", firstOf(comptoirFile(t, 3)))
		newClient(i.base(), cred.Organiser.APIToken).want(t, 200, "GET", "/api/v1/proposals", "")
		p.Stop()
		for table, more := range map[string]int64{"usages": 6, "offers": 3, "provider_references": 0} {
			query := "SELECT count(*) FROM " + table
			if got, want := i.count(query), whole.count(query)+more; got != want {
				t.Errorf("%d %s, want %d", got, table, want)
			}
		}
	})
}

func firstOf(a, _ string) string { return a }
