package stripesecure

import (
	"strings"

	"github.com/ec-plugins/stripesecure/wording"
)

// FormatMoney writes an amount for a buyer: "1,200円" in Japanese and "¥1,200"
// in English for yen, "12.50 EUR" for other currencies. It is "" for an amount
// that does not fit its currency.
func FormatMoney(m Money, lang wording.Language) string {
	minor, err := m.Minor()
	if err != nil {
		return ""
	}
	whole, fraction, _ := strings.Cut(m.plain(minor), ".")
	text := grouped(whole)
	if fraction != "" {
		text += "." + fraction
	}
	switch {
	case m.Currency != "JPY":
		return text + " " + m.Currency
	case lang == wording.Japanese:
		return text + "円"
	}
	return "¥" + text
}

func grouped(digits string) string {
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}
