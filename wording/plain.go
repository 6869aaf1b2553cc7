package wording

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain makes a value that comes from outside (an item's name, an amount) fit to
// stand in the middle of a sentence: one line, valid UTF-8, nothing invisible
// that could hide or turn the rest of the text, at most limit runes and
// then an ellipsis.
func plain(value string, limit int) string {
	var b strings.Builder
	runes, gap := 0, 0
	for _, r := range value {
		switch {
		case unicode.IsSpace(r):
			gap = min(runes, 1)
			continue
		case r == utf8.RuneError || invisible(r):
			continue
		case runes+gap >= limit:
			return b.String() + "…"
		}
		b.WriteString(" "[:gap])
		b.WriteRune(r)
		runes, gap = runes+gap+1, 0
	}
	return b.String()
}

// invisible reports control characters, and those that change the direction or
// the lines of a text without being seen. The joiner of emoji is none of them.
func invisible(r rune) bool {
	switch {
	case unicode.IsControl(r):
		return true
	case r == '\u2028', r == '\u2029', r == '\ufeff', r == '\u200b':
		return true
	}
	return unicode.Is(unicode.Bidi_Control, r)
}
