// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"maillage/internal/publiccode"
	"maillage/internal/registry"
	"maillage/internal/spdx"
	"maillage/internal/text"
)

var (
	hostFirst  = regexp.MustCompile(`^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}(:[0-9]+)?(/|$)`)
	qid        = regexp.MustCompile(`^Q[1-9][0-9]{0,11}$`)
	whiteSpace = regexp.MustCompile(`[\s\pZ]+`)
)

// address completes a web address written without its scheme.
func address(s string) string {
	s = strings.TrimSpace(s)
	if hostFirst.MatchString(s) {
		return "https://" + s
	}
	return s
}

// repository returns a code repository's address that a browser can open: git's own forms are
// rewritten, web addresses are left as the source wrote them.
func repository(s string) string {
	s = address(s)
	if strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") || s == "" {
		return s
	}
	if _, canonical, err := publiccode.NormaliseRepository(s); err == nil {
		return canonical
	}
	return s
}

// wikidata returns a Wikidata identifier from itself or from its address, "" when it is neither.
func wikidata(s string) string {
	if id := strings.ToUpper(lastSegment(strings.TrimSpace(s))); qid.MatchString(id) {
		return id
	}
	return ""
}

// licence fills the facts' licence from a label, and says what is doubtful about it.
func (s *source) licence(f *registry.SoftwareFacts, label string, at Position, key, name string) {
	if label = oneLine(label); label == "" {
		return
	}
	l := spdx.Parse(label)
	if !l.Known {
		f.LicenceLabel = label
		s.said(registry.KindSoftware, at, key, name, Warning, "licence", "licence_unknown", label)
		return
	}
	f.Licence = l.Expression
	if l.Expression != label {
		f.LicenceLabel = label
	}
	if l.Ambiguous {
		s.said(registry.KindSoftware, at, key, name, Warning, "licence", "licence_ambiguous", l.Expression)
	}
}

// describe puts texts where they fit: what a summary can hold is one, longer ones are descriptions
// whose first sentence serves as summary.
func describe(f *registry.SoftwareFacts, l registry.Localised) {
	for lang, t := range l {
		if t = strings.TrimSpace(t); t == "" {
			continue
		}
		short := oneLine(t)
		if len([]rune(short)) > registry.MaxSummary {
			put(&f.Description, lang, t)
			short = firstSentence(short)
		}
		if short != "" {
			put(&f.Summary, lang, short)
		}
	}
}

func put(l *registry.Localised, lang, t string) {
	if *l == nil {
		*l = registry.Localised{}
	}
	(*l)[lang] = t
}

// oneLine turns every run of blanks into one space.
func oneLine(s string) string { return strings.TrimSpace(whiteSpace.ReplaceAllString(s, " ")) }

// firstSentence returns the first sentence of a line if it can be a summary, "" otherwise.
func firstSentence(s string) string {
	end := strings.Index(s, ". ")
	if end < 0 || len([]rune(s[:end+1])) > registry.MaxSummary {
		return ""
	}
	return s[:end+1]
}

// addTerms adds words to a list without doubles, up to what the registry takes.
func addTerms(list []string, terms ...string) []string {
	for _, t := range terms {
		t = oneLine(t)
		if t == "" || len(list) >= registry.MaxList || len([]rune(t)) > registry.MaxTerm {
			continue
		}
		same := func(have string) bool { return text.Fold(have) == text.Fold(t) }
		if !slices.ContainsFunc(list, same) {
			list = append(list, t)
		}
	}
	return list
}

// secondLevels are the suffixes of two labels under which names are registered.
func secondLevels() []string {
	return []string{"asso.fr", "com.fr", "gouv.fr", "nom.fr", "tm.fr", "co.uk", "org.uk", "com.au", "co.nz", "co.jp", "com.br"}
}

// domain returns the domain of a website under which a body may have registered its name, "" when
// there is none. It is only compared within a file: the registry has its own, exact one.
func domain(website string) string {
	u, err := url.Parse(website)
	if err != nil || u.Host == "" {
		return ""
	}
	labels := strings.Split(strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), ".")
	keep := 2
	if len(labels) > 2 && slices.Contains(secondLevels(), strings.Join(labels[len(labels)-2:], ".")) {
		keep = 3
	}
	return strings.Join(labels[max(0, len(labels)-keep):], ".")
}
