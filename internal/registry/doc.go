// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Package registry keeps the collective's record of organisations, software, and what binds them:
// usages, offers and references.
//
// An organisation or a software is an entity: one thing of the world, with a stable id and a slug.
// What is known of it comes as records, one for each source that speaks of it (a curator here, the
// official register, an imported catalogue, later another instance). A record has one origin and
// one writer. The entity shows one value for each field, from the most trusted record that gives
// one, and remembers which record that was. Merging two entities moves records; undoing it moves
// them back; nothing a source said is ever overwritten by another source.
package registry
