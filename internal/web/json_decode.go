// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"maillage/internal/fault"
)

const (
	jsonItems  = 1000 // elements of a typed array: a few bytes of JSON may be a large struct in memory
	jsonFaults = 50   // members reported in one answer
	jsonName   = 100  // bytes of a path reported
)

// decodeStrict reads data over the struct (or map) that into points to. It returns an
// Internal error when into is something it cannot fill: that is a developer's mistake.
func decodeStrict(data []byte, into any, merge bool) (Patch, error) {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return Patch{}, fmt.Errorf("decode JSON into %T: want a pointer", into)
	}
	d := &decoder{scanner: scanner{data: data}, merge: merge, plans: map[reflect.Type]plan{}}
	if merge {
		d.members = map[string]json.RawMessage{}
	}
	err := d.document(v.Elem())
	if err != nil {
		return Patch{}, err
	}
	return Patch{d.members}, d.faults.Err()
}

type decoder struct {
	scanner
	merge   bool
	depth   int
	faults  fault.Fields
	members map[string]json.RawMessage
	plans   map[reflect.Type]plan
}

func (d *decoder) document(v reflect.Value) error {
	d.space()
	if d.pos == len(d.data) {
		return d.malformed("body_empty")
	}
	if d.data[d.pos] != '{' {
		if err := d.value(reflect.Value{}); err != nil {
			return err
		}
		return &fault.Error{Kind: fault.Invalid, Code: "invalid",
			Fields: []fault.Field{{Name: rootName, Code: "wrong_type", Detail: "object"}}}
	}
	if err := d.value(v); err != nil {
		return err
	}
	d.space()
	if d.pos != len(d.data) {
		return d.malformed("trailing_data")
	}
	return nil
}

// note reports the member being read, and goes on.
func (d *decoder) note(code, detail string) {
	if len(d.faults) < jsonFaults {
		d.faults.AddDetail(d.name(), code, detail)
	}
}

// value reads one value into v, or over it when v is not valid: syntax, depth and names are checked
// in any case.
func (d *decoder) value(v reflect.Value) error {
	d.space()
	if v.IsValid() {
		if done, err := d.special(v); done || err != nil {
			return err
		}
	}
	switch c := d.peek(); {
	case c == '{':
		return d.object(v)
	case c == '[':
		return d.array(v)
	case c == '"':
		s, err := d.str()
		if err == nil && v.IsValid() {
			d.setString(v, s)
		}
		return err
	case c == 't' || c == 'f':
		return d.boolean(v, c == 't')
	case c == 'n':
		if err := d.literal("null"); err != nil {
			return err
		}
		d.setNull(v)
		return nil
	case c == '-' || c >= '0' && c <= '9':
		n, err := d.number()
		if err == nil && v.IsValid() {
			d.setNumber(v, n)
		}
		return err
	}
	return d.malformed("json_malformed")
}

// special reads the values that are not plain: pointers, any, and types that read themselves.
func (d *decoder) special(v reflect.Value) (done bool, err error) {
	null := d.peek() == 'n'
	if v.Kind() == reflect.Pointer {
		if null {
			return false, nil
		}
		if v.IsNil() || !d.merge {
			v.Set(reflect.New(v.Type().Elem()))
		}
		return true, d.value(v.Elem())
	}
	if v.Kind() == reflect.Interface {
		raw, err := d.skip()
		if err == nil && json.Unmarshal(raw, v.Addr().Interface()) != nil {
			d.note("out_of_range", "") // the syntax is checked: only a number beyond float64 is left
		}
		return true, err
	}
	if null && !nullable(v.Kind()) {
		return false, nil // not asked: time.Time and others take a null without a word
	}
	switch self := v.Addr().Interface().(type) {
	case json.Unmarshaler:
		raw, err := d.skip()
		if err == nil {
			d.noteOf(self.UnmarshalJSON(bytes.Clone(raw)))
		}
		return true, err
	case encoding.TextUnmarshaler:
		if null {
			return false, nil
		}
		if d.peek() != '"' {
			_, err := d.skip()
			d.note("wrong_type", "string")
			return true, err
		}
		s, err := d.str()
		if err == nil {
			d.noteOf(self.UnmarshalText([]byte(s)))
		}
		return true, err
	}
	return false, nil
}

// skip reads one value without keeping it, and returns its JSON.
func (d *decoder) skip() ([]byte, error) {
	start := d.pos
	err := d.value(reflect.Value{})
	return d.data[start:d.pos], err
}

// noteOf reports a type that refused its value: with its own code if it has one.
func (d *decoder) noteOf(err error) {
	if err == nil {
		return
	}
	f, ok := errors.AsType[*fault.Error](err)
	switch {
	case !ok:
		d.note("invalid_value", "")
	case len(f.Fields) == 0:
		d.note(f.Code, "")
	default:
		for _, field := range f.Fields {
			d.push(field.Name)
			d.note(field.Code, field.Detail)
			d.pop()
		}
	}
}

func (d *decoder) object(v reflect.Value) error {
	if err := d.deeper(); err != nil {
		return err
	}
	defer func() { d.depth-- }()
	set := d.into(v)
	seen := map[string]struct{}{}
	d.pos++ // {
	for first := true; ; first = false {
		d.space()
		if d.peek() == '}' && first {
			d.pos++
			return nil
		}
		name, err := d.str()
		if err != nil {
			return err
		}
		d.push(name)
		if _, twice := seen[name]; twice {
			d.note("duplicate_field", "")
		}
		seen[name] = struct{}{}
		if err := d.member(set, name); err != nil {
			return err
		}
		d.pop()
		d.space()
		switch d.peek() {
		case ',':
			d.pos++
		case '}':
			d.pos++
			return nil
		default:
			return d.malformed("json_malformed")
		}
	}
}

func (d *decoder) member(set func(name string) (reflect.Value, func()), name string) error {
	d.space()
	if d.peek() != ':' {
		return d.malformed("json_malformed")
	}
	d.pos++
	d.space()
	v, keep := set(name)
	start := d.pos
	if err := d.value(v); err != nil {
		return err
	}
	if d.members != nil {
		d.members[strings.Join(d.path, ".")] = d.data[start:d.pos]
	}
	keep()
	return nil
}

// into returns how to find the place of a member of v: a field, a new element of a map, or nowhere,
// which it reports.
func (d *decoder) into(v reflect.Value) func(name string) (reflect.Value, func()) {
	nothing := func() {}
	nowhere := func(string) (reflect.Value, func()) { return reflect.Value{}, nothing }
	switch {
	case !v.IsValid():
		return nowhere
	case v.Kind() == reflect.Struct:
		p := d.plan(v.Type())
		return func(name string) (reflect.Value, func()) {
			index, ok := p[name]
			if !ok {
				d.note("unknown_field", "")
				return reflect.Value{}, nothing
			}
			return v.FieldByIndex(index), nothing
		}
	case v.Kind() == reflect.Map && v.Type().Key().Kind() == reflect.String:
		if v.IsNil() || !d.merge {
			v.Set(reflect.MakeMap(v.Type()))
		}
		return func(name string) (reflect.Value, func()) {
			key := reflect.ValueOf(name).Convert(v.Type().Key())
			if d.merge && d.peek() == 'n' {
				return reflect.Value{}, func() { v.SetMapIndex(key, reflect.Value{}) }
			}
			elem := reflect.New(v.Type().Elem()).Elem()
			if old := v.MapIndex(key); d.merge && old.IsValid() {
				elem.Set(old)
			}
			return elem, func() { v.SetMapIndex(key, elem) }
		}
	}
	d.note("wrong_type", wanted(v))
	return nowhere
}

func (d *decoder) array(v reflect.Value) error {
	if err := d.deeper(); err != nil {
		return err
	}
	defer func() { d.depth-- }()
	merge, members := d.merge, d.members
	d.merge, d.members = false, nil // a merge patch replaces arrays whole, and nulls in them are nulls
	defer func() { d.merge, d.members = merge, members }()
	list := v.IsValid() && v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.Uint8
	switch {
	case list:
		v.Set(reflect.MakeSlice(v.Type(), 0, 4))
	case v.IsValid():
		d.note("wrong_type", wanted(v))
	}
	d.pos++ // [
	d.space()
	if d.peek() == ']' {
		d.pos++
		return nil
	}
	for i := 0; ; i++ {
		d.push(strconv.Itoa(i))
		var elem reflect.Value
		if list && i < jsonItems {
			v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
			elem = v.Index(i)
		} else if list && i == jsonItems {
			d.note("too_many_items", strconv.Itoa(jsonItems))
		}
		if err := d.value(elem); err != nil {
			return err
		}
		d.pop()
		d.space()
		switch d.peek() {
		case ',':
			d.pos++
		case ']':
			d.pos++
			return nil
		default:
			return d.malformed("json_malformed")
		}
	}
}

func (d *decoder) deeper() error {
	if d.depth++; d.depth > JSONDepth {
		return &fault.Error{Kind: fault.Invalid, Code: "invalid",
			Fields: []fault.Field{{Name: d.name(), Code: "too_deep", Detail: strconv.Itoa(JSONDepth)}}}
	}
	return nil
}
