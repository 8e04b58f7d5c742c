// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"encoding/base64"
	"errors"
	"reflect"
	"strconv"
	"strings"
)

// plan finds a struct's fields by their exact JSON names.
type plan map[string][]int

// plan reads the json tags as encoding/json does, embedded structs included; the "string" option
// and pointers to embedded structs are not for bodies.
func (d *decoder) plan(t reflect.Type) plan {
	if p, ok := d.plans[t]; ok {
		return p
	}
	p := plan{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		inside := f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct
		if !f.IsExported() || name == "-" || inside || throughPointer(t, f.Index) {
			continue
		}
		if name == "" {
			name = f.Name
		}
		if old, ok := p[name]; !ok || len(f.Index) < len(old) {
			p[name] = f.Index
		}
	}
	d.plans[t] = p
	return p
}

func throughPointer(t reflect.Type, index []int) bool {
	for _, i := range index[:len(index)-1] {
		f := t.Field(i)
		if f.Type.Kind() != reflect.Struct || f.Tag.Get("json") != "" {
			return true
		}
		t = f.Type
	}
	return false
}

// wanted names, in JSON's own words, what a field takes.
func wanted(v reflect.Value) string {
	switch v.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return "string"
		}
		return "array"
	case reflect.Struct, reflect.Map:
		return "object"
	case reflect.Float32, reflect.Float64:
		return "number"
	}
	return "integer"
}

func (d *decoder) setString(v reflect.Value, s string) {
	switch {
	case strings.IndexByte(s, 0) >= 0:
		d.note("control_character", "") // PostgreSQL keeps no NUL
	case v.Kind() == reflect.String:
		v.SetString(s)
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		b, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			d.note("invalid_value", "")
			return
		}
		v.SetBytes(b)
	default:
		d.note("wrong_type", wanted(v))
	}
}

func (d *decoder) boolean(v reflect.Value, b bool) error {
	if err := d.literal(strconv.FormatBool(b)); err != nil {
		return err
	}
	switch {
	case !v.IsValid():
	case v.Kind() == reflect.Bool:
		v.SetBool(b)
	default:
		d.note("wrong_type", wanted(v))
	}
	return nil
}

func (d *decoder) setNull(v reflect.Value) {
	if !v.IsValid() {
		return
	}
	if !d.merge && !nullable(v.Kind()) {
		d.note("wrong_type", wanted(v))
		return
	}
	v.SetZero()
}

func nullable(k reflect.Kind) bool {
	return k == reflect.Pointer || k == reflect.Slice || k == reflect.Map || k == reflect.Interface
}

func (d *decoder) setNumber(v reflect.Value, n string) {
	var err error
	switch v.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		var i int64
		if i, err = strconv.ParseInt(n, 10, v.Type().Bits()); err == nil {
			v.SetInt(i)
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		var u uint64
		if u, err = strconv.ParseUint(n, 10, v.Type().Bits()); err == nil {
			v.SetUint(u)
		}
	case reflect.Float32, reflect.Float64:
		var f float64
		if f, err = strconv.ParseFloat(n, v.Type().Bits()); err == nil {
			v.SetFloat(f)
		}
	default:
		err = strconv.ErrSyntax
	}
	switch {
	case errors.Is(err, strconv.ErrRange):
		d.note("out_of_range", "")
	case err != nil && n[0] == '-' && v.CanUint():
		d.note("out_of_range", "")
	case err != nil:
		d.note("wrong_type", wanted(v))
	}
}
