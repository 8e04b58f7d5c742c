// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Package exchange reads and writes the formats of our neighbours: the Comptoir du Libre, the SILL,
// the CNLL's directory, publiccode.yml, tables people fill in, and the registry's own dump.
//
// Reading has two steps. A reader turns a file into a harvest: statements about software and bodies,
// and the declarations between them, each with its place in the file. It knows no database and never
// fails as a whole: what was read before a fault is kept. Settling then hands the harvest to the
// registry, batch by batch, so that what was taken in stays taken in when the run is interrupted, and
// a second run changes nothing. Every line that was read is accounted for in a Report.
package exchange
