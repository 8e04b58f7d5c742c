// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"maillage/internal/event"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

var (
	organiser = member.Actor{ID: "token:org", Name: "Animation", Role: member.Organiser}
	visitor   = member.Actor{}
)

// bench is a registry on a database, with its clock.
type bench struct {
	*registry.Service
	db    *store.DB
	clock *testkit.Clock
	t     *testing.T
}

func eachRegistry(t *testing.T, fn func(b bench)) {
	t.Helper()
	testkit.EachDBAt(t, store.Config{}, func(t *testing.T, db *store.DB, clock *testkit.Clock) {
		fn(bench{registry.NewService(db, testkit.Register(t), clock.Now), db, clock, t})
	})
}

func (b bench) software(name, repository string) registry.Known[registry.SoftwareFacts] {
	b.t.Helper()
	k, err := b.RegisterSoftware(b.t.Context(), organiser, registry.SoftwareFacts{Name: name, Repository: repository})
	b.must(err)
	return k
}

func (b bench) organisation(facts registry.OrganisationFacts) registry.Known[registry.OrganisationFacts] {
	b.t.Helper()
	k, err := b.RegisterOrganisation(b.t.Context(), organiser, facts)
	b.must(err)
	return k
}

// grenoble is in the official register; atelier is not.
func (b bench) grenoble() registry.Known[registry.OrganisationFacts] {
	return b.organisation(registry.OrganisationFacts{SIREN: "213801855", Roles: []registry.Role{registry.RoleCollectivity}})
}

func (b bench) atelier() registry.Known[registry.OrganisationFacts] {
	return b.organisation(registry.OrganisationFacts{Name: "Atelier libre (fictif)", Type: "cooperative", Roles: []registry.Role{registry.RoleProvider}})
}

func (b bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b bench) wantKind(err error, kind fault.Kind) {
	b.t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		b.t.Errorf("got %v, want %v", err, kind)
	}
}

func (b bench) changes() []registry.Change {
	b.t.Helper()
	cs, err := b.db.Changes(b.t.Context(), 0, 1000)
	b.must(err)
	return cs
}

func speakerOf(role member.Role, organisation registry.ID) member.Actor {
	return member.Actor{ID: member.ActorID("token:" + string(organisation)), Name: "Quelqu'un", Role: role, Organisation: string(organisation)}
}

func TestTheOfficialRegisterCompletesACollectivityAndSaysSo(t *testing.T) {
	eachRegistry(t, func(b bench) {
		g := b.grenoble()
		if g.Facts.Name != "Grenoble" || g.Slug != "grenoble-38" || g.Facts.Departement != "38" || g.Facts.Population < 100_000 {
			b.t.Errorf("got %q %q %+v", g.Facts.Name, g.Slug, g.Facts)
		}
		from := g.Provenance["population"]
		if len(from) != 1 || from[0].Source != registry.SourceTerritory {
			b.t.Errorf("population is said to come from %+v", from)
		}
		for _, ref := range []string{string(g.ID), "grenoble-38"} {
			got, err := b.Organisation(b.t.Context(), ref)
			b.must(err)
			if got.ID != g.ID || len(got.Records) != 2 {
				b.t.Errorf("%s gives %s with %d records", ref, got.ID, len(got.Records))
			}
		}
	})
}

func TestASecondRegistrationOfTheSameThingIsAConflict(t *testing.T) {
	eachRegistry(t, func(b bench) {
		b.grenoble()
		_, err := b.RegisterOrganisation(b.t.Context(), organiser, registry.OrganisationFacts{Name: "Mairie de Grenoble", SIREN: "213 801 855", Roles: []registry.Role{registry.RoleCollectivity}})
		b.wantKind(err, fault.Conflict)
		b.software("GLPI", "https://github.com/glpi-project/glpi")
		_, err = b.RegisterSoftware(b.t.Context(), organiser, registry.SoftwareFacts{Name: "Glpi", Repository: "git@github.com:GLPI-project/glpi.git"})
		if err == nil {
			_, err = b.RegisterSoftware(b.t.Context(), organiser, registry.SoftwareFacts{Name: "Glpi", Repository: "https://www.github.com/GLPI-Project/glpi/tree/main"})
		}
		if err == nil {
			b.t.Error("one repository was registered twice")
		}
		other := b.software("GLPI", "https://example.org/another/glpi")
		if other.Slug != "glpi-2" {
			b.t.Errorf("a namesake got slug %q, want glpi-2", other.Slug)
		}
	})
}

func TestEveryFaultOfAStatementIsNamedAtOnce(t *testing.T) {
	eachRegistry(t, func(b bench) {
		_, err := b.RegisterSoftware(b.t.Context(), organiser, registry.SoftwareFacts{
			Summary: registry.Localised{"français": "x"}, Repository: "ftp://x", Licence: "Proprietary-9.9",
			Categories: []string{"nonsense"}, ReleaseDate: "24/11/2026", Status: "dying",
			Identifiers: []registry.Identifier{{Scheme: registry.SchemeWikidata, Value: "42"}}})
		e, ok := errors.AsType[*fault.Error](err)
		if !ok || e.Kind != fault.Invalid {
			b.t.Fatalf("got %v", err)
		}
		var names []string
		for _, f := range e.Fields {
			names = append(names, f.Name)
		}
		want := []string{"summary.français", "repository", "licence", "categories.0", "identifiers.0.value", "release_date", "status", "name"}
		if !slices.Equal(names, want) {
			b.t.Errorf("named %v\nwant %v", names, want)
		}
		_, err = b.RegisterOrganisation(b.t.Context(), organiser, registry.OrganisationFacts{Name: "X", SIREN: "213801854", Roles: []registry.Role{registry.RolePartner}})
		if err == nil || !strings.Contains(err.Error(), "not_a_siren") {
			b.t.Errorf("a SIREN that fails Luhn gave %v", err)
		}
		if cs := b.changes(); len(cs) != 0 {
			b.t.Errorf("refused statements left %d changes", len(cs))
		}
	})
}

func TestACuratorsWordWinsAndClearingItIsAWordToo(t *testing.T) {
	eachRegistry(t, func(b bench) {
		ctx := b.t.Context()
		sill := registry.Import[registry.SoftwareFacts]{Key: registry.SourceKey{Origin: registry.OriginLocal, Source: registry.SourceSILL, Key: "2"},
			Facts: registry.SoftwareFacts{Name: "Acceleo", Website: "https://www.eclipse.org/acceleo", Licence: "EPL-2.0", Keywords: []string{"code"}}}
		out, err := b.ImportSoftware(ctx, organiser, []registry.Import[registry.SoftwareFacts]{sill})
		b.must(err)
		id := string(out[0].ID)
		k, err := b.ReviseSoftware(ctx, organiser, id, registry.Patch[registry.SoftwareFacts]{
			Facts: registry.SoftwareFacts{Name: "Eclipse Acceleo", Keywords: []string{"modélisation"}}, Set: []string{"name", "keywords"}, Clear: []string{"website"}}, 1)
		b.must(err)
		if k.Facts.Name != "Eclipse Acceleo" || k.Facts.Website != "" || k.Facts.Licence != "EPL-2.0" || !slices.Equal(k.Facts.Keywords, []string{"modélisation"}) {
			b.t.Errorf("shown: %+v", k.Facts)
		}
		if p := k.Provenance; p["website"][0].Source != registry.SourceCurator || p["licence"][0].Source != registry.SourceSILL {
			b.t.Errorf("provenance: %+v", p)
		}
		if k.Slug != "eclipse-acceleo" {
			b.t.Errorf("slug %q", k.Slug)
		}
		old, err := b.Software(ctx, "acceleo")
		b.must(err)
		if old.ID != k.ID {
			b.t.Error("the old slug leads elsewhere")
		}
		// The source speaks again: what the curator said stands, the rest follows.
		sill.Facts.Licence, sill.Facts.Name = "MIT", "ACCELEO"
		out, err = b.ImportSoftware(ctx, organiser, []registry.Import[registry.SoftwareFacts]{sill})
		b.must(err)
		if out[0].Result != registry.Updated {
			b.t.Errorf("result %s", out[0].Result)
		}
		k, err = b.Software(ctx, id)
		b.must(err)
		if k.Facts.Name != "Eclipse Acceleo" || k.Facts.Licence != "MIT" {
			b.t.Errorf("shown: %+v", k.Facts)
		}
		_, err = b.ReviseSoftware(ctx, organiser, id, registry.Patch[registry.SoftwareFacts]{Set: []string{"status"}, Facts: registry.SoftwareFacts{Status: "stable"}}, 1)
		b.wantKind(err, fault.Stale)
	})
}

func TestAnImportRunTwiceChangesNothing(t *testing.T) {
	eachRegistry(t, func(b bench) {
		items := []registry.Import[registry.SoftwareFacts]{
			importOf("1", registry.SoftwareFacts{Name: "7-Zip", Identifiers: ids("sill", "1", "wikidata", "Q215051")}),
			importOf("2", registry.SoftwareFacts{Name: "Sept", Repository: "https://github.com/a/b", LicenceLabel: "Mystery licence"}),
			importOf("3", registry.SoftwareFacts{Name: "Huit", Repository: "https://github.com/A/B.git", Website: "not a url"}),
			importOf("4", registry.SoftwareFacts{Repository: "https://github.com/c/d"}),
		}
		out, err := b.ImportSoftware(b.t.Context(), organiser, items)
		b.must(err)
		want := []registry.Result{registry.Created, registry.Created, registry.Joined, registry.Refused}
		for i, o := range out {
			if o.Result != want[i] {
				b.t.Errorf("%d: %s, want %s (%v)", i, o.Result, want[i], o.Err)
			}
		}
		if len(out[2].Warnings) != 1 || out[2].Warnings[0].Name != "website" {
			b.t.Errorf("warnings: %v", out[2].Warnings)
		}
		before := len(b.changes())
		out, err = b.ImportSoftware(b.t.Context(), organiser, items)
		b.must(err)
		for i, o := range out[:3] {
			if o.Result != registry.Unchanged {
				b.t.Errorf("second run, %d: %s", i, o.Result)
			}
		}
		if after := len(b.changes()); after != before {
			b.t.Errorf("the second run made %d changes", after-before)
		}
		k, err := b.Software(b.t.Context(), "sept")
		b.must(err)
		if k.Facts.LicenceLabel != "Mystery licence" || k.Facts.Licence != "" {
			b.t.Errorf("an unknown licence became %q %q", k.Facts.Licence, k.Facts.LicenceLabel)
		}
	})
}

func importOf(key string, f registry.SoftwareFacts) registry.Import[registry.SoftwareFacts] {
	return registry.Import[registry.SoftwareFacts]{Facts: f, Key: registry.SourceKey{Origin: registry.OriginLocal, Source: registry.SourceComptoir, Key: key}}
}

func ids(pairs ...string) []registry.Identifier {
	var out []registry.Identifier
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, registry.Identifier{Scheme: pairs[i], Value: pairs[i+1]})
	}
	return out
}

func TestANameAloneNeverJoinsAndAMatchCanBeUndone(t *testing.T) {
	eachRegistry(t, func(b bench) {
		ctx := b.t.Context()
		city := b.grenoble()
		a := b.software("Acceleo", "https://github.com/eclipse/acceleo")
		out, err := b.ImportSoftware(ctx, organiser, []registry.Import[registry.SoftwareFacts]{
			importOf("304", registry.SoftwareFacts{Name: "ACCELEO", Website: "https://acceleo.example", Identifiers: ids("comptoir", "304")})})
		b.must(err)
		if out[0].Result != registry.Created || !slices.Equal(out[0].Proposed, []registry.ProposalReason{registry.ReasonSameName}) {
			b.t.Fatalf("outcome %+v", out[0])
		}
		twin := out[0].ID
		mine, err := b.DeclareUsage(ctx, organiser, registry.UsageOf{Organisation: string(city.ID), Software: string(a.ID)}, registry.UsageFacts{Stage: registry.StageLeaving})
		b.must(err)
		u, err := b.DeclareUsage(ctx, organiser, registry.UsageOf{Organisation: string(city.ID), Software: string(twin)}, registry.UsageFacts{Stage: registry.StageDefault})
		b.must(err)
		queue, err := b.Proposals(ctx, organiser, registry.ProposalOpen, "", 10)
		b.must(err)
		if len(queue) != 1 || queue[0].Left != a.ID || queue[0].Right != twin {
			b.t.Fatalf("queue %+v", queue)
		}
		_, err = b.AcceptMatch(ctx, organiser, queue[0].ID)
		b.must(err)
		merged, err := b.Software(ctx, string(twin))
		b.must(err)
		if merged.ID != a.ID || merged.Facts.Website != "https://acceleo.example" || len(merged.Records) != 2 {
			b.t.Errorf("merged into %+v", merged)
		}
		moved, err := b.db.UsagesByID(ctx, u.ID)
		b.must(err)
		if moved[0].Software != a.ID {
			b.t.Error("the usage did not follow")
		}
		_, err = b.AcceptMatch(ctx, organiser, queue[0].ID)
		b.wantKind(err, fault.Conflict)
		_, err = b.UndoMatch(ctx, organiser, queue[0].ID)
		b.must(err)
		back, err := b.Software(ctx, string(twin))
		b.must(err)
		left, err := b.Software(ctx, string(a.ID))
		b.must(err)
		if back.ID != twin || back.Facts.Name != "ACCELEO" || left.Facts.Website != "" || len(left.Records) != 1 {
			b.t.Errorf("after undoing: %+v and %+v", back.Facts, left.Facts)
		}
		moved, err = b.db.UsagesByID(ctx, u.ID)
		b.must(err)
		if moved[0].Software != twin {
			b.t.Error("the usage did not come back")
		}
		stayed, err := b.db.UsagesByID(ctx, mine.ID)
		b.must(err)
		if stayed[0].Software != a.ID {
			b.t.Error("a usage that had not moved went with the others")
		}
		// What was decided is not asked again.
		b.wantKind(b.ProposeMatch(ctx, organiser, registry.KindSoftware, twin, a.ID, registry.ReasonSimilarName, ""), fault.Conflict)
	})
}

func TestTwoDifferentRepositoriesAreNotJoinedByANumber(t *testing.T) {
	eachRegistry(t, func(b bench) {
		out, err := b.ImportSoftware(b.t.Context(), organiser, []registry.Import[registry.SoftwareFacts]{
			importOf("1", registry.SoftwareFacts{Name: "Un", Repository: "https://github.com/a/un", Identifiers: ids("sill", "9")}),
			importOf("2", registry.SoftwareFacts{Name: "Deux", Repository: "https://github.com/a/deux", Identifiers: ids("sill", "9")})})
		b.must(err)
		if out[1].Result != registry.Created || !slices.Equal(out[1].Proposed, []registry.ProposalReason{registry.ReasonKeyConflict}) {
			b.t.Errorf("outcome %+v", out[1])
		}
	})
}

func TestAUsageBelongsToItsOrganisation(t *testing.T) {
	eachRegistry(t, func(b bench) {
		ctx := b.t.Context()
		city, seller, nc := b.grenoble(), b.atelier(), b.software("Nextcloud", "https://github.com/nextcloud/server")
		of := registry.UsageOf{Organisation: "grenoble-38", Software: "nextcloud", Provider: string(seller.Slug)}
		facts := registry.UsageFacts{Stage: registry.StageDefault, Since: "2021-03", Seats: 1200, Visibility: registry.Members}
		_, err := b.DeclareUsage(ctx, visitor, of, facts)
		b.wantKind(err, fault.Anonymous)
		_, err = b.DeclareUsage(ctx, speakerOf(member.Provider, seller.ID), of, facts)
		b.wantKind(err, fault.Forbidden)
		_, err = b.DeclareUsage(ctx, organiser, registry.UsageOf{Organisation: "grenoble-38", Software: "no-such"}, registry.UsageFacts{Stage: "dreaming"})
		if e, ok := errors.AsType[*fault.Error](err); !ok || len(e.Fields) != 2 {
			b.t.Errorf("got %v, want software and stage named", err)
		}
		agent := speakerOf(member.Agent, city.ID)
		u, err := b.DeclareUsage(ctx, agent, of, facts)
		b.must(err)
		if u.Provider != seller.ID || u.Software != nc.ID || u.ConfirmedAt.IsZero() {
			b.t.Errorf("declared %+v", u)
		}
		_, err = b.DeclareUsage(ctx, agent, of, facts)
		b.wantKind(err, fault.Conflict)
		if cs := b.changes(); cs[len(cs)-1].PublicOp != "" {
			b.t.Error("a members-only usage was announced to everybody")
		}
		// A provider may not even learn that it exists once it is for collectivities only.
		facts.Visibility = registry.CollectivitiesOnly
		u, err = b.ReviseUsage(ctx, agent, u.ID, registry.UsageOf{}, facts, u.Rev)
		b.must(err)
		_, err = b.ConfirmUsage(ctx, speakerOf(member.Provider, seller.ID), u.ID, 0)
		b.wantKind(err, fault.Missing)
		facts.Visibility = registry.Public
		u, err = b.ReviseUsage(ctx, agent, u.ID, registry.UsageOf{}, facts, u.Rev)
		b.must(err)
		if u.Overdue(b.clock.Now().AddDate(0, 11, 0)) || !u.Overdue(b.clock.Now().AddDate(0, 13, 0)) {
			b.t.Error("a usage is to be confirmed after twelve months")
		}
		b.must(b.WithdrawUsage(ctx, agent, u.ID, u.Rev))
		if cs := b.changes(); cs[len(cs)-1].PublicOp != registry.OpDelete {
			b.t.Error("everybody was not told that a public usage is gone")
		}
		_, err = b.ConfirmUsage(ctx, agent, u.ID, 0)
		b.wantKind(err, fault.Missing)
	})
}

func TestAReferenceCountsOnceBothSidesSaidSo(t *testing.T) {
	eachRegistry(t, func(b bench) {
		ctx := b.t.Context()
		city, seller := b.grenoble(), b.atelier()
		b.software("Nextcloud", "https://github.com/nextcloud/server")
		of := registry.ReferenceOf{Provider: string(seller.ID), Organisation: string(city.ID), Software: "nextcloud"}
		sells, buys := speakerOf(member.Provider, seller.ID), speakerOf(member.Referent, city.ID)
		r, err := b.ProposeReference(ctx, sells, of, registry.ReferenceFacts{Services: []registry.ServiceKind{"hosting"}, Since: "2023"})
		b.must(err)
		if r.Counts() || r.State() != "awaiting_customer" {
			b.t.Errorf("state %s", r.State())
		}
		yes := true
		_, err = b.ConfirmReference(ctx, organiser, r.ID, &yes, 0)
		b.wantKind(err, fault.Forbidden)
		_, err = b.ConfirmReference(ctx, sells, r.ID, &yes, 0)
		b.wantKind(err, fault.Invalid)
		r, err = b.ConfirmReference(ctx, buys, r.ID, &yes, r.Rev)
		b.must(err)
		if !r.Counts() || r.ChooseAgain == nil || !*r.ChooseAgain {
			b.t.Errorf("confirmed: %+v", r)
		}
		r, err = b.ReviseReference(ctx, sells, r.ID, registry.ReferenceFacts{Since: "2020"}, r.Rev)
		b.must(err)
		if r.Counts() {
			b.t.Error("a changed reference still counts without the other side's word")
		}
		r, err = b.ContestReference(ctx, buys, r.ID, 0)
		b.must(err)
		if r.State() != "contested" {
			b.t.Errorf("state %s", r.State())
		}
		_, err = b.ProposeReference(ctx, organiser, registry.ReferenceOf{Provider: string(city.ID), Organisation: string(city.ID), Software: "nextcloud"}, registry.ReferenceFacts{})
		b.wantKind(err, fault.Invalid)
	})
}

func TestLeavingHarmsNoOne(t *testing.T) {
	eachRegistry(t, func(b bench) {
		ctx := b.t.Context()
		city, seller := b.grenoble(), b.atelier()
		b.software("Nextcloud", "https://github.com/nextcloud/server")
		u, err := b.DeclareUsage(ctx, organiser, registry.UsageOf{Organisation: string(city.ID), Software: "nextcloud", Provider: string(seller.ID)}, registry.UsageFacts{Stage: registry.StageDefault})
		b.must(err)
		o, err := b.PublishOffer(ctx, organiser, registry.OfferOf{Provider: string(seller.ID), Software: "nextcloud"},
			registry.OfferFacts{Services: []registry.ServiceKind{"hosting"}, Area: registry.Area{Departements: []string{"38"}}})
		b.must(err)
		b.must(b.WithdrawOrganisation(ctx, organiser, string(seller.ID), 0))
		usages, err := b.db.UsagesByID(ctx, u.ID)
		b.must(err)
		if !usages[0].WithdrawnAt.IsZero() || usages[0].Provider != "" {
			b.t.Errorf("the customer's usage became %+v", usages[0])
		}
		offers, err := b.db.OffersByID(ctx, o.ID)
		b.must(err)
		if offers[0].WithdrawnAt.IsZero() {
			b.t.Error("the offer of a provider that left still stands")
		}
		_, err = b.Organisation(ctx, string(seller.Slug))
		b.wantKind(err, fault.Missing)
	})
}

func TestARehearsalLeavesNothing(t *testing.T) {
	eachRegistry(t, func(b bench) {
		err := b.Rehearse(b.t.Context(), func(ctx context.Context) error {
			out, err := b.ImportSoftware(ctx, organiser, []registry.Import[registry.SoftwareFacts]{importOf("1", registry.SoftwareFacts{Name: "Un"})})
			if err == nil && out[0].Result != registry.Created {
				b.t.Errorf("rehearsed: %s", out[0].Result)
			}
			return err
		})
		b.must(err)
		if cs := b.changes(); len(cs) != 0 {
			b.t.Errorf("left %d changes", len(cs))
		}
	})
}

func TestTheFeedHasNoHolesAndTheTrailSaysWho(t *testing.T) {
	eachRegistry(t, func(b bench) {
		k := b.software("Un", "https://github.com/a/un")
		for i := range 5 {
			_, err := b.ReviseSoftware(b.t.Context(), organiser, string(k.ID), registry.Patch[registry.SoftwareFacts]{
				Facts: registry.SoftwareFacts{ReleaseVersion: strings.Repeat("1", i+1)}, Set: []string{"release_version"}}, int64(i+1))
			b.must(err)
		}
		for i, c := range b.changes() {
			if c.Seq != int64(i+1) || c.Rev != int64(i+1) {
				b.t.Errorf("change %d has number %d and version %d", i, c.Seq, c.Rev)
			}
		}
		trail, err := b.db.AuditOf(b.t.Context(), k.ID, "", 10)
		b.must(err)
		if len(trail) != 6 || trail[0].ActorName != "Animation" || string(trail[0].Before) != `{"release_version":"1111"}` || string(trail[0].After) != `{"release_version":"11111"}` {
			b.t.Errorf("trail: %d lines, last %+v %s %s", len(trail), trail[0], trail[0].Before, trail[0].After)
		}
	})
}

// TestWritersAtOnceNeverShareANumber has many writers at work on one database.
func TestWritersAtOnceNeverShareANumber(t *testing.T) {
	eachRegistry(t, func(b bench) {
		const writers, each = 6, 8
		errs := make(chan error, writers)
		for w := range writers {
			go func() {
				for i := range each {
					_, err := b.RegisterSoftware(b.t.Context(), organiser, registry.SoftwareFacts{Name: "Nom", Repository: "https://github.com/w/" + strings.Repeat("a", w*each+i+1)})
					if err != nil {
						errs <- err
						return
					}
				}
				errs <- nil
			}()
		}
		for range writers {
			b.must(<-errs)
		}
		cs := b.changes()
		slugs := map[registry.Slug]bool{}
		for i, c := range cs {
			if c.Seq != int64(i+1) {
				b.t.Fatalf("change %d has number %d", i, c.Seq)
			}
			k, err := b.Software(b.t.Context(), string(c.ID))
			b.must(err)
			slugs[k.Slug] = true
		}
		if len(cs) != writers*each || len(slugs) != writers*each {
			b.t.Errorf("%d changes and %d slugs for %d writes", len(cs), len(slugs), writers*each)
		}
	})
}

func TestDatesAreOfADayAMonthOrAYear(t *testing.T) {
	for in, ok := range map[string]bool{"2024": true, "2024-03": true, "2024-02-29": true, "2023-02-29": false, "24": false, "2024-13": false, "1969": false, "2101": false, "2024-3-1": false, "": false} {
		if _, got := registry.ParseDate(in); got != ok {
			t.Errorf("%q: %v, want %v", in, got, ok)
		}
	}
	if y := registry.Date("2024-03").Year(); y != 2024 {
		t.Errorf("year %d", y)
	}

}

func TestWhatLooksAlikeIsProposedOnceAndNeverJoined(t *testing.T) {
	eachRegistry(t, func(b bench) {
		ctx := b.t.Context()
		a := b.software("NextCloud", "https://github.com/nextcloud/server")
		twin := b.software("Next Cloud", "https://example.org/fork/nextcloud")
		fact := registry.EntityRegistered{Kind: registry.KindSoftware, ID: twin.ID}
		payload, err := json.Marshal(fact)
		b.must(err)
		for range 2 { // delivery is at least once
			b.must(b.ProposeMatches(ctx, event.Envelope{Name: fact.FactName(), Payload: payload}))
		}
		queue, err := b.Proposals(ctx, organiser, registry.ProposalOpen, "", 10)
		b.must(err)
		if len(queue) != 1 || queue[0].Reason != registry.ReasonSimilarName || queue[0].Left != a.ID {
			b.t.Errorf("queue %+v", queue)
		}
		// Two communes of one name are two communes.
		for _, siren := range []string{"213801855", "217500016"} {
			b.organisation(registry.OrganisationFacts{SIREN: siren, Roles: []registry.Role{registry.RoleCollectivity}})
		}
	})
}

func TestAProviderIsKnownByTheSiteThatIsItsOwn(t *testing.T) {
	eachRegistry(t, func(b bench) {
		of := func(key, name, site string) registry.Import[registry.OrganisationFacts] {
			return registry.Import[registry.OrganisationFacts]{Key: registry.SourceKey{Origin: registry.OriginLocal, Source: registry.SourceCNLL, Key: key},
				Facts: registry.OrganisationFacts{Name: name, Website: site, Roles: []registry.Role{registry.RoleProvider}}}
		}
		out, err := b.ImportOrganisations(b.t.Context(), organiser, []registry.Import[registry.OrganisationFacts]{
			of("1", "Atelier", "https://www.atelier.example"), of("2", "L'Atelier SCOP", "http://atelier.example/"),
			of("3", "Un", "https://forge.example/un"), of("4", "Deux", "https://forge.example/deux")})
		b.must(err)
		want := []registry.Result{registry.Created, registry.Joined, registry.Created, registry.Created}
		for i, o := range out {
			if o.Result != want[i] {
				b.t.Errorf("%d: %s, want %s", i, o.Result, want[i])
			}
		}
	})
}

func TestUndoingAMatchThatMovedNothingMovesNothing(t *testing.T) {
	eachRegistry(t, func(b bench) {
		ctx := b.t.Context()
		city, a, c := b.grenoble(), b.software("Un", "https://github.com/a/un"), b.software("Deux", "https://github.com/a/deux")
		u, err := b.DeclareUsage(ctx, organiser, registry.UsageOf{Organisation: string(city.ID), Software: string(a.ID)}, registry.UsageFacts{Stage: registry.StageDefault})
		b.must(err)
		b.must(b.ProposeMatch(ctx, organiser, registry.KindSoftware, a.ID, c.ID, registry.ReasonSimilarName, ""))
		queue, err := b.Proposals(ctx, organiser, registry.ProposalOpen, "", 10)
		b.must(err)
		_, err = b.AcceptMatch(ctx, organiser, queue[0].ID)
		b.must(err)
		_, err = b.UndoMatch(ctx, organiser, queue[0].ID)
		b.must(err)
		stayed, err := b.db.UsagesByID(ctx, u.ID)
		b.must(err)
		if stayed[0].Software != a.ID {
			b.t.Error("the usage of the one went to the other")
		}
	})
}
