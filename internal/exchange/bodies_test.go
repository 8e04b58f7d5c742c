// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"testing"

	"maillage/internal/territory"
)

func TestNamesThatFitOneBodyFindItAndOthersFindNone(t *testing.T) {
	register, err := territory.Load()
	if err != nil {
		t.Fatal(err)
	}
	names := newBodyNames(register)
	for name, want := range map[string]string{
		"Ville de Boé":                              "commune 47031",
		"boé":                                       "commune 47031",
		"Mairie d'Abbeville":                        "commune 80001",
		"Abbeville - Mairie d'Abbeville":            "commune 80001",
		"Abbeville - Mairie":                        "commune 80001",
		"Ville du Havre":                            "commune 76351",
		"Ville de La Ciotat":                        "commune 13028",
		"Ville de La Rochelle":                      "", // another one in Haute-Saône
		"Mairie des Abymes":                         "commune 97101",
		"Ville de Saint-Denis":                      "",
		"Ville de Saint-Denis (93)":                 "commune 93066",
		"Ville de Paris":                            "commune 75056",
		"Département de Paris":                      "commune 75056", // its authority
		"Département de l'Isère":                    "departement 38",
		"Conseil départemental des Côtes-d'Armor":   "departement 22",
		"Conseil général du Val-de-Marne":           "departement 94",
		"Région Bretagne":                           "region 53",
		"Conseil régional d'Auvergne-Rhône-Alpes":   "region 84",
		"Bretagne":                                  "", // two communes and a région
		"Grenoble-Alpes Métropole":                  "epci 200040715",
		"Métropole de Bordeaux":                     "epci 243300316",
		"Bordeaux Métropole":                        "epci 243300316",
		"Communauté d'agglomération du Pays Basque": "epci 200067106",
		"CA du Pays Basque":                         "epci 200067106",
		"Ministère de la Culture":                   "",
		"Université de Grenoble":                    "",
		"CCAS de Grenoble":                          "",
		"Ville":                                     "",
		"Mairie de":                                 "",
		"":                                          "",
		"Grenoble - Mairie de Lyon":                 "",
		"Communauté de communes qui n'existe nulle part": "",
	} {
		got := ""
		if f := names.find(name); f.body != nil {
			got = f.body.Kind.String() + " " + f.body.Code
		}
		if got != want {
			t.Errorf("%q: %q, want %q (others %v)", name, got, want, names.find(name).others)
		}
	}
}
