// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/member"
	"maillage/internal/registry"
)

// statsDTO are the figures of the collective.
type statsDTO struct {
	Software      int           `json:"software"`
	Organisations int           `json:"organisations"`
	Usages        int           `json:"usages"`
	Offers        int           `json:"offers"`
	References    int           `json:"references"`
	ByRole        []countDTO    `json:"by_role"`
	ByType        []countDTO    `json:"by_type"`
	ByStratum     []countDTO    `json:"by_stratum"`
	ByStage       []countDTO    `json:"by_stage"`
	MostUsed      []usedDTO     `json:"most_used"`
	Coverage      []coverageDTO `json:"coverage"`
	Position      int64         `json:"position"`
	At            time.Time     `json:"at"`
	Register      vintageDTO    `json:"register"`
}

type countDTO struct {
	Value string `json:"value"`
	Label *words `json:"label,omitempty"`
	Count int    `json:"count"`
}

type usedDTO struct {
	briefDTO
	Users int `json:"users"`
}

type coverageDTO struct {
	Domain    string         `json:"domain"`
	Label     *words         `json:"label,omitempty"`
	Total     int            `json:"total"`
	ByStratum map[string]int `json:"by_stratum"`
}

// stats answers GET /stats: the figures of what everybody may see.
func (a *API) stats(c echo.Context) error {
	if err := noParameters(c); err != nil {
		return err
	}
	prepare(c, &a.headers)
	version := strconv.FormatInt(a.cfg.Catalogue.Position(), 36) + "." + a.cfg.Catalogue.Version(registry.KindUsage)
	if notModified(c, listTag(version, "/api/v1/stats", "", "", asJSON, member.Actor{})) {
		return nil
	}
	s, err := a.cfg.Catalogue.Stats()
	if err != nil {
		return err
	}
	d := statsDTO{Software: s.Software, Organisations: s.Organisations, Usages: s.Usages, Offers: s.Offers, References: s.References,
		ByRole: a.counts("role", s.ByRole), ByType: a.counts("type", s.ByType), ByStratum: a.counts("stratum", s.ByStratum),
		ByStage: a.counts("stage", s.ByStage), MostUsed: []usedDTO{}, Coverage: []coverageDTO{}, Position: s.Position,
		At: instant(s.At), Register: vintage(a.cfg.Register)}
	for _, u := range s.MostUsed {
		d.MostUsed = append(d.MostUsed, usedDTO{briefDTO: brief(u.Brief), Users: u.Users})
	}
	for _, row := range s.Coverage {
		d.Coverage = append(d.Coverage, coverageDTO{Domain: row.Domain, Label: label("domain", row.Domain), Total: row.Total, ByStratum: row.Counts})
	}
	return reply(c, http.StatusOK, d)
}

func (a *API) counts(dim string, values []catalogue.FacetValue) []countDTO {
	out := make([]countDTO, 0, len(values))
	for _, v := range values {
		out = append(out, countDTO{Value: v.Value, Label: a.facetLabel(dim, v.Value), Count: v.Count})
	}
	return out
}
