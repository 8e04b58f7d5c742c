// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"maillage/internal/registry"
)

// object is one JSON object of a stranger's file, read with patience: absent, null, an empty array
// where an object was meant, a number where text was meant all have an obvious reading. What has none
// is reported as a warning on its field, and read as absent: the rest of the record is used.
type object struct {
	members map[string]any
	path    string // of the object within its record, with a final dot
	at      Position
	source  *source
}

func (o object) warn(field, detail string) {
	o.source.note(o.at, Warning, o.path+field, "wrong_type", detail)
}

// absent reports whether the object says nothing.
func (o object) absent() bool { return len(o.members) == 0 }

// has reports whether the object has that member, whatever its value.
func (o object) has(key string) bool {
	_, ok := o.members[key]
	return ok
}

// text returns the first of these members that gives text, trimmed; numbers are taken as written.
func (o object) text(keys ...string) string {
	for _, key := range keys {
		if s := o.asText(key, o.members[key]); s != "" {
			return s
		}
	}
	return ""
}

func (o object) asText(field string, value any) string {
	switch v := value.(type) {
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		return v.String()
	case nil, bool:
		return ""
	case []any:
		if len(v) > 0 {
			o.warn(field, "text")
		}
	default:
		o.warn(field, "text")
	}
	return ""
}

var wholeNumber = regexp.MustCompile(`^[0-9]{1,16}$`)

// number returns an identifier that is a whole number, written as a number or as text; "" when it is
// not one.
func (o object) number(keys ...string) string {
	for _, key := range keys {
		s := o.text(key)
		if !wholeNumber.MatchString(s) {
			if s != "" {
				o.warn(key, "number")
			}
			continue
		}
		if n := strings.TrimLeft(s, "0"); n != "" {
			return n
		}
	}
	return ""
}

// truth returns a yes or no, and whether there was one.
func (o object) truth(key string) (value, said bool) {
	switch v := o.members[key].(type) {
	case bool:
		return v, true
	case nil:
	default:
		o.warn(key, "true/false")
	}
	return false, false
}

// texts returns a list of texts; a single text is a list of one.
func (o object) texts(key string) []string {
	switch v := o.members[key].(type) {
	case nil:
	case string:
		if s := strings.TrimSpace(v); s != "" {
			return []string{s}
		}
	case []any:
		var out []string
		for _, e := range v {
			if s := o.asText(key, e); s != "" {
				out = append(out, s)
			}
		}
		return out
	default:
		o.warn(key, "list")
	}
	return nil
}

// localised returns a text in its languages; plain text is French.
func (o object) localised(key string) registry.Localised {
	switch v := o.members[key].(type) {
	case string:
		if s := strings.TrimSpace(v); s != "" {
			return registry.Localised{"fr": s}
		}
	case map[string]any:
		l := registry.Localised{}
		for lang, e := range v {
			if s := o.asText(key+"."+lang, e); s != "" {
				l[lang] = s
			}
		}
		return l
	case nil:
	case []any:
		if len(v) > 0 {
			o.warn(key, "text")
		}
	default:
		o.warn(key, "text")
	}
	return nil
}

// child returns an object; PHP writes an empty one as an empty array.
func (o object) child(key string) object {
	c := object{path: o.path + key + ".", at: o.at, source: o.source}
	switch v := o.members[key].(type) {
	case map[string]any:
		c.members = v
	case nil:
	case []any:
		if len(v) > 0 {
			o.warn(key, "object")
		}
	default:
		o.warn(key, "object")
	}
	return c
}

// children returns a list of objects. PHP writes a list with holes as an object whose keys are
// numbers: it is read in their order.
func (o object) children(key string) []object {
	list, ok := o.members[key].([]any)
	if !ok {
		list, ok = numbered(o.members[key])
	}
	if !ok {
		o.warn(key, "list")
		return nil
	}
	var out []object
	for _, e := range list {
		members, ok := e.(map[string]any)
		if !ok {
			o.warn(key, "list")
			continue
		}
		out = append(out, object{members: members, path: o.path + key + ".", at: o.at, source: o.source})
	}
	return out
}

// numbered returns the values of an object whose keys are numbers, in their order; nothing is an
// empty list.
func numbered(value any) ([]any, bool) {
	if value == nil {
		return nil, true
	}
	members, ok := value.(map[string]any)
	if !ok {
		return nil, false
	}
	places := map[int]any{}
	for key, v := range members {
		n, err := strconv.Atoi(key)
		if err != nil {
			return nil, false
		}
		places[n] = v
	}
	var list []any
	for _, n := range slices.Sorted(maps.Keys(places)) {
		list = append(list, places[n])
	}
	return list, true
}

// day returns a date: ISO 8601, or milliseconds since 1970. "" when there is none.
func (o object) day(keys ...string) registry.Date {
	for _, key := range keys {
		if t := o.instant(key); !t.IsZero() {
			return registry.Date(t.UTC().Format(time.DateOnly))
		}
	}
	return ""
}

func (o object) instant(key string) time.Time {
	if n, ok := o.members[key].(json.Number); ok {
		if ms, err := n.Int64(); err == nil && ms > 0 && ms < 4_102_444_800_000 { // before 2100
			return time.UnixMilli(ms).UTC()
		}
		o.warn(key, "date")
		return time.Time{}
	}
	s := o.text(key)
	if s == "" {
		return time.Time{}
	}
	t := parseInstant(s)
	if t.IsZero() {
		o.warn(key, "date")
	}
	return t
}

// parseInstant reads the ways our neighbours write an instant; the zero time for anything else.
func parseInstant(s string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05-0700", "2006-01-02 15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1970 && t.Year() <= 2100 {
			return t.UTC().Truncate(time.Microsecond)
		}
	}
	return time.Time{}
}
