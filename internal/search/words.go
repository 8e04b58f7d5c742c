// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"maillage/internal/text"
)

// Limits of one text.
const (
	maxWords     = 4000 // read of one text
	maxWordBytes = 60   // of one word; what is longer is nobody's word
	maxParts     = 4    // of a compound that is also indexed joined
)

// word is one word of a text.
type word struct {
	stem    string
	folded  string // whole word, folded
	shown   string // whole word in lower case, accents kept
	from    int    // bytes of the text it was read from
	to      int
	upper   bool // written in capitals, more than one letter: an acronym
	elided  bool // the l of l'archivage
	joined  bool // a compound written as one: etatcivil of état-civil; not part of the sequence
	partOf  int  // number of the compound it belongs to, 0 when it stands alone
	compact bool // a part cut out of a single written word: open of openCimetière
}

// read returns the words of s in their order. Hyphens, dots and the capitals of openCimetière part a
// compound, whose joined form is given as well. Elided articles are marked.
func read(s string) []word {
	var out []word
	compound := 0
	for i := 0; i < len(s) && len(out) < maxWords; {
		r, size := utf8.DecodeRuneInString(s[i:])
		if !wordRune(r) {
			i += size
			continue
		}
		compound++
		first := len(out)
		i = readCompound(s, i, compound, &out)
		join(&out, first)
	}
	return out
}

// readCompound reads pieces until something other than a single joining sign parts them.
func readCompound(s string, i, compound int, out *[]word) int {
	for i < len(s) {
		from := i
		for i < len(s) {
			r, size := utf8.DecodeRuneInString(s[i:])
			if !wordRune(r) {
				break
			}
			i += size
		}
		piece := s[from:i]
		rest := s[i:]
		elided := len(piece) <= 8 && (strings.HasPrefix(rest, "'") || strings.HasPrefix(rest, "’")) && elides(piece)
		appendPiece(out, piece, from, compound, elided)
		if elided || rest == "" {
			return i
		}
		r, size := utf8.DecodeRuneInString(rest)
		if !strings.ContainsRune("-._/&+'’‐‑", r) || size >= len(rest) {
			return i
		}
		if next, _ := utf8.DecodeRuneInString(rest[size:]); !wordRune(next) {
			return i
		}
		i += size
	}
	return i
}

// wordRune reports whether r is part of a word: letters, digits, and marks over letters.
func wordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.M, r))
}

// elides reports whether the piece before an apostrophe is an elided article or conjunction.
func elides(piece string) bool {
	switch text.Fold(piece) {
	case "l", "d", "j", "n", "s", "m", "t", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu":
		return true
	}
	return false
}

// appendPiece appends the parts of one written word.
func appendPiece(out *[]word, piece string, from, compound int, elided bool) {
	cuts := capitals(piece)
	for i, start := range cuts {
		end := len(piece)
		if i+1 < len(cuts) {
			end = cuts[i+1]
		}
		appendWord(out, piece[start:end], from+start, compound, elided, len(cuts) > 1)
	}
}

func appendWord(out *[]word, s string, from, compound int, elided, compact bool) {
	folded := strings.ReplaceAll(text.Fold(s), " ", "")
	if folded == "" || len(folded) > maxWordBytes {
		return
	}
	*out = append(*out, word{stem: stem(folded), folded: folded, shown: strings.ToLower(s), from: from,
		to: from + len(s), upper: len(s) > 1 && strings.ToUpper(s) == s && strings.ToLower(s) != s,
		elided: elided, partOf: compound, compact: compact})
}

// capitals returns where the parts of a word written like openCimetière or LemonLDAP begin. A part
// of one letter does not count: iTop is one word.
func capitals(piece string) []int {
	cuts := []int{0}
	var prev, last rune
	letters := 0
	for i, r := range piece {
		if unicode.IsUpper(r) && unicode.IsLower(prev) && letters > 1 {
			cuts = append(cuts, i)
			letters = 0
		}
		letters++
		prev, last = r, r
	}
	if letters < 2 || last == 0 || len(cuts) > maxParts {
		return cuts[:1]
	}
	return cuts
}

// join appends the joined form of the compound that begins at first.
func join(out *[]word, first int) {
	parts := (*out)[first:]
	if len(parts) < 2 || len(parts) > maxParts {
		return
	}
	var folded, shown strings.Builder
	for _, p := range parts {
		if p.elided {
			return
		}
		folded.WriteString(p.folded)
		shown.WriteString(p.shown)
	}
	if folded.Len() > maxWordBytes {
		return
	}
	whole := word{stem: stem(folded.String()), folded: folded.String(), shown: shown.String(), joined: true,
		from: parts[0].from, to: parts[len(parts)-1].to, partOf: parts[0].partOf}
	*out = append(*out, whole)
}

// stopWord reports whether the folded word says nothing by itself, in French or English. "si" is not
// here as a query word: it is also the acronym of every information system.
func stopWord(folded string) bool {
	switch folded {
	case "a", "au", "aux", "avec", "ce", "ces", "cette", "dans", "de", "des", "du", "elle", "en", "est",
		"et", "eux", "il", "ils", "l", "la", "le", "les", "leur", "leurs", "ne", "nos", "notre", "nous",
		"on", "ont", "ou", "par", "pas", "plus", "pour", "que", "qui", "sa", "se", "ses", "son", "sont",
		"sur", "un", "une", "vos", "votre", "vous", "y",
		"an", "and", "are", "as", "at", "by", "for", "from", "in", "is", "it", "its", "of", "or", "that",
		"the", "their", "this", "to", "with", "your":
		return true
	}
	return false
}

// softWord reports whether the word describes anything in the catalogue, so that a thing need not
// hold it to be found: "logiciel de gestion des cimetières" asks for cemeteries.
func softWord(folded string) bool {
	switch folded {
	case "logiciel", "logiciels", "outil", "outils", "solution", "solutions", "application",
		"applications", "appli", "gestion", "gerer", "libre", "libres", "gratuit", "software", "tool",
		"tools", "app", "apps", "free", "cherche", "recherche", "besoin", "comment", "quel", "quels",
		"quelle", "quelles", "faire":
		return true
	}
	return false
}
