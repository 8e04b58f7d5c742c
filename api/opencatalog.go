// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/publiccode"
	"maillage/internal/registry"
	"maillage/internal/territory"
	"maillage/internal/web"
)

// The read subset of open-catalog-api (formerly developers-italia-api), version 1: its addresses, its
// paging, its field names, and nothing else, since its clients may refuse what they do not know. Only
// what is public is shown, whoever asks.

type ocSoftware struct {
	ID            string    `json:"id"`
	CatalogID     string    `json:"catalogId"`
	URL           string    `json:"url"`
	Aliases       []string  `json:"aliases"`
	PubliccodeYml string    `json:"publiccodeYml"`
	Active        bool      `json:"active"`
	Vitality      *string   `json:"vitality"` // measured by their crawler, not here
	CreatedAt     time.Time `json:"createdAt"`
	UpdatedAt     time.Time `json:"updatedAt"`
}

type ocPublisher struct {
	ID            string          `json:"id"`
	CatalogID     string          `json:"catalogId"`
	Description   string          `json:"description"`
	CodeHosting   []ocCodeHosting `json:"codeHosting"`
	Active        bool            `json:"active"`
	AlternativeID string          `json:"alternativeId,omitempty"`
	CreatedAt     time.Time       `json:"createdAt"`
	UpdatedAt     time.Time       `json:"updatedAt"`
}

// ocCodeHosting is where a publisher keeps its code. We do not know it: the lists are empty.
type ocCodeHosting struct {
	URL       string    `json:"url"`
	Group     bool      `json:"group"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

type ocCatalog struct {
	ID            string     `json:"id"`
	Name          string     `json:"name"`
	AlternativeID string     `json:"alternativeId,omitempty"`
	Active        bool       `json:"active"`
	Scopes        []string   `json:"scopes"`
	Sources       []ocSource `json:"sources"`
	CreatedAt     time.Time  `json:"createdAt"`
	UpdatedAt     time.Time  `json:"updatedAt"`
}

type ocSource struct {
	Driver string   `json:"driver"`
	URL    string   `json:"url"`
	Args   []string `json:"args"`
}

type ocList[T any] struct {
	Data  []T     `json:"data"`
	Links ocLinks `json:"links"`
}

type ocLinks struct {
	Prev *string `json:"prev"`
	Next *string `json:"next"`
}

// ocQuestion is what their lists can be asked.
type ocQuestion struct {
	query    catalogue.Query
	url      string
	from, to time.Time
}

// ocRead reads a question. Theirs is lenient: a page over the limit is a page of the limit, and
// parameters it does not know are not looked at. A value that cannot be read is refused.
func ocRead(c echo.Context, kind registry.Kind) (ocQuestion, error) {
	values := c.Request().URL.Query()
	var faults fault.Fields
	o := ocQuestion{query: catalogue.Query{Kind: kind, Sort: "created", Size: web.PageSize,
		After: values.Get(afterTyped), Before: values.Get(beforeTyped)}, url: values.Get("url")}
	if s := values.Get("page[size]"); s != "" {
		n, ok := atoi(s)
		if !ok || n < 1 {
			faults.AddDetail("page[size]", "out_of_range", "1–100")
		} else {
			o.query.Size = min(n, web.MaxPageSize)
		}
	}
	for name, into := range map[string]*time.Time{"from": &o.from, "to": &o.to} {
		if s := values.Get(name); s != "" {
			t, err := time.Parse(time.RFC3339, s)
			if err != nil {
				faults.Add(name, "not_a_time")
			}
			*into = t
		}
	}
	if o.query.After != "" && o.query.Before != "" {
		faults.AddDetail(beforeTyped, "exclusive", afterTyped)
	}
	slices.SortFunc(faults, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
	return o, faults.Err()
}

func atoi(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' || n > 1_000_000 {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, s != ""
}

func (o *ocQuestion) covers(at time.Time) bool {
	return (o.from.IsZero() || at.After(o.from)) && (o.to.IsZero() || at.Before(o.to))
}

// ocPages answers a list: show returns the thing in their words, false when it has no place there. A
// page may then hold fewer things than were asked for; the links tell whether there are more.
func ocPages[T any](a *API, c echo.Context, o *ocQuestion, show func(item *catalogue.Item) (T, bool, error)) error {
	page, err := a.cfg.Catalogue.Query(o.query)
	if err != nil {
		return err
	}
	body := ocList[T]{Data: []T{}, Links: ocLinks{Prev: ocLink(c, beforeEncoded, page.Prev), Next: ocLink(c, afterEncoded, page.Next)}}
	for _, item := range page.Items {
		if !o.covers(item.CreatedAt) {
			continue
		}
		d, shown, err := show(item)
		if err != nil {
			return err
		}
		if shown {
			body.Data = append(body.Data, d)
		}
	}
	prepare(c, &a.headers)
	return reply(c, http.StatusOK, body)
}

// ocLink returns a link as theirs are: a query alone, the cursor first.
func ocLink(c echo.Context, name, cursor string) *string {
	if cursor == "" {
		return nil
	}
	link := "?" + name + "=" + url.QueryEscape(cursor)
	if rest := withoutCursors(c.Request().URL.RawQuery); rest != "" {
		link += "&" + rest
	}
	return &link
}

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
		if !strings.Contains(strings.ToLower(string(repositoryOf(item))), last) && !bytes.Contains(item.JSON, []byte(`,"repository_aliases":`)) {
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

// ocPublisherList answers GET /v1/publishers: the public bodies of the catalogue.
func (a *API) ocPublisherList(c echo.Context) error {
	o, err := ocRead(c, registry.KindOrganisation)
	if err != nil {
		return err
	}
	o.query.Where = []catalogue.Term{{Dim: "role", Values: []string{string(registry.RoleCollectivity), string(registry.RolePartner)}}}
	return ocPages(a, c, &o, func(item *catalogue.Item) (ocPublisher, bool, error) {
		p, err := a.ocPublisher(item)
		return p, true, err
	})
}

func (a *API) ocPublisher(item *catalogue.Item) (ocPublisher, error) {
	var d organisationDTO
	if err := read(item, &d); err != nil {
		return ocPublisher{}, err
	}
	return ocPublisher{ID: d.ID, CatalogID: a.ocCatalogID(), Description: d.Name, CodeHosting: []ocCodeHosting{}, Active: true,
		AlternativeID: d.SIREN, CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt}, nil
}

// ocPublisherGet answers GET /v1/publishers/{id}, by id or by SIREN, the alternativeId.
func (a *API) ocPublisherGet(c echo.Context) error {
	item, err := a.item(registry.KindOrganisation, c.Param("id"), member.Actor{})
	if siren, bad := territory.ParseSIREN(c.Param("id")); err != nil && bad == nil {
		item, err = a.bySIREN(siren)
	}
	if err != nil {
		return err
	}
	p, err := a.ocPublisher(item)
	if err != nil {
		return err
	}
	prepare(c, &a.headers)
	return reply(c, http.StatusOK, p)
}

// ocCatalogID is the id of our one catalogue, derived from its address (RFC 9562 §5.5).
func (a *API) ocCatalogID() string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(a.renderer.base)).String()
}

// ocCatalog is the catalogue of this instance. It is as old as its oldest sheet.
func (a *API) ocCatalog() (ocCatalog, error) {
	host := a.renderer.base
	if u, err := url.Parse(host); err == nil && u.Host != "" {
		host = u.Hostname()
	}
	o := ocCatalog{ID: a.ocCatalogID(), Name: a.cfg.Name, AlternativeID: host, Active: true, Scopes: []string{"iso3166:FR"},
		Sources:   []ocSource{{Driver: "json", URL: a.renderer.base + "/repositories.json", Args: []string{"$[*].url"}}},
		CreatedAt: time.Unix(0, 0).UTC(), UpdatedAt: time.Unix(0, 0).UTC()}
	for sort, into := range map[string]*time.Time{"created": &o.CreatedAt, "-updated": &o.UpdatedAt} {
		page, err := a.cfg.Catalogue.Query(catalogue.Query{Kind: registry.KindSoftware, Sort: sort, Size: 1})
		if err != nil {
			return o, err
		}
		if len(page.Items) > 0 {
			*into = instant(page.Items[0].UpdatedAt)
			if sort == "created" {
				*into = instant(page.Items[0].CreatedAt)
			}
		}
	}
	return o, nil
}

// ocCatalogList answers GET /v1/catalogs.
func (a *API) ocCatalogList(c echo.Context) error {
	if _, err := ocRead(c, registry.KindSoftware); err != nil {
		return err
	}
	o, err := a.ocCatalog()
	if err != nil {
		return err
	}
	prepare(c, &a.headers)
	return reply(c, http.StatusOK, ocList[ocCatalog]{Data: []ocCatalog{o}})
}

// ocCatalogGet answers GET /v1/catalogs/{id}, by id or alternativeId.
func (a *API) ocCatalogGet(c echo.Context) error {
	o, err := a.ocCatalog()
	if err != nil {
		return err
	}
	if id := c.Param("id"); id != o.ID && id != o.AlternativeID {
		return fault.New(fault.Missing, "catalog_missing")
	}
	prepare(c, &a.headers)
	return reply(c, http.StatusOK, o)
}

// ocStatus answers GET /v1/status.
func (a *API) ocStatus(c echo.Context) error { return c.NoContent(http.StatusNoContent) }
