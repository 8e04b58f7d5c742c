// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package territory

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"maillage/internal/fault"
)

// loaded is the register, decoded once for all tests.
var loaded = sync.OnceValues(Load)

func register(t testing.TB) *Register {
	t.Helper()
	r, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func byCode(t testing.TB, kind Kind, code string) Body {
	t.Helper()
	b, ok := register(t).ByCode(kind, code)
	if !ok {
		t.Fatalf("%v %s is missing", kind, code)
	}
	return b
}

func TestTheRegisterHoldsEveryBodyOfTheVintage(t *testing.T) {
	r := register(t)
	for kind, want := range map[Kind]int{Commune: 34969, EPCI: 1255, EPT: 11, Departement: 110, Region: 18} {
		if got := r.Count(kind); got != want {
			t.Errorf("%d %v, want %d", got, kind, want)
		}
	}
	own := map[string]bool{}
	for _, d := range r.Departements() {
		if d.Zone() != "com" {
			own[d.Code] = true
		}
	}
	if len(own) != 101 || len(r.Departements()) != 109 || len(r.Regions()) != 18 || len(r.EPCIs("")) != 1255 {
		t.Errorf("%d départements, %d with overseas collectivities, %d régions, %d EPCI",
			len(own), len(r.Departements()), len(r.Regions()), len(r.EPCIs("")))
	}
	v := r.Vintage()
	if v.Year != 2026 || len(v.Sources) != 3 || strings.Join(v.Licences(), " ") != "etalab-2.0 CC-BY-4.0" ||
		!strings.Contains(v.Credit(), "GeoNames") {
		t.Errorf("vintage %+v, %s", v, v.Credit())
	}
}

func TestTheEmbeddedFileIsSmall(t *testing.T) {
	if len(compressed) > 2<<20 {
		t.Errorf("%d bytes, more than 2 MB", len(compressed))
	}
}

func TestTheRegisterIsLightInMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	r, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if mb := float64(after.HeapAlloc-before.HeapAlloc) / 1e6; mb > 15 {
		t.Errorf("%.1f MB", mb)
	}
	runtime.KeepAlive(r)
}

func TestABrokenRegisterIsAnErrorAndNoPanic(t *testing.T) {
	for _, n := range []int{0, 3, 18, 1000, len(compressed) / 2, len(compressed) - 1} {
		if _, err := unzip(compressed[:n]); err == nil {
			t.Errorf("cut at %d: no error", n)
		}
	}
	for _, text := range []string{"Z\tx\ty\n", "C\n", "C\t01001\n", "C\t01001\tA\t\tmany\n", "C\t01001\tA\t\t1\t\t7\n",
		"C\t01001\tA\t\t1\t\t-1\n", "C\t01001\tA\t\t1\t\t\t0\tnorth\t1\n", "\n"} {
		r := &Register{raw: text}
		if err := r.readRows(0); !errors.Is(err, errRow) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := parseVintage("2026\ta|b"); err == nil {
		t.Error("a malformed source is accepted")
	}
}

func TestEverySIRENIsValidAndBorneByOneBody(t *testing.T) {
	r := register(t)
	current, former := map[SIREN]string{}, map[SIREN]string{}
	for id := range r.rows {
		b := r.body(id)
		if b.SIREN == "" && b.Authority == "" && b.Zone() != "com" {
			t.Errorf("%s has neither SIREN nor authority", b.DisplayName())
		}
		if b.Authority != "" {
			if a, ok := r.Authority(b); !ok || a.SIREN != b.Authority || b.SIREN != "" {
				t.Errorf("%s: authority %s", b.Name, b.Authority)
			}
		}
		if b.SIREN != "" {
			if _, err := ParseSIREN(string(b.SIREN)); err != nil {
				t.Errorf("%s: %s: %v", b.Name, b.SIREN, err)
			}
			if other := current[b.SIREN]; other != "" {
				t.Errorf("%s: %s and %s", b.SIREN, other, b.Name)
			}
			current[b.SIREN] = b.Name
		}
		for _, s := range b.FormerSIREN {
			if _, err := ParseSIREN(string(s)); err != nil || former[s] != "" {
				t.Errorf("former %s of %s: %v, also of %q", s, b.Name, err, former[s])
			}
			former[s] = b.Name
		}
	}
	if len(former) < 46 {
		t.Errorf("%d former SIREN, want the 46 of a year at least", len(former))
	}
	for s, name := range former {
		if current[s] != "" {
			t.Errorf("%s is a former SIREN of %s and the SIREN of %s", s, name, current[s])
		}
	}
}

func TestKnownBodiesAreWhatTheyAre(t *testing.T) {
	for _, c := range []struct {
		kind                                                   Kind
		code, siren, legal, departement, region, epci, article string
	}{
		{Commune, "75056", "217500016", "7210", "75", "11", "200054781", "Ville de Paris"},
		{Commune, "69123", "216901231", "7210", "69", "84", "200046977", "Ville de Lyon"},
		{Commune, "13004", "211300041", "7210", "13", "93", "241300417", "Ville d'Arles"},
		{Commune, "93066", "929939411", "7210", "93", "11", "200054781", "Ville de Saint-Denis"},
		{Commune, "2A004", "212000046", "7210", "2A", "94", "242010056", "Ville d'Ajaccio"},
		{Commune, "97611", "200008837", "7210", "976", "06", "200060457", "Ville de Mamoudzou"},
		{Commune, "97501", "", "7210", "975", "", "", "Commune de Miquelon-Langlade"},
		{Commune, "76351", "217603513", "7210", "76", "28", "200084952", "Ville du Havre"},
		{Commune, "17300", "211703004", "7210", "17", "75", "241700434", "Ville de La Rochelle"},
		{EPCI, "200000172", "200000172", "7346", "74", "84", "", "Communauté de communes Faucigny - Glières"},
		{EPCI, "200046977", "200046977", "7344", "69", "84", "", "Métropole de Lyon"},
		{EPT, "200057867", "200057867", "", "93", "11", "", "Établissement public territorial Plaine Commune"},
		{Departement, "01", "220100010", "7220", "01", "84", "", "Département de l'Ain"},
		{Departement, "67", "", "", "67", "44", "", "Département du Bas-Rhin"},
		{Departement, "6AE", "200094332", "7229", "6AE", "44", "", "Collectivité européenne d'Alsace"},
		{Departement, "976", "229850003", "7220", "976", "06", "", "Département de Mayotte"},
		{Region, "94", "200076958", "7229", "", "94", "", "Collectivité de Corse"},
		{Region, "84", "200053767", "7230", "", "84", "", "Région Auvergne-Rhône-Alpes"},
	} {
		b := byCode(t, c.kind, c.code)
		if string(b.SIREN) != c.siren || b.LegalCategory != c.legal || b.Departement != c.departement ||
			b.Region != c.region || string(b.EPCI) != c.epci || b.WithArticle() != c.article {
			t.Errorf("%s: %+v, %s", c.code, b, b.WithArticle())
		}
		if c.siren != "" {
			if again, ok := register(t).BySIREN(b.SIREN); !ok || again.Code != c.code {
				t.Errorf("%s found by its SIREN is %s", c.code, again.Code)
			}
		}
	}
	if d := byCode(t, Commune, "93066"); d.EPT != "200057867" || d.Population != 149077 {
		t.Errorf("Saint-Denis: %+v", d)
	}
	if p := byCode(t, Departement, "75"); p.Authority != "217500016" || p.ChefLieu != "75056" {
		t.Errorf("Paris: %+v", p)
	}
}

func TestABodyIsFoundByWhatItWasCalledBefore(t *testing.T) {
	r := register(t)
	for _, former := range []SIREN{"219300662", "219300597"} { // Saint-Denis and Pierrefitte before they merged
		if b, ok := r.BySIREN(former); !ok || b.Code != "93066" || b.SIREN != "929939411" {
			t.Errorf("%s leads to %+v", former, b)
		}
	}
	if b, ok := r.ByCode(Commune, "93059"); !ok || b.Code != "93066" {
		t.Errorf("the code of Pierrefitte leads to %+v", b)
	}
	if _, ok := r.BySIREN("356000000"); ok {
		t.Error("La Poste is no local authority")
	}
	if _, ok := r.ByCode(Commune, ""); ok {
		t.Error("no code is no commune")
	}
}

func TestMembersAndCommunesAreThoseOfTheirTerritory(t *testing.T) {
	r := register(t)
	for siren, want := range map[SIREN]int{"200023414": 71, "200057867": 8, "200046977": 58, "123456782": 0} {
		if got := r.Members(siren); len(got) != want {
			t.Errorf("%s has %d members, want %d", siren, len(got), want)
		}
	}
	total := 0
	for _, e := range r.EPCIs("") {
		total += len(r.Members(e.SIREN))
	}
	if total != 34969-98 {
		t.Errorf("%d communes in an EPCI", total)
	}
	isere := r.Communes("38")
	population := 0
	for _, c := range isere {
		population += c.Population
		if c.Departement != "38" {
			t.Errorf("%s is in %s", c.Name, c.Departement)
		}
	}
	if d := byCode(t, Departement, "38"); len(isere) < 500 || population != d.Population {
		t.Errorf("%d communes, %d inhabitants, the département has %d", len(isere), population, d.Population)
	}
	if len(r.Communes("99")) != 0 || len(r.EPCIs("99")) != 0 {
		t.Error("an unknown département has communes")
	}
	for _, e := range r.EPCIs("38") {
		if e.SIREN == "200040715" {
			return
		}
	}
	t.Error("Grenoble-Alpes-Métropole is not in Isère")
}

func TestDistanceIsThatOfTheMap(t *testing.T) {
	lyon, paris := byCode(t, Commune, "69123"), byCode(t, Commune, "75056")
	km, ok := Distance(lyon, paris)
	if !ok || km < 385 || km > 400 {
		t.Errorf("Lyon to Paris: %v %v", km, ok)
	}
	if km, ok := Distance(lyon, lyon); !ok || km != 0 {
		t.Errorf("Lyon to itself: %v", km)
	}
	if _, ok := Distance(lyon, Body{}); ok {
		t.Error("a body without a point is at no distance")
	}
	without, about := 0, 0
	for _, c := range register(t).list(Commune, func(row) bool { return true }) {
		switch {
		case !c.HasPoint && c.Zone() == "metro":
			without++
		case c.Approximate:
			about++
		}
	}
	if without != 0 || about > 34969-8600 {
		t.Errorf("%d communes have no point, %d that of their EPCI", without, about)
	}
}

func TestTheRegisterAgreesWithThePublishedLists(t *testing.T) {
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for !exists(filepath.Join(root, "go.mod")) && root != filepath.Dir(root) {
		root = filepath.Dir(root)
	}
	data, err := os.ReadFile(filepath.Join(root, "..", "shared", "data", "territoires", "collectivites-departements-regions.tsv"))
	if os.IsNotExist(err) {
		t.Log("the published list is not beside the project; the other tests stand alone")
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]Kind{"departement": Departement, "region": Region}
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n")[1:] {
		f := strings.Split(line, "\t")
		b := byCode(t, kinds[f[0]], f[1])
		legal, ok := register(t).Authority(b)
		if !ok || string(legal.SIREN) != f[2] || b.Name != f[3] {
			t.Errorf("%s: register has %s %s", line, legal.SIREN, b.Name)
		}
	}
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

func TestASIRENIsReadAsPeopleTypeIt(t *testing.T) {
	for in, want := range map[string]string{
		"217500016": "", "217 500 016": "", " 217.500.016 ": "", "217\u202f500\u00a0016": "",
		"217500017": "siren_checksum", "000000000": "siren_checksum", "21750001": "siren_malformed",
		"2175000160": "siren_malformed", "21750001a": "siren_malformed", "": "siren_malformed",
		"٢١٧٥٠٠٠١٦": "siren_malformed", strings.Repeat(" ", 100) + "217500016": "siren_malformed",
	} {
		s, err := ParseSIREN(in)
		if want == "" && (err != nil || s != "217500016") {
			t.Errorf("%q: %v %v", in, s, err)
		}
		if want != "" && (!fault.Is(err, fault.Invalid) || !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("%q: %v, want %s", in, err, want)
		}
	}
	if got := SIREN("217500016").Spaced(); got != "217 500 016" {
		t.Errorf("got %q", got)
	}
}

func TestASIRETIsReadWithTheExceptionOfLaPoste(t *testing.T) {
	for in, want := range map[string]bool{
		"217 500 016 00019": true, "21750001600018": false, "21750001700019": false, "356 000 000 00048": true,
		"35600000000051": true, "35600000000052": false, "1": false, "": false,
	} {
		s, err := ParseSIRET(in)
		if (err == nil) != want {
			t.Errorf("%q: %v %v", in, s, err)
		}
		if err == nil && len(s.SIREN()) != 9 {
			t.Errorf("%q: %q", in, s.SIREN())
		}
	}
}

func TestStrataAndCategoriesAreWhole(t *testing.T) {
	for population, want := range map[int]string{-1: "", 0: "0-499", 499: "0-499", 500: "500-1999", 3500: "3500-9999",
		99999: "50000-99999", 2103778: "100000+"} {
		if got := Stratum(population); got != want {
			t.Errorf("%d is in %q", population, got)
		}
	}
	if len(Strata()) != 8 || Strata()[7] != "100000+" {
		t.Errorf("strata %v", Strata())
	}
	kinds := " " + strings.Join(OrganisationKinds(), " ") + " "
	last := ""
	for _, c := range LegalCategories() {
		if c.Code <= last || len(c.Code) != 4 || c.French == "" || c.English == "" || !strings.Contains(kinds, " "+c.Kind+" ") {
			t.Errorf("category %+v after %s", c, last)
		}
		last = c.Code
	}
	if c, ok := CategoryOf("7346"); !ok || c.Kind != KindEPCI {
		t.Errorf("7346 is %+v", c)
	}
	if _, ok := CategoryOf("5499"); ok {
		t.Error("a company is no member")
	}
	for k := Commune; k <= Region; k++ {
		if back, ok := ParseKind(k.String()); !ok || back != k {
			t.Errorf("kind %d reads back as %v", k, back)
		}
	}
	for _, b := range register(t).list(EPCI, func(row) bool { return true }) {
		if _, ok := CategoryOf(b.LegalCategory); !ok {
			t.Errorf("%s: %q", b.Name, b.LegalCategory)
		}
	}
}

func FuzzParseSIREN(f *testing.F) {
	for _, s := range []string{"217500016", "217 500 016", "", "35600000000048", "\xff", "²17500016"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, err := ParseSIREN(s); err == nil {
			if again, err := ParseSIREN(string(n)); err != nil || again != n || len(n) != 9 {
				t.Errorf("%q gives %q, then %q %v", s, n, again, err)
			}
		}
		if n, err := ParseSIRET(s); err == nil && len(n) != 14 {
			t.Errorf("%q gives %q", s, n)
		}
	})
}
