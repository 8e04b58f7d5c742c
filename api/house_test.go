// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/labstack/echo/v4"

	"maillage/api"
	"maillage/internal/catalogue"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/testkit"
	"maillage/internal/web"
)

const base = "https://catalogue.example"

// house is the real wiring, from the kit to the database.
type house struct {
	t         testing.TB
	e         *echo.Echo
	db        *store.DB
	registry  *registry.Service
	catalogue *catalogue.Catalogue
	clock     *testkit.Clock
	actors    map[string]member.Actor
	search    *fakeSearch
	members   *member.Service
}

// organiser, agent and provider are the tokens of the tests; agent and provider speak for nobody
// until speaksFor says.
const (
	organiser = "organiser"
	agent     = "agent"
	provider  = "provider"
)

func newHouse(t testing.TB, db *store.DB) *house {
	t.Helper()
	return newHouseAt(t, db, &testkit.Clock{})
}

// newHouseAt is newHouse at the database's own time.
func newHouseAt(t testing.TB, db *store.DB, clock *testkit.Clock) *house {
	t.Helper()
	h := &house{t: t, db: db, clock: clock, search: &fakeSearch{}}
	register := testkit.Register(t)
	h.registry = registry.NewService(db, register, h.clock.Now)
	h.catalogue = catalogue.New(catalogue.Config{Source: db, Renderer: api.NewRenderer(base, register), Register: register, Now: h.clock.Now})
	if err := h.catalogue.Load(t.Context()); err != nil {
		t.Fatalf("load: %v", err)
	}
	h.actors = map[string]member.Actor{
		organiser: {ID: "token:1", Name: "Olga", Role: member.Organiser},
		agent:     {ID: "token:2", Name: "Ana", Role: member.Referent},
		provider:  {ID: "token:3", Name: "Paul", Role: member.Provider},
	}
	h.members = newMembers(t, h)
	h.e = web.New(web.Config{APIPrefixes: api.Prefixes(), Authenticate: h.authenticate})
	api.New(api.Config{Registry: h.registry, Catalogue: h.catalogue, Register: register, Journal: db, Search: h.search,
		Idempotency: db, Members: h.members, Now: h.clock.Now, BaseURL: base, Name: "Alpes Numérique Libre", Version: "1.2.3"}).Mount(h.e)
	return h
}

func (h *house) authenticate(ctx context.Context, r *http.Request) (member.Actor, error) {
	secret := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	a, ok := h.actors[secret]
	if !ok {
		return h.members.Authenticate(ctx, member.DoorAPI, member.Credential{Secret: secret})
	}
	return a, nil
}

// speaksFor makes a token that of somebody of that organisation.
func (h *house) speaksFor(token, organisation string) {
	a := h.actors[token]
	a.Organisation = organisation
	h.actors[token] = a
}

// answer is what came back.
type answer struct {
	*httptest.ResponseRecorder
	t testing.TB
}

// ask sends a request as somebody ("" for a visitor) and holds request and answer against
// openapi.yaml. headers are pairs. A request the description refuses must be refused by the API.
func (h *house) ask(method, target, as, body string, headers ...string) answer {
	h.t.Helper()
	return h.askOn(h.t, method, target, as, body, headers...)
}

func (h *house) askOn(t testing.TB, method, target, as, body string, headers ...string) answer {
	t.Helper()
	build := func() *http.Request {
		r := httptest.NewRequestWithContext(context.Background(), method, target, strings.NewReader(body))
		if body == "" {
			r.Body, r.ContentLength = http.NoBody, 0
		} else {
			r.Header.Set("Content-Type", "application/json")
			if method == http.MethodPatch {
				r.Header.Set("Content-Type", "application/merge-patch+json")
			}
		}
		r.RemoteAddr = "127.0.0.1:4711" // strangers' addresses are counted, and the tests fail on purpose
		if as != "" {
			r.Header.Set("Authorization", "Bearer "+as)
		}
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		return r
	}
	w := httptest.NewRecorder()
	h.e.ServeHTTP(w, build())
	contract(t, build(), w)
	return answer{w, t}
}

// description is openapi.yaml, read once.
var description = sync.OnceValues(func() (*openapi3.T, error) {
	for _, mediaType := range []string{"application/yaml", "text/csv", "application/atom+xml"} {
		openapi3filter.RegisterBodyDecoder(mediaType, openapi3filter.FileBodyDecoder)
	}
	openapi3filter.RegisterBodyDecoder("application/ld+json", openapi3filter.JSONBodyDecoder)
	doc, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		return nil, err
	}
	doc.Servers = nil
	return doc, doc.Validate(context.Background())
})

var router = sync.OnceValues(func() (routers.Router, error) {
	doc, err := description()
	if err != nil {
		return nil, err
	}
	return legacy.NewRouter(doc)
})

// contract holds one exchange against the description.
func contract(t testing.TB, r *http.Request, w *httptest.ResponseRecorder) {
	t.Helper()
	rt, err := router()
	if err != nil {
		t.Fatalf("openapi.yaml: %v", err)
	}
	if w.Code >= 500 && w.Code != http.StatusServiceUnavailable {
		t.Errorf("%s %s: %d %s", r.Method, r.URL, w.Code, w.Body)
	}
	sentences(t, r, w)
	route, params, err := rt.FindRoute(r)
	if err != nil {
		if w.Code != http.StatusNotFound && w.Code != http.StatusMethodNotAllowed && w.Code != http.StatusPermanentRedirect {
			t.Errorf("%s %s answers %d and is not described: %v", r.Method, r.URL, w.Code, err)
		}
		return
	}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true,
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}}
	if w.Code < 400 {
		if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil {
			t.Errorf("%s %s is taken and the description refuses it: %v", r.Method, r.URL, err)
		}
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: w.Code, Header: w.Header(),
		Body: io.NopCloser(bytes.NewReader(w.Body.Bytes())), Options: in.Options}
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		t.Errorf("%s %s: the answer (%d) is not as described: %v\n%.2000s", r.Method, r.URL, w.Code, err, w.Body)
	}
}

// sentences checks that a problem says everything in words.
func sentences(t testing.TB, r *http.Request, w *httptest.ResponseRecorder) {
	t.Helper()
	if w.Code < 400 {
		return
	}
	var p web.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Errorf("%s %s: %d is not a problem: %.200s", r.Method, r.URL, w.Code, w.Body)
	}
	if p.Title == "" || p.Detail == "" || p.Status != w.Code || p.RequestID == "" {
		t.Errorf("%s %s: problem %+v", r.Method, r.URL, p)
	}
	for _, e := range p.Errors {
		if e.Field == "" || e.Detail == "" {
			t.Errorf("%s %s: the code %q of %q has no sentence", r.Method, r.URL, e.Code, e.Field)
		}
	}
}

// status checks the status and returns the answer.
func (a answer) status(want int) answer {
	a.t.Helper()
	if a.Code != want {
		a.t.Fatalf("status %d, want %d: %s", a.Code, want, a.Body)
	}
	return a
}

// object reads the body.
func (a answer) object() map[string]any {
	a.t.Helper()
	var m map[string]any
	if err := json.Unmarshal(a.Body.Bytes(), &m); err != nil {
		a.t.Fatalf("body: %v in %.500s", err, a.Body)
	}
	return m
}

// at returns the value at a dotted path; numbers index arrays.
func (a answer) at(path string) any {
	a.t.Helper()
	var v any = a.object()
	for key := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[key]
		case []any:
			i := int(key[0] - '0')
			if i >= len(x) {
				a.t.Fatalf("%s: only %d in %.500s", path, len(x), a.Body)
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

// list is at for arrays of objects.
func (a answer) list(path string) []map[string]any {
	a.t.Helper()
	all, ok := a.at(path).([]any)
	if !ok {
		a.t.Fatalf("no list at %s: %.800s", path, a.Body)
	}
	out := make([]map[string]any, len(all))
	for i := range all {
		if out[i], ok = all[i].(map[string]any); !ok {
			a.t.Fatalf("no object at %s.%d: %.800s", path, i, a.Body)
		}
	}
	return out
}

// text is at for strings.
func (a answer) text(path string) string {
	a.t.Helper()
	s, ok := a.at(path).(string)
	if !ok {
		a.t.Fatalf("no text at %s: %.800s", path, a.Body)
	}
	return s
}

// names returns the names of a page's things.
func (a answer) names() []string {
	a.t.Helper()
	var page struct {
		Data []struct {
			Name string `json:"name"`
		} `json:"data"`
	}
	if err := json.Unmarshal(a.Body.Bytes(), &page); err != nil {
		a.t.Fatal(err)
	}
	out := []string{}
	for _, d := range page.Data {
		out = append(out, d.Name)
	}
	return out
}

// faults returns what a problem says, as "field: code".
func (a answer) faults() []string {
	a.t.Helper()
	var p struct {
		Errors []struct{ Field, Code string } `json:"errors"`
	}
	if err := json.Unmarshal(a.Body.Bytes(), &p); err != nil {
		a.t.Fatal(err)
	}
	var out []string
	for _, e := range p.Errors {
		out = append(out, e.Field+": "+e.Code)
	}
	return out
}

// fakeSearch answers what a test gives it: the index has its own tests.
type fakeSearch struct {
	asked  catalogue.SearchQuery
	result catalogue.SearchResult
	err    error
}

func (f *fakeSearch) Search(_ context.Context, q catalogue.SearchQuery) (catalogue.SearchResult, error) {
	f.asked = q
	return f.result, f.err
}

// town is a small catalogue: Grenoble runs Nextcloud, which Libre Alpes hosts in Isère.
type town struct{ grenoble, nextcloud, alpes, usage, offer, reference string }

func (h *house) town() town {
	h.t.Helper()
	var w town
	w.grenoble = h.ask("POST", "/api/v1/organisations", organiser, `{"siren":"213801855"}`).status(201).text("id")
	w.nextcloud = h.ask("POST", "/api/v1/software", organiser, `{"name":"Nextcloud","summary":{"fr":"Suite collaborative"},
		"repository":"https://github.com/nextcloud/server","licence":"AGPL-3.0-or-later","platforms":["web"],
		"categories":["cloud-management"],"release":{"version":"31","date":"2026-02"},"status":"stable"}`).status(201).text("id")
	w.alpes = h.ask("POST", "/api/v1/providers", organiser, `{"name":"Libre Alpes","type":"cooperative","website":"https://libre-alpes.example"}`).status(201).text("id")
	h.speaksFor(agent, w.grenoble)
	h.speaksFor(provider, w.alpes)
	w.usage = h.ask("POST", "/api/v1/usages", agent, `{"organisation":"`+w.grenoble+`","software":"nextcloud","stage":"default","since":"2023","hosting":"own","seats":400}`).status(201).text("id")
	w.offer = h.ask("POST", "/api/v1/offers", provider, `{"provider":"libre-alpes","software":"nextcloud","services":["hosting","support"],"area":{"departements":["38"]}}`).status(201).text("id")
	w.reference = h.ask("POST", "/api/v1/references", provider, `{"provider":"libre-alpes","organisation":"`+w.grenoble+`","software":"nextcloud","services":["hosting"],"since":"2023-05"}`).status(201).text("id")
	return w
}
