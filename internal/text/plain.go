// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package text

import (
	"html"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	gmtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Plain returns the words of the Markdown src without its marks, one line per paragraph, item or
// row, for summaries, the index and the text part of mails. A link leaves its text, an image its
// description, raw HTML nothing. It never fails: a text Render would refuse is cut at MaxMarkdown
// or given back as it was typed.
func Plain(src string) string {
	src = strings.ToValidUTF8(src, "\ufffd")
	if len(src) > MaxMarkdown {
		cut := MaxMarkdown
		for cut > 0 && !utf8.RuneStart(src[cut]) {
			cut--
		}
		src = src[:cut]
	}
	if checkMarkdown(src) != nil {
		return strings.TrimSpace(src)
	}
	source := []byte(src)
	p := plain{source: source}
	// Walk never fails with a visitor that never does.
	_ = ast.Walk(engineOnce().markdown.Parser().Parse(gmtext.NewReader(source)), p.visit)
	return strings.TrimSpace(p.out.String())
}

type plain struct {
	source []byte
	out    strings.Builder
}

func (p *plain) visit(n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		p.leave(n)
		return ast.WalkContinue, nil
	}
	switch n := n.(type) {
	case *ast.Text:
		value := string(n.Segment.Value(p.source))
		if n.Parent().Kind() != ast.KindCodeSpan {
			value = unescaped(value)
		}
		p.out.WriteString(value)
		switch {
		case n.HardLineBreak():
			p.out.WriteByte('\n')
		case n.SoftLineBreak():
			p.out.WriteByte(' ')
		}
	case *ast.String:
		p.out.Write(n.Value)
	case *ast.AutoLink:
		p.out.Write(n.Label(p.source))
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		for i := range n.Lines().Len() {
			line := n.Lines().At(i)
			p.out.Write(line.Value(p.source))
		}
	case *ast.ListItem:
		p.out.WriteString(marker(n))
	}
	return ast.WalkContinue, nil
}

func (p *plain) leave(n ast.Node) {
	switch n.Kind() {
	case ast.KindParagraph, ast.KindHeading, ast.KindTextBlock, ast.KindCodeBlock,
		ast.KindFencedCodeBlock, east.KindTableRow, east.KindTableHeader:
		if s := p.out.String(); s != "" && s[len(s)-1] != '\n' {
			p.out.WriteByte('\n')
		}
	case east.KindTableCell:
		if n.NextSibling() != nil {
			p.out.WriteByte(' ')
		}
	}
}

func marker(item *ast.ListItem) string {
	list, ok := item.Parent().(*ast.List)
	if !ok || !list.IsOrdered() {
		return "- "
	}
	number := list.Start
	for s := item.PreviousSibling(); s != nil; s = s.PreviousSibling() {
		number++
	}
	return strconv.Itoa(number) + ". "
}

// unescaped resolves the backslash escapes and character references goldmark leaves to its renderer,
// each once: an escaped ampersand begins no reference.
func unescaped(s string) string {
	if !strings.ContainsAny(s, `\&`) {
		return s
	}
	var b strings.Builder
	for {
		at := strings.IndexByte(s, '\\')
		if at < 0 || at+1 == len(s) {
			return b.String() + html.UnescapeString(s)
		}
		b.WriteString(html.UnescapeString(s[:at]))
		if util.IsPunct(s[at+1]) {
			at++
		}
		b.WriteByte(s[at])
		s = s[at+1:]
	}
}
