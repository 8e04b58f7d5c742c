// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/labstack/echo/v4"

	"maillage/frontend"
	"maillage/internal/catalogue"
	"maillage/internal/demo"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/search"
	"maillage/internal/store"
	"maillage/internal/testkit"
	"maillage/internal/web"
)

const base = "https://catalogue.example"

// house is the real wiring around the demonstration's data, from the kit to the database.
type house struct {
	t         testing.TB
	e         *echo.Echo
	db        *store.DB
	registry  *registry.Service
	catalogue *catalogue.Catalogue
	index     *search.Index
	reads     *counter
}

// renderer writes nothing: pages do not read what the API serves.
type renderer struct{}

func (renderer) Software(catalogue.SoftwareView, time.Time) []byte         { return []byte(`{}`) }
func (renderer) Organisation(catalogue.OrganisationView, time.Time) []byte { return []byte(`{}`) }
func (renderer) Usage(catalogue.UsageView, time.Time) []byte               { return []byte(`{}`) }
func (renderer) Offer(catalogue.OfferView, time.Time) []byte               { return []byte(`{}`) }
func (renderer) Reference(catalogue.ReferenceView, time.Time) []byte       { return []byte(`{}`) }

// counter counts the statements a page costs.
type counter struct {
	*store.DB
	n int
}

func (c *counter) SoftwareShown(ctx context.Context, ids ...registry.ID) ([]registry.Software, error) {
	c.n++
	return c.DB.SoftwareShown(ctx, ids...)
}

func (c *counter) OrganisationsShown(ctx context.Context, ids ...registry.ID) ([]registry.Organisation, error) {
	c.n++
	return c.DB.OrganisationsShown(ctx, ids...)
}

func (c *counter) UsagesShown(ctx context.Context, ids ...registry.ID) ([]registry.Usage, error) {
	c.n++
	return c.DB.UsagesShown(ctx, ids...)
}

func (c *counter) OffersShown(ctx context.Context, ids ...registry.ID) ([]registry.Offer, error) {
	c.n++
	return c.DB.OffersShown(ctx, ids...)
}

func (c *counter) ReferencesShown(ctx context.Context, ids ...registry.ID) ([]registry.Reference, error) {
	c.n++
	return c.DB.ReferencesShown(ctx, ids...)
}

// organiser writes what the tests need.
func organiser() member.Actor {
	return member.Actor{ID: "token:1", Name: "Olga", Role: member.Organiser}
}

func newHouse(t testing.TB, db *store.DB) *house {
	t.Helper()
	register := testkit.Register(t)
	now := testkit.Epoch
	h := &house{t: t, db: db, registry: registry.NewService(db, register, now), reads: &counter{DB: db}}
	if _, err := demo.Fill(t.Context(), h.registry, register, now(), nil); err != nil {
		t.Fatal(err)
	}
	h.catalogue = catalogue.New(catalogue.Config{Source: db, Renderer: renderer{}, Register: register, Now: now})
	if err := h.catalogue.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	var err error
	h.index, err = search.New(search.Config{Dir: filepath.Join(t.TempDir(), "search"), Catalogue: h.catalogue, Source: db,
		Fallback: db, Misses: db, Register: register, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.index.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := h.index.Close(); err != nil {
			t.Error(err)
		}
	})
	h.settle()
	pages := frontend.New(frontend.Config{Catalogue: h.catalogue, Facts: h.reads, Search: h.index, Register: register,
		Name: demo.Name, BaseURL: base, Version: "1.2.3", Now: now})
	h.e = web.New(web.Config{ErrorPage: pages.ErrorPage})
	pages.Mount(h.e)
	return h
}

// settle waits until catalogue and index have what was written.
func (h *house) settle() {
	h.t.Helper()
	want, err := h.db.Position(context.Background())
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.catalogue.CatchUp(context.Background()); err != nil {
		h.t.Fatal(err)
	}
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	late := time.After(60 * time.Second)
	for !h.index.Ready() || h.index.Position() != want {
		h.index.Wake()
		select {
		case <-look.C:
		case <-late:
			h.t.Fatal("the index does not follow")
		}
	}
}

// get asks for a page; headers are pairs.
func (h *house) get(target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.e.ServeHTTP(w, r)
	return w
}

// ask sends a search with any bytes as its query.
func (h *house) ask(raw string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/recherche", nil)
	r.URL.RawQuery = raw
	w := httptest.NewRecorder()
	h.e.ServeHTTP(w, r)
	return w
}

// page asks for a page that must be there and reads it.
func (h *house) page(target string) *goquery.Document {
	h.t.Helper()
	w := h.get(target)
	if w.Code != http.StatusOK {
		h.t.Fatalf("%s: %d", target, w.Code)
	}
	return read(h.t, w)
}

func read(t testing.TB, w *httptest.ResponseRecorder) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// words returns the text of what a selector finds, each run of spaces made one.
func words(doc *goquery.Document, selector string) string {
	return strings.Join(strings.Fields(doc.Find(selector).Text()), " ")
}

// texts returns the text of each thing a selector finds.
func texts(doc *goquery.Document, selector string) []string {
	return doc.Find(selector).Map(func(_ int, s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") })
}
