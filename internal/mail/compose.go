// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package mail

import (
	"fmt"
	"slices"
	"strings"
	"text/template"
	"unicode/utf8"
)

const columns = 76 // of the text part: below the 78 of RFC 5322 §2.1.1

// Compose puts a letter in words. It returns a PermanentError for a kind, language or value that is
// not what Values says, and for a header that would hold a line break, a control, or a character that
// is not seen.
func (p *Postman) Compose(l Letter) (Message, error) {
	said, ok := p.speeches[l.Lang]
	if !ok {
		return Message{}, unsendable("the language is neither fr nor en")
	}
	form, ok := said.forms[l.Kind]
	if !ok {
		return Message{}, unsendable("there is no such kind of letter")
	}
	values, err := p.values(l, said)
	if err != nil {
		return Message{}, err
	}
	for _, name := range form.inSubject {
		if headerFault(p.raw(l, name)) {
			return Message{}, unsendable(name + " cannot stand in a header")
		}
	}
	subject, err := execute(form.subject, values)
	if err != nil {
		return Message{}, err
	}
	text, err := execute(form.text, values)
	if err != nil {
		return Message{}, err
	}
	footer, err := execute(said.footer, map[string]string{"site": values["site"],
		"base_url": values["base_url"], "contact": p.cfg.Contact})
	if err != nil {
		return Message{}, err
	}
	greeting := said.words["greeting"]
	if values["person"] != "" {
		greeting = strings.ReplaceAll(said.words["greeting.person"], "{}", values["person"])
	}
	body := slices.Concat([]string{greeting}, paragraphs(text))
	html, err := page(l.Lang, subject, body, paragraphs(footer), links(l))
	if err != nil {
		return Message{}, err
	}
	return Message{Subject: subject, HTML: html,
		Text: wrapped(body) + "\n\n-- \n" + wrapped(paragraphs(footer)) + "\n"}, nil
}

// raw is a value as it was given.
func (p *Postman) raw(l Letter, name string) string {
	switch name {
	case "site":
		return p.cfg.Site
	case "base_url":
		return p.cfg.BaseURL
	case "person":
		return l.To.Name
	}
	return l.Values[name]
}

// values checks and says all the values of a letter.
func (p *Postman) values(l Letter, said speech) (map[string]string, error) {
	declared := kinds()[l.Kind]
	for name := range l.Values {
		if !slices.Contains(declared, name) {
			return nil, unsendable(fmt.Sprintf("value %.40q is not one of this kind", name))
		}
	}
	c := composer{words: said.words, lang: l.Lang, baseURL: p.cfg.BaseURL, zone: p.cfg.Zone}
	values := map[string]string{}
	for _, name := range slices.Concat(declared, common()) {
		raw := p.raw(l, name)
		if strings.TrimSpace(raw) == "" && (Optional(name) || name == "person") {
			values[name] = ""
			continue
		}
		var err error
		if values[name], err = c.say(name, raw); err != nil {
			return nil, err
		}
		if values[name] == "" && !Optional(name) && name != "person" {
			return nil, unsendable(name + " is empty")
		}
	}
	return values, nil
}

// links are the addresses of a letter: the only ones that become links.
func links(l Letter) []string {
	var all []string
	for _, name := range []string{"link", "login_link", "reset_link"} {
		if l.Values[name] != "" {
			all = append(all, l.Values[name])
		}
	}
	return all
}

func execute(t *template.Template, values map[string]string) (string, error) {
	var b strings.Builder
	if err := t.Execute(&b, values); err != nil {
		return "", fmt.Errorf("compose letter: %w", err) // a declared value is always there: a test holds it
	}
	return strings.TrimSpace(b.String()), nil
}

// paragraphs cuts a text where lines are left empty.
func paragraphs(text string) []string {
	var all []string
	for p := range strings.SplitSeq(text, "\n\n") {
		if p = strings.Trim(p, "\n"); p != "" {
			all = append(all, p)
		}
	}
	return all
}

// wrapped sets paragraphs in lines of 76 columns; a word that is longer, such as a link, stays whole.
func wrapped(paragraphs []string) string {
	var out []string
	for _, p := range paragraphs {
		var lines []string
		for line := range strings.SplitSeq(p, "\n") {
			lines = append(lines, wrap(line)...)
		}
		out = append(out, strings.Join(lines, "\n"))
	}
	return strings.Join(out, "\n\n")
}

func wrap(line string) []string {
	first, next := "", ""
	switch {
	case strings.HasPrefix(line, ">"):
		first, next = "> ", "> "
		line = strings.TrimPrefix(line[1:], " ")
	case strings.HasPrefix(line, "- "):
		first, next = "- ", "  "
		line = line[2:]
	}
	lines, current := []string{}, first
	empty := true
	for word := range strings.SplitSeq(line, " ") {
		if !empty && utf8.RuneCountInString(current)+1+utf8.RuneCountInString(word) > columns {
			lines, current, empty = append(lines, current), next, true
		}
		if !empty {
			current += " "
		}
		current, empty = current+word, false
	}
	return append(lines, strings.TrimRight(current, " "))
}
