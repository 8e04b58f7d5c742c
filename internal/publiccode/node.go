// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package publiccode

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// The limits of one file, besides MaxSize.
const (
	maxDepth = 32     // of nesting, aliases followed
	maxNodes = 50_000 // of values, aliases followed; the largest real file we know has 600
)

// reader goes through one file and gathers what is wrong with it.
type reader struct {
	opts     Options
	root     *yaml.Node
	problems Problems
	present  presence
	legacy   bool // version 0.2 or 0.3: older rules for languages, dates and categories
}

func (r *reader) add(level Level, field, code, message string, line, column int) {
	r.problems = append(r.problems, Problem{Level: level, Field: field, Code: "publiccode_" + code,
		Message: message, Line: line, Column: column})
}

// fail notes an error on field, at the place of its key or of what should hold it.
func (r *reader) fail(field, code, message string) {
	line, column := r.position(field)
	r.add(Error, field, code, message, line, column)
}

func (r *reader) warn(field, code, message string) {
	line, column := r.position(field)
	r.add(Warning, field, code, message, line, column)
}

// wrongType notes that n is not of the type its field wants. As the reference reader does, it names
// the innermost key or item that starts on that line, and gives no column.
func (r *reader) wrongType(n *yaml.Node, want string) {
	r.add(Error, keyAtLine(r.root, n.Line, ""), "type", "must be "+want, n.Line, 1)
}

var (
	atLine        = regexp.MustCompile(`line (\d+)`)
	unknownAnchor = regexp.MustCompile(`unknown anchor '([^']+)'`)
	yamlPrefix    = regexp.MustCompile(`^yaml: (?:line \d+: )?`)
)

// load reads the YAML and reports whether there is a mapping to look into.
func (r *reader) load(data []byte) bool {
	if !utf8.Valid(data) {
		line, column := firstInvalid(data)
		r.add(Error, "", "encoding", "is not valid UTF-8", line, column)
		return false
	}
	if indicators(data) > maxNodes {
		r.add(Error, "", "limits", "holds too many values", 1, 1)
		return false
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	err := decoder.Decode(&doc)
	if errors.Is(err, io.EOF) {
		r.add(Error, "publiccodeYmlVersion", "required", "is required", 1, 1)
		return false
	}
	if err == nil && !errors.Is(decoder.Decode(&more), io.EOF) {
		r.add(Error, "", "documents", "must hold a single YAML document", 1, 1)
		return false
	}
	if err != nil {
		r.add(Error, "", "yaml", "is not valid YAML: "+yamlPrefix.ReplaceAllString(err.Error(), ""), errorLine(err, data), 1)
		return false
	}
	r.root = follow(doc.Content[0])
	left := maxNodes
	if !bounded(r.root, 1, &left) {
		r.add(Error, "", "limits", "is nested too deeply, or repeats itself through aliases", 1, 1)
		return false
	}
	if r.root.Kind != yaml.MappingNode {
		r.add(Error, "publiccodeYmlVersion", "required", "is required", r.root.Line, r.root.Column)
		return false
	}
	return r.duplicates(r.root, "")
}

// errorLine returns the line of a YAML error, from 1. The library counts the lines of its parser
// from 0 and those of its scanner from 1, leaves a line 0 out, and gives none for an anchor.
func errorLine(err error, data []byte) int {
	text := err.Error()
	if m := unknownAnchor.FindStringSubmatch(text); m != nil {
		before, _, _ := bytes.Cut(data, []byte("*"+m[1]))
		return 1 + bytes.Count(before, []byte("\n"))
	}
	line := 0
	if m := atLine.FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1]) // digits, by the expression
	}
	if strings.Contains(text, "did not find expected") {
		line++
	}
	return max(line, 1)
}

// indicators counts the bytes that can start a value, so that a file made of nothing else is
// refused before memory is spent on its nodes.
func indicators(data []byte) int {
	n := 0
	for i, b := range data {
		switch b {
		case '[', '{', ',', '\n', '\r':
			n++
		case ':', '-', '?':
			if i+1 == len(data) || data[i+1] == ' ' || data[i+1] == '\t' || data[i+1] == '\n' {
				n++
			}
		}
	}
	return n
}

// firstInvalid returns the line and column of the first byte that is not UTF-8.
func firstInvalid(data []byte) (line, column int) {
	line, column = 1, 1
	for len(data) > 0 {
		c, size := utf8.DecodeRune(data)
		if c == utf8.RuneError && size == 1 {
			break
		}
		if column++; c == '\n' {
			line, column = line+1, 1
		}
		data = data[size:]
	}
	return line, column
}

// bounded walks n, aliases followed, and reports whether it stays within the limits.
func bounded(n *yaml.Node, depth int, left *int) bool {
	if *left--; *left < 0 || depth > maxDepth {
		return false
	}
	if n.Kind == yaml.AliasNode {
		return n.Alias != nil && bounded(n.Alias, depth+1, left)
	}
	for _, c := range n.Content {
		if !bounded(c, depth+1, left) {
			return false
		}
	}
	return true
}

// duplicates refuses a key that is present twice: readers differ on which one counts.
func (r *reader) duplicates(n *yaml.Node, path string) bool {
	ok := true
	seen := map[string]bool{}
	for i, c := range n.Content {
		switch {
		case n.Kind == yaml.MappingNode && i%2 == 0:
			if seen[c.Value] {
				r.add(Error, join(path, c.Value), "duplicate", "is present twice", c.Line, c.Column)
				ok = false
			}
			seen[c.Value] = true
		case n.Kind == yaml.MappingNode:
			ok = r.duplicates(c, join(path, n.Content[i-1].Value)) && ok
		default:
			ok = r.duplicates(c, path+"["+strconv.Itoa(i)+"]") && ok
		}
	}
	return ok
}

// follow returns the node an alias stands for.
func follow(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// pairs yields the keys and values of a mapping, aliases followed, then those it merges ("<<") and
// does not set itself.
func pairs(n *yaml.Node) func(func(key, value *yaml.Node) bool) {
	return func(yield func(key, value *yaml.Node) bool) {
		own := map[string]bool{}
		var merged []*yaml.Node
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := follow(n.Content[i]), follow(n.Content[i+1])
			if key.ShortTag() == "!!merge" {
				merged = append(merged, value)
				continue
			}
			own[key.Value] = true
			if !yield(key, value) {
				return
			}
		}
		for _, from := range merged {
			if from.Kind != yaml.MappingNode {
				continue
			}
			for key, value := range pairs(from) {
				if !own[key.Value] && !yield(key, value) {
					return
				}
			}
		}
	}
}

// child returns the value of a key, nil when n is no mapping or has no such key.
func child(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for k, v := range pairs(n) {
		if k.Value == key {
			return v
		}
	}
	return nil
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func isText(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!str" }
func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }
