// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"maillage/internal/catalogue"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/search"
	"maillage/internal/territory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var register = sync.OnceValues(territory.Load)

// house is a source, its catalogue and an index that follow it.
type house struct {
	t         testing.TB
	source    *source
	catalogue *catalogue.Catalogue
	index     *search.Index
	dir       string
	clock     *atomic.Int64
	stop      func()
	log       *lines
}

// lines keeps what was logged.
type lines struct {
	mu  sync.Mutex
	all strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// newHouse opens an index over the source in dir and waits until it follows.
func newHouse(t testing.TB, s *source, dir string) *house {
	t.Helper()
	h := open(t, s, dir)
	h.run()
	h.settle()
	return h
}

// open opens without running.
func open(t testing.TB, s *source, dir string) *house {
	t.Helper()
	reg, err := register()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, source: s, dir: dir, clock: &atomic.Int64{}, log: &lines{}, stop: func() {}}
	h.clock.Store(epoch.UnixNano())
	now := func() time.Time { return time.Unix(0, h.clock.Load()).UTC() }
	h.catalogue = catalogue.New(catalogue.Config{Source: s, Renderer: renderer{}, Register: reg, Now: now})
	if err := h.catalogue.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.index, err = search.New(search.Config{Dir: dir, Catalogue: h.catalogue, Source: s, Fallback: s, Misses: s, Register: reg,
		Now: now, Logger: slog.New(slog.NewTextHandler(h.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.close() })
	return h
}

func (h *house) run() {
	ctx, cancel := context.WithCancel(context.WithoutCancel(h.t.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = h.index.Run(ctx) // nil by contract
	}()
	h.stop = sync.OnceFunc(func() { cancel(); <-done })
}

// settle waits until catalogue and index have the source's position.
func (h *house) settle() {
	h.t.Helper()
	want, _ := h.source.Position(context.Background())
	if err := h.catalogue.CatchUp(context.Background()); err != nil {
		h.t.Fatal(err)
	}
	h.until("the index follows", func() bool {
		h.index.Wake()
		return h.index.Ready() && h.index.Position() == want
	})
}

func (h *house) until(what string, done func() bool) {
	h.t.Helper()
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	deadline := time.After(60 * time.Second)
	for !done() {
		select {
		case <-look.C:
		case <-deadline:
			h.t.Fatalf("waited for: %s\n%s", what, h.log)
		}
	}
}

func (h *house) close() {
	h.stop()
	if err := h.index.Close(); err != nil {
		h.t.Error(err)
	}
}

// ask searches as a visitor.
func (h *house) ask(text string) catalogue.SearchResult {
	h.t.Helper()
	return h.search(catalogue.SearchQuery{Text: text})
}

func (h *house) search(q catalogue.SearchQuery) catalogue.SearchResult {
	h.t.Helper()
	r, err := h.index.Search(h.t.Context(), q)
	if err != nil {
		h.t.Fatalf("%q: %v", q.Text, err)
	}
	return r
}

func names(r catalogue.SearchResult) []string {
	var out []string
	for _, h := range r.Hits {
		out = append(out, h.Item.Name())
	}
	return out
}

// demoFile finds a file of the demonstration's data.
func demoFile(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "demo", "data", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// demoSoftware reads the demonstration's software: a list of flat maps whose values are quoted, or
// lists on one line, or maps by language.
func demoSoftware(t testing.TB) []registry.Software {
	t.Helper()
	var out []registry.Software
	var key string
	for line := range strings.Lines(demoFile(t, "software.yaml")) {
		line = strings.TrimRight(line, "\n")
		if name, ok := strings.CutPrefix(line, "- name: "); ok {
			out = append(out, registry.Software{Entity: registry.Entity{ID: registry.ID(fmt.Sprintf("01900000-0000-7000-8000-%012d", len(out)+1))}})
			out[len(out)-1].Name = unquote(name)
			continue
		}
		if len(out) == 0 || strings.TrimSpace(line) == "" || strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		k, v, _ := strings.Cut(strings.TrimSpace(line), ":")
		set(&out[len(out)-1], line, &key, k, strings.TrimSpace(v))
	}
	if len(out) < 50 {
		t.Fatalf("%d software read of the demonstration's", len(out))
	}
	return out
}

func set(s *registry.Software, line string, key *string, k, v string) {
	if strings.HasPrefix(line, "    ") {
		switch *key {
		case "summary":
			s.Summary[k] = unquote(v)
		case "description":
			s.Description[k] = unquote(v)
		}
		return
	}
	*key = k
	switch k {
	case "summary":
		s.Summary = registry.Localised{}
	case "description":
		s.Description = registry.Localised{}
	case "categories":
		s.Categories = list(v)
	case "domains":
		s.Domains = list(v)
	case "platforms":
		s.Platforms = list(v)
	case "replaces":
		s.Replaces = list(v)
	case "alternatives":
		s.Alternatives = list(v)
	case "keywords":
		s.Keywords = list(v)
	case "licence":
		s.Licence = unquote(v)
	}
}

func unquote(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.Index(s, "' #"); i > 0 {
		s = s[:i+1]
	}
	if strings.HasPrefix(s, "'") {
		return strings.ReplaceAll(strings.Trim(s, "'"), "''", "'")
	}
	return s
}

func list(s string) []string {
	var out []string
	for _, part := range strings.Split(strings.Trim(s, "[]"), ",") {
		if part = unquote(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

var (
	visitor   = member.Actor{}
	agent     = member.Actor{ID: "a", Name: "a", Role: member.Agent, Organisation: "elsewhere"}
	provider  = member.Actor{ID: "p", Name: "p", Role: member.Provider, Organisation: "sold"}
	organiser = member.Actor{ID: "o", Name: "o", Role: member.Organiser}
)

// alps is the demonstration's software with communes of Isère and a few providers.
func alps(t testing.TB) *source {
	t.Helper()
	s := newSource()
	ids := map[string]registry.ID{}
	for _, sw := range demoSoftware(t) {
		s.putSoftware(sw)
		ids[sw.Name] = sw.ID
	}
	reg, err := register()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range append(reg.Communes("38"), reg.Departements()...) {
		s.putOrganisation(local(b))
	}
	sell := func(id registry.ID, name string, software string, area registry.Area, services ...registry.ServiceKind) {
		s.putOrganisation(registry.Organisation{Entity: registry.Entity{ID: id}, OrganisationFacts: registry.OrganisationFacts{Name: name,
			Roles: []registry.Role{registry.RoleProvider}, Type: "company", Point: &registry.Point{Lat: 45.18, Lon: 5.72}}})
		s.putOffer(registry.Offer{Declared: registry.Declared{ID: "offer-" + id}, Provider: id, Software: ids[software],
			OfferFacts: registry.OfferFacts{Services: services, Area: area}})
	}
	sell("isere", "Belledonne Services", "Nextcloud", registry.Area{Departements: []string{"38"}}, "hosting")
	sell("rhone", "Fourvière Numérique", "Nextcloud", registry.Area{Departements: []string{"69"}}, "hosting")
	sell("region", "Cime Conseil", "Nextcloud", registry.Area{Regions: []string{"84"}}, "training")
	sell("france", "Hexagone Libre", "Nextcloud", registry.Area{France: true}, "hosting")
	sell("other", "Vercors Réseaux", "GLPI", registry.Area{Departements: []string{"38"}}, "hosting")
	return s
}

// local is a local authority of the official register.
func local(b territory.Body) registry.Organisation {
	o := registry.Organisation{Entity: registry.Entity{ID: registry.ID("body-" + b.Kind.String() + "-" + string(b.Code))}}
	o.Name, o.Roles, o.Type = b.Name, []registry.Role{registry.RoleCollectivity}, b.Kind.String()
	o.SIREN, o.TerritoryCode, o.Departement, o.Region = string(b.SIREN), string(b.Code), string(b.Departement), string(b.Region)
	o.LegalCategory, o.Population, o.EPCI = b.LegalCategory, b.Population, string(b.EPCI)
	if b.Kind == territory.Commune {
		o.Commune = string(b.Code)
	}
	if len(b.PostalCodes) > 0 {
		o.PostalCode = b.PostalCodes[0]
	}
	if b.HasPoint {
		o.Point = &registry.Point{Lat: b.Lat, Lon: b.Lon}
	}
	return o
}
