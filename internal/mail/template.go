// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package mail

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"
)

//go:embed templates
var embedded embed.FS

// languages are those letters are written in.
func languages() []string { return []string{"fr", "en"} }

// letterForm is a parsed template: the subject is its first line.
type letterForm struct {
	subject, text *template.Template
	inSubject     []string // the values the subject shows
}

// speech is all that is said in one language.
type speech struct {
	forms  map[Kind]letterForm
	footer *template.Template
	words  map[string]string
}

// loadSpeech reads one language and checks that it says exactly what kinds declares: each value of a
// kind is used, no other is, optional ones stand within an {{if}} of their own, and no file is over.
func loadSpeech(files fs.FS, lang string) (speech, error) {
	s := speech{forms: map[Kind]letterForm{}}
	entries, err := fs.ReadDir(files, lang)
	if err != nil {
		return speech{}, fmt.Errorf("mail templates: %w", err)
	}
	for _, entry := range entries {
		source, err := fs.ReadFile(files, path.Join(lang, entry.Name()))
		if err != nil {
			return speech{}, fmt.Errorf("mail templates: %w", err)
		}
		if err := s.add(lang, strings.TrimSuffix(entry.Name(), ".txt"), string(source)); err != nil {
			return speech{}, fmt.Errorf("mail template %s/%s: %w", lang, entry.Name(), err)
		}
	}
	for kind := range kinds() {
		if _, ok := s.forms[kind]; !ok {
			return speech{}, fmt.Errorf("mail template %s/%s.txt is missing", lang, kind)
		}
	}
	if s.footer == nil || s.words == nil {
		return speech{}, fmt.Errorf("mail templates: %s has no footer.txt or no words.txt", lang)
	}
	return s, nil
}

func (s *speech) add(lang, name, source string) error {
	switch name {
	case "words":
		var err error
		s.words, err = readWords(source)
		return err
	case "footer":
		footer, uses, err := parseForm(lang, source)
		if err == nil {
			s.footer = footer
			err = uses.exactly([]string{"site", "base_url", "contact"}, nil, nil)
		}
		return err
	}
	declared, known := kinds()[Kind(name)]
	if !known {
		return fmt.Errorf("there is no such kind")
	}
	subject, text, _ := strings.Cut(source, "\n")
	if strings.TrimSpace(subject) == "" || strings.TrimSpace(text) == "" {
		return fmt.Errorf("want a subject on the first line, then a text")
	}
	var form letterForm
	var uses, more fields
	var err error
	if form.subject, uses, err = parseForm(lang, subject); err != nil {
		return err
	}
	form.inSubject = uses.names()
	if form.text, more, err = parseForm(lang, text); err != nil {
		return err
	}
	s.forms[Kind(name)] = form
	var optional []string
	for _, value := range declared {
		if Optional(value) {
			optional = append(optional, value)
		}
	}
	return append(uses, more...).exactly(declared, common(), optional)
}

// parseForm reads a template of texts, values and ifs; anything else is an error.
func parseForm(lang, source string) (*template.Template, fields, error) {
	if lang == "fr" {
		source = unbroken(source)
	}
	t, err := template.New("").Option("missingkey=error").Parse(source)
	if err != nil {
		return nil, nil, err
	}
	uses, err := walk(t.Root, nil)
	return t, uses, err
}

// unbroken puts no-break spaces where French typography has them, so that no line begins with a colon.
func unbroken(source string) string {
	return strings.NewReplacer(" :", "\u00a0:", " ;", "\u00a0;", " ?", "\u00a0?", " !", "\u00a0!",
		"« ", "«\u00a0", " »", "\u00a0»").Replace(source)
}

// field is one use of a value; guarded when an {{if}} on that value is around it.
type field struct {
	name    string
	guarded bool
}

type fields []field

func (f fields) names() []string {
	var names []string
	for _, use := range f {
		if !slices.Contains(names, use.name) {
			names = append(names, use.name)
		}
	}
	return names
}

// exactly checks the uses against what is declared.
func (f fields) exactly(declared, common, optional []string) error {
	for _, use := range f {
		if !slices.Contains(declared, use.name) && !slices.Contains(common, use.name) {
			return fmt.Errorf("value %s is not declared", use.name)
		}
		if slices.Contains(optional, use.name) && !use.guarded {
			return fmt.Errorf("value %s may be empty and has no {{if}} around it", use.name)
		}
	}
	for _, name := range declared {
		if !slices.Contains(f.names(), name) {
			return fmt.Errorf("value %s is declared and not used", name)
		}
	}
	return nil
}

// walk lists the values shown below a node; within says which of them an {{if}} has found present.
func walk(node parse.Node, within []string) (fields, error) {
	switch node := node.(type) {
	case *parse.TextNode:
		return nil, nil
	case *parse.ListNode:
		var all fields
		for _, child := range node.Nodes {
			uses, err := walk(child, within)
			if err != nil {
				return nil, err
			}
			all = append(all, uses...)
		}
		return all, nil
	case *parse.ActionNode:
		name, err := single(node.Pipe)
		return fields{{name, slices.Contains(within, name)}}, err
	case *parse.IfNode:
		name, err := single(node.Pipe)
		if err != nil {
			return nil, err
		}
		all, err := walk(node.List, append(slices.Clone(within), name))
		if err != nil || node.ElseList == nil {
			return all, err
		}
		rest, err := walk(node.ElseList, within)
		return append(all, rest...), err
	}
	return nil, fmt.Errorf("only {{.value}} and {{if .value}} are understood, not %s", node)
}

// single returns the name of a pipeline that is one value: {{.name}}.
func single(pipe *parse.PipeNode) (string, error) {
	if len(pipe.Decl) == 0 && len(pipe.Cmds) == 1 && len(pipe.Cmds[0].Args) == 1 {
		if f, ok := pipe.Cmds[0].Args[0].(*parse.FieldNode); ok && len(f.Ident) == 1 {
			return f.Ident[0], nil
		}
	}
	return "", fmt.Errorf("only a value is understood, not {{%s}}", pipe)
}

// readWords reads "code = words", one a line; # begins a remark.
func readWords(source string) (map[string]string, error) {
	words := map[string]string{}
	for line := range strings.Lines(source) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		code, said, ok := strings.Cut(line, " = ")
		if _, twice := words[code]; !ok || said == "" || twice {
			return nil, fmt.Errorf("line %q is not the only \"code = words\" of its code", line)
		}
		words[code] = said
	}
	return words, nil
}

// templates are the files embedded, one folder a language.
func templates() fs.FS {
	files, err := fs.Sub(embedded, "templates")
	if err != nil {
		panic(err) // the path is a constant
	}
	return files
}
