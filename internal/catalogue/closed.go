// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"slices"
	"strings"

	"maillage/internal/fault"
	"maillage/internal/registry"
	"maillage/internal/territory"
)

// closed returns the values a dimension can have; nil when anything may be asked.
func closed(dim string) []string {
	switch dim {
	case "stage":
		return asStrings(registry.Stages())
	case "hosting":
		return asStrings(registry.Hostings())
	case "visibility":
		return asStrings(registry.Visibilities())
	case "role":
		return asStrings(registry.Roles())
	case "service":
		return asStrings(registry.Services())
	case "purchase":
		return asStrings(registry.Purchases())
	case "status":
		return registry.DevelopmentStatuses()
	case "platform":
		return registry.Platforms()
	case "stratum":
		return territory.Strata()
	case "state":
		return []string{"draft", "awaiting_customer", "awaiting_provider", "confirmed", "contested"}
	case "overdue", "choose_again", "has_label":
		return []string{"true", "false"}
	}
	return nil
}

func asStrings[T ~string](in []T) []string {
	out := make([]string, len(in))
	for i, v := range in {
		out[i] = string(v)
	}
	return out
}

// known refuses a value that a closed vocabulary does not have: nothing ever will.
func (w Term) known() error {
	choices := closed(w.Dim)
	for _, v := range w.Values {
		if choices != nil && !slices.Contains(choices, v) {
			return &fault.Error{Kind: fault.Invalid, Code: "invalid", Fields: []fault.Field{{Name: w.Dim, Code: "unknown_value", Detail: strings.Join(choices, ", ")}}}
		}
	}
	return nil
}
