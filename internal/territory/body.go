// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package territory

import (
	"math"
	"strings"
)

// Body is one entry of the register. It is a copy: changing it changes nothing.
type Body struct {
	Kind Kind
	// Code is the INSEE code, except for EPCI and EPT, whose code is their SIREN.
	Code string
	// Name is the official name as published, "CC Faucigny - Glières" included; see DisplayName.
	Name string
	// Title is the whole name of a body that is neither a plain commune, département nor région
	// ("Collectivité de Corse"), "" for the others.
	Title string
	// SIREN is "" for overseas communes outside Sirene, and for a territory without a legal person
	// of its own, whose Authority is then set.
	SIREN SIREN
	// Authority is the body that acts for this territory when it has no legal person of its own:
	// the Collectivité européenne d'Alsace for the département of Bas-Rhin, the Ville de Paris for
	// the département of Paris.
	Authority SIREN
	// FormerSIREN are the numbers by which the body, or communes merged into it, went in earlier
	// vintages; FormerCodes likewise.
	FormerSIREN []SIREN
	FormerCodes []string
	// FormerNames are its earlier names and those of the communes merged into it.
	FormerNames []string
	// LegalCategory is INSEE's four digits, "" when it is not established.
	LegalCategory string
	// Population is the municipal population.
	Population  int
	PostalCodes []string
	Departement string // code; for an EPCI, where most of its inhabitants live
	Region      string // code; "" for overseas collectivities
	EPCI        SIREN  // of a commune, "" when it is in none
	EPT         SIREN  // of a commune of Grand Paris, "" elsewhere
	ChefLieu    INSEE  // of a département or région
	Lat, Lon    float64
	HasPoint    bool
	Approximate bool // the point is that of its EPCI or département

	link byte // INSEE's TNCC: how the name joins a preposition
}

// Zone returns "metro", "drom" (overseas départements) or "com" (overseas collectivities).
func (b Body) Zone() string {
	switch {
	case b.Kind == Region && len(b.Code) == 2 && b.Code[0] == '0':
		return "drom"
	case strings.HasPrefix(b.Departement, "97") && strings.IndexByte("12346", b.Departement[len(b.Departement)-1]) >= 0:
		return "drom"
	case strings.HasPrefix(b.Departement, "97"), strings.HasPrefix(b.Departement, "98"):
		return "com"
	}
	return "metro"
}

// DisplayName returns the name as it can be shown alone: a commune or EPCI carries its département's
// code ("Saint-Denis (93)"), since more than a thousand names are borne by several communes.
func (b Body) DisplayName() string {
	if b.Departement == "" || b.Kind == Departement || b.Kind == Region {
		return b.WithArticle()
	}
	return b.spelled() + " (" + b.Departement + ")"
}

// WithArticle returns the body as its letterhead would: "Ville d'Arles", "Commune du Vernet" (under
// 2,000 inhabitants), "Département de l'Ain", "Région Bretagne", "Communauté de communes du Vexin".
func (b Body) WithArticle() string {
	switch {
	case b.Title != "":
		return b.Title
	case b.Kind == Commune && b.Population >= 2000:
		return "Ville " + b.of()
	case b.Kind == Commune:
		return "Commune " + b.of()
	case b.Kind == Departement && b.Zone() == "com":
		return b.Name
	case b.Kind == Departement:
		return "Département " + b.of()
	case b.Kind == Region:
		return "Région " + b.Name
	}
	return b.spelled()
}

// spelled returns the name with the legal form written out.
func (b Body) spelled() string {
	if b.Kind == EPT {
		return "Établissement public territorial " + b.Name
	}
	if b.Kind != EPCI {
		return b.Name
	}
	form, rest, ok := strings.Cut(b.Name, " ")
	switch {
	case ok && form == "CC":
		return "Communauté de communes " + rest
	case ok && form == "CA":
		return "Communauté d'agglomération " + rest
	case ok && form == "CU":
		return "Communauté urbaine " + rest
	}
	return b.Name
}

// of returns the name after "de", contracted as INSEE's TNCC code says. Names of communes hold
// their article, which contracts ("Le Havre", "du Havre"); names of départements do not ("Ain",
// "de l'Ain").
func (b Body) of() string {
	switch b.link {
	case '1':
		return "d'" + b.Name
	case '2':
		return "du " + strings.TrimPrefix(b.Name, "Le ")
	case '3':
		if strings.HasPrefix(b.Name, "La ") {
			return "de " + b.Name // the article of La Rochelle is part of the name
		}
		return "de la " + b.Name
	case '4':
		return "des " + strings.TrimPrefix(b.Name, "Les ")
	case '5':
		if strings.HasPrefix(b.Name, "L'") {
			return "de " + b.Name
		}
		return "de l'" + b.Name
	case '6':
		return "des " + strings.TrimPrefix(b.Name, "Aux ")
	}
	return "de " + b.Name
}

// Distance returns the great-circle distance between the points of a and b in kilometres; false
// when one of them has no point.
func Distance(a, b Body) (km float64, ok bool) {
	if !a.HasPoint || !b.HasPoint {
		return 0, false
	}
	const earth = 6371.0088 // mean radius in km (IUGG)
	const rad = math.Pi / 180
	sinLat, sinLon := math.Sin((b.Lat-a.Lat)*rad/2), math.Sin((b.Lon-a.Lon)*rad/2)
	h := sinLat*sinLat + math.Cos(a.Lat*rad)*math.Cos(b.Lat*rad)*sinLon*sinLon
	return 2 * earth * math.Asin(math.Sqrt(min(1, h))), true
}
