package settings

import "strings"

// Text is one text for merchants in both languages of this library.
type Text struct {
	JA string `json:"ja"`
	EN string `json:"en"`
}

// In returns the text in lang: Japanese for "ja" and its regional forms such
// as "ja-JP", English for everything else.
func (t Text) In(lang string) string {
	lang = strings.ToLower(lang)
	if lang == "ja" || strings.HasPrefix(lang, "ja-") || strings.HasPrefix(lang, "ja_") {
		return t.JA
	}
	return t.EN
}
