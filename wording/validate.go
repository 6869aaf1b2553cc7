package wording

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Validate checks what a merchant wants to save and returns [Faults] with every
// fault at once (at most 100 of one text), in the order of languages, fields and checks; nil when there is
// none. An empty field is no fault: it means the default.
//
// HTML is no fault either: it is text, and the page that shows it escapes it.
func (w Wording) Validate() error {
	var faults Faults
	for _, lang := range Languages() {
		for _, info := range Fields() {
			for _, fault := range info.check(w[lang].Get(info.Field)) {
				fault.Language, fault.Field = lang, info.Field
				faults = append(faults, fault)
			}
		}
	}
	for _, lang := range slices.Sorted(maps.Keys(w)) {
		if !slices.Contains(Languages(), lang) {
			faults = append(faults, Fault{Language: Language(quote(string(lang))), Code: FaultUnknownLanguage})
		}
	}
	return faults.orNil()
}

// check returns the faults of one text, without their place.
func (i FieldInfo) check(text string) Faults {
	if text == "" {
		return nil
	}
	var faults Faults
	if len(text) > MaxEncoded { // not worth reading
		return Faults{{Code: FaultTooLong, Detail: strconv.Itoa(i.MaxRunes)}}
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if strings.TrimSpace(text) == "" {
		faults.add(Fault{Code: FaultBlank})
	}
	if utf8.RuneCountInString(text) > i.MaxRunes {
		faults.add(Fault{Code: FaultTooLong, Detail: strconv.Itoa(i.MaxRunes)})
	}
	if !utf8.ValidString(text) {
		faults.add(Fault{Code: FaultInvalidUTF8})
	}
	i.checkCharacters(text, &faults)
	i.checkPlaceholders(text, &faults)
	if hasCardNumber(text) {
		faults.add(Fault{Code: FaultCardNumber})
	}
	if hasSecretKey(text) {
		faults.add(Fault{Code: FaultSecretKey})
	}
	return faults
}

func (i FieldInfo) checkCharacters(text string, faults *Faults) {
	for _, r := range text {
		switch {
		case r == '\n' && i.MultiLine:
		case r == '\n':
			faults.add(Fault{Code: FaultLineBreak})
		case invisible(r):
			faults.add(Fault{Code: FaultControlCharacter, Detail: fmt.Sprintf("%U", r)})
		}
	}
}

func (i FieldInfo) checkPlaceholders(text string, faults *Faults) {
	for _, p := range pieces(text) {
		switch name := Placeholder(p.name); {
		case p.loose:
			faults.add(Fault{Code: FaultUnbalancedBrace})
		case !p.named, slices.Contains(i.Placeholders, name):
		case slices.Contains(Placeholders(), name):
			faults.add(Fault{Code: FaultMisplacedPlaceholder, Detail: p.text})
		default:
			faults.add(Fault{Code: FaultUnknownPlaceholder, Detail: quote(p.text)})
		}
	}
	for _, m := range fullWidth.FindAllStringSubmatch(text, -1) {
		if slices.Contains(Placeholders(), Placeholder(m[1])) {
			faults.add(Fault{Code: FaultFullWidthBrace, Detail: m[0]})
		}
	}
}

// fullWidth finds a placeholder in the braces of a Japanese keyboard. Such
// braces around anything else are ordinary punctuation.
var fullWidth = regexp.MustCompile(`｛([a-z_]+)｝`)
