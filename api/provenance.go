// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"maillage/internal/registry"
)

// provenanceDTO says, field by field, who said what is shown, and what each source says.
type provenanceDTO struct {
	Fields  map[string][]attributionDTO `json:"fields"`
	Records []recordDTO                 `json:"records"`
}

type attributionDTO struct {
	Source string    `json:"source"`
	Origin string    `json:"origin"`
	Key    string    `json:"key,omitempty"`
	At     time.Time `json:"at"`
}

// recordDTO is what one source says, in the vocabulary of records: stored, exported and exchanged.
type recordDTO struct {
	Source      string    `json:"source"`
	Origin      string    `json:"origin"`
	Key         string    `json:"key,omitempty"`
	Rev         int64     `json:"rev"`
	RetrievedAt time.Time `json:"retrieved_at"`
	Facts       any       `json:"facts"`
}

func provenanceOf[F registry.Facts](k *registry.Known[F]) provenanceDTO {
	d := provenanceDTO{Fields: make(map[string][]attributionDTO, len(k.Provenance)), Records: make([]recordDTO, 0, len(k.Records))}
	for field, from := range k.Provenance {
		all := make([]attributionDTO, 0, len(from))
		for _, a := range from {
			all = append(all, attributionDTO{Source: string(a.Source), Origin: a.Origin, Key: a.Key, At: instant(a.At)})
		}
		d.Fields[field] = all
	}
	for i := range k.Records {
		r := &k.Records[i]
		out := recordDTO{Source: string(r.SourceKey.Source), Origin: r.SourceKey.Origin, Key: r.SourceKey.Key, Rev: r.Rev,
			RetrievedAt: instant(r.RetrievedAt), Facts: r.Facts}
		if r.SourceKey.Source == registry.SourceCurator {
			out.Key = ""
		}
		d.Records = append(d.Records, out)
	}
	return d
}

// provenance loads what every source says of an entity.
func (a *API) provenance(ctx context.Context, kind registry.Kind, id registry.ID) (provenanceDTO, error) {
	if kind == registry.KindSoftware {
		k, err := a.cfg.Registry.Software(ctx, string(id))
		if err != nil {
			return provenanceDTO{}, err
		}
		return provenanceOf(&k), nil
	}
	k, err := a.cfg.Registry.Organisation(ctx, string(id))
	if err != nil {
		return provenanceDTO{}, err
	}
	return provenanceOf(&k), nil
}

// provenanceGet answers GET /software/{ref}/provenance and /organisations/{ref}/provenance.
func (a *API) provenanceGet(l *listing) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := noParameters(c); err != nil {
			return err
		}
		item, moved, err := a.find(c, l, "/provenance")
		if err != nil || moved {
			return err
		}
		p, err := a.provenance(c.Request().Context(), item.Kind(), item.ID())
		if err != nil {
			return err
		}
		prepare(c, &a.headers)
		return reply(c, http.StatusOK, p)
	}
}
