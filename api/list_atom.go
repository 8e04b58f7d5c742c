// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
)

// atomFeed is an Atom feed (RFC 4287).
type atomFeed struct {
	XMLName   xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang      string      `xml:"xml:lang,attr"`
	ID        string      `xml:"id"`
	Title     string      `xml:"title"`
	Updated   string      `xml:"updated"`
	Author    atomPerson  `xml:"author"`
	Generator string      `xml:"generator"`
	Links     []atomLink  `xml:"link"`
	Entries   []atomEntry `xml:"entry"`
}

type atomPerson struct {
	Name string `xml:"name"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID        string   `xml:"id"`
	Title     string   `xml:"title"`
	Published string   `xml:"published"`
	Updated   string   `xml:"updated"`
	Link      atomLink `xml:"link"`
	Summary   string   `xml:"summary,omitempty"`
}

// listAtom writes a list as a feed, what changed last first unless the question says otherwise.
func (a *API) listAtom(c echo.Context, l *listing, p *parsed, q catalogue.Query, lang string) error {
	if !p.sorted && slices.Contains(catalogue.Sorts(l.kind), "updated") {
		q.Sort = "-updated"
	}
	page, err := a.cfg.Catalogue.Query(q)
	if err != nil {
		return err
	}
	base := a.renderer.base
	self := base + l.path
	if raw := c.Request().URL.RawQuery; raw != "" {
		self += "?" + raw
	}
	feed := atomFeed{Lang: lang, ID: self, Title: l.title[lang] + " — " + a.cfg.Name, Author: atomPerson{a.cfg.Name},
		Generator: "Maillage " + a.cfg.Version, Links: []atomLink{{Rel: "self", Type: "application/atom+xml", Href: self}}}
	if page.Next != "" {
		feed.Links = append(feed.Links, atomLink{Rel: "next",
			Href: base + string(trimQuotes(appendPage(nil, l.path, p.base, afterEncoded, page.Next)))})
	}
	latest := time.Time{}
	for _, item := range page.Items {
		row := l.row()
		if err := read(item, row); err != nil {
			return err
		}
		if item.UpdatedAt().After(latest) {
			latest = item.UpdatedAt()
		}
		title, summary := l.entry(row, lang)
		feed.Entries = append(feed.Entries, atomEntry{ID: "urn:uuid:" + string(item.ID()), Title: title,
			Published: item.CreatedAt().UTC().Format(time.RFC3339), Updated: item.UpdatedAt().UTC().Format(time.RFC3339),
			Link: atomLink{Rel: "alternate", Type: "application/json", Href: base + "/api/v1/" + plural(l.kind) + "/" + string(item.ID())}, Summary: summary})
	}
	if latest.IsZero() {
		latest = time.Unix(0, 0) // an empty feed still has to say (RFC 4287 §4.2.15); it changes with its first entry
	}
	feed.Updated = latest.UTC().Format(time.RFC3339)
	body, err := xml.MarshalIndent(feed, "", " ")
	if err != nil {
		return fmt.Errorf("write feed: %w", err)
	}
	c.Response().Header().Set("Content-Language", lang)
	return send(c, http.StatusOK, a.headers.atom, append([]byte(xml.Header), body...))
}
