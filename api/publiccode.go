// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"bytes"
	"net/http"

	"github.com/labstack/echo/v4"

	"maillage/internal/exchange"
	"maillage/internal/fault"
	"maillage/internal/publiccode"
	"maillage/internal/registry"
)

// publiccodeGet answers GET /software/{ref}/publiccode.yml: a valid file of version 0.7 made from the
// sheet, for a project that has none. It is a beginning for the project's own people to correct: what
// the sheet does not know is said in the most cautious way the standard allows.
func (a *API) publiccodeGet(c echo.Context) error {
	if err := noParameters(c); err != nil {
		return err
	}
	item, moved, err := a.find(c, a.lists.software, "/publiccode.yml")
	if err != nil || moved {
		return err
	}
	prepare(c, &a.headers)
	etag := "W/" + item.ETag()
	if notModified(c, etag) {
		return nil
	}
	var d softwareDTO
	if err := read(item, &d); err != nil {
		return err
	}
	var b bytes.Buffer
	doc, err := document(&d)
	if err != nil {
		return err
	}
	if err := publiccode.Write(&b, doc); err != nil {
		return err
	}
	return send(c, http.StatusOK, []string{"application/yaml; charset=utf-8"}, b.Bytes())
}

// document makes the file's content from a representation. It returns fault.Invalid, in the words of
// the sheet, when the sheet lacks what no file can do without: a licence or a repository.
func document(d *softwareDTO) (publiccode.Document, error) {
	s := registry.Software{SoftwareFacts: registry.SoftwareFacts{
		Name: d.Name, Summary: d.Summary, Description: d.Description, Repository: d.Repository, Website: d.Website,
		Documentation: d.Documentation, Categories: d.Categories, Platforms: d.Platforms, Keywords: d.Keywords,
		ReleaseVersion: releaseOf(d.Release).Version, ReleaseDate: registry.Date(releaseOf(d.Release).Date), Status: d.Status}}
	if d.Licence != nil {
		s.Licence = d.Licence.SPDX
	}
	if len(d.Summary) == 0 && len(d.Description) == 0 {
		s.Summary = registry.Localised{"fr": d.Name}
	}
	doc, missing := exchange.PubliccodeOf(s)
	var faults fault.Fields
	for _, field := range missing {
		faults.Add(field, "required")
	}
	return doc, inTheirWords(faults.Err(), []renamed{{"legal.license", "licence"}, {"url", "repository"}})
}
