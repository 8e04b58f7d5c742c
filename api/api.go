// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Package api is the REST door: /api/v1, described by openapi.yaml, and the addresses at which the
// neighbours' programmes look for the formats they know.
//
// Reads are answered from the catalogue's bytes; writes call one use case of the registry each, and
// the catalogue has caught up before they are answered.
package api

import (
	"context"
	"time"

	"maillage/internal/catalogue"
	"maillage/internal/event"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/territory"
)

// Config is what the door must be told. Registry, Catalogue, Register and Journal are needed; the
// others may be nil.
type Config struct {
	Registry  *registry.Service
	Catalogue *catalogue.Catalogue
	Register  *territory.Register
	Journal   Journal
	// Search answers /search. Without it the address answers 503.
	Search Searcher
	// Idempotency remembers requests that carry an Idempotency-Key. Without it the header is refused,
	// for a promise that is not kept is worse than none.
	Idempotency member.Answers
	// Members are the accounts. Without them the routes about people and access are absent.
	Members *member.Service
	// Temp is the folder in which an export is made before it is sent; empty for the system's.
	Temp string
	Now  func() time.Time
	// BaseURL is the public address of the instance, without a slash at the end.
	BaseURL string
	// Name is the collective's name, and Version that of the programme, as shown to programmes.
	Name    string
	Version string
}

// Journal tells what happened. The store is one.
type Journal interface {
	// PublicChanges returns up to limit changes everybody may see, after that number, in order.
	PublicChanges(ctx context.Context, after int64, limit int) ([]registry.Change, error)
	// AuditOf returns the audit trail of a thing, newest first, before that entry (empty for the
	// newest), up to limit.
	AuditOf(ctx context.Context, object, before registry.ID, limit int) ([]registry.AuditEntry, error)
	// Misses returns the searches that found nothing, the most frequent first, up to limit.
	Misses(ctx context.Context, limit int) ([]registry.Miss, error)
	// Parked returns the deliveries set aside after their last try, oldest first, up to limit; Replay
	// puts one back at the start of its tries, or returns fault.Missing.
	Parked(ctx context.Context, limit int) ([]event.Parked, error)
	Replay(ctx context.Context, delivery string) error
}

// Searcher is the one box over the whole catalogue. Its errors about the question are faults with
// the names of catalogue.SearchQuery's parameters here: q, page[after].
type Searcher interface {
	Search(ctx context.Context, q catalogue.SearchQuery) (catalogue.SearchResult, error)
}

// API is the door. Mount adds its routes.
type API struct {
	cfg      Config
	renderer *Renderer
	headers  headers
	buffers  buffers
	lists    listings
	openAPI  []byte
	export   comptoirCache
}

// New returns the door. It panics when Config lacks what is needed: a mistake of the wiring, seen at
// start.
func New(cfg Config) *API {
	if cfg.Registry == nil || cfg.Catalogue == nil || cfg.Register == nil || cfg.Journal == nil {
		panic("api: Registry, Catalogue, Register and Journal are needed")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &API{cfg: cfg, renderer: NewRenderer(cfg.BaseURL, cfg.Register), headers: newHeaders(),
		lists: newListings(), openAPI: openAPI(cfg.BaseURL)}
}
