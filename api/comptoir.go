// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"net/http"
	"strconv"
	"sync"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/member"
	"maillage/internal/registry"
)

// The Comptoir du Libre's export, version 1, in its exact shape: whoever reads it reads us. What is
// absent is an empty array, as PHP writes an empty object.

type comptoirExport struct {
	Date      string             `json:"date_of_export"`
	Number    int                `json:"number_of_software"`
	Softwares []comptoirSoftware `json:"softwares"`
}

type comptoirSoftware struct {
	ID        int64              `json:"id"`
	Created   string             `json:"created"`
	Modified  string             `json:"modified"`
	URL       string             `json:"url"`
	Name      string             `json:"name"`
	Licence   string             `json:"licence"`
	External  comptoirExternal   `json:"external_resources"`
	Providers []comptoirOrganism `json:"providers"`
	Users     []comptoirOrganism `json:"users"`
}

type comptoirExternal struct {
	Website    *string `json:"website"`
	Repository *string `json:"repository"`
	Wikidata   any     `json:"wikidata"`
	SILL       any     `json:"sill"`
	Wikipedia  any     `json:"wikipedia"`
	CNLL       any     `json:"cnll"`
	Framalibre any     `json:"framalibre"`
}

type comptoirOrganism struct {
	ID       int64           `json:"id"`
	URL      string          `json:"url"`
	Name     string          `json:"name"`
	Type     string          `json:"type"`
	External comptoirWebsite `json:"external_resources"`
}

type comptoirWebsite struct {
	Website *string `json:"website"`
}

// comptoirTime is how the Comptoir writes times.
const comptoirTime = "2006-01-02T15:04:05-07:00"

// comptoirNumber gives a thing a number as the Comptoir does. A thing the Comptoir knows keeps the
// Comptoir's number, so that a reader of both finds one thing. Any other gets 2^45 plus the first 45
// bits of the SHA-256 of its id: always the same without a table to keep, exact in every JSON reader
// (under 2^53), never a number of the Comptoir's, and the same for two things among 60,000 with a
// chance of one in 20,000.
func comptoirNumber(id string, identifiers []registry.Identifier) int64 {
	for _, i := range identifiers {
		if n, err := strconv.ParseInt(i.Value, 10, 64); i.Scheme == registry.SchemeComptoir && err == nil && n > 0 && n < 1<<45 {
			return n
		}
	}
	sum := sha256.Sum256([]byte(id))
	return 1<<45 + int64(binary.BigEndian.Uint64(sum[:8])>>19)
}

// comptoirCache keeps the last export: it is asked whole, by programmes, and is long to make.
type comptoirCache struct {
	mu      sync.Mutex
	version string
	body    []byte
}

// comptoirGet answers GET /public/export/comptoir-du-libre_export_v1.json.
func (a *API) comptoirGet(c echo.Context) error {
	if err := noParameters(c); err != nil {
		return err
	}
	a.export.mu.Lock()
	defer a.export.mu.Unlock()
	version := a.cfg.Catalogue.Version(registry.KindSoftware) + a.cfg.Catalogue.Version(registry.KindUsage) +
		a.cfg.Catalogue.Version(registry.KindOffer) + a.cfg.Catalogue.Version(registry.KindOrganisation)
	prepare(c, &a.headers)
	if notModified(c, listTag(version, "comptoir", "", "", asJSON, member.Actor{})) {
		return nil
	}
	if a.export.version != version {
		e, err := a.comptoir()
		if err != nil {
			return err
		}
		a.export.body, a.export.version = encode(e), version
	}
	return send(c, http.StatusOK, a.headers.json, a.export.body)
}

// comptoir makes the export: every software, the providers with an offer for it, and the public
// bodies that publicly run it.
func (a *API) comptoir() (*comptoirExport, error) {
	e := &comptoirExport{Date: a.cfg.Now().UTC().Format(comptoirTime), Softwares: []comptoirSoftware{}}
	organisms := map[string]*comptoirOrganism{}
	providers, users := map[string][]comptoirOrganism{}, map[string][]comptoirOrganism{}
	err := a.each(registry.KindOffer, func(item *catalogue.Item) error {
		var d offerDTO
		if err := read(item, &d); err != nil {
			return err
		}
		return a.relate(organisms, providers, d.Software.ID, d.Provider.ID, "Company")
	})
	if err == nil {
		err = a.each(registry.KindUsage, func(item *catalogue.Item) error {
			var d usageDTO
			if err := read(item, &d); err != nil || !d.Running {
				return err
			}
			return a.relate(organisms, users, d.Software.ID, d.Organisation.ID, "Administration")
		})
	}
	if err == nil {
		err = a.each(registry.KindSoftware, func(item *catalogue.Item) error {
			var d softwareDTO
			if err := read(item, &d); err != nil {
				return err
			}
			e.Softwares = append(e.Softwares, a.comptoirSoftware(&d, providers[d.ID], users[d.ID]))
			return nil
		})
	}
	e.Number = len(e.Softwares)
	return e, err
}

// relate adds an organisation to a software's list once. As users the Comptoir knows public bodies.
func (a *API) relate(known map[string]*comptoirOrganism, lists map[string][]comptoirOrganism, software, organisation, as string) error {
	o, ok := known[organisation]
	if !ok {
		item, err := a.item(registry.KindOrganisation, organisation, member.Actor{})
		if err != nil {
			known[organisation] = nil // not shown: nothing to relate
			return nil
		}
		var d organisationDTO
		if err := read(item, &d); err != nil {
			return err
		}
		o = &comptoirOrganism{ID: comptoirNumber(d.ID, d.Identifiers), URL: a.renderer.base + "/api/v1/organisations/" + d.Slug,
			Name: d.Name, Type: comptoirType(&d), External: comptoirWebsite{Website: &d.Website}}
		known[organisation] = o
	}
	if o == nil || as == "Administration" && o.Type != as {
		return nil
	}
	for i := range lists[software] {
		if lists[software][i].ID == o.ID {
			return nil
		}
	}
	lists[software] = append(lists[software], *o)
	return nil
}

func comptoirType(d *organisationDTO) string {
	for _, r := range d.Roles {
		if r == registry.RoleCollectivity {
			return "Administration"
		}
	}
	switch d.Type {
	case "association":
		return "Association"
	case "company", "cooperative":
		return "Company"
	}
	if d.LDType == "GovernmentOrganization" {
		return "Administration"
	}
	return "Company"
}

func (a *API) comptoirSoftware(d *softwareDTO, providers, users []comptoirOrganism) comptoirSoftware {
	s := comptoirSoftware{ID: comptoirNumber(d.ID, d.Identifiers), Created: d.CreatedAt.Format(comptoirTime),
		Modified: d.UpdatedAt.Format(comptoirTime), URL: a.renderer.base + "/api/v1/software/" + d.Slug, Name: d.Name,
		Licence: licenceText(d.Licence), Providers: providers, Users: users}
	if s.Providers == nil {
		s.Providers = []comptoirOrganism{}
	}
	if s.Users == nil {
		s.Users = []comptoirOrganism{}
	}
	absent := []string{}
	s.External = comptoirExternal{Website: &d.Website, Wikidata: absent, SILL: absent, Wikipedia: absent, CNLL: absent, Framalibre: absent}
	if d.Repository != "" {
		s.External.Repository = &d.Repository
	}
	for _, i := range d.Identifiers {
		switch i.Scheme {
		case registry.SchemeWikidata:
			s.External.Wikidata = map[string]string{"id": i.Value, "url": "https://www.wikidata.org/wiki/" + i.Value,
				"data": "https://www.wikidata.org/wiki/Special:EntityData/" + i.Value}
		case registry.SchemeSILL:
			if n, err := strconv.ParseInt(i.Value, 10, 64); err == nil {
				address := "https://code.gouv.fr/sill/detail?id=" + i.Value
				s.External.SILL = map[string]any{"id": n, "url": address, "i18n_url": map[string]string{"fr": address, "en": address}}
			}
		case registry.SchemeCNLL:
			s.External.CNLL = map[string]string{"url": "https://annuaire.cnll.fr/solutions/" + i.Value}
		case registry.SchemeFramalibre:
			s.External.Framalibre = map[string]string{"slug": i.Value, "url": "https://framalibre.org/notices/" + i.Value + ".html"}
		}
	}
	return s
}

// each calls fn for everything of a kind that everybody may see.
func (a *API) each(kind registry.Kind, fn func(item *catalogue.Item) error) error {
	for item := range a.cfg.Catalogue.Items(kind) {
		if err := fn(item); err != nil {
			return err
		}
	}
	return nil
}

// repositoryList answers GET /repositories.json: the repositories of the catalogue, for crawlers that
// look for publiccode.yml (JSONPath $[*].url).
func (a *API) repositoryList(c echo.Context) error {
	if err := noParameters(c); err != nil {
		return err
	}
	prepare(c, &a.headers)
	if notModified(c, listTag(a.cfg.Catalogue.Version(registry.KindSoftware), "repositories", "", "", asJSON, member.Actor{})) {
		return nil
	}
	buffer := a.buffers.borrow()
	defer a.buffers.giveBack(buffer)
	b := append((*buffer)[:0], '[')
	err := a.each(registry.KindSoftware, func(item *catalogue.Item) error {
		repository := repositoryOf(item)
		if repository == nil {
			return nil
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(append(b, `{"url":`...), repository...)
		b = append(b, '}')
		return nil
	})
	b = append(b, ']')
	*buffer = b
	if err != nil {
		return err
	}
	return send(c, http.StatusOK, a.headers.json, b)
}

// repositoryOf returns the repository of a software as the JSON string of its representation, nil when
// it has none. A key cannot be mistaken for a text that quotes it: there the quotes are escaped.
func repositoryOf(item *catalogue.Item) []byte {
	const key = `,"repository":`
	body := item.JSON()
	i := bytes.Index(body, []byte(key))
	if i < 0 {
		return nil
	}
	value := body[i+len(key):]
	for j := 1; j < len(value); j++ {
		switch value[j] {
		case '\\':
			j++
		case '"':
			return value[:j+1]
		}
	}
	return nil
}
