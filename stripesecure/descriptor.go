package stripesecure

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The longest suffixes that Stripe takes (docs.stripe.com: statement
// descriptors).
const (
	maxSuffix      = 22
	maxSuffixKana  = 22
	maxSuffixKanji = 17
)

func (d Descriptor) check() []Fault {
	var faults []Fault
	clean := d.clean()
	for field, pair := range map[string][2]string{
		"latin": {d.Latin, clean.Latin}, "kana": {d.Kana, clean.Kana}, "kanji": {d.Kanji, clean.Kanji},
	} {
		if pair[0] != pair[1] {
			faults = append(faults, Fault{"options.descriptor." + field, "malformed"})
		}
	}
	return faults
}

// clean leaves out every form that Stripe would refuse.
func (d Descriptor) clean() Descriptor {
	if !latinSuffix(d.Latin) {
		d.Latin = ""
	}
	if !suffix(d.Kana, maxSuffixKana) || strings.ContainsFunc(d.Kana, func(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hiragana) }) {
		d.Kana = ""
	}
	if !suffix(d.Kanji, maxSuffixKanji) {
		d.Kanji = ""
	}
	return d
}

func latinSuffix(s string) bool {
	letters := false
	for _, r := range s {
		if r < ' ' || r > '~' {
			return false
		}
		letters = letters || unicode.IsLetter(r)
	}
	return letters && suffix(s, maxSuffix)
}

func suffix(s string, limit int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= limit && !strings.ContainsAny(s, `<>\'"*`) &&
		!strings.ContainsFunc(s, unicode.IsControl)
}
