// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"maillage/internal/fault"
)

// rootName is what a fault of the whole body is named.
const rootName = "body"

// scanner reads the tokens of RFC 8259 and knows where it is. It takes nothing that a stricter
// reader further on could take otherwise: no broken UTF-8, no lone surrogate.
type scanner struct {
	data []byte
	pos  int
	path []string
}

func (s *scanner) push(name string) { s.path = append(s.path, name) }
func (s *scanner) pop()             { s.path = s.path[:len(s.path)-1] }

// name is the dotted path of the member being read, cut to what is worth reading.
func (s *scanner) name() string {
	if len(s.path) == 0 {
		return rootName
	}
	n := strings.Join(s.path, ".")
	if len(n) > jsonName {
		n = strings.ToValidUTF8(n[:jsonName], "") + "…"
	}
	return n
}

// malformed says where the body stops being JSON: the member, and "line:column" counted in bytes.
func (s *scanner) malformed(code string) error {
	before := s.data[:min(s.pos, len(s.data))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len(before) - (bytes.LastIndexByte(before, '\n') + 1) + 1
	return &fault.Error{Kind: fault.Malformed, Code: "malformed", Fields: []fault.Field{
		{Name: s.name(), Code: code, Detail: strconv.Itoa(line) + ":" + strconv.Itoa(column)}}}
}

func (s *scanner) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

// peek returns the next byte, 0 at the end, which no JSON begins with.
func (s *scanner) peek() byte {
	if s.pos < len(s.data) {
		return s.data[s.pos]
	}
	return 0
}

func (s *scanner) literal(word string) error {
	if !bytes.HasPrefix(s.data[s.pos:], []byte(word)) {
		return s.malformed("json_malformed")
	}
	s.pos += len(word)
	return nil
}

func (s *scanner) digits() bool {
	start := s.pos
	for c := s.peek(); c >= '0' && c <= '9'; c = s.peek() {
		s.pos++
	}
	return s.pos > start
}

func (s *scanner) number() (string, error) {
	start := s.pos
	if s.peek() == '-' {
		s.pos++
	}
	zero := s.peek() == '0'
	first := s.pos
	ok := s.digits() && !(zero && s.pos-first > 1)
	if ok && s.peek() == '.' {
		s.pos++
		ok = s.digits()
	}
	if ok && (s.peek() == 'e' || s.peek() == 'E') {
		s.pos++
		if s.peek() == '+' || s.peek() == '-' {
			s.pos++
		}
		ok = s.digits()
	}
	if !ok {
		return "", s.malformed("json_malformed")
	}
	return string(s.data[start:s.pos]), nil
}

// str reads a string and returns what it stands for.
func (s *scanner) str() (string, error) {
	if s.peek() != '"' {
		return "", s.malformed("json_malformed")
	}
	s.pos++
	var out []byte // nil until there is an escape
	start := s.pos
	for s.pos < len(s.data) {
		c := s.data[s.pos]
		switch {
		case c == '"':
			out = append(out, s.data[start:s.pos]...)
			s.pos++
			return string(out), nil
		case c == '\\':
			out = append(out, s.data[start:s.pos]...)
			r, err := s.escape()
			if err != nil {
				return "", err
			}
			out = utf8.AppendRune(out, r)
			start = s.pos
		case c < 0x20:
			return "", s.malformed("json_malformed")
		case c < utf8.RuneSelf:
			s.pos++
		default:
			r, n := utf8.DecodeRune(s.data[s.pos:])
			if r == utf8.RuneError && n == 1 {
				return "", s.malformed("broken_utf8")
			}
			s.pos += n
		}
	}
	return "", s.malformed("json_malformed")
}

func (s *scanner) escape() (rune, error) {
	s.pos++ // the backslash
	c := s.peek()
	s.pos++
	switch c {
	case '"', '\\', '/':
		return rune(c), nil
	case 'b':
		return '\b', nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'u':
		r, ok := s.hex4()
		if ok && utf16.IsSurrogate(r) {
			if !bytes.HasPrefix(s.data[s.pos:], []byte(`\u`)) {
				return 0, s.malformed("broken_utf8")
			}
			s.pos += 2
			var low rune
			if low, ok = s.hex4(); ok {
				if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
					return 0, s.malformed("broken_utf8")
				}
			}
		}
		if ok {
			return r, nil
		}
	}
	return 0, s.malformed("json_malformed")
}

func (s *scanner) hex4() (rune, bool) {
	if len(s.data)-s.pos < 4 {
		return 0, false
	}
	var r rune
	for _, c := range s.data[s.pos : s.pos+4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	s.pos += 4
	return r, true
}
