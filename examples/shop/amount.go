package main

import (
	"regexp"
	"strings"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// An amount as people type it: 1200, 1,200, ¥1,200, １，２００円. Full-width
// letters are the ones of a Japanese keyboard and mean the same; commas have to
// stand where they belong, so that 1,20 is asked about and never guessed.
var (
	withCommas = regexp.MustCompile(`^[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$`)
	numberLike = regexp.MustCompile(`^[0-9,.]+$`)
)

// typedAmount reads an amount in major units; fault is the key of a text, "" for
// none.
func typedAmount(text, currency string) (amount stripesecure.Money, fault string) {
	text = narrow(strings.Join(strings.Fields(strings.ReplaceAll(text, "￥", "¥")), ""))
	if currency == "JPY" {
		text = strings.TrimSuffix(strings.TrimLeft(text, `¥\`), "円") // \ is ¥ on many Japanese keyboards
	}
	switch {
	case text == "":
		return amount, "staff.fault.amount_missing"
	case len(text) > 20:
		return amount, "staff.fault.amount_long"
	case !numberLike.MatchString(text):
		return amount, "staff.fault.amount_digits"
	case strings.Contains(text, ",") && !withCommas.MatchString(text):
		return amount, "staff.fault.amount_comma"
	}
	amount, err := stripesecure.ParseMoney(strings.ReplaceAll(text, ",", ""), currency)
	switch {
	case err != nil && strings.Contains(text, "."):
		return amount, "staff.fault.amount_decimals"
	case err != nil:
		return amount, "staff.fault.amount_digits"
	case amount.IsZero():
		return amount, "staff.fault.amount_zero"
	}
	return amount, ""
}
