// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"maillage/internal/catalogue"
	"maillage/internal/fault"
	"maillage/internal/registry"
	"maillage/internal/testkit"
)

// little returns a catalogue of a few software, and where they come from.
func little(t testing.TB, n int) (*source, *catalogue.Catalogue) {
	t.Helper()
	s := &source{}
	for i := range n {
		s.putSoftware(named(i, fmt.Sprintf("Nom %02d", i*7%n)))
	}
	c := catalogue.New(catalogue.Config{Source: s, Renderer: plain{}, Register: testkit.Register(t), Now: testkit.Epoch, Dir: t.TempDir()})
	if err := c.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, c
}

func named(i int, name string) registry.Software {
	at := testkit.Epoch().Add(time.Duration(i) * time.Second)
	return registry.Software{Entity: registry.Entity{ID: registry.ID(fmt.Sprintf("id-%03d", i)), Slug: registry.Slug(fmt.Sprintf("s-%03d", i)),
		Rev: 1, CreatedAt: at, UpdatedAt: at}, SoftwareFacts: registry.SoftwareFacts{Name: name}}
}

// TestNoItemThatStaysIsSkippedOrDoubled reads a list page by page, either way and in every order that
// others cannot move, while software comes and goes between pages.
func TestNoItemThatStaysIsSkippedOrDoubled(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		const n = 24
		s, c := little(t, n)
		q := catalogue.Query{Kind: registry.KindSoftware, Size: rapid.IntRange(1, 7).Draw(rt, "size"),
			Sort: rapid.SampledFrom([]string{"name", "-name", "created", "-created", "updated", "-updated", "users"}).Draw(rt, "sort")}
		backwards := rapid.Bool().Draw(rt, "backwards")
		if backwards { // from the end: the last page is found by going there
			for {
				p := must2(c.Query(q))(rt)
				if p.Next == "" {
					q.Before, q.After = p.Prev, ""
					break
				}
				q.After = p.Next
			}
			if q.Before == "" {
				return // a single page
			}
		}
		gone, seen := map[registry.ID]bool{}, map[registry.ID]int{}
		for range 100 {
			p := must2(c.Query(q))(rt)
			for _, it := range p.Items {
				seen[it.ID()]++
			}
			next := p.Next
			if backwards {
				next = p.Prev
			}
			if next == "" || len(p.Items) == 0 {
				break
			}
			q.After, q.Before = next, ""
			if backwards {
				q.After, q.Before = "", next
			}
			i := rapid.IntRange(0, n-1).Draw(rt, "gone")
			id := registry.ID(fmt.Sprintf("id-%03d", i))
			gone[id] = true
			s.dropSoftware(id)
			s.putSoftware(named(100+rapid.IntRange(0, 400).Draw(rt, "new"), rapid.StringMatching(`Nom [0-9]{2}`).Draw(rt, "name")))
			if err := c.CatchUp(t.Context()); err != nil {
				rt.Fatal(err)
			}
		}
		for i := range n {
			id := registry.ID(fmt.Sprintf("id-%03d", i))
			switch {
			case seen[id] > 1:
				rt.Fatalf("%s came %d times", id, seen[id])
			case seen[id] == 0 && !gone[id] && !backwards:
				rt.Fatalf("%s stayed and was skipped", id)
			}
		}
	})
}

// must2 turns an error into the end of a property's run.
func must2[V any](v V, err error) func(*rapid.T) V {
	return func(rt *rapid.T) V {
		if err != nil {
			rt.Fatal(err)
		}
		return v
	}
}

func TestAFailedReadLosesNothing(t *testing.T) {
	s, c := little(t, 5)
	org := registry.Organisation{Entity: registry.Entity{ID: "org", Slug: "org", Rev: 1}, OrganisationFacts: registry.OrganisationFacts{Name: "Ville"}}
	s.putOrganisation(org)
	s.putUsage(registry.Usage{Declared: registry.Declared{ID: "u", Rev: 1}, Organisation: "org", Software: "id-001",
		UsageFacts: registry.UsageFacts{Stage: registry.StageDefault, Visibility: registry.Public}})
	if err := c.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.putSoftware(named(1, "Autre nom"))
	s.fail(errDown)
	if err := c.CatchUp(t.Context()); !errors.Is(err, errDown) {
		t.Fatalf("got %v", err)
	}
	it, _, err := c.Get(registry.KindSoftware, "s-001", visitor)
	if err != nil || it.Users() != 1 || it.Name() == "Autre nom" {
		t.Errorf("while the database is away: %+v, %v", it, err)
	}
	s.fail(nil)
	if err := c.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if it, _, err = c.Get(registry.KindSoftware, "s-001", visitor); err != nil || it.Users() != 1 || it.Name() != "Autre nom" {
		t.Errorf("once it is back: %+v, %v", it, err)
	}
	s.dropUsage("u")
	if err := c.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if it, _, _ = c.Get(registry.KindSoftware, "s-001", visitor); it.Users() != 0 {
		t.Errorf("%d users once the usage is gone", it.Users())
	}
	if _, _, err := c.Get(registry.KindUsage, "u", visitor); !fault.Is(err, fault.Missing) {
		t.Errorf("the usage answers %v", err)
	}
}

func TestEveryWriterSeesItsOwnWriteAtOnce(t *testing.T) {
	s, c := little(t, 10)
	var wg sync.WaitGroup
	for w := range 16 {
		wg.Go(func() {
			for n := range 10 {
				e := named(1000+w*100+n, fmt.Sprintf("Écrit %d", w))
				s.putSoftware(e)
				if err := c.CatchUp(t.Context()); err != nil {
					t.Errorf("catch up: %v", err)
					return
				}
				it, _, err := c.Get(registry.KindSoftware, string(e.ID), visitor)
				if err != nil || string(it.JSON()) == "" || it.JSON()[0] != '{' {
					t.Errorf("%s does not show: %v", e.ID, err)
				}
			}
		})
	}
	wg.Wait()
}
