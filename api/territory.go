// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/registry"
	"maillage/internal/territory"
	"maillage/internal/web"
)

// bodyDTO is one entry of the official register.
type bodyDTO struct {
	Kind          string          `json:"kind"`
	Code          string          `json:"code"`
	Name          string          `json:"name"`
	DisplayName   string          `json:"display_name"`
	SIREN         string          `json:"siren,omitempty"`
	FormerSIRENs  []string        `json:"former_sirens,omitempty"`
	FormerCodes   []string        `json:"former_codes,omitempty"`
	FormerNames   []string        `json:"former_names,omitempty"`
	LegalCategory *codedDTO       `json:"legal_category,omitempty"`
	Population    int             `json:"population"`
	Stratum       string          `json:"stratum"`
	PostalCodes   []string        `json:"postal_codes,omitempty"`
	EPCI          *placeDTO       `json:"epci,omitempty"`
	Departement   *placeDTO       `json:"departement,omitempty"`
	Region        *placeDTO       `json:"region,omitempty"`
	Point         *registry.Point `json:"point,omitempty"`
	// Organisation is the slug of the body here, when it is in this registry.
	Organisation string `json:"organisation,omitempty"`
	// Label and Reason are for suggestions: what to show, and what of the body the question matched.
	Label  string `json:"label,omitempty"`
	Reason string `json:"reason,omitempty"`
}

func (a *API) bodyDTO(b *territory.Body) bodyDTO {
	r := a.renderer
	d := bodyDTO{Kind: b.Kind.String(), Code: b.Code, Name: b.Name, DisplayName: b.DisplayName(), SIREN: string(b.SIREN),
		FormerCodes: b.FormerCodes, FormerNames: b.FormerNames, LegalCategory: legalCategory(b.LegalCategory),
		Population: b.Population, Stratum: territory.Stratum(b.Population), PostalCodes: b.PostalCodes,
		EPCI: r.place(territory.EPCI, string(b.EPCI)), Departement: r.place(territory.Departement, b.Departement),
		Region: r.place(territory.Region, b.Region)}
	for _, s := range b.FormerSIREN {
		d.FormerSIRENs = append(d.FormerSIRENs, string(s))
	}
	if b.HasPoint {
		d.Point = rounded(&registry.Point{Lat: b.Lat, Lon: b.Lon})
	}
	return d
}

// vintageDTO says which year the register describes and whom to credit where its data is shown.
type vintageDTO struct {
	Year   int    `json:"year"`
	Credit string `json:"credit"`
}

func vintage(r *territory.Register) vintageDTO {
	v := r.Vintage()
	return vintageDTO{Year: v.Year, Credit: v.Credit()}
}

// territoryList answers GET /territories: the suggestions of a picker.
func (a *API) territoryList(c echo.Context) error {
	q := web.ReadQuery(c)
	text := q.Text("q", 200)
	kind, kinded := territory.ParseKind(q.Choice("kind", "", "commune", "epci", "ept", "departement", "region"))
	departement := q.Text("departement", 3)
	size := q.Int("page[size]", 10, 1, territory.MaxSuggestions)
	if _, ok := a.cfg.Register.ByCode(territory.Departement, departement); departement != "" && !ok {
		q.Fault("departement", "unknown_value", departement)
	}
	if text == "" {
		q.Fault("q", "required", "")
	}
	if err := q.Err(); err != nil {
		return err
	}
	var kinds []territory.Kind
	if kinded {
		kinds = append(kinds, kind)
	}
	limit := size
	if departement != "" {
		limit = territory.MaxSuggestions // what is elsewhere is left out below
	}
	body := struct {
		Data []bodyDTO `json:"data"`
		Meta struct {
			Vintage vintageDTO `json:"vintage"`
		} `json:"meta"`
	}{Data: []bodyDTO{}}
	body.Meta.Vintage = vintage(a.cfg.Register)
	for _, s := range a.cfg.Register.Suggest(text, limit, kinds...) {
		if departement != "" && s.Body.Departement != departement || len(body.Data) == size {
			continue
		}
		d := a.bodyDTO(&s.Body)
		d.Label, d.Reason = s.Label, string(s.Reason)
		body.Data = append(body.Data, d)
	}
	prepare(c, &a.headers)
	return reply(c, http.StatusOK, body)
}

// territoryGet answers GET /territories/{ref}: a SIREN, present or former, the INSEE code of a
// commune, or a kind and a code: "departement:38".
func (a *API) territoryGet(c echo.Context) error {
	if err := noParameters(c); err != nil {
		return err
	}
	b, ok := a.body(c.Param("ref"))
	if !ok {
		return fault.New(fault.Missing, "territory_missing")
	}
	etag := fmt.Sprintf(`W/"%d-%s-%s"`, a.cfg.Register.Vintage().Year, b.Kind, b.Code)
	d := a.bodyDTO(&b)
	if b.SIREN != "" {
		switch item, err := a.bySIREN(b.SIREN); {
		case err == nil:
			d.Organisation = string(item.Slug())
			etag = fmt.Sprintf(`W/"%d-%s-%s-%s"`, a.cfg.Register.Vintage().Year, b.Kind, b.Code, item.Slug())
		case !fault.Is(err, fault.Missing):
			return err
		}
	}
	prepare(c, &a.headers)
	if notModified(c, etag) {
		return nil
	}
	return reply(c, http.StatusOK, d)
}

// body finds an entry of the register by whatever names it.
func (a *API) body(ref string) (territory.Body, bool) {
	if kind, code, ok := strings.Cut(ref, ":"); ok {
		k, known := territory.ParseKind(kind)
		if !known {
			return territory.Body{}, false
		}
		return a.cfg.Register.ByCode(k, code)
	}
	if siren, err := territory.ParseSIREN(ref); err == nil {
		return a.cfg.Register.BySIREN(siren)
	}
	for _, kind := range []territory.Kind{territory.Commune, territory.Departement} {
		if b, ok := a.cfg.Register.ByCode(kind, strings.ToUpper(ref)); ok {
			return b, true
		}
	}
	return territory.Body{}, false
}
