// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"crypto/sha256"
	"encoding/hex"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"maillage/internal/web"
)

// maxText is the longest question of the search box, in code points.
const maxText = 200

// page is what every page has. Each page's own struct embeds it.
type page struct {
	// Lang is the language of the page; Title and Description, in it, are for the browser's tab and
	// for search engines.
	Lang        string
	Title       string
	Description string
	// Name, Version are those of the instance.
	Name    string
	Version string
	// Access is how far the site conforms to RGAA, which each page must say: one of Conformities.
	Access string
	// CSS and Icon are addresses of static files.
	CSS  string
	Icon string
	// Canonical is the address of the page without what does not change it; empty when it has none.
	Canonical string
	// Others are this page in the other languages.
	Others []langLink
	// Feed and Data are the addresses of the page's Atom feed and JSON; may be empty.
	Feed string
	Data string
	// Hidden asks search engines not to list the page.
	Hidden bool
	// Text is what the search box holds. Plain leaves the box out of the header: the page has its own.
	Text  string
	Plain bool

	// Who is the reader; nil on an instance without accounts.
	Who *who
	// Refresh is where the browser goes on to by itself; empty when it stays.
	Refresh string
	// Scripts are the addresses of the scripts of the page, which it works without.
	Scripts []string

	chosen bool // the address says which language
	words  *words
}

type langLink struct{ Lang, Name, Href string }

// begin makes what every page has. The language is that of the address, else the browser's.
func (p *Pages) begin(c echo.Context) page {
	lang, chosen := p.language(c)
	out := page{Lang: lang, chosen: chosen, Name: p.cfg.Name, Version: p.cfg.Version, Access: p.cfg.Legal.Accessibility, words: p.tongues[lang].words,
		CSS: p.assets.address["maillage.css"], Icon: p.assets.address["icon.svg"]}
	out.Who = p.reader(c)
	u := c.Request().URL
	for _, other := range p.cfg.Languages {
		if other != lang {
			query := u.Query()
			query.Set("lang", other)
			out.Others = append(out.Others, langLink{other, p.tongues[other].words.text["language"], u.Path + "?" + query.Encode()})
		}
	}
	return out
}

func (p *Pages) language(c echo.Context) (lang string, chosen bool) {
	if lang = c.QueryParam("lang"); slices.Contains(p.cfg.Languages, lang) {
		return lang, true
	}
	if lang = web.Language(c.Request()); slices.Contains(p.cfg.Languages, lang) {
		return lang, false
	}
	return p.cfg.Languages[0], false
}

// To returns an address of ours with the parameters given by pairs, and with the language when the
// reader chose one.
func (p page) To(path string, pairs ...string) string {
	query := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			query.Set(pairs[i], pairs[i+1])
		}
	}
	return p.with(path, query)
}

func (p page) with(path string, query url.Values) string {
	if p.chosen {
		query.Set("lang", p.Lang)
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// Chosen returns the language when the address must go on saying it.
func (p page) Chosen() string {
	if p.chosen {
		return p.Lang
	}
	return ""
}

// show renders a page whole, then sends it: a template that fails has sent nothing. Pages are fresh
// at each request and cost little to ask for again: unchanged ones are answered 304. Those of somebody
// signed in, and of accounts, are kept by nobody.
func (p *Pages) show(c echo.Context, status int, name string, lang string, data any) error {
	body, err := p.tongues[lang].render(name, data)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Language", lang)
	if !slices.Contains(h.Values(echo.HeaderVary), "Accept-Language") {
		h.Add(echo.HeaderVary, "Accept-Language")
	}
	if p.cfg.Members != nil {
		h.Add(echo.HeaderVary, "Cookie")
	}
	if status == http.StatusOK && h.Get(echo.HeaderCacheControl) != "no-store" && !web.Actor(c.Request().Context()).Authenticated() {
		h.Set(echo.HeaderCacheControl, "no-cache")
		sum := sha256.Sum256(body)
		if web.NotModified(c, `"`+hex.EncodeToString(sum[:12])+`"`) {
			return nil
		}
	}
	return c.HTMLBlob(status, body)
}

// param returns a parameter of the address in valid UTF-8, without surrounding spaces, cut at max
// code points. Pages forgive what they do not know: people send each other addresses to which other
// sites have added things.
func param(c echo.Context, name string, max int) string {
	s := strings.TrimSpace(strings.ToValidUTF8(c.QueryParam(name), ""))
	s = strings.ReplaceAll(s, "\x00", "")
	if utf8.RuneCountInString(s) > max {
		s = string([]rune(s)[:max])
	}
	return s
}

// rich is HTML that internal/text made: it may be put in a page as it is.
type rich = template.HTML
