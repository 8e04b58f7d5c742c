// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

// The facts the registry declares. Their names are stored: they are never changed.

// EntityRegistered says that a software or an organisation entered the registry.
type EntityRegistered struct {
	Kind Kind `json:"kind"`
	ID   ID   `json:"id"`
}

// FactName implements event.Fact.
func (EntityRegistered) FactName() string { return "registry.entity_registered" }

// FactKey implements event.Fact.
func (f EntityRegistered) FactKey() string { return string(f.ID) }

// EntityRevised says that what is shown of an entity changed, or that it was withdrawn.
type EntityRevised struct {
	Kind      Kind     `json:"kind"`
	ID        ID       `json:"id"`
	Rev       int64    `json:"rev"`
	Fields    []string `json:"fields"`
	Withdrawn bool     `json:"withdrawn,omitempty"`
}

// FactName implements event.Fact.
func (EntityRevised) FactName() string { return "registry.entity_revised" }

// FactKey implements event.Fact.
func (f EntityRevised) FactKey() string { return string(f.ID) }

// EntitiesImported says that an import brought new entities: one fact for each batch.
type EntitiesImported struct {
	Kind   Kind   `json:"kind"`
	Source Source `json:"source"`
	IDs    []ID   `json:"ids"`
}

// FactName implements event.Fact.
func (EntitiesImported) FactName() string { return "registry.entities_imported" }

// FactKey implements event.Fact.
func (EntitiesImported) FactKey() string { return "" }

// EntitiesMerged says that Right was found to be Left, or, when Undone, that it was not after all.
type EntitiesMerged struct {
	Kind   Kind `json:"kind"`
	Left   ID   `json:"left"`
	Right  ID   `json:"right"`
	Undone bool `json:"undone,omitempty"`
}

// FactName implements event.Fact.
func (EntitiesMerged) FactName() string { return "registry.entities_merged" }

// FactKey implements event.Fact.
func (f EntitiesMerged) FactKey() string { return string(f.Left) }

// DeclarationChanged says that a declaration was made, revised, confirmed or withdrawn.
type DeclarationChanged struct {
	Kind   Kind   `json:"kind"`
	ID     ID     `json:"id"`
	Rev    int64  `json:"rev"`
	Action string `json:"action"` // declare, revise, confirm, contest, withdraw
}

// FactName implements event.Fact.
func (DeclarationChanged) FactName() string { return "registry.declaration_changed" }

// FactKey implements event.Fact.
func (f DeclarationChanged) FactKey() string { return string(f.ID) }
