// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Package frontend is the door of people: pages made on the server, in French and in English, that
// need no script. Pages of the catalogue show what everybody may see; those of accounts, what whoever
// is signed in may.
package frontend

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/territory"
	"maillage/internal/web"
)

// Config is what the door must be told. Catalogue, Facts, Register and Name are needed.
type Config struct {
	Catalogue *catalogue.Catalogue
	// Facts are the things themselves, of which the catalogue knows order and visibility. The store
	// is one.
	Facts Facts
	// Search answers the search box. Without it /recherche answers 503.
	Search   Searcher
	Register *territory.Register
	// Name is the collective's name, shown at the top of each page.
	Name string
	// BaseURL is the public address of the instance, without a slash at the end.
	BaseURL string
	// Version is that of the programme, shown at the foot of each page; may be empty.
	Version string
	Now     func() time.Time
	// Languages are those offered, among "fr" and "en", the one to use by default first. Empty is
	// both, French first.
	Languages []string
	// Members are the use cases of accounts. Nil means that the instance has none: no page of theirs.
	Members Members
	// Declarations are the use cases of what bodies say they run. Nil means no page for that.
	Declarations Declarations
	// Engagements are the use cases of references. Nil means no page for those.
	Engagements Engagements
	// Offering are the use cases of what providers sell. Nil means no page for that.
	Offering Offering
	// Matches and Journal are what organisers look after. Without either there is no page for it.
	Matches Matches
	Journal Journal
	// Records are the use cases of what a body says of itself. Nil means no page for that.
	Records Records
	// BodyFile writes the file of a body, as a ZIP, for those who answer for it. Nil means that there is
	// none to take along.
	BodyFile func(ctx context.Context, by member.Actor, ref string, w io.Writer) error
	// Identities are the identity providers people may sign in by; may be empty.
	Identities Identities
}

// Searcher is the one box over the whole catalogue.
type Searcher interface {
	Search(ctx context.Context, q catalogue.SearchQuery) (catalogue.SearchResult, error)
}

// Facts returns those of the ids that are live or standing, in no order.
type Facts interface {
	SoftwareShown(ctx context.Context, ids ...registry.ID) ([]registry.Software, error)
	OrganisationsShown(ctx context.Context, ids ...registry.ID) ([]registry.Organisation, error)
	UsagesShown(ctx context.Context, ids ...registry.ID) ([]registry.Usage, error)
	OffersShown(ctx context.Context, ids ...registry.ID) ([]registry.Offer, error)
	ReferencesShown(ctx context.Context, ids ...registry.ID) ([]registry.Reference, error)
}

// Pages is the door. Mount adds its routes.
type Pages struct {
	cfg    Config
	assets assets
	// tongues are the languages by tag, each with its words and its templates.
	tongues map[string]*tongue
	said    web.Catalogue
	cookies web.Cookies

	mu      sync.Mutex
	figures *figures // of the present state of the catalogue
}

// New returns the door. It panics when Config lacks what is needed, or when a template or a sentence
// is missing: mistakes of the wiring or of the build, seen at start.
func New(cfg Config) *Pages {
	if cfg.Catalogue == nil || cfg.Facts == nil || cfg.Register == nil || cfg.Name == "" {
		panic("frontend: Catalogue, Facts, Register and Name are needed")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if len(cfg.Languages) == 0 {
		cfg.Languages = []string{"fr", "en"}
	}
	p := &Pages{cfg: cfg, assets: loadAssets(), tongues: map[string]*tongue{}, said: web.NewCatalogue(),
		cookies: web.NewCookies(strings.HasPrefix(cfg.BaseURL, "https://"))}
	for _, lang := range cfg.Languages {
		if !slices.Contains([]string{"fr", "en"}, lang) {
			panic("frontend: no language " + lang)
		}
		p.tongues[lang] = newTongue(lang)
	}
	return p
}

// Mount adds the routes: the table of contents of the door.
func (p *Pages) Mount(e *echo.Echo) {
	e.GET("/", p.home)
	e.GET("/recherche", p.search)
	e.GET("/logiciels/:ref", p.software)
	e.GET("/organismes/:ref", p.organisation)
	e.GET("/donnees", p.data)
	e.GET("/assets/:name", p.asset)
	if p.cfg.Members != nil {
		p.mountMembers(e)
	}
}
