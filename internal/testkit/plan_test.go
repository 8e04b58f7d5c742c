// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package testkit_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The plan of the house. A package that has no line here, an arrow its line does not draw, a big
// dependency outside its landlord's rooms: each fails until somebody writes the line, and so decides.

// room is one line: what a package may import of the house. Tests may import more, see testRooms.
type room struct {
	floor   floor
	imports []string
}

type floor int

const (
	ground floor = iota // knows nothing of collectives
	core                // the rules; each room knows only rooms above it in the table
	cellar              // what the rules rest on: rows, index, mail, HTTP kit
	door                // one protocol each; never another door, never the store
	roof                // wires everything
	yard                // tests, generators, tools: nothing of the product imports them
)

// coreOrder is the order in which the core may be read: a room imports only rooms before it.
var coreOrder = []string{
	"internal/territory", "internal/member", "internal/peer", "internal/registry", "internal/catalogue",
	"internal/exchange", "internal/discussion", "internal/meeting",
}

// groundRooms may be imported by everything above the ground.
var groundRooms = []string{
	"internal/fault", "internal/event", "internal/text", "internal/fetch", "internal/spdx",
	"internal/publiccode", "internal/passkey", "internal/totp", "internal/password",
}

var (
	aboveGround = groundRooms
	aboveCore   = slices.Concat(groundRooms, coreOrder)
	atDoors     = slices.Concat(aboveCore, []string{"internal/web"})
)

// with adds rooms to the ground, for a line of the core.
func with(rooms ...string) []string { return slices.Concat(aboveGround, rooms) }

// anything is the licence of the roof and of the yard.
var anything = []string{"*"}

var plan = map[string]room{
	"internal/fault":      {ground, nil},
	"internal/event":      {ground, []string{"internal/fault"}},
	"internal/text":       {ground, []string{"internal/fault"}},
	"internal/fetch":      {ground, []string{"internal/fault"}},
	"internal/spdx":       {ground, nil},
	"internal/publiccode": {ground, []string{"internal/fault", "internal/spdx", "internal/text", "internal/fetch"}},
	"internal/password":   {ground, []string{"internal/fault", "internal/text"}},
	"internal/passkey":    {ground, []string{"internal/fault"}},
	"internal/totp":       {ground, nil},

	"internal/territory": {core, with()},
	"internal/member":    {core, with("internal/territory")},
	"internal/peer":      {core, with("internal/member")},
	"internal/registry":  {core, with("internal/territory", "internal/member", "internal/peer")},
	"internal/catalogue": {core, with("internal/territory", "internal/member", "internal/registry")},
	"internal/exchange": {core, with("internal/territory", "internal/member", "internal/registry",
		"internal/catalogue")},
	"internal/discussion": {core, with("internal/member", "internal/peer", "internal/registry")},
	"internal/meeting":    {core, with("internal/member", "internal/peer", "internal/registry")},

	"internal/store":  {cellar, aboveCore},
	"internal/search": {cellar, aboveCore},
	"internal/mail":   {cellar, aboveCore},
	"internal/web":    {cellar, with("internal/member")},
	"internal/oidc":   {cellar, []string{"internal/fault", "internal/fetch"}},

	"api":        {door, atDoors},
	"frontend":   {door, atDoors},
	"federation": {door, aboveCore},
	"matrix":     {door, aboveCore},
	"caldav":     {door, aboveCore},

	"internal/demo":  {roof, aboveCore},
	"internal/bench": {roof, anything},
	"cmd/maillage":   {roof, anything},

	"internal/testkit":            {yard, slices.Concat(aboveCore, []string{"internal/store"})},
	"internal/testkit/totals":     {yard, nil},
	"internal/territory/generate": {yard, anything},
	"internal/password/generate":  {yard, anything},
	"frontend/outline":            {yard, nil},
}

// landlords says which rooms may know a module, tests included. "*" is any room; a module that is
// not here may be imported by nobody. Prefixes: a line covers the packages below it.
var landlords = map[string][]string{
	"gorm.io":                            {"internal/store"},
	"github.com/glebarez":                {"internal/store"},
	"modernc.org":                        {"internal/store"},
	"github.com/pressly/goose/v3":        {"internal/store"},
	"github.com/jackc/pgx/v5":            {"internal/store", "internal/testkit", "internal/bench"},
	"github.com/cespare/xxhash":          {"internal/catalogue"},
	"github.com/blevesearch":             {"internal/search"},
	"go.etcd.io/bbolt":                   {"internal/search"}, // bleve's own: the lock of its folder
	"github.com/labstack/echo/v4":        {"internal/web", "api", "frontend", "cmd/maillage", "internal/bench"},
	"maunium.net/go/mautrix":             {"matrix"},
	"github.com/emersion/go-webdav":      {"caldav"},
	"github.com/emersion/go-ical":        {"caldav"},
	"github.com/teambition/rrule-go":     {"internal/meeting", "caldav"},
	"github.com/github/go-spdx/v2":       {"internal/spdx"},
	"github.com/go-webauthn/webauthn":    {"internal/passkey"},
	"github.com/fxamacker/cbor/v2":       {"internal/passkey"}, // webauthn's own: its tests play the authenticator
	"github.com/pquerna/otp":             {"internal/totp", "internal/member"},
	"github.com/boombuler/barcode":       {"internal/totp"}, // otp's own: the QR code
	"github.com/yuin/goldmark":           {"internal/text"},
	"github.com/microcosm-cc/bluemonday": {"internal/text"},
	"go.yaml.in/yaml/v3":                 {"internal/publiccode", "internal/demo", "api", "cmd/maillage"},
	"golang.org/x/text": {"internal/publiccode", "internal/spdx", "internal/text", "internal/territory/generate",
		"internal/search", "frontend", "internal/password"},
	"golang.org/x/crypto":              {"internal/member", "federation", "internal/password"},
	"golang.org/x/net":                 {"internal/text", "internal/registry", "internal/mail", "internal/member", "federation", "caldav"},
	"golang.org/x/sync":                {"*"},
	"github.com/google/uuid":           {"*"},
	"golang.org/x/sys":                 {"cmd/maillage", "internal/bench", "internal/catalogue", "internal/web"},
	"golang.org/x/term":                {"cmd/maillage"},
	"golang.org/x/time":                {"internal/web", "federation", "matrix", "internal/mail"},
	"github.com/spf13/cobra":           {"cmd/maillage"},
	"github.com/spf13/pflag":           {"cmd/maillage"},
	"github.com/knadh/koanf":           {"cmd/maillage"},
	"code.superseriousbusiness.org":    {"federation"},
	"github.com/dunglas/httpsfv":       {"federation"},
	"github.com/gowebpki/jcs":          {"federation"},
	"github.com/wneessen/go-mail":      {"internal/mail"},
	"github.com/emersion/go-smtp":      {"internal/mail"},
	"github.com/emersion/go-sasl":      {"internal/mail"},
	"github.com/emersion/go-msgauth":   {"internal/mail"},
	"github.com/jhillyerd/enmime/v2":   {"internal/mail"},
	"github.com/nicksnyder/go-i18n/v2": {"frontend", "internal/mail"},
	"github.com/prometheus":            {"internal/web", "cmd/maillage"},
	"github.com/coreos/go-oidc/v3":     {"internal/oidc"},
	"golang.org/x/oauth2":              {"internal/oidc"},
}

// testTools are the modules any test may use, and nothing else of the product.
var testTools = []string{
	"github.com/google/go-cmp", "go.uber.org/goleak", "pgregory.net/rapid",
	"github.com/anishathalye/porcupine", "github.com/Shopify/toxiproxy/v2",
	"github.com/PuerkitoBio/goquery", "github.com/getkin/kin-openapi",
}

// testRooms says what the tests of a room may import beyond its line. They run on real databases
// and real neighbours, but a test of one door still never opens another: that is the roof's.
func testRooms(at floor) []string {
	switch at {
	case ground:
		return []string{"internal/testkit"}
	case core, cellar, door:
		return slices.Concat(aboveCore, []string{"internal/testkit", "internal/demo",
			"internal/store", "internal/search", "internal/mail", "internal/web"})
	default:
		return anything
	}
}

// goPackage is what we read of the answer of "go list -json".
type goPackage struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func TestTheHouseIsBuiltAsPlanned(t *testing.T) {
	for _, pkg := range goList(t) {
		name := strings.TrimPrefix(pkg.ImportPath, "maillage/")
		line, known := plan[name]
		if !known {
			t.Errorf("package %s is not in the plan: write its line", name)
			continue
		}
		for _, path := range pkg.Imports {
			if why := refuse(name, path, line.imports, nil); why != "" {
				t.Errorf("%s imports %s: %s", name, path, why)
			}
		}
		rooms := slices.Concat(line.imports, testRooms(line.floor), []string{name})
		for _, path := range slices.Concat(pkg.TestImports, pkg.XTestImports) {
			if why := refuse(name, path, rooms, testTools); why != "" {
				t.Errorf("the tests of %s import %s: %s", name, path, why)
			}
		}
	}
}

// refuse says why the package may not import the path, or nothing.
func refuse(pkg, path string, rooms, tools []string) string {
	if name, ours := strings.CutPrefix(path, "maillage/"); ours {
		if slices.Contains(rooms, name) || slices.Contains(rooms, "*") {
			return ""
		}
		return "an arrow the plan does not draw"
	}
	if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
		return "" // the standard library: only hosts have a dot
	}
	below := func(module string) bool { return path == module || strings.HasPrefix(path, module+"/") }
	if slices.ContainsFunc(tools, below) {
		return ""
	}
	for module, tenants := range landlords {
		if !below(module) {
			continue
		}
		if slices.Contains(tenants, pkg) || slices.Contains(tenants, "*") {
			return ""
		}
		return "it belongs to " + strings.Join(tenants, ", ")
	}
	return "a module without a landlord: write its line"
}

// The table itself obeys the floors, so that a line added in a hurry cannot bring a cycle in.
func TestThePlanDrawsNoArrowUpwards(t *testing.T) {
	for name, line := range plan {
		if slices.Contains(line.imports, "*") {
			if line.floor != roof && line.floor != yard {
				t.Errorf("%s: only the roof and the yard may import anything", name)
			}
			continue
		}
		for _, target := range line.imports {
			to, known := plan[target]
			if !known {
				t.Errorf("%s may import %s, which has no line", name, target)
				continue
			}
			if why := upwards(name, target, line.floor, to.floor); why != "" {
				t.Errorf("%s may import %s: %s", name, target, why)
			}
		}
	}
}

// upwards says why an arrow between two lines of the plan may not be drawn, or nothing.
func upwards(from, to string, fromFloor, toFloor floor) string {
	switch {
	case fromFloor == ground && toFloor == ground:
		// Below each other in groundRooms, publiccode being the highest stone.
		if slices.Index(groundRooms, to) >= slices.Index(groundRooms, from) {
			return "it comes later on the ground"
		}
	case fromFloor == core && toFloor == core:
		if slices.Index(coreOrder, to) >= slices.Index(coreOrder, from) {
			return "it comes later in the core"
		}
	case fromFloor == door && to != "internal/web" && toFloor >= cellar:
		return "a door knows the core and the web kit, never the store nor another door"
	case to == "internal/web" && from != "api" && from != "frontend":
		return "the web kit is for api and frontend"
	case fromFloor != yard && toFloor >= fromFloor:
		return "an arrow upwards"
	}
	return ""
}

func TestARoomIsRefusedWhatThePlanForbids(t *testing.T) {
	for _, c := range []struct{ pkg, path string }{
		{"api", "maillage/internal/store"},
		{"frontend", "maillage/api"},
		{"federation", "maillage/internal/web"},
		{"internal/member", "maillage/internal/registry"},
		{"internal/exchange", "maillage/internal/discussion"},
		{"internal/fault", "maillage/internal/event"},
		{"internal/registry", "gorm.io/gorm/clause"},
		{"internal/store", "github.com/labstack/echo/v4"},
		{"api", "github.com/blevesearch/bleve/v2/search"},
		{"internal/registry", "github.com/google/go-cmp/cmp"}, // a test tool, in the product
		{"internal/registry", "example.org/never/heard/of"},
	} {
		if refuse(c.pkg, c.path, plan[c.pkg].imports, nil) == "" {
			t.Errorf("%s may import %s", c.pkg, c.path)
		}
	}
	for _, c := range []struct{ pkg, path string }{
		{"api", "maillage/internal/registry"},
		{"internal/registry", "maillage/internal/peer"},
		{"internal/store", "gorm.io/gorm/clause"},
		{"internal/fault", "net/http"},
		{"cmd/maillage", "maillage/internal/store"},
	} {
		if why := refuse(c.pkg, c.path, plan[c.pkg].imports, nil); why != "" {
			t.Errorf("%s may not import %s: %s", c.pkg, c.path, why)
		}
	}
}

// goList returns every package of the module.
func goList(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = moduleRoot(t)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []goPackage
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var pkg goPackage
		if err := dec.Decode(&pkg); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		list = append(list, pkg)
	}
	if len(list) == 0 {
		t.Fatal("go list names no package: this test would prove nothing")
	}
	return list
}

// moduleRoot walks up from the test's folder to go.mod.
func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test's folder")
		}
		dir = filepath.Dir(dir)
	}
}
