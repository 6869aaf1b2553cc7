package main

import (
	"fmt"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/wording"
)

// staffFunctions are what the pages of the staff write beside functions.
func staffFunctions(lang wording.Language, t texts) map[string]any {
	return map[string]any{
		"m":      func(code string) string { return wording.Merchant(code, lang) },
		"moment": func(m stripesecure.Moment) string { return m.Text(lang) },
		"money":  func(m stripesecure.Money) string { return stripesecure.FormatMoney(m, lang) },
		"stamp":  func(at time.Time) (string, error) { return japanDate(t, stamp(at)) },
		"waits":  waits,
		"names": func() func(string) string {
			return func(product string) string { return t.get("product." + product + ".name") }
		},
		"reasons": func() []stripesecure.RefundReason { return refundReasons },
		"evidences": func() []string {
			var names []string
			for _, f := range evidenceFields {
				names = append(names, f.Name)
			}
			return names
		},
		"amount":   func(form, value, fault string) typedField { return typedField{form, value, fault} },
		"evidence": func(name, value, fault string) typedField { return typedField{name, value, fault} },
		"dispute":  func(d stripesecure.Dispute, page staffOrderPage) staffDispute { return staffDispute{d, page} },
		"word":     t.word,
	}
}

// typedField is one input of a form of the staff.
type typedField struct{ Name, Value, Fault string }

// staffDispute is a dispute on the page of its order.
type staffDispute struct {
	stripesecure.Dispute

	Page staffOrderPage
}

// word is the text of a word of Stripe's or of the library's, and the word
// itself where a newer version has more of them.
func (t texts) word(kind string, word any) string {
	if text, ok := t[kind+fmt.Sprint(word)]; ok {
		return text
	}
	return fmt.Sprint(word)
}
