// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"

	"maillage/internal/fault"
)

// elements reads a JSON file element by element: those of the array at the top, or of the arrays
// that the object at the top holds under one of these keys. Other members of that object go to head.
// When the JSON breaks, what came before has been handed over already: the fault is reported with
// its line and column, and returned.
func (s *source) elements(keys []string, head func(key string, value any), each func(object)) error {
	dec := json.NewDecoder(bytes.NewReader(s.data))
	dec.UseNumber()
	w := &walk{source: s, dec: dec, each: each}
	start, err := dec.Token()
	switch {
	case err != nil:
	case start == json.Delim('['):
		err = w.array()
	case start == json.Delim('{'):
		err = w.members(keys, head)
	default:
		s.note(s.at.position(0), Fault, "", "wrong_shape", "")
		return fault.New(fault.Malformed, "wrong_shape")
	}
	if err == nil {
		after := w.next()
		if _, end := dec.Token(); !errors.Is(end, io.EOF) {
			at := s.at.position(after)
			s.note(at, Fault, "", "trailing_data", "")
			return malformed("trailing_data", at, end)
		}
		return nil
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	return w.broken(err)
}

// walk goes through one file.
type walk struct {
	*source
	dec  *json.Decoder
	each func(object)
	seen int
}

// next returns the offset of the next value or delimiter.
func (w *walk) next() int {
	i := int(w.dec.InputOffset())
	for i < len(w.data) && bytes.IndexByte([]byte(" \t\r\n,:"), w.data[i]) >= 0 {
		i++
	}
	return i
}

func (w *walk) array() error {
	for w.dec.More() {
		at := w.next()
		var raw json.RawMessage
		if err := w.dec.Decode(&raw); err != nil {
			return err
		}
		if w.seen++; w.seen > MaxRecords {
			w.note(w.at.position(at), Fault, "", "too_many_records", strconv.Itoa(MaxRecords))
			return fault.New(fault.TooLarge, "too_many_records")
		}
		w.element(at, raw)
	}
	_, err := w.dec.Token() // the closing bracket
	return err
}

// element hands one record over, if it is one.
func (w *walk) element(offset int, raw json.RawMessage) {
	at := w.at.position(offset)
	at.Record = w.seen
	if len(raw) > MaxRecord {
		w.note(at, Refused, "", "record_too_large", strconv.Itoa(MaxRecord))
		return
	}
	if !utf8.Valid(raw) {
		w.note(at, Warning, "", "not_utf8", "")
	}
	var members map[string]any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&members); err != nil || members == nil {
		w.note(at, Refused, "", "not_a_record", "")
		return
	}
	w.each(object{members: members, at: at, source: w.source})
}

// members reads the object at the top.
func (w *walk) members(keys []string, head func(string, any)) error {
	found := false
	for w.dec.More() {
		key, err := w.dec.Token()
		if err != nil {
			return err
		}
		name, _ := key.(string)
		if at := w.next(); slices.Contains(keys, name) && at < len(w.data) && w.data[at] == '[' {
			found = true
			if _, err := w.dec.Token(); err != nil {
				return err
			}
			if err := w.array(); err != nil {
				return err
			}
			continue
		}
		var value any
		if err := w.dec.Decode(&value); err != nil {
			return err
		}
		if head != nil {
			head(name, value)
		}
	}
	if _, err := w.dec.Token(); err != nil {
		return err
	}
	if !found {
		w.note(w.at.position(0), Fault, "", "wrong_shape", "")
		return fault.New(fault.Malformed, "wrong_shape")
	}
	return nil
}

// broken reports where the JSON broke. The decoder's own offset is counted from somewhere else, so
// the value that failed is read again alone.
func (w *walk) broken(err error) error {
	offset := w.next()
	code := "json_malformed"
	var again json.RawMessage
	var syntax *json.SyntaxError
	if errors.As(json.Unmarshal(w.data[min(offset, len(w.data)):], &again), &syntax) {
		offset += int(syntax.Offset)
	}
	if offset >= len(w.data) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		offset, code = len(w.data), "truncated"
	} else if offset > 0 {
		offset-- // the offset is that of the byte after the fault
	}
	if len(bytes.TrimSpace(w.data)) == 0 {
		code = "empty_file"
	}
	at := w.at.position(offset)
	w.note(at, Fault, "", code, "")
	return malformed(code, at, err)
}

// malformed is the error for a file that breaks off: it names the place.
func malformed(code string, at Position, cause error) error {
	return &fault.Error{Kind: fault.Malformed, Code: code, Cause: cause,
		Fields: []fault.Field{{Name: "file", Code: code, Detail: fmt.Sprintf("%d:%d", at.Line, at.Column)}}}
}
