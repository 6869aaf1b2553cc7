package main

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/ec-plugins/stripesecure/wording"
)

// texts holds every sentence of the shop's pages, one file for each language:
// translators need nothing else.
//
//go:embed texts
var textFiles embed.FS

type texts map[string]string

func readTexts() (map[wording.Language]texts, error) {
	read := map[wording.Language]texts{}
	for _, lang := range wording.Languages() {
		read[lang] = texts{}
		for _, part := range []string{"", "staff."} { // for buyers, and for the shop's own people
			file := "texts/" + part + string(lang) + ".json"
			data, err := textFiles.ReadFile(file)
			if err != nil {
				return nil, err
			}
			t := read[lang]
			if err := json.Unmarshal(data, &t); err != nil { // adds to the map
				return nil, fmt.Errorf("%s: %w", file, err)
			}
		}
	}
	return read, nil
}

// text returns a sentence; a missing one shows its name, which a test looks for.
func (s *Shop) text(lang, key string, args ...any) string {
	return s.texts[wording.Parse(lang)].get(key, args...)
}

func (t texts) get(key string, args ...any) string {
	text, ok := t[key]
	if !ok {
		return "⟦" + key + "⟧"
	}
	if len(args) > 0 {
		return fmt.Sprintf(text, args...)
	}
	return text
}

// functions are what pages and mails write: {{t "cart.title"}}, {{yen 3300}}.
func functions(lang wording.Language, t texts) map[string]any {
	all := map[string]any{
		"t":        t.get,
		"yen":      func(n int64) string { return yen(lang, n) },
		"date":     func(utc string) (string, error) { return japanDate(t, utc) },
		"name":     func(product string) string { return t.get("product." + product + ".name") },
		"card":     cardName,
		"japanese": func() bool { return lang == wording.Japanese },
		"field":    newField,
		"upto": func(n int64) []int64 {
			return slices.Collect(func(yield func(int64) bool) {
				for i := int64(1); i <= n && yield(i); i++ {
				}
			})
		},
	}
	maps.Copy(all, staffFunctions(lang, t))
	return all
}

func yen(lang wording.Language, n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if lang == wording.Japanese {
		return digits + "円"
	}
	return "¥" + digits
}

func japanDate(t texts, utc string) (string, error) {
	at, err := time.Parse(time.RFC3339, utc)
	if err != nil {
		return "", err
	}
	return at.In(japanTime).Format(t.get("format.date")), nil
}
