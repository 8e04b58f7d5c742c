// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"maillage/internal/fault"
)

// Values that representations show with their names may be sent back as they were shown, or as the
// bare code: {"code":"38","name":"Isère"} or "38".

// codeValue is a code of a nomenclature or of the official register.
type codeValue string

// UnmarshalJSON reads the code, or the object that shows it.
func (v *codeValue) UnmarshalJSON(data []byte) error {
	return shown(data, (*string)(v), []string{"code"}, []string{"code", "name", "label"})
}

// licenceValue is an SPDX expression, or a label to be read as one.
type licenceValue string

// UnmarshalJSON reads the expression, or the object that shows it: its label when it has no
// expression.
func (v *licenceValue) UnmarshalJSON(data []byte) error {
	return shown(data, (*string)(v), []string{"spdx", "label"}, []string{"spdx", "label", "known", "free"})
}

// refValue names an entity by its id or its slug.
type refValue string

// UnmarshalJSON reads the name, or the object that shows the entity.
func (v *refValue) UnmarshalJSON(data []byte) error {
	return shown(data, (*string)(v), []string{"id", "slug"}, []string{"id", "slug", "name"})
}

// shown reads a string, or an object of which the first member of keys that is there is the value.
// Members that are not known are faults: a client that misspells one must hear of it.
func shown(data []byte, into *string, keys, known []string) error {
	if string(data) == "null" {
		*into = ""
		return nil
	}
	if data[0] == '"' {
		return json.Unmarshal(data, into)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return fault.New(fault.Invalid, "invalid_value")
	}
	var faults fault.Fields
	for name := range members {
		if !slices.Contains(known, name) {
			faults.Add(name, "unknown_field")
		}
	}
	*into = ""
	for _, key := range keys {
		var s string
		if raw, ok := members[key]; ok && json.Unmarshal(raw, &s) == nil && s != "" {
			*into = s
			break
		}
	}
	if *into == "" {
		faults.Add(keys[0], "required")
	}
	slices.SortFunc(faults, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
	return faults.Err()
}

// renamed is a field that the core and the API call differently.
type renamed struct{ core, api string }

// inTheirWords gives the fields of a fault the names the client knows them by.
func inTheirWords(err error, names []renamed) error {
	var f *fault.Error
	if !errors.As(err, &f) || len(f.Fields) == 0 {
		return err
	}
	out := *f
	out.Fields = slices.Clone(f.Fields)
	for i := range out.Fields {
		for _, n := range names {
			rest, ok := strings.CutPrefix(out.Fields[i].Name, n.core)
			if ok && (rest == "" || rest[0] == '.') {
				out.Fields[i].Name = n.api + rest
				break
			}
		}
	}
	return &out
}
