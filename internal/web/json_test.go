// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
)

type code string

func (c *code) UnmarshalText(b []byte) error {
	if len(b) != 3 {
		return fault.New(fault.Invalid, "not_a_code")
	}
	*c = code(b)
	return nil
}

type place struct {
	Name string  `json:"name"`
	Lat  float64 `json:"lat"`
}

type common struct {
	Note string `json:"note"`
}

type bodied struct {
	common
	Name   string            `json:"name"`
	Seats  int32             `json:"seats"`
	Rank   uint8             `json:"rank"`
	Open   bool              `json:"open"`
	Since  *time.Time        `json:"since"`
	At     time.Time         `json:"at"`
	Texts  map[string]string `json:"texts"`
	Places []place           `json:"places"`
	Main   *place            `json:"main"`
	Code   code              `json:"code"`
	Extra  any               `json:"extra"`
	Raw    json.RawMessage   `json:"raw"`
	Blob   []byte            `json:"blob"`
	Hidden string            `json:"-"`
	Plain  string
	secret string
}

const full = `{"name":"é \ud83d\ude00\n","seats":-12,"rank":255,"open":true,"since":"2026-01-02T03:04:05Z",
 "at":"2026-01-02T03:04:05Z","texts":{"fr":"a","en":"b"},"places":[{"name":"x","lat":1.5e1},{"name":"y","lat":0}],
 "main":{"name":"z","lat":-0.5},"code":"abc","extra":{"a":[1,null]},"raw":[ 1 ],"blob":"AQI=","Plain":"p","note":"n"}`

func TestAWholeBodyIsReadAsTheStandardDecoderWould(t *testing.T) {
	var got, want bodied
	if _, err := decodeStrict([]byte(full), &got, false); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(full), &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) || got.Name == "" || got.secret != "" {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestEachBadBodyIsAFaultThatNamesTheField(t *testing.T) {
	deep := strings.Repeat(`{"extra":`, 32) + "[]" + strings.Repeat("}", 32)
	for body, want := range map[string]string{
		`{"nom":"a"}`:                          "nom: unknown_field",
		`{"Name":"a"}`:                         "Name: unknown_field", // exact names only
		`{"NAME":"a","name":"b"}`:              "NAME: unknown_field",
		`{"Hidden":"a","-":"b","secret":"c"}`:  "Hidden: unknown_field, -: unknown_field, secret: unknown_field",
		`{"name":"a","name":"b"}`:              "name: duplicate_field",
		`{"name":"a","na\u006de":"b"}`:         "name: duplicate_field",
		`{"extra":{"a":1,"a":2}}`:              "extra.a: duplicate_field",
		`{"places":[{"name":"a"},{"nom":1}]}`:  "places.1.nom: unknown_field",
		`{"main":{"lat":"x"}}`:                 "main.lat: wrong_type",
		`{"texts":{"fr":1}}`:                   "texts.fr: wrong_type",
		`{"texts":[]}`:                         "texts: wrong_type",
		`{"places":{}}`:                        "places: wrong_type",
		`{"name":null,"at":null,"since":null}`: "name: wrong_type, at: wrong_type",
		`{"seats":1.5}`:                        "seats: wrong_type",
		`{"seats":2147483648}`:                 "seats: out_of_range",
		`{"rank":-1}`:                          "rank: out_of_range",
		`{"rank":256}`:                         "rank: out_of_range",
		`{"main":{"lat":1e999}}`:               "main.lat: out_of_range",
		`{"extra":1e999}`:                      "extra: out_of_range",
		`{"open":1,"seats":true}`:              "open: wrong_type, seats: wrong_type",
		`{"at":"tomorrow"}`:                    "at: invalid_value",
		`{"code":"ab"}`:                        "code: not_a_code",
		`{"code":1}`:                           "code: wrong_type",
		`{"blob":"*"}`:                         "blob: invalid_value",
		`{"name":"a\u0000b"}`:                  "name: control_character",
		`[]`:                                   "body: wrong_type",
		`"x"`:                                  "body: wrong_type",
		`null`:                                 "body: wrong_type",
		deep:                                   strings.Repeat("extra.", 15),
		`{"name":"a"} {}`:                      "body: trailing_data",
		`{"name":"a"}x`:                        "body: trailing_data",
		``:                                     "body: body_empty",
		" \n":                                  "body: body_empty",
		`{"name":"a"`:                          "body: json_malformed",
		`{"name":}`:                            "name: json_malformed",
		`{"name":"a",}`:                        "body: json_malformed",
		`{"seats":01}`:                         "seats: json_malformed",
		`{"seats":1.}`:                         "seats: json_malformed",
		`{"seats":+1}`:                         "seats: json_malformed",
		`{"seats":NaN}`:                        "seats: json_malformed",
		`{'name':1}`:                           "body: json_malformed",
		"{\"name\":\"a\nb\"}":                  "name: json_malformed",
		`{"name":"\x"}`:                        "name: json_malformed",
		"{\"name\":\"\xff\"}":                  "name: broken_utf8",
		"{\"na\xc3me\":1}":                     "body: broken_utf8",
		`{"name":"\ud800"}`:                    "name: broken_utf8",
		`{"name":"\ud800\u0041"}`:              "name: broken_utf8",
		"\ufeff{}":                             "body: json_malformed",
		`{"places":[` + strings.TrimSuffix(strings.Repeat("{},", jsonItems+5), ",") + `]}`: "places.1000: too_many_items",
	} {
		_, err := decodeStrict([]byte(body), new(bodied), false)
		got := strings.Join(fieldsOf(t, err), ", ")
		if got != want && !(body == deep && strings.HasPrefix(got, want) && strings.HasSuffix(got, ": too_deep")) {
			t.Errorf("%.60s: %s, want %s", body, got, want)
		}
		malformed := strings.Contains(want, "malformed") || strings.Contains(want, "utf8") ||
			strings.Contains(want, "trailing") || strings.Contains(want, "empty")
		if kind := fault.KindOf(err); malformed != (kind == fault.Malformed) || !malformed && kind != fault.Invalid {
			t.Errorf("%.60s: kind %v", body, kind)
		}
	}
}

func TestDepth32IsReadAndManyFaultsAreCut(t *testing.T) {
	body := `{"extra":` + strings.Repeat("[", JSONDepth-1) + strings.Repeat("]", JSONDepth-1) + "}"
	if _, err := decodeStrict([]byte(body), new(bodied), false); err != nil {
		t.Errorf("32 levels: %v", err)
	}
	var b strings.Builder
	for i := range 500 {
		b.WriteString(strings.Repeat("é", 100) + string(rune('a'+i%26)) + string(rune('a'+i/26)) + `":1,"`)
	}
	_, err := decodeStrict([]byte(`{"`+b.String()+`z":1}`), new(bodied), false)
	f := asFault(t, err)
	if len(f.Fields) != jsonFaults || len(f.Fields[0].Name) > jsonName+3 {
		t.Errorf("%d fields, the first %d bytes long", len(f.Fields), len(f.Fields[0].Name))
	}
}

func decodeOver(body, contentType, encoding string, into any) error {
	e := New(Config{BodyLimits: map[string]int64{"/": 1 << 20}})
	var got error
	e.POST("/x", func(c echo.Context) error {
		got = DecodeJSON(c, into)
		return nil
	})
	ask(e, "POST", "/x", body, with("Content-Type", contentType), with("Content-Encoding", encoding))
	return got
}

func TestTheMediaTypeAndTheSizeOfAJSONBodyAreChecked(t *testing.T) {
	for ct, want := range map[string]bool{
		"application/json": true, "application/json; charset=UTF-8": true, "Application/JSON": true,
		"application/json; charset=latin1": false, "text/plain": false, "": false, "application/merge-patch+json": false,
		"application/json;;;": false,
	} {
		err := decodeOver(`{}`, ct, "", new(bodied))
		if want != (err == nil) || !want && !errors.Is(err, echo.ErrUnsupportedMediaType) {
			t.Errorf("%q: %v", ct, err)
		}
	}
	if err := decodeOver(`{}`, "application/json", "gzip", new(bodied)); !errors.Is(err, echo.ErrUnsupportedMediaType) {
		t.Errorf("gzip: %v", err)
	}
	fits := `{"name":"` + strings.Repeat("a", JSONLimit-11) + `"}`
	if err := decodeOver(fits, "application/json", "", new(bodied)); err != nil {
		t.Errorf("256 KiB: %v", err)
	}
	if err := decodeOver(fits+" ", "application/json", "", new(bodied)); !fault.Is(err, fault.TooLarge) {
		t.Errorf("256 KiB and a byte: %v", err)
	}
}

func TestAMergePatchTellsAbsentFromNullFromValue(t *testing.T) {
	since := time.Unix(0, 0)
	old := bodied{Name: "old", Seats: 4, Since: &since, Texts: map[string]string{"fr": "a", "en": "b"},
		Main: &place{Name: "m", Lat: 2}, Places: []place{{Name: "p"}}, At: since}
	got := old
	p, err := decodeStrict([]byte(`{"seats":null,"since":null,"texts":{"en":null,"it":"c"},"main":{"lat":3},"places":[],"at":null}`), &got, true)
	if err != nil {
		t.Fatal(err)
	}
	want := bodied{Name: "old", Texts: map[string]string{"fr": "a", "it": "c"}, Main: &place{Name: "m", Lat: 3}, Places: []place{}}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(bodied{}, common{})); d != "" {
		t.Error(d)
	}
	if p.Has("name") || !p.Has("seats") || !p.Null("seats") || p.Null("main") || !p.Null("texts.en") ||
		string(p.Raw("main.lat")) != "3" || p.Raw("name") != nil {
		t.Errorf("patch %v", p.members)
	}
	if _, err := decodeStrict([]byte(`{"main":{"latt":3},"places":[null]}`), &got, true); strings.Join(fieldsOf(t, err), ", ") !=
		"main.latt: unknown_field, places.0: wrong_type" {
		t.Errorf("bad patch: %v", err)
	}
}

func TestAMergePatchOfAnotherTypeIsToldWhichOneIsTaken(t *testing.T) {
	e := New(Config{})
	e.PATCH("/api/x", func(c echo.Context) error {
		_, err := DecodeMergePatch(c, new(bodied))
		return err
	})
	w := ask(e, "PATCH", "/api/x", `[]`, with("Content-Type", "application/json-patch+json"))
	if p := problemOf(t, w); p.Status != 415 || p.Code != "unsupported_media_type" || w.Header().Get("Accept-Patch") != "application/merge-patch+json" {
		t.Errorf("%+v %v", p, w.Header())
	}
	if w := ask(e, "PATCH", "/api/x", `{}`, with("Content-Type", "application/merge-patch+json")); w.Code != 200 {
		t.Errorf("a merge patch: %d", w.Code)
	}
}

func TestASmallBodyCannotFillTheMemory(t *testing.T) {
	body := []byte(`{"places":[` + strings.TrimSuffix(strings.Repeat("{},", 85000), ",") + `]}`)
	start := time.Now()
	allocated := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = decodeStrict(body, new(bodied), false) // its fault is another test's
			if b.N > 3 {
				return
			}
		}
	}).AllocedBytesPerOp()
	if allocated > 32<<20 || time.Since(start) > 30*time.Second {
		t.Errorf("%d bytes allocated", allocated)
	}
}

// FuzzDecodeJSON holds that any body is read or is a fault that names something; that what is read,
// the standard decoder reads the same; and that what it refuses, we refuse.
func FuzzDecodeJSON(f *testing.F) {
	for _, s := range []string{full, `{}`, `{"a":{"a":1,"a":2}}`, `{"name":"\ud800"}`, `{"seats":01}`, "{\"name\":\"\xff\"}",
		`{"extra":[[[]]]}`, `{"raw":1e400}`, `{"main":null,"texts":{"":null}}`, `{"blob":"AA=="}`, ``, `null`} {
		f.Add([]byte(s), false)
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, merge bool) {
		var got bodied
		_, err := decodeStrict(data, &got, merge)
		if err != nil {
			if e := asFault(t, err); len(e.Fields) == 0 || e.Kind != fault.Malformed && e.Kind != fault.Invalid {
				t.Errorf("not a fault that names something: %v", err)
			}
			return
		}
		if !json.Valid(data) {
			t.Fatalf("taken though it is not JSON: %q", data)
		}
		var want bodied
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatalf("taken though the standard decoder says %v: %q", err, data)
		}
		if !merge && !reflect.DeepEqual(got, want) {
			t.Errorf("%q\ngot  %+v\nwant %+v", data, got, want)
		}
	})
}

func TestADestinationThatCannotBeFilledIsOurMistake(t *testing.T) {
	if _, err := decodeStrict([]byte(`{}`), bodied{}, false); err == nil || fault.KindOf(err) != fault.Internal {
		t.Errorf("got %v", err)
	}
	if r := httptest.NewRequestWithContext(t.Context(), "POST", "/", nil); mediaType(r, []string{"application/json"}) {
		t.Error("a body without a type was taken for JSON")
	}
}
