// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/passkey"
	"maillage/internal/testkit"
	"maillage/internal/web"
)

// TestPasskeysInABrowser runs assets/passkey.js in Chromium, under the headers of the kit, before a
// site that knows one person per browser: what an old browser, a network or a person that fails makes of
// it. The product's own pages are cmd/maillage.TestPasskeysOfTheWholeProductInABrowser's.
func TestPasskeysInABrowser(t *testing.T) {
	script, err := os.ReadFile("assets/passkey.js")
	if err != nil {
		t.Fatal(err)
	}
	p := &passkeyPage{t: t, people: map[string]*holder{}}
	e := web.New(web.Config{})
	server := httptest.NewUnstartedServer(e) // its address is needed before it serves
	t.Cleanup(server.Close)
	base := strings.Replace("http://"+server.Listener.Addr().String(), "127.0.0.1", "localhost", 1) // browsers give an address no passkey
	cfg, err := passkey.ForSite("Alpes Numérique Libre", base)
	if err != nil {
		t.Fatal(err)
	}
	if p.site, err = passkey.New(cfg); err != nil {
		t.Fatal(err)
	}
	e.GET("/passkey.js", func(c echo.Context) error { return c.Blob(http.StatusOK, "text/javascript; charset=utf-8", script) })
	e.GET("/favicon.ico", func(c echo.Context) error { return c.NoContent(http.StatusNoContent) })
	e.GET("/", p.show)
	e.POST("/options/:kind", p.options)
	e.POST("/finish/:kind", p.finish)
	e.POST("/html", func(c echo.Context) error { return c.HTML(http.StatusOK, "<p>Connectez-vous.</p>") })
	e.POST("/api/too-many", func(echo.Context) error { return fault.New(fault.TooMany, "too_many_requests") })
	server.Start()
	testkit.Chromium(t, "passkey.mjs", map[string]any{"base": base})
}

// passkeyPage is the site. A cookie tells browsers apart; ceremonies serve once.
type passkeyPage struct {
	t      *testing.T
	site   *passkey.Relying
	mu     sync.Mutex
	people map[string]*holder // by cookie
}

type holder struct {
	user       passkey.User
	keys       []passkey.Credential
	ceremonies map[string][]byte // by kind
	logins     int
}

// who returns the person of the browser that asks, a new one for a new browser.
func (p *passkeyPage) who(c echo.Context) *holder {
	if cookie, err := c.Cookie("browser"); err == nil && p.people[cookie.Value] != nil {
		return p.people[cookie.Value]
	}
	name := rand.Text()
	c.SetCookie(&http.Cookie{Name: "browser", Value: name, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	h := &holder{user: passkey.User{Handle: passkey.NewHandle(), Name: "ana@mairie.example", DisplayName: "Ana"},
		ceremonies: map[string][]byte{}}
	p.people[name] = h
	return h
}

func (p *passkeyPage) show(c echo.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.who(c)
	words := map[string]string{"Lang": "fr", "Cancelled": "Vous avez abandonné, ou le temps a manqué.", "Known": "Cet appareil a déjà une clé d’accès.",
		"Network": "Le site ne répond pas.", "Failed": "La clé d’accès n’a pas pu être utilisée."}
	if c.QueryParam("lang") == "en" {
		words = map[string]string{"Lang": "en", "Cancelled": "You gave up, or time ran out.", "Known": "This device has a passkey already.",
			"Network": "The site does not answer.", "Failed": "The passkey could not be used."}
	}
	words["Options"], words["Field"] = "/options/login", c.QueryParam("field")
	if other := c.QueryParam("options"); other != "" {
		words["Options"] = strings.Replace(other, "/too-many", "/api/too-many", 1)
	}
	var page bytes.Buffer
	if err := passkeyTemplate.Execute(&page, words); err != nil {
		return err
	}
	return c.HTMLBlob(http.StatusOK, page.Bytes())
}

var passkeyTemplate = template.Must(template.New("").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><title>Passkeys</title><script src="/passkey.js" defer></script></head>
<body><main><h1>Passkeys</h1>
{{if .Field}}<label>E-mail <input type="email" name="email" autocomplete="username webauthn"></label>{{end}}
<p id="about" data-passkey-available hidden>This browser has passkeys.</p>
<form id="register" data-passkey="register" data-options="/options/register" action="/finish/register" method="post" hidden
	data-text-cancelled="{{.Cancelled}}" data-text-known="{{.Known}}" data-text-network="{{.Network}}" data-text-failed="{{.Failed}}">
<input type="hidden" name="response"><button>Register</button><p data-passkey-error role="alert" hidden></p></form>
<form id="login" data-passkey="login" data-options="{{.Options}}" action="/finish/login" method="post" hidden
	data-text-cancelled="{{.Cancelled}}" data-text-known="{{.Known}}" data-text-network="{{.Network}}" data-text-failed="{{.Failed}}">
<input type="hidden" name="response"><button>Log in</button><p data-passkey-error role="alert" hidden></p></form>
</main></body></html>`))

func (p *passkeyPage) options(c echo.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.who(c)
	var options json.RawMessage
	var kept []byte
	var err error
	if c.Param("kind") == "register" {
		options, kept, err = p.site.BeginRegistration(h.user, h.keys)
	} else {
		options, kept, err = p.site.BeginLogin()
	}
	if err != nil {
		return err
	}
	h.ceremonies[c.Param("kind")] = kept
	return c.JSONBlob(http.StatusOK, options)
}

func (p *passkeyPage) finish(c echo.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	h, kind := p.who(c), c.Param("kind")
	kept, response := h.ceremonies[kind], json.RawMessage(c.FormValue("response"))
	delete(h.ceremonies, kind)
	said, err := "registered", error(nil)
	if kind == "register" {
		var made passkey.Credential
		if made, err = p.site.FinishRegistration(h.user, kept, response); err == nil {
			h.keys = append(h.keys, made)
		}
	} else {
		said, err = p.logIn(h, kept, response)
	}
	if err != nil {
		p.t.Logf("finish %s: %v", kind, err)
		e, ok := errors.AsType[*fault.Error](err)
		if !ok {
			return err
		}
		said = e.Code
	}
	return c.HTML(http.StatusOK, `<!DOCTYPE html><title>Result</title><p id="result">`+template.HTMLEscapeString(said))
}

func (p *passkeyPage) logIn(h *holder, kept []byte, response json.RawMessage) (string, error) {
	handle, used, err := p.site.FinishLogin(kept, response, func(handle, _ []byte) (passkey.User, []passkey.Credential, error) {
		if !bytes.Equal(handle, h.user.Handle) || len(h.keys) == 0 {
			return passkey.User{}, nil, fault.New(fault.Missing, "not_found")
		}
		return h.user, h.keys, nil
	})
	if err != nil {
		return "", err
	}
	if !bytes.Equal(handle, h.user.Handle) {
		p.t.Errorf("%x is in", handle)
	}
	h.keys[0] = used
	h.logins++
	return fmt.Sprintf("%s is in, %d passkey, used %d times", h.user.DisplayName, len(h.keys), h.logins), nil
}
