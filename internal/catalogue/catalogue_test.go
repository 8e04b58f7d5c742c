// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"maillage/internal/catalogue"
	"maillage/internal/demo"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

// plain renders things as little objects: what doors show is theirs to test.
type plain struct{}

func object(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func (plain) Software(v catalogue.SoftwareView, _ time.Time) []byte {
	return object(map[string]any{"name": v.Name, "users": v.UsersTotal, "providers": v.Providers})
}
func (plain) Organisation(v catalogue.OrganisationView, _ time.Time) []byte {
	return object(map[string]any{"name": v.Name, "usages": v.Usages, "references": v.References})
}
func (plain) Usage(v catalogue.UsageView, now time.Time) []byte {
	return object(map[string]any{"organisation": v.Organisation.Name, "software": v.Software.Name, "overdue": v.Overdue(now)})
}
func (plain) Offer(v catalogue.OfferView, _ time.Time) []byte {
	return object(map[string]any{"provider": v.Provider.Name})
}
func (plain) Reference(v catalogue.ReferenceView, _ time.Time) []byte {
	return object(map[string]any{"provider": v.Provider.Name, "state": v.State()})
}

// house is a registry with its catalogue.
type house struct {
	*catalogue.Catalogue
	registry *registry.Service
	db       *store.DB
	clock    *testkit.Clock
	t        testing.TB
}

var (
	visitor   = member.Actor{}
	organiser = member.Actor{ID: "token:o", Name: "O", Role: member.Organiser}
	seller    = member.Actor{ID: "token:s", Name: "S", Role: member.Provider, Organisation: "somebody"}
	agent     = member.Actor{ID: "token:a", Name: "A", Role: member.Agent, Organisation: "somebody else"}
)

// demonstration returns the demonstration's collective, on SQLite: queries do not depend on the
// engine, which the store's own tests hold to one behaviour.
func demonstration(t testing.TB) house {
	t.Helper()
	clock := &testkit.Clock{}
	db := testkit.SQLite(t, store.Config{Now: clock.Now})
	register := testkit.Register(t)
	reg := registry.NewService(db, register, clock.Now)
	if _, err := demo.Fill(t.Context(), reg, register, clock.Now(), nil); err != nil {
		t.Fatal(err)
	}
	c := catalogue.New(catalogue.Config{Source: db, Renderer: plain{}, Register: register, Now: clock.Now})
	h := house{c, reg, db, clock, t}
	h.must(c.Load(t.Context()))
	return h
}

func (h house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h house) query(q catalogue.Query) catalogue.Page {
	h.t.Helper()
	if q.Size == 0 {
		q.Size = 100
	}
	p, err := h.Query(q)
	h.must(err)
	return p
}

// every reads all the pages of a query.
func (h house) every(q catalogue.Query) []*catalogue.Item {
	h.t.Helper()
	var out []*catalogue.Item
	for {
		p := h.query(q)
		out = append(out, p.Items...)
		if p.Next == "" {
			if len(out) != p.Total {
				h.t.Errorf("%v: %d items on the pages, total %d", q.Where, len(out), p.Total)
			}
			return out
		}
		q.After = p.Next
	}
}

func names(items []*catalogue.Item) []string {
	out := make([]string, 0, len(items))
	for _, it := range items {
		out = append(out, it.Name())
	}
	return out
}

func term(dim string, values ...string) catalogue.Term {
	return catalogue.Term{Dim: dim, Values: values}
}

func TestFiltersFindWhatTheDemonstrationHolds(t *testing.T) {
	h := demonstration(t)
	software := func(where ...catalogue.Term) []string {
		return names(h.every(catalogue.Query{Kind: registry.KindSoftware, Where: where}))
	}
	if got := software(term("domain", "civil-registry")); !slices.Contains(got, "openCimetière") {
		t.Errorf("civil registry: %v", got)
	}
	if got := software(term("replaces", "ADOBE photoshop")); !slices.Contains(got, "GIMP") {
		t.Errorf("in place of Photoshop: %v", got)
	}
	both := software(term("platform", "web"), term("licence", "AGPL-3.0-or-later", "AGPL-3.0-only"))
	if len(both) == 0 || len(both) >= len(software(term("platform", "web"))) {
		t.Errorf("web and AGPL: %v", both)
	}
	if got := software(term("licence", "No-Such")); len(got) != 0 {
		t.Errorf("a licence nobody has: %v", got)
	}
	users := h.every(catalogue.Query{Kind: registry.KindOrganisation, Where: []catalogue.Term{term("uses", "nextcloud"), term("departement", "38")}})
	if len(users) == 0 {
		t.Error("nobody uses Nextcloud in Isère")
	}
	if u := software(term("user", string(users[0].Slug()))); !slices.Contains(u, "Nextcloud") {
		t.Errorf("%s runs %v", users[0].Name(), u)
	}
}

func TestAProviderMustMeetWhatIsAskedWithOneOffer(t *testing.T) {
	h := demonstration(t)
	q := catalogue.Query{Kind: registry.KindOrganisation, Where: []catalogue.Term{term("role", "provider"),
		term("software", "nextcloud"), term("departement", "38"), term("service", "hosting")}}
	page := h.query(q)
	if page.Total < 3 || len(page.Matches) != len(page.Items) {
		t.Fatalf("%d providers host Nextcloud in Isère, %d reasons", page.Total, len(page.Matches))
	}
	for i, it := range page.Items {
		hosts := false
		for _, o := range h.every(catalogue.Query{Kind: registry.KindOffer, Where: []catalogue.Term{term("provider", string(it.ID())), term("software", "nextcloud"), term("service", "hosting"), term("departement", "38")}}) {
			hosts = hosts || o.Software() != ""
		}
		codes := map[string]bool{}
		for _, r := range page.Matches[i].Reasons {
			codes[r.Code] = true
		}
		if !hosts || !codes["service"] || !(codes["offer_area_departement"] || codes["offer_area_region"] || codes["offer_area_france"]) {
			t.Errorf("%s: hosts %v, reasons %v", it.Name(), hosts, page.Matches[i].Reasons)
		}
	}
	q.Sort = "relevance"
	ranked := h.query(q)
	for i := 1; i < len(ranked.Matches); i++ {
		if ranked.Matches[i].Score > ranked.Matches[i-1].Score {
			t.Error("not in order of relevance")
		}
	}
	if ranked.Matches[0].Score <= 0 {
		t.Errorf("nothing speaks for %s", ranked.Items[0].Name())
	}
}

// TestNobodyReadsWhatIsNotTheirs has every actor read every visibility in every way.
func TestNobodyReadsWhatIsNotTheirs(t *testing.T) {
	h := demonstration(t)
	everything := h.every(catalogue.Query{Kind: registry.KindUsage, By: organiser})
	for _, who := range []struct {
		by   member.Actor
		sees map[registry.Visibility]bool
	}{
		{visitor, map[registry.Visibility]bool{registry.Public: true}},
		{seller, map[registry.Visibility]bool{registry.Public: true, registry.Members: true}},
		{agent, map[registry.Visibility]bool{registry.Public: true, registry.Members: true, registry.CollectivitiesOnly: true}},
	} {
		shown := map[registry.ID]bool{}
		for _, it := range h.every(catalogue.Query{Kind: registry.KindUsage, By: who.by}) {
			shown[it.ID()] = true
		}
		facets, err := h.Facets(catalogue.Query{Kind: registry.KindUsage, By: who.by}, "visibility")
		h.must(err)
		counted := map[string]int{}
		for _, v := range facets[0].Values {
			counted[v.Value] = v.Count
		}
		want := map[string]int{}
		for _, it := range everything {
			u, err := h.db.UsagesByID(t.Context(), it.ID())
			h.must(err)
			may := who.sees[u[0].Visibility]
			if may {
				want[string(u[0].Visibility)]++
			}
			_, _, err = h.Get(registry.KindUsage, string(it.ID()), who.by)
			if shown[it.ID()] != may || (err == nil) != may || (len(h.ItemsByID(registry.KindUsage, who.by, it.ID())) == 1) != may {
				t.Errorf("%s and a usage for %s: listed %v, got %v", who.by.Role, u[0].Visibility, shown[it.ID()], err)
			}
			if err != nil && !fault.Is(err, fault.Missing) {
				t.Errorf("a hidden usage answers %v", err)
			}
		}
		if fmt.Sprint(counted) != fmt.Sprint(want) {
			t.Errorf("%s: facets count %v, want %v", who.by.Role, counted, want)
		}
	}
	// What everybody may count is the same for all: the hidden usages are in no figure.
	_, absent, err := h.Get(registry.KindUsage, "no-such", visitor)
	if !fault.Is(err, fault.Missing) || absent != "" {
		t.Errorf("an absent usage answers %v", err)
	}
	public := 0
	for range h.Items(registry.KindUsage) {
		public++
	}
	stats, err := h.Stats()
	h.must(err)
	if stats.Usages != public || public == len(everything) {
		t.Errorf("%d usages in the figures, %d public of %d", stats.Usages, public, len(everything))
	}
}

func TestUnconfirmedReferencesAreForTheirTwoSides(t *testing.T) {
	h := demonstration(t)
	all := h.every(catalogue.Query{Kind: registry.KindReference, By: organiser})
	confirmed := 0
	for _, it := range all {
		refs, err := h.db.ReferencesByID(t.Context(), it.ID())
		h.must(err)
		r := refs[0]
		if r.Counts() {
			confirmed++
			continue
		}
		for by, may := range map[member.Actor]bool{visitor: false, agent: false,
			{ID: "x", Role: member.Provider, Organisation: string(r.Provider)}:     true,
			{ID: "y", Role: member.Referent, Organisation: string(r.Organisation)}: true} {
			_, _, err := h.Get(registry.KindReference, string(it.ID()), by)
			listed := slices.ContainsFunc(h.every(catalogue.Query{Kind: registry.KindReference, By: by}), func(o *catalogue.Item) bool { return o.ID() == it.ID() })
			if (err == nil) != may || listed != may {
				t.Errorf("%s reference and %s: %v, listed %v", r.State(), by.Role, err, listed)
			}
		}
	}
	if got := len(h.every(catalogue.Query{Kind: registry.KindReference, By: visitor})); got != confirmed || confirmed == len(all) {
		t.Errorf("a visitor sees %d references, %d are confirmed", got, confirmed)
	}
}

func TestOnesOwnWriteShowsAtOnceEverywhereItCounts(t *testing.T) {
	h := demonstration(t)
	before, _, err := h.Get(registry.KindSoftware, "nextcloud", visitor)
	h.must(err)
	version := h.Version(registry.KindSoftware)
	u, err := h.registry.DeclareUsage(t.Context(), organiser, registry.UsageOf{Organisation: "echirolles-38", Software: "krita"}, registry.UsageFacts{Stage: registry.StageDefault})
	if fault.Is(err, fault.Invalid) {
		u, err = h.registry.DeclareUsage(t.Context(), organiser, registry.UsageOf{Organisation: "mens-38", Software: "nextcloud"}, registry.UsageFacts{Stage: registry.StageDefault})
	}
	h.must(err)
	h.must(h.CatchUp(t.Context()))
	if _, _, err := h.Get(registry.KindUsage, string(u.ID), visitor); err != nil {
		t.Fatalf("the usage does not show: %v", err)
	}
	after, _, err := h.Get(registry.KindSoftware, string(u.Software), visitor)
	h.must(err)
	if after.ID() == before.ID() && (after.Users() != before.Users()+1 || after.ETag() == before.ETag()) {
		t.Errorf("users went from %d to %d, tag %s to %s", before.Users(), after.Users(), before.ETag(), after.ETag())
	}
	if h.Version(registry.KindSoftware) == version {
		t.Error("lists of software kept their version")
	}
	// A new name shows in what names the thing, and the old address leads on.
	_, err = h.registry.ReviseSoftware(t.Context(), organiser, "nextcloud", registry.Patch[registry.SoftwareFacts]{Set: []string{"name"}, Facts: registry.SoftwareFacts{Name: "Nextcloud Hub"}}, 0)
	h.must(err)
	h.must(h.CatchUp(t.Context()))
	it, moved, err := h.Get(registry.KindSoftware, "nextcloud", visitor)
	if err != nil || moved != "nextcloud-hub" || it.Name() != "Nextcloud Hub" {
		t.Errorf("the old slug gives %v, %q, %v", it, moved, err)
	}
	for _, o := range h.every(catalogue.Query{Kind: registry.KindUsage, By: organiser, Where: []catalogue.Term{term("software", "nextcloud")}}) {
		var shown struct{ Software string }
		h.must(json.Unmarshal(o.JSON(), &shown))
		if shown.Software != "Nextcloud Hub" {
			t.Errorf("a usage still names %q", shown.Software)
		}
	}
	h.must(h.registry.WithdrawUsage(t.Context(), organiser, u.ID, 0))
	h.must(h.CatchUp(t.Context()))
	if _, _, err := h.Get(registry.KindUsage, string(u.ID), organiser); !fault.Is(err, fault.Missing) {
		t.Errorf("a withdrawn usage answers %v", err)
	}
}

func TestFollowingChangesGivesWhatReadingAnewGives(t *testing.T) {
	h := demonstration(t)
	ctx := t.Context()
	h.must(h.registry.WithdrawOrganisation(ctx, organiser, "cairn-libre-fictif", 0))
	h.must(h.registry.WithdrawSoftware(ctx, organiser, "glpi", 0))
	a, err := h.registry.Software(ctx, "gimp")
	h.must(err)
	b, err := h.registry.Software(ctx, "inkscape")
	h.must(err)
	h.must(h.registry.ProposeMatch(ctx, organiser, registry.KindSoftware, a.ID, b.ID, registry.ReasonSimilarName, ""))
	queue, err := h.registry.Proposals(ctx, organiser, registry.ProposalOpen, "", 10)
	h.must(err)
	_, err = h.registry.AcceptMatch(ctx, organiser, queue[0].ID)
	h.must(err)
	h.must(h.CatchUp(ctx))
	if it, moved, err := h.Get(registry.KindSoftware, string(b.ID), visitor); err != nil || moved != "gimp" || it.ID() != a.ID {
		t.Errorf("the merged software gives %v, %q, %v", it, moved, err)
	}
	fresh := catalogue.New(catalogue.Config{Source: h.db, Renderer: plain{}, Register: testkit.Register(t), Now: h.clock.Now})
	h.must(fresh.Load(ctx))
	for _, kind := range []registry.Kind{registry.KindSoftware, registry.KindOrganisation, registry.KindUsage, registry.KindOffer, registry.KindReference} {
		q := catalogue.Query{Kind: kind, By: organiser}
		followed := h.every(q)
		read := house{fresh, h.registry, h.db, h.clock, t}.every(q)
		if len(followed) != len(read) {
			t.Errorf("%s: %d followed, %d read", kind, len(followed), len(read))
			continue
		}
		dims := slices.DeleteFunc(catalogue.Dims(kind), func(d string) bool { return d == "updated_since" })
		fa, err := h.Facets(q, dims...)
		h.must(err)
		fb, err := fresh.Facets(q, dims...)
		h.must(err)
		if fmt.Sprint(fa) != fmt.Sprint(fb) {
			t.Errorf("%s: facets differ\n%v\n%v", kind, fa, fb)
		}
		for i := range followed {
			if followed[i].ID() != read[i].ID() || string(followed[i].JSON()) != string(read[i].JSON()) {
				t.Errorf("%s %d: %s followed, %s read", kind, i, followed[i].JSON(), read[i].JSON())
			}
		}
	}
}

func TestMadeUpQuestionsAreRefusedByName(t *testing.T) {
	h := demonstration(t)
	good := h.query(catalogue.Query{Kind: registry.KindSoftware, Size: 2})
	for field, q := range map[string]catalogue.Query{
		"page[size]":    {Kind: registry.KindSoftware, Size: 101},
		"sort":          {Kind: registry.KindSoftware, Size: 1, Sort: "beauty"},
		"colour":        {Kind: registry.KindSoftware, Size: 1, Where: []catalogue.Term{term("colour", "red")}},
		"page[after]":   {Kind: registry.KindSoftware, Size: 1, After: "made-up"},
		"page[before]":  {Kind: registry.KindSoftware, Size: 1, After: good.Next, Before: good.Next},
		"near":          {Kind: registry.KindOrganisation, Size: 1, Sort: "distance"},
		"stage":         {Kind: registry.KindUsage, Size: 1, Where: []catalogue.Term{term("stage", "soon")}},
		"service":       {Kind: registry.KindOrganisation, Size: 1, Where: []catalogue.Term{term("role", "provider"), term("service", "magic")}},
		"updated_since": {Kind: registry.KindSoftware, Size: 1, Where: []catalogue.Term{term("updated_since", "hier")}},
	} {
		_, err := h.Query(q)
		wantField(t, err, field)
	}
	_, err := h.Query(catalogue.Query{Kind: registry.KindOrganisation, Size: 1, After: good.Next})
	wantField(t, err, "page[after]")
	_, err = h.Query(catalogue.Query{Kind: registry.KindSoftware, Size: 1, Sort: "-name", After: good.Next})
	wantField(t, err, "page[after]")
	_, err = h.Query(catalogue.Query{Kind: registry.KindSoftware, Size: 1, After: good.Next[:len(good.Next)-2]})
	wantField(t, err, "page[after]")
}

func wantField(t *testing.T, err error, field string) {
	t.Helper()
	f, ok := err.(*fault.Error) //nolint:errorlint // exactly this
	if !ok || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != field {
		t.Errorf("%s: got %v", field, err)
	}
}

func TestTownsLikeThisOneSayWhy(t *testing.T) {
	h := demonstration(t)
	page, err := h.Similar("echirolles-38", visitor, 5)
	h.must(err)
	if len(page.Items) != 5 || len(page.Matches) != 5 {
		t.Fatalf("%d towns", len(page.Items))
	}
	for i, it := range page.Items {
		if len(page.Matches[i].Reasons) == 0 || i > 0 && page.Matches[i].Score > page.Matches[i-1].Score {
			t.Errorf("%s: %+v", it.Name(), page.Matches[i])
		}
		if it.Slug() == "echirolles-38" {
			t.Error("a town is not its own peer")
		}
	}
	if _, err := h.Similar("no-such", visitor, 5); !fault.Is(err, fault.Missing) {
		t.Errorf("got %v", err)
	}
}

func TestANewDayShowsWhatIsOverdue(t *testing.T) {
	h := demonstration(t)
	overdue := func() int {
		return h.query(catalogue.Query{Kind: registry.KindUsage, By: organiser, Size: 1, Where: []catalogue.Term{term("overdue", "true")}}).Total
	}
	before, version := overdue(), h.Version(registry.KindUsage)
	h.clock.Advance(400 * 24 * time.Hour)
	h.must(h.CatchUp(t.Context()))
	if after := overdue(); after <= before || h.Version(registry.KindUsage) == version {
		t.Errorf("%d overdue, then %d a year later", before, after)
	}
}
