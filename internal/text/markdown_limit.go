// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package text

import (
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"

	"maillage/internal/fault"
)

// The limits of one Markdown text. Parsing costs more than its length, so both are checked on the
// source, before it is parsed.
const (
	MaxMarkdown = 16 << 10 // bytes
	MaxNesting  = 16       // quotes in lists in quotes…, and emphasis or brackets in one another
)

func checkMarkdown(src string) error {
	switch {
	case len(src) > MaxMarkdown:
		return &fault.Error{Kind: fault.Invalid, Code: "markdown_too_long"}
	case !utf8.ValidString(src):
		return &fault.Error{Kind: fault.Invalid, Code: NotUTF8}
	case containerDepth(src) > MaxNesting || bracketDepth(src) > MaxNesting:
		return &fault.Error{Kind: fault.Invalid, Code: "markdown_too_deep"}
	}
	return nil
}

// containerDepth returns a bound on how deep quotes and lists are nested, without parsing: a list
// item is inside another when its marker is right of the other's content. Lines without a marker
// close nothing, so the bound may be over the truth and never under it.
func containerDepth(src string) int {
	deepest := 0
	var items []int // columns where the content of each open item begins
	for line := range strings.Lines(src) {
		quotes, col, i := 0, 0, 0
		for i < len(line) {
			switch c := line[i]; {
			case c == ' ':
				col++
				i++
				continue
			case c == '\t':
				col += 4 - col%4
				i++
				continue
			case c == '>':
				quotes++
				col++
				i++
			default:
				n := listMarker(line[i:])
				if n == 0 {
					i = len(line)
					continue
				}
				for len(items) > 0 && items[len(items)-1] > col {
					items = items[:len(items)-1]
				}
				col += n
				i += n
				items = append(items, col+1)
			}
			deepest = max(deepest, quotes+len(items))
		}
	}
	return deepest
}

// listMarker returns the length of the list marker s begins with, 0 when there is none.
func listMarker(s string) int {
	n := 0
	for n < len(s) && n < 9 && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	switch {
	case n == 0 && len(s) > 0 && strings.IndexByte("-*+", s[0]) >= 0:
	case n > 0 && n < len(s) && (s[n] == '.' || s[n] == ')'):
	default:
		return 0
	}
	n++
	if n < len(s) && strings.IndexByte(" \t\r\n", s[n]) < 0 {
		return 0
	}
	return n
}

// bracketDepth returns how many square brackets are open at once within one paragraph.
func bracketDepth(src string) int {
	open, deepest := 0, 0
	for i := 0; i < len(src); i++ {
		switch src[i] {
		case '\\':
			i++
		case '[':
			open++
			deepest = max(deepest, open)
		case ']':
			open = max(open-1, 0)
		case '\n':
			if rest := strings.TrimLeft(src[i+1:min(len(src), i+64)], " \t\r"); strings.HasPrefix(rest, "\n") {
				open = 0
			}
		}
	}
	return deepest
}

// tooDeep looks at what only parsing shows, emphasis within emphasis. A list and its item count
// once; the document and the paragraph do not.
func tooDeep(doc ast.Node) bool {
	depth, deepest := 0, 0
	// Walk never fails with a visitor that never does.
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n.Kind() {
		case ast.KindBlockquote, ast.KindListItem, ast.KindEmphasis, ast.KindLink,
			east.KindStrikethrough:
			if entering {
				depth++
			} else {
				depth--
			}
			deepest = max(deepest, depth)
		}
		return ast.WalkContinue, nil
	})
	return deepest > MaxNesting
}
