// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package mail

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Bounds of values, in code points and lines. Longer ones are cut: a notice about one's account must
// leave even when a browser gave itself a name of a kilobyte.
const (
	maxLine  = 300
	maxQuote = 2000
	maxLines = 40
)

// composer puts the values of letters in words for one instance and one language.
type composer struct {
	words   map[string]string
	lang    string
	baseURL string
	zone    *time.Location
}

// say returns a value as the template shows it, or the error of a value that is not what its name
// promises.
func (c composer) say(name, value string) (string, error) {
	switch name {
	case "link", "login_link", "reset_link":
		return value, c.link(name, value)
	case "minutes", "hours", "days":
		return c.count(name, value)
	case "left":
		if n, err := strconv.Atoi(value); value != "" && (err != nil || n < 0) {
			return "", unsendable("left is not a whole number")
		}
		return value, nil
	case "when":
		at, err := time.Parse(time.RFC3339, value)
		if err != nil {
			return "", unsendable("when is not a time of RFC 3339")
		}
		return c.when(at), nil
	case "role", "what":
		if words, known := c.words[name+"."+value]; known {
			return words, nil
		}
	case "message", "reason":
		return quoted(value), nil
	case "code", "old", "new", "email", "contact", "base_url":
		return short(oneLine(value)), nil
	case "person":
		return unlinked(apart(short(oneLine(value)))), nil
	}
	return unlinked(short(oneLine(value))), nil
}

// link checks that an address is this instance's: a letter of ours never leads elsewhere.
func (c composer) link(name, value string) error {
	u, err := url.Parse(value)
	plain := !strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("<>\"\\^`{|}", r) })
	if err != nil || !plain || u.User != nil || value != c.baseURL && !strings.HasPrefix(value, c.baseURL+"/") {
		return unsendable(name + " is not an address of this instance")
	}
	return nil
}

func (c composer) count(unit, value string) (string, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 {
		return "", unsendable(unit + " is not a whole number from 1")
	}
	// French and English both count one apart; French says zero with it, which never comes.
	if n == 1 {
		return "1 " + c.words["one."+unit], nil
	}
	return strconv.Itoa(n) + " " + c.words["many."+unit], nil
}

// when says a date and hour with their zone: "3 mars 2026 à 10 h 02 (heure de Paris)".
func (c composer) when(at time.Time) string {
	at = at.In(c.zone)
	zone := at.Format("MST")
	if words, known := c.words["zone."+c.zone.String()]; known {
		zone = words
	}
	month := c.words["month."+strconv.Itoa(int(at.Month()))]
	if c.lang == "fr" {
		day := strconv.Itoa(at.Day())
		if at.Day() == 1 {
			day = "1er"
		}
		return fmt.Sprintf("%s %s %d à %d h %02d (%s)", day, month, at.Year(), at.Hour(), at.Minute(), zone)
	}
	return fmt.Sprintf("%d %s %d at %s (%s)", at.Day(), month, at.Year(), at.Format("15:04"), zone)
}

// unseen are characters that are not seen, or that reorder what is: controls, bidirectional marks,
// zero widths, tags.
func unseen(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError
}

// oneLine returns s on one line, without unseen characters, spaces collapsed.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case unseen(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

func short(s string) string {
	if utf8.RuneCountInString(s) <= maxLine {
		return s
	}
	return string([]rune(s)[:maxLine]) + "…"
}

// quoted returns several lines as a quotation of plain text, each behind "> ": what a person wrote
// cannot be taken for what the instance says. Empty stays empty.
func quoted(s string) string {
	if r := []rune(strings.ReplaceAll(s, "\r\n", "\n")); len(r) > maxQuote {
		s = string(r[:maxQuote]) + "…"
	}
	var lines []string
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		if line = oneLine(line); line != "" || len(lines) > 0 && lines[len(lines)-1] != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) > maxLines {
		lines = append(slices.Clone(lines[:maxLines]), "…")
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	if len(lines) == 0 {
		return ""
	}
	return "> " + unlinked(strings.Join(lines, "\n> "))
}

// unlinked breaks what mail programmes would turn into a link: a name somebody chose for themselves
// is mailed to others by the instance, which must not become the carrier of an advertisement.
func unlinked(s string) string {
	s = strings.ReplaceAll(s, "://", ": //")
	return replaceFold(s, "www.", "www .")
}

func replaceFold(s, old, replacement string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		if len(s)-i >= len(old) && strings.EqualFold(s[i:i+len(old)], old) {
			b.WriteString(replacement)
			i += len(old)
			continue
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}

// apart puts a space after the dots of a person's name, which is the one value an unknown visitor has
// mailed to an address that is not theirs: "gagnez.example" is then no domain, "J.P. Martin" still
// reads well.
func apart(s string) string {
	var b strings.Builder
	r := []rune(s)
	for i, c := range r {
		b.WriteRune(c)
		if c == '.' && i+1 < len(r) && (unicode.IsLetter(r[i+1]) || unicode.IsDigit(r[i+1])) {
			b.WriteByte(' ')
		}
	}
	return b.String()
}
