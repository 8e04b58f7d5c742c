// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

// SetStamp makes the index one of another version.
func (ix *Index) SetStamp(s string) { ix.stamp = s }
