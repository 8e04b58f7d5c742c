// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

// Add lets tests write a line as importers do.
func Add(r *Report, l Line) error {
	r.add(l)
	return r.Err()
}

// Sentences returns the codes people can read, with their sentences.
func Sentences() map[string][2]string { return sentences() }
