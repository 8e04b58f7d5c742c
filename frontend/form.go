// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/web"
)

// form is what was typed into a page's fields and what is wrong with it.
type form struct {
	web.Form
	// Problems are shown at the top of the page, each with a link to its field.
	Problems []problem

	status int
	lang   string
	fields []string // those the form has
	words  *words
	said   web.Catalogue
}

type problem struct{ Name, ID, Sentence, code string }

// blank returns the form of a page that is opened.
func (p *Pages) blank(c echo.Context) *form {
	lang, _ := p.language(c)
	return &form{Form: web.Form{}, status: http.StatusOK, lang: lang, words: p.tongues[lang].words, said: p.said}
}

// sent reads a form with the fields named; see web.ReadForm.
func (p *Pages) sent(c echo.Context, names ...string) (*form, error) {
	f := p.blank(c)
	var err error
	f.Form, err = web.ReadForm(c, names...)
	for _, n := range names {
		f.fields = append(f.fields, strings.TrimSuffix(n, "[]"))
	}
	return f, err
}

// fill gives a field the value it has before anybody types.
func (f *form) fill(name string, values ...string) {
	if _, typed := f.Form[name]; !typed {
		f.Form[name] = values
	}
}

// wrong notes a field at fault.
func (f *form) wrong(name, code, detail string) {
	f.status = http.StatusUnprocessableEntity
	f.note(name, code, detail)
}

func (f *form) note(name, code, detail string) {
	s := f.said.Sentence(f.lang, code, detail)
	if s == "" {
		s = f.said.Sentence(f.lang, "invalid_value", "")
	}
	id := ""
	if slices.Contains(f.fields, name) {
		id = f.id(name, "")
	}
	f.Problems = append(f.Problems, problem{name, id, f.words.fine(s), code})
}

// fail notes a fault that the page itself can show, and reports whether it can.
func (f *form) fail(err error) bool {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return false
	}
	switch e.Kind {
	case fault.Invalid, fault.Conflict, fault.TooMany, fault.Forbidden:
		f.status = web.Status(e.Kind)
	case fault.Anonymous: // wrong password or code
		f.status = http.StatusUnprocessableEntity
	default:
		return false
	}
	for _, x := range e.Fields {
		f.note(x.Name, x.Code, x.Detail)
	}
	if len(e.Fields) == 0 {
		f.note("", e.Code, "")
	}
	return true
}

// id returns the id of a field; a page with a field in each row of a list tells them apart by row.
func (f *form) id(name, row string) string {
	if row == "" {
		row = f.Get("id")
	}
	if row == "" || !slices.Contains([]string{"reason", "sure"}, name) {
		return "f-" + name
	}
	return "f-" + name + "-" + row
}

// Problem returns what is wrong with a field, "" when nothing is.
func (f *form) Problem(name string) string {
	for _, p := range f.Problems {
		if p.Name == name {
			return p.Sentence
		}
	}
	return ""
}

// problemCode reports whether a fault of that code is shown.
func (f *form) problemCode(code string) bool {
	return slices.ContainsFunc(f.Problems, func(p problem) bool { return p.code == code })
}

// input is a field of a form with what surrounds it.
type input struct {
	ID, Name, Type, Label, Hint, Value, Error, Auto, Mode, Max string
	Need                                                       string // "required" or "optional", in words
	Required, Reveal, Area, Checked                            bool
}

// Describes returns the ids of what describes the field.
func (i input) Describes() string {
	var ids []string
	if i.Hint != "" {
		ids = append(ids, i.ID+"-hint")
	}
	if i.Error != "" {
		ids = append(ids, i.ID+"-error")
	}
	return strings.Join(ids, " ")
}

// Input returns a field for the template "input". Kind is its HTML type, or "area". Options are
// "required", "optional" (said in words), and "label=", "hint=" (keys of sentences), "auto=", "mode=",
// "max=", "row=", "prefix=". Passwords are never sent back.
func (f *form) Input(name, kind string, options ...string) (input, error) {
	in := input{Name: name, Type: kind, Area: kind == "area", Reveal: kind == "password"}
	label, hint, row, prefix := "field."+name, "", "", ""
	for _, o := range options {
		key, value, _ := strings.Cut(o, "=")
		switch key {
		case "required":
			in.Required, in.Need = true, f.words.text["form.required"]
		case "optional":
			in.Need = f.words.text["form.optional"]
		case "label":
			label = value
		case "hint":
			hint = value
		case "auto":
			in.Auto = value
		case "mode":
			in.Mode = value
		case "max":
			in.Max = value
		case "row":
			row = value
		case "prefix": // the field of that name in the page's second form
			prefix = value + "-"
		default:
			return in, fmt.Errorf("field %s: no option %q", name, o)
		}
	}
	in.ID = prefix + f.id(name, row)
	if row == "" || row == f.Get("id") { // of the row that was sent
		in.Error = f.Problem(name)
		if in.Checked = kind == "checkbox" && f.Set(name); kind != "password" && kind != "checkbox" {
			in.Value = f.Get(name)
		}
	}
	var err error
	if in.Label, err = f.words.t(label); err == nil && hint != "" {
		in.Hint, err = f.words.t(hint)
	}
	return in, err
}

// choices are radio buttons or boxes under one question.
type choices struct {
	ID, Name, Kind, Legend, Hint, Error, Need string
	Required                                  bool
	Options                                   []option
}

type option struct {
	ID, Value, Label, Note string
	Checked                bool
}

// Choices returns a question for the template "choices": kind is "radio" or "checkbox", vocabulary the
// one that words its values.
func (f *form) Choices(name, kind, vocabulary string, values []string, options ...string) (choices, error) {
	list := make([]option, 0, len(values))
	for _, v := range values {
		list = append(list, option{Value: v, Label: f.words.label(vocabulary, v)})
	}
	return f.ask(name, kind, list, options...)
}

func (f *form) ask(name, kind string, list []option, options ...string) (out choices, err error) {
	out = choices{ID: f.id(name, ""), Name: name, Kind: kind, Error: f.Problem(name), Options: list}
	if out.Legend, err = f.words.t("field." + name); err != nil {
		return out, err
	}
	for _, o := range options {
		switch key, value, _ := strings.Cut(o, "="); key {
		case "required":
			out.Required, out.Need = true, f.words.text["form.required"]
		case "optional":
			out.Need = f.words.text["form.optional"]
		case "hint":
			if out.Hint, err = f.words.t(value); err != nil {
				return out, err
			}
		default:
			return out, fmt.Errorf("choices %s: no option %q", name, o)
		}
	}
	for i := range list {
		list[i].ID = out.ID // the link of an error leads to the first
		if i > 0 {
			list[i].ID = fmt.Sprint(out.ID, "-", i)
		}
		list[i].Checked = slices.Contains(f.All(name), list[i].Value)
	}
	return out, nil
}
