package wording

import (
	"strconv"
	"strings"
)

// Language is one of the languages in which the library speaks to buyers.
//
// Every function of this package accepts any tag ("ja-JP", "en_US", "") and
// treats it as [Parse] does, so a page never fails for want of a language.
type Language string

// The two languages. Both have every text.
const (
	Japanese Language = "ja"
	English  Language = "en"
)

// Languages returns the languages in the order in which forms show them.
func Languages() []Language { return []Language{Japanese, English} }

// Parse returns the language of a BCP 47 tag or a POSIX locale: Japanese when
// its primary subtag is "ja" ("ja", "JA-jp", "ja_JP.UTF-8"), and English for
// everything else, the empty tag included.
func Parse(tag string) Language {
	if primarySubtag(tag) == string(Japanese) {
		return Japanese
	}
	return English
}

// Match returns the language that the value of an Accept-Language header asks
// for: the one of ours with the highest weight, the first named of two equal
// ones, and English when it names none of ours. Only the first 1,000 bytes are
// read: the header comes from outside.
func Match(header string) Language {
	best, bestWeight := English, 0.0
	for item := range strings.SplitSeq(header[:min(len(header), maxHeader)], ",") {
		tag, params, _ := strings.Cut(item, ";")
		subtag := primarySubtag(tag)
		if subtag != string(Japanese) && subtag != string(English) {
			continue
		}
		if w := weight(params); w > bestWeight {
			best, bestWeight = Language(subtag), w
		}
	}
	return best
}

const maxHeader = 1000

func primarySubtag(tag string) string {
	tag = strings.TrimSpace(tag)
	if i := strings.IndexAny(tag, "-_."); i >= 0 {
		tag = tag[:i]
	}
	return strings.ToLower(tag)
}

// weight reads the q parameter: 1 when there is none, 0 (not wanted) when it is
// not a number from 0 to 1.
func weight(params string) float64 {
	name, value, found := strings.Cut(strings.TrimSpace(params), "=")
	if !found || !strings.EqualFold(strings.TrimSpace(name), "q") {
		return 1
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || !(q >= 0 && q <= 1) {
		return 0
	}
	return q
}

// local is one text in both languages.
type local struct{ ja, en string }

func (l local) in(lang Language) string {
	if Parse(string(lang)) == Japanese {
		return l.ja
	}
	return l.en
}
