// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package text

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"maillage/internal/fault"
)

func TestMarkdownBecomesTheHTMLWeAllow(t *testing.T) {
	for in, want := range map[string]string{
		"":                                      "",
		"Bonjour *toi*":                         "<p>Bonjour <em>toi</em></p>\n",
		"# Titre":                               "<h3>Titre</h3>\n",
		"###### Bas":                            "<h6>Bas</h6>\n",
		"[site](https://example.org \"titre\")": "<p><a href=\"https://example.org\" rel=\"nofollow noopener\">site</a></p>\n",
		"https://example.org/a?b=1&c=2":         "<p><a href=\"https://example.org/a?b=1&amp;c=2\" rel=\"nofollow noopener\">https://example.org/a?b=1&amp;c=2</a></p>\n",
		"<a@example.org>":                       "<p><a href=\"mailto:a@example.org\" rel=\"nofollow noopener\">a@example.org</a></p>\n",
		"[x](javascript:alert(1))":              "<p>x</p>\n",
		"[x](/relatif) [y](//hote/) [z](data:,a)":     "<p>x y z</p>\n",
		"<javascript:alert(1)>":                       "<p>javascript:alert(1)</p>\n",
		"![carte](https://example.org/c.png)":         "<p><a href=\"https://example.org/c.png\" rel=\"nofollow noopener\">carte</a></p>\n",
		"[![logo](https://a.fr/l.png)](https://b.fr)": "<p><a href=\"https://b.fr\" rel=\"nofollow noopener\">logo</a></p>\n",
		"a <script>alert(1)</script> b":               "<p>a alert(1) b</p>\n",
		"<img src=x onerror=alert(1)>":                "\n",
		"```go\nx := 1\n```":                          "<pre><code class=\"language-go\">x := 1\n</code></pre>\n",
		"3. trois\n4. quatre":                         "<ol start=\"3\">\n<li>trois</li>\n<li>quatre</li>\n</ol>\n",
		"|a|\n|-:|\n|1|": "<table>\n<thead>\n<tr>\n<th align=\"right\">a</th>\n</tr>\n</thead>\n<tbody>\n" +
			"<tr>\n<td align=\"right\">1</td>\n</tr>\n</tbody>\n</table>\n",
	} {
		got, err := Render(in)
		if err != nil {
			t.Errorf("%q: %v", in, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
}

func TestMarkdownTooLongOrTooDeepIsRefused(t *testing.T) {
	var ladder strings.Builder
	for i := range 20 {
		ladder.WriteString(strings.Repeat("  ", i) + "- x\n")
	}
	for name, c := range map[string]struct{ src, code string }{
		"long":              {strings.Repeat("a", MaxMarkdown+1), "markdown_too_long"},
		"as long as can be": {strings.Repeat("a", MaxMarkdown), ""},
		"broken":            {"a\xff", NotUTF8},
		"quotes":            {strings.Repeat("> ", 17) + "x", "markdown_too_deep"},
		"sixteen quotes":    {strings.Repeat("> ", 16) + "x", ""},
		"lists on a line":   {strings.Repeat("- ", 17) + "x", "markdown_too_deep"},
		"ladder":            {ladder.String(), "markdown_too_deep"},
		"brackets":          {strings.Repeat("[", 17), "markdown_too_deep"},
		"emphasis":          {strings.Repeat("*", 40) + "x" + strings.Repeat("*", 40), "markdown_too_deep"},
		"a long flat list":  {strings.Repeat("- un\n- deux [x]\n\n", 500), ""},
		"signature line":    {strings.Repeat("_", 70) + "\n" + strings.Repeat("*", 70) + "\n", ""},
	} {
		_, err := Render(c.src)
		switch {
		case c.code == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.code != "" && (!fault.Is(err, fault.Invalid) || !strings.HasPrefix(err.Error(), c.code)):
			t.Errorf("%s: got %v, want %s", name, err, c.code)
		}
		Plain(c.src)
	}
}

// BenchmarkWorstMarkdown renders what costs most for its size, at the size allowed: goldmark is
// super-linear, and the limit is what keeps it answering.
func BenchmarkWorstMarkdown(b *testing.B) {
	for _, unit := range []string{"*a ", "**a", "_a*", "a**b", "[a](", "``a`", "<", "<a@", "&#", "a\n- ", "[a]: b\n", "*a_ ", "~~a", ">\n- ", "]("} {
		src := strings.Repeat(unit, MaxMarkdown/len(unit))
		b.Run(strconv.Quote(unit), func(b *testing.B) {
			for b.Loop() {
				_, _ = Render(src) // refusing is an answer too
			}
		})
	}
}

func TestPlainTextKeepsTheWordsOnly(t *testing.T) {
	src := "# Titre *fort*\n\nUn [lien](https://example.org) &amp; un\nretour `a\\*b &amp;`.\n\n" +
		"- un\n- deux\n\n3. trois\n4. quatre\n\n|a|b|\n|-|-|\n|1|2|\n\n```\ncode\n```\n<b>gras</b> 1\\*2 \\&amp; https://a.fr ![image](x.png)"
	want := "Titre fort\nUn lien & un retour a\\*b &amp;.\n- un\n- deux\n3. trois\n4. quatre\na b\n1 2\ncode\n" +
		"gras 1*2 &amp; https://a.fr image"
	if diff := cmp.Diff(want, Plain(src)); diff != "" {
		t.Error(diff)
	}
}

var tag = regexp.MustCompile(`<[^>]*>`)
var allowedTag = regexp.MustCompile(`^</?(p|br ?/?|hr ?/?|em|strong|del|code( class="language-[^" ]+")?|pre|blockquote|ul|` +
	`ol( start="[0-9]+")?|li|h[3-6]|table|thead|tbody|tr|t[hd]( align="[a-z]+")?|` +
	`a( href="(?i:https?://|mailto:)[^"<>]*" rel="nofollow noopener")?)>$`)

func FuzzRender(f *testing.F) {
	for _, s := range []string{"# a", "[x](javascript:a)", "<script>", "![a](http://b/c)", "<a href='javascript:a' onclick=b>",
		"[a]: javascript:b\n[a]", "```x onload=1\n```", "https://a\"onmouseover=b", "<http://a\x00b>", "[&#x6A;](&#x6A;avascript:a)",
		"|a|\n|:-|\n|[a](http://b)|", "\\[a](b)", "*_*_a", "[a](<http://x\n>)", "[a](mailto:x%0a)", "<http://\">0", "[a](http://b%zz)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		plain := Plain(src)
		html, err := Render(src)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", src, err)
			}
			return
		}
		for _, found := range tag.FindAllString(html, -1) {
			if !allowedTag.MatchString(found) {
				t.Errorf("%q lets %q through", src, found)
			}
		}
		if len(plain) > 4*len(src)+16 {
			t.Errorf("%q grows to %q", src, plain)
		}
	})
}
