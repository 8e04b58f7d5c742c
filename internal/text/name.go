// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxName is the longest name of anything, in code points.
const MaxName = 200

// The translation keys CheckName and CheckText answer with.
const (
	NotUTF8          = "not_utf8"
	TooLong          = "too_long"
	BidiControl      = "bidi_control"
	ZeroWidth        = "zero_width"
	ControlCharacter = "control_character"
	MixedScript      = "mixed_script"
)

// CheckName returns a one-line name in NFC without surrounding space, and "" or the translation key
// of what is wrong with it: characters that are not seen or that reorder what is seen, scripts mixed
// within one word (the "Агles" with a Cyrillic А of Unicode UTS 39), or more than max code points
// once cleaned. An empty name is fine here: whether it is required is the caller's business.
func CheckName(s string, max int) (clean, code string) {
	if !utf8.ValidString(s) {
		return "", NotUTF8
	}
	clean = strings.TrimSpace(norm.NFC.String(s))
	for _, r := range clean {
		if code := hidden(r); code != "" {
			return clean, code
		}
	}
	if mixedScript(clean) {
		return clean, MixedScript
	}
	if utf8.RuneCountInString(clean) > max {
		return clean, TooLong
	}
	return clean, ""
}

// CheckText is CheckName for texts of several lines: line feeds and tabs are kept, CR LF becomes LF,
// scripts may mix, a soft hyphen is let through, and a zero width joiner is accepted where it builds
// an emoji.
func CheckText(s string, max int) (clean, code string) {
	if !utf8.ValidString(s) {
		return "", NotUTF8
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	clean = strings.TrimSpace(norm.NFC.String(s))
	var before rune
	for _, r := range clean {
		allowed := r == '\n' || r == '\t' || r == softHyphen || r == zeroWidthJoiner && pictorial(before)
		if code := hidden(r); code != "" && !allowed {
			return clean, code
		}
		before = r
	}
	if utf8.RuneCountInString(clean) > max {
		return clean, TooLong
	}
	return clean, ""
}

const (
	softHyphen        = '\u00ad'
	zeroWidthJoiner   = '\u200d'
	emojiPresentation = '\ufe0f'
)

// pictorial reports whether r may stand before a joiner in an emoji: a symbol, a skin tone or the
// selector that asks for the emoji presentation.
func pictorial(r rune) bool {
	return unicode.Is(unicode.So, r) || unicode.Is(unicode.Sk, r) || r == emojiPresentation
}

// hidden returns the translation key of a character a reader cannot see, "" for the others.
func hidden(r rune) string {
	switch {
	case r < 0x20, r >= 0x7f && r < 0xa0, r == 0x2028, r == 0x2029, r >= 0xfff9 && r <= 0xfffb,
		r&0xfffe == 0xfffe, r >= 0xfdd0 && r <= 0xfdef:
		return ControlCharacter
	case r < 0xa0:
		return ""
	case r == 0x061c, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x206f:
		return BidiControl
	case r == softHyphen, r == 0x034f, r == 0x180e, r >= 0x200b && r <= zeroWidthJoiner,
		r >= 0x2060 && r <= 0x2064, r == 0xfeff, r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5,
		r == 0x3164, r == 0xffa0, r >= 0xe0000 && r <= 0xe0fff:
		return ZeroWidth
	}
	return ""
}

// mixedScript reports whether one word of s holds letters of two scripts. Japanese, Korean and
// Chinese writing count as one script, and may stand beside Latin, as in UTS 39's "highly
// restrictive" level.
func mixedScript(s string) bool {
	word := ""
	for _, r := range s {
		if !unicode.IsLetter(r) {
			if !unicode.IsMark(r) && !unicode.IsNumber(r) {
				word = ""
			}
			continue
		}
		is := script(r)
		switch {
		case is == "" || is == word:
		case word == "" || word == "Latin" && is == eastAsian:
			word = is
		case word == eastAsian && is == "Latin":
		default:
			return true
		}
	}
	return false
}

const eastAsian = "east asian"

// script names the script of a letter, "" for those shared by several scripts.
func script(r rune) string {
	if unicode.Is(unicode.Latin, r) {
		return "Latin"
	}
	if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, unicode.Hangul) {
		return eastAsian
	}
	if unicode.In(r, unicode.Common, unicode.Inherited) {
		return ""
	}
	for name, table := range unicode.Scripts {
		if unicode.Is(table, r) {
			return name
		}
	}
	return ""
}
