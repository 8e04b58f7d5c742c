// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
)

// The size of the benchmark: a national catalogue with the whole official register.
const (
	benchSoftware       = 20_000
	benchCollectivities = 35_000
	benchProviders      = 2_000
	benchUsages         = 30_000
	benchWords          = 20_000
)

// generator makes French-looking entries, the same ones each time.
type generator struct {
	random *rand.Rand
	words  []string
	zipf   *rand.Zipf
}

func newGenerator() *generator {
	r := rand.New(rand.NewPCG(20, 26))
	g := &generator{random: r, zipf: rand.NewZipf(r, 1.07, 8, benchWords-1)}
	g.words = append(g.words, strings.Fields(`logiciel gestion collectivité commune service document archivage cimetière élection
	état-civil messagerie agenda courrier signature budget comptabilité paie ressources humaines formation hébergement données
	ouvertes cartographie urbanisme réseau sauvegarde supervision bibliothèque école cantine citoyen participation`)...)
	syllables := strings.Fields("ba bé ca ché cor da dé di dre é fa fi for ga gé gra in la lé li lo ma mé mi mo na né ni no pa pé pi por ra ré ri ro sa sé si so ta té ti to tra va vé vi vo")
	endings := strings.Fields("tion tions ment eur eurs euse age ages ique iques ité el elle els al ale aux oire ien ienne er ance")
	for len(g.words) < benchWords {
		w := ""
		for range 1 + r.IntN(3) {
			w += syllables[r.IntN(len(syllables))]
		}
		g.words = append(g.words, w+endings[r.IntN(len(endings))])
	}
	return g
}

func (g *generator) word() string { return g.words[g.zipf.Uint64()] }

func (g *generator) sentence(n int) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = g.word()
	}
	return strings.Join(parts, " de ")
}

func (g *generator) software(i int) registry.Software {
	var s registry.Software
	s.ID = registry.ID(fmt.Sprintf("01930000-0000-7000-8000-%012d", i))
	name := "open" + g.words[(i*7919)%benchWords]
	s.Name = strings.ToUpper(name[:1]) + name[1:] + strconv.Itoa(i%97)
	s.Summary = registry.Localised{"fr": g.sentence(9), "en": g.sentence(6)}
	s.Description = registry.Localised{"fr": g.sentence(70)}
	s.Keywords = []string{g.word(), g.word(), g.word()}
	s.Replaces = []string{g.words[g.random.IntN(4000)] + " Pro"}
	s.Categories = []string{[]string{"document-management", "collaboration", "office", "accounting"}[i%4]}
	s.Domains = []string{registry.DomainKeys()[i%len(registry.DomainKeys())]}
	s.Licence = []string{"AGPL-3.0-or-later", "MIT", "GPL-2.0-or-later", "EUPL-1.2"}[i%4]
	return s
}

// nation fills a source.
func nation(t testing.TB) *source {
	t.Helper()
	g, s := newGenerator(), newSource()
	for i := range benchSoftware {
		s.putSoftware(g.software(i))
	}
	reg, err := register()
	if err != nil {
		t.Fatal(err)
	}
	bodies := append(reg.Departements(), reg.Regions()...)
	bodies = append(bodies, reg.EPCIs("")...)
	for _, d := range reg.Departements() {
		bodies = append(bodies, reg.Communes(string(d.Code))...)
	}
	var orgs []registry.ID
	for _, b := range bodies[:min(len(bodies), benchCollectivities)] {
		o := local(b)
		orgs = append(orgs, o.ID)
		s.putOrganisation(o)
	}
	departements := reg.Departements()
	for i := range benchProviders {
		id := registry.ID(fmt.Sprintf("01940000-0000-7000-8000-%012d", i))
		d := departements[i%len(departements)]
		s.putOrganisation(registry.Organisation{Entity: registry.Entity{ID: id}, OrganisationFacts: registry.OrganisationFacts{
			Name: "Société " + g.word() + " " + g.word(), Roles: []registry.Role{registry.RoleProvider}, Type: "company",
			Departement: string(d.Code), Region: string(d.Region), Point: &registry.Point{Lat: 43 + float64(i%70)/10, Lon: float64(i%60) / 10}}})
		for j := range 3 {
			s.putOffer(registry.Offer{Declared: registry.Declared{ID: registry.ID(fmt.Sprintf("offer-%d-%d", i, j))}, Provider: id,
				Software: g.software((i*3 + j) % benchSoftware).ID, OfferFacts: registry.OfferFacts{
					Services: []registry.ServiceKind{"hosting", "support"}, Area: registry.Area{Departements: []string{string(d.Code)}}}})
		}
	}
	for i := range benchUsages {
		s.putUsage(registry.Usage{Declared: registry.Declared{ID: registry.ID(fmt.Sprintf("usage-%d", i))}, Organisation: orgs[(i*31)%len(orgs)],
			Software:   registry.ID(fmt.Sprintf("01930000-0000-7000-8000-%012d", int(g.zipf.Uint64())%benchSoftware)),
			UsageFacts: registry.UsageFacts{Stage: registry.StageDefault, Visibility: registry.Public}})
	}
	return s
}

// rss returns the resident memory of the process in megabytes, and its peak.
func rss() (now, peak float64) {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		kb, _ := strconv.ParseFloat(f[1], 64)
		switch f[0] {
		case "VmRSS:":
			now = kb / 1024
		case "VmHWM:":
			peak = kb / 1024
		}
	}
	return now, peak
}

// liveHeap returns what is reachable, in megabytes.
func liveHeap() float64 {
	for range 3 { // pools outlive a collection
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

// BenchmarkSearch prints, at the size of a nation, what a search costs at the median and at the
// hundredth worst, and what the index costs to build and to keep.
func BenchmarkSearch(b *testing.B) {
	s := nation(b)
	debug.FreeOSMemory()
	if _, err := s.DeclarationsOf(b.Context(), "none"); err != nil { // makes its own index
		b.Fatal(err)
	}
	before, _ := rss()
	dir := b.TempDir()
	h := open(b, s, dir)
	debug.FreeOSMemory()
	withCatalogue, _ := rss()
	live := liveHeap()
	began := time.Now()
	if err := h.index.Rebuild(b.Context(), nil); err != nil {
		b.Fatal(err)
	}
	took := time.Since(began)
	_, peak := rss()
	debug.FreeOSMemory()
	after, _ := rss()
	n := benchSoftware + len(s.organisations)
	b.Logf("build: %d entities in %.1f s, %.0f a second; RSS %.0f MB before, %.0f with the catalogue, %.0f at the peak, %.0f after; heap of the index %.1f MB",
		n, took.Seconds(), float64(n)/took.Seconds(), before, withCatalogue, peak, after, liveHeap()-live)
	reopen(b, s, h, dir)
	h = newHouse(b, s, dir)
	g := newGenerator()
	common := func(i int) string { return g.words[i%40] }
	rare := func(i int) string { return g.words[200+(i*37)%5000] }
	medium := h.withHits(g.words[:400], 1500, 3500)
	facets := []string{"type", "category", "licence", "domain", "stage", "user_type", "stratum", "departement", "region", "service"}
	for _, c := range []struct {
		name string
		ask  func(i int) catalogue.SearchQuery
	}{
		{"exact name", func(i int) catalogue.SearchQuery {
			return catalogue.SearchQuery{Text: g.software(i * 13 % benchSoftware).Name}
		}},
		{"one word", func(i int) catalogue.SearchQuery { return catalogue.SearchQuery{Text: rare(i)} }},
		{"common word", func(i int) catalogue.SearchQuery { return catalogue.SearchQuery{Text: common(i)} }},
		{"two words", func(i int) catalogue.SearchQuery { return catalogue.SearchQuery{Text: common(i) + " " + rare(i)} }},
		{"three words", func(i int) catalogue.SearchQuery {
			return catalogue.SearchQuery{Text: common(i) + " " + common(i+1) + " " + common(i+2)}
		}},
		{"prefix", func(i int) catalogue.SearchQuery { w := rare(i); return catalogue.SearchQuery{Text: w[:len(w)*2/3]} }},
		{"two letters", func(i int) catalogue.SearchQuery {
			return catalogue.SearchQuery{Text: []string{"co", "sa", "ma", "lo"}[i%4]}
		}},
		{"typing error", func(i int) catalogue.SearchQuery {
			w := []rune(rare(i))
			w[2], w[3] = w[3], w[2]
			return catalogue.SearchQuery{Text: string(w)}
		}},
		{"place", func(i int) catalogue.SearchQuery { return catalogue.SearchQuery{Text: "commune isère"} }},
		{"facets", func(i int) catalogue.SearchQuery { return catalogue.SearchQuery{Text: common(i), Facets: facets} }},
		{"facets, 2,400 hits", func(i int) catalogue.SearchQuery {
			return catalogue.SearchQuery{Text: medium[i%len(medium)], Facets: facets}
		}},
		{"facets, two words", func(i int) catalogue.SearchQuery {
			return catalogue.SearchQuery{Text: common(i) + " " + common(i+3), Facets: facets}
		}},
		{"facets of every commune", func(i int) catalogue.SearchQuery { return catalogue.SearchQuery{Text: "commune", Facets: facets} }},
		{"filter", func(i int) catalogue.SearchQuery {
			return catalogue.SearchQuery{Text: common(i), Where: []catalogue.Term{{Dim: "licence", Values: []string{"MIT"}}}, Facets: facets}
		}},
		{"near", func(i int) catalogue.SearchQuery {
			return catalogue.SearchQuery{Text: "hébergement", Types: []string{"provider"}, Near: &registry.Point{Lat: 45.2, Lon: 5.7}, Within: 80, Facets: facets}
		}},
		{"near, every commune", func(i int) catalogue.SearchQuery {
			return catalogue.SearchQuery{Text: "commune", Near: &registry.Point{Lat: 45.2, Lon: 5.7}, Within: 80}
		}},
	} {
		b.Run(c.name, func(b *testing.B) { measure(b, h, c.ask) })
	}
}

// withHits returns the words that find between so many things and so many.
func (h *house) withHits(words []string, least, most int) (out []string) {
	h.t.Helper()
	for _, w := range words {
		if n := h.ask(w).Total; n >= least && n <= most {
			out = append(out, w)
		}
	}
	if len(out) == 0 {
		h.t.Fatal("no word has so many hits")
	}
	return out
}

func measure(b *testing.B, h *house, ask func(int) catalogue.SearchQuery) {
	var took []time.Duration
	hits := 0
	for i := 0; b.Loop(); i++ {
		q := ask(i)
		began := time.Now()
		r := h.search(q)
		took = append(took, time.Since(began))
		hits += r.Total
		if r.Degraded {
			b.Fatal("degraded")
		}
	}
	slices.Sort(took)
	at := func(p float64) float64 {
		return float64(took[int(math.Min(p*float64(len(took)), float64(len(took)-1)))].Microseconds()) / 1000
	}
	b.ReportMetric(at(0.5), "p50-ms")
	b.ReportMetric(at(0.99), "p99-ms")
	b.ReportMetric(float64(hits)/float64(len(took)), "hits/op")
	b.ReportMetric(0, "ns/op")
}

// reopen measures how long an index that is up to date takes to serve again.
func reopen(b *testing.B, s *source, h *house, dir string) {
	h.close()
	began := time.Now()
	warm := open(b, s, dir)
	warm.run()
	warm.until("the index follows", warm.index.Ready)
	b.Logf("warm start: %.0f ms with the catalogue's own", float64(time.Since(began).Milliseconds()))
	warm.close()
	runtime.GC()
}
