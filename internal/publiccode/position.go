// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package publiccode

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// position returns where a field is: its key; else the first key, or the opening brace, of the
// mapping it is missing from; else the start of the file. The rules are the reference reader's, so
// that both point an author to the same place.
func (r *reader) position(field string) (line, column int) {
	n := r.root
	parts := steps(field)
	for i, part := range parts {
		if n == nil {
			return 1, 1
		}
		if part.index >= 0 {
			if n.Kind != yaml.SequenceNode || part.index >= len(n.Content) {
				return place(n)
			}
			n = follow(n.Content[part.index])
			continue
		}
		if n.Kind != yaml.MappingNode {
			return place(n)
		}
		key, value := find(n, part.key)
		last := i == len(parts)-1
		switch {
		case key != nil && (last || parts[i+1].index >= 0 && value.Kind != yaml.SequenceNode):
			return place(key)
		case key != nil:
			n = value
		case n.Style&yaml.FlowStyle != 0:
			return place(n)
		case last && len(n.Content) > 0:
			return place(n.Content[0])
		default:
			return 1, 1
		}
	}
	if n == nil {
		return 1, 1
	}
	return place(n)
}

// step is one part of a field's name: a key, or an index from 0 (-1 when it is a key).
type step struct {
	key   string
	index int
}

// steps takes "description[en-US].features[0]" apart.
func steps(field string) []step {
	var all []step
	for _, part := range strings.Split(field, ".") {
		key, rest, _ := strings.Cut(part, "[")
		if key != "" {
			all = append(all, step{key: key, index: -1})
		}
		for rest != "" {
			var inside string
			inside, rest, _ = strings.Cut(rest, "]")
			rest = strings.TrimPrefix(rest, "[")
			if i, err := strconv.Atoi(inside); err == nil && i >= 0 {
				all = append(all, step{index: i})
			} else {
				all = append(all, step{key: inside, index: -1})
			}
		}
	}
	return all
}

func find(n *yaml.Node, key string) (k, v *yaml.Node) {
	for k, v := range pairs(n) {
		if k.Value == key {
			return k, v
		}
	}
	return nil, nil
}

func place(n *yaml.Node) (line, column int) { return max(n.Line, 1), max(n.Column, 1) }

// keyAtLine returns the name of the outermost key, or item of a list, that starts on that line.
func keyAtLine(n *yaml.Node, line int, path string) string {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			name := join(path, n.Content[i].Value)
			if n.Content[i].Line == line {
				return name
			}
			if found := keyAtLine(n.Content[i+1], line, name); found != "" {
				return found
			}
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			name := path + "[" + strconv.Itoa(i) + "]"
			if item.Line == line {
				return name
			}
			if found := keyAtLine(item, line, name); found != "" {
				return found
			}
		}
	}
	return ""
}
