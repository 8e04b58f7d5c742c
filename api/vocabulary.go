// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"maillage/internal/publiccode"
	"maillage/internal/registry"
)

// termDTO is one term of a vocabulary.
type termDTO struct {
	Key        string `json:"key"`
	Label      *words `json:"label"`
	Definition *words `json:"definition,omitempty"`
}

// domainList answers GET /domains: what software is for, in the words of local authorities, each with
// its definition.
func (a *API) domainList(c echo.Context) error {
	if err := noParameters(c); err != nil {
		return err
	}
	body := data[termDTO]{}
	for _, d := range registry.Domains() {
		body.Data = append(body.Data, termDTO{Key: d.Key, Label: &words{d.Label["fr"], d.Label["en"]},
			Definition: &words{d.Definition["fr"], d.Definition["en"]}})
	}
	prepare(c, &a.headers)
	return reply(c, http.StatusOK, body)
}

// categoryList answers GET /categories: the terms of publiccode.yml.
func (a *API) categoryList(c echo.Context) error {
	if err := noParameters(c); err != nil {
		return err
	}
	body := data[termDTO]{}
	for _, key := range publiccode.Categories() {
		body.Data = append(body.Data, termDTO{Key: key, Label: label("category", key)})
	}
	prepare(c, &a.headers)
	return reply(c, http.StatusOK, body)
}
