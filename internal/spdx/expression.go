// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package spdx

import (
	"regexp"
	"strings"
)

// node is an SPDX expression (SPDX specification 2.3, annex D). operator is "OR", "AND", or "" for
// a leaf, which is a licence with an optional "+" and an optional exception.
type node struct {
	operator    string
	left, right *node
	licence     string
	plus        bool
	exception   string
}

// String writes the expression in its canonical form, with the fewest parentheses.
func (n *node) String() string {
	if n.operator == "" {
		s := n.licence
		if n.plus {
			s += "+"
		}
		if n.exception != "" {
			s += " WITH " + n.exception
		}
		return s
	}
	return n.operand(n.left) + " " + n.operator + " " + n.operand(n.right)
}

func (n *node) operand(child *node) string {
	if n.operator == "AND" && child.operator == "OR" {
		return "(" + child.String() + ")"
	}
	return child.String()
}

var reference = regexp.MustCompile(`(?i)^(?:DocumentRef-[a-z0-9.-]+:)?LicenseRef-[a-z0-9.-]+$`)

// parser reads tokens of one expression; deprecated is set when one identifier was replaced.
type parser struct {
	catalogue  *catalogue
	tokens     []string
	depth      int
	deprecated bool
	strict     bool // operators in capitals only
}

// expression returns the tree of an SPDX expression whose words may be in any letter case, nil when
// it is not one, and whether a deprecated identifier was replaced.
func (c *catalogue) expression(s string) (*node, bool) {
	return c.read(s, false)
}

func (c *catalogue) read(s string, strict bool) (*node, bool) {
	s = strings.NewReplacer("(", " ( ", ")", " ) ").Replace(s)
	p := &parser{catalogue: c, tokens: strings.Fields(s), strict: strict}
	n := p.or()
	if n == nil || len(p.tokens) > 0 {
		return nil, false
	}
	return n, p.deprecated
}

func (p *parser) accept(word string) bool {
	if len(p.tokens) > 0 && (p.tokens[0] == word || !p.strict && strings.EqualFold(p.tokens[0], word)) {
		p.tokens = p.tokens[1:]
		return true
	}
	return false
}

func (p *parser) or() *node {
	return p.binary("OR", func() *node { return p.binary("AND", p.leaf) })
}

func (p *parser) binary(operator string, operand func() *node) *node {
	left := operand()
	for left != nil && p.accept(operator) {
		right := operand()
		if right == nil {
			return nil
		}
		left = &node{operator: operator, left: left, right: right}
	}
	return left
}

func (p *parser) leaf() *node {
	if p.accept("(") {
		if p.depth++; p.depth > maxDepth {
			return nil
		}
		n := p.or()
		p.depth--
		if n == nil || !p.accept(")") {
			return nil
		}
		return n
	}
	if len(p.tokens) == 0 {
		return nil
	}
	n := p.licence(p.tokens[0])
	if n == nil {
		return nil
	}
	p.tokens = p.tokens[1:]
	if !p.accept("WITH") {
		return n
	}
	if n.operator != "" || n.exception != "" || len(p.tokens) == 0 {
		return nil
	}
	exception, ok := p.catalogue.exceptions[strings.ToLower(p.tokens[0])]
	if !ok {
		return nil
	}
	n.exception, p.tokens = exception, p.tokens[1:]
	return n
}

// licence reads one identifier, replacing it when SPDX has withdrawn it.
func (p *parser) licence(token string) *node {
	if reference.MatchString(token) {
		return &node{licence: token}
	}
	key := strings.ToLower(token)
	if expression, ok := p.catalogue.replaced[key]; ok {
		p.deprecated = true
		n, _ := p.catalogue.expression(expression)
		return n
	}
	if id, ok := p.catalogue.ids[key]; ok {
		return &node{licence: id}
	}
	id, ok := p.catalogue.ids[strings.TrimSuffix(key, "+")]
	if !ok {
		return nil
	}
	// The GNU licences say "or later" in the identifier itself.
	if later, found := p.catalogue.ids[strings.ToLower(strings.TrimSuffix(id, "-only"))+"-or-later"]; found {
		return &node{licence: later}
	}
	return &node{licence: id, plus: true}
}
