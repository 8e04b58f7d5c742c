// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/publiccode"
	"maillage/internal/registry"
)

// ocSoftwareList answers GET /v1/software.
func (a *API) ocSoftwareList(c echo.Context) error {
	o, err := ocRead(c, registry.KindSoftware)
	if err != nil {
		return err
	}
	if o.url != "" {
		return a.ocSoftwareByURL(c, o.url)
	}
	return ocPages(a, c, &o, a.ocSoftware)
}

// ocSoftwareByURL answers with the software of that repository, or with none.
func (a *API) ocSoftwareByURL(c echo.Context, address string) error {
	body := ocList[ocSoftware]{Data: []ocSoftware{}}
	key, _, err := publiccode.NormaliseRepository(address)
	if err != nil {
		return fault.OnField("url", "not_a_url")
	}
	last := strings.ToLower(key[strings.LastIndexByte(key, '/')+1:])
	err = a.each(registry.KindSoftware, func(item *catalogue.Item) error {
		// Every form of an address ends with the same name: this saves reading every sheet.
		if !strings.Contains(strings.ToLower(string(repositoryOf(item))), last) && !bytes.Contains(item.JSON(), []byte(`,"repository_aliases":`)) {
			return nil
		}
		var d struct {
			Repository string   `json:"repository"`
			Aliases    []string `json:"repository_aliases"`
		}
		if err := read(item, &d); err != nil {
			return err
		}
		for _, have := range append([]string{d.Repository}, d.Aliases...) {
			if k, _, err := publiccode.NormaliseRepository(have); have == "" || err != nil || k != key {
				continue
			}
			s, _, err := a.ocSoftware(item)
			if err == nil {
				body.Data = append(body.Data, s)
			}
			return err
		}
		return nil
	})
	if err != nil {
		return err
	}
	prepare(c, &a.headers)
	return reply(c, http.StatusOK, body)
}

// ocSoftware shows a software. Theirs is known by its repository: one without has no place there.
func (a *API) ocSoftware(item *catalogue.Item) (ocSoftware, bool, error) {
	var d softwareDTO
	if err := read(item, &d); err != nil || d.Repository == "" {
		return ocSoftware{}, false, err
	}
	s := ocSoftware{ID: d.ID, CatalogID: a.ocCatalogID(), URL: d.Repository, Aliases: d.RepositoryAliases, Active: true,
		CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt}
	if s.Aliases == nil {
		s.Aliases = []string{}
	}
	var b bytes.Buffer
	doc, err := document(&d)
	if err == nil {
		err = publiccode.Write(&b, doc)
	}
	if err != nil && !fault.Is(err, fault.Invalid) {
		return s, false, err
	}
	s.PubliccodeYml = b.String() // empty when the sheet does not hold enough for a valid file
	return s, true, nil
}

// ocSoftwareGet answers GET /v1/software/{id}.
func (a *API) ocSoftwareGet(c echo.Context) error {
	item, err := a.item(registry.KindSoftware, c.Param("id"), member.Actor{})
	if err != nil {
		return err
	}
	s, shown, err := a.ocSoftware(item)
	if err == nil && !shown {
		err = fault.New(fault.Missing, "software_missing")
	}
	if err != nil {
		return err
	}
	prepare(c, &a.headers)
	return reply(c, http.StatusOK, s)
}
