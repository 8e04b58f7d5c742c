// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package text

import (
	"bytes"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	gmtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"maillage/internal/fault"
)

// Render returns the CommonMark src (with GitHub's tables, strikethrough and bare links) as HTML
// that may be put in a page as it is: no raw HTML, no id, no image (an image becomes a link to it,
// so that reading a page tells no third party), links to http, https and mailto only, marked
// rel="nofollow noopener". Headings start at h3, under the page's own. It returns fault.Invalid
// with markdown_too_long or markdown_too_deep when src is over MaxMarkdown or MaxNesting, not_utf8
// when it is broken.
func Render(src string) (html string, err error) {
	if err := checkMarkdown(src); err != nil {
		return "", err
	}
	source := []byte(src)
	engine := engineOnce()
	doc := engine.markdown.Parser().Parse(gmtext.NewReader(source))
	if tooDeep(doc) {
		return "", fault.New(fault.Invalid, "markdown_too_deep")
	}
	var out bytes.Buffer
	if err := engine.markdown.Renderer().Render(&out, source, doc); err != nil {
		return "", fault.Wrap(fault.Internal, "markdown_unrendered", err)
	}
	return engine.policy.Sanitize(out.String()), nil
}

// engine is the parser and the policy; both may be used by several goroutines once built.
type engine struct {
	markdown goldmark.Markdown
	policy   *bluemonday.Policy
}

var engineOnce = sync.OnceValue(func() engine {
	return engine{
		markdown: goldmark.New(
			goldmark.WithExtensions(extension.Strikethrough, extension.Linkify, extension.NewTable(
				// The page's content security policy refuses style attributes.
				extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute))),
			goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(tamer{}, 1000)))),
		policy: markdownPolicy(),
	}
})

// markdownPolicy allows what goldmark writes for the elements we keep and nothing else. It is the
// second lock: tamer has already removed what it refuses.
func markdownPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol",
		"li", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("align").Matching(regexp.MustCompile(`^(left|right|center)$`)).OnElements("th", "td")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^language-[A-Za-z0-9+#-]{1,30}$`)).OnElements("code")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile(`^nofollow noopener$`)).OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(true)
	return p
}

// tamer rewrites the parsed document before it is rendered.
type tamer struct{}

// Transform implements parser.ASTTransformer.
func (tamer) Transform(doc *ast.Document, reader gmtext.Reader, _ parser.Context) {
	var nodes []ast.Node
	// Walk never fails with a visitor that never does.
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			nodes = append(nodes, n)
		}
		return ast.WalkContinue, nil
	})
	for _, n := range nodes {
		switch n := n.(type) {
		case *ast.Heading:
			n.Level = min(n.Level+2, 6)
		case *ast.Image:
			tameImage(n)
		case *ast.Link:
			tameLink(n)
		case *ast.AutoLink:
			tameAutoLink(n, reader.Source())
		}
	}
}

var safeLink = regexp.MustCompile(`^(?i:https?://[^/?#]|mailto:[^?])`)

// safe reports whether a link may stay: of a scheme we allow, and readable as the policy will read
// it, since it would otherwise leave an anchor that leads nowhere.
func safe(destination []byte) bool {
	if !safeLink.Match(destination) {
		return false
	}
	_, err := url.Parse(strings.TrimSpace(string(util.URLEscape(destination, true))))
	return err == nil
}

func tameLink(n *ast.Link) {
	if !safe(n.Destination) {
		unwrap(n)
		return
	}
	n.Title = nil
	n.SetAttributeString("rel", []byte("nofollow noopener"))
}

func tameAutoLink(n *ast.AutoLink, source []byte) {
	if n.AutoLinkType == ast.AutoLinkURL && !safe(n.URL(source)) {
		text := ast.NewString(n.Label(source))
		n.Parent().ReplaceChild(n.Parent(), n, text)
		return
	}
	n.SetAttributeString("rel", []byte("nofollow noopener"))
}

// tameImage puts a link in the image's place, or its description alone when it cannot be a link or
// already stands in one.
func tameImage(n *ast.Image) {
	for p := n.Parent(); p != nil; p = p.Parent() {
		if p.Kind() == ast.KindLink || p.Kind() == ast.KindImage {
			unwrap(n)
			return
		}
	}
	link := ast.NewLink()
	link.Destination = n.Destination
	for child := n.FirstChild(); child != nil; child = n.FirstChild() {
		link.AppendChild(link, child)
	}
	n.Parent().ReplaceChild(n.Parent(), n, link)
	tameLink(link)
}

// unwrap replaces a node by its children.
func unwrap(n ast.Node) {
	parent := n.Parent()
	for child := n.FirstChild(); child != nil; child = n.FirstChild() {
		parent.InsertBefore(parent, n, child)
	}
	parent.RemoveChild(parent, n)
}
