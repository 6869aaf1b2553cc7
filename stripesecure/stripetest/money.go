package stripetest

import (
	"fmt"
	"strings"
)

// Currency rules of stripe-facts §4 (Stripe docs page "Supported currencies").

const zeroDecimal = " bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf "
const threeDecimal = " bhd jod kwd omr tnd "

// wholeHundreds must be sent ×100 without fractions.
const wholeHundreds = " isk ugx "

const currencies = " usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd jpy kes kgs khr kmf krw kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw bhd jod kwd omr tnd "

var minimums = map[string]int64{
	"usd": 50, "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250,
	"eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300,
	"nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
	"ars": 50, "cop": 50, "idr": 50, "ils": 50, "krw": 50, "php": 50, "rub": 50, "zar": 50,
}

var symbols = map[string]string{
	"usd": "$", "aud": "$", "cad": "$", "hkd": "$", "nzd": "$", "sgd": "$", "mxn": "$", "eur": "€", "gbp": "£",
	"jpy": "¥", "inr": "₹", "krw": "₩", "brl": "R$",
}

const maximum = 99_999_999

func among(list, word string) bool { return strings.Contains(list, " "+word+" ") }

// checkAmount checks currency and amount of a payment; name is the parameter of
// the amount.
func checkAmount(amount int64, currency, name string) *Error {
	cur := strings.ToLower(currency)
	if !among(currencies, cur) || len(cur) != 3 {
		return invalid("", "currency", "Invalid currency: "+clip(cur, 20)+". Stripe currently supports these currencies: "+strings.Join(strings.Fields(currencies), ", "))
	}
	if amount < 1 {
		return invalid("parameter_invalid_integer", name, "This value must be greater than or equal to 1.")
	}
	if low := minimums[cur]; amount < low {
		return invalid("amount_too_small", name, "Amount must be at least "+display(low, cur)+" "+cur)
	}
	top := int64(maximum)
	if cur == "idr" {
		top = 999_999_999_999
	}
	if amount > top {
		return invalid("amount_too_large", name, "Amount must be no more than "+display(top, cur)+" "+cur)
	}
	if among(threeDecimal, cur) && amount%10 != 0 {
		return invalid("", name, "Invalid amount. The amount must be a multiple of 10 for "+cur+".")
	}
	if among(wholeHundreds, cur) && amount%100 != 0 {
		return invalid("", name, "Invalid amount. The amount must be a multiple of 100 for "+cur+".")
	}
	return nil
}

// display writes an amount in minor units for a person: $0.50, ¥50.
func display(amount int64, currency string) string {
	symbol := symbols[currency]
	switch {
	case among(zeroDecimal, currency):
		return fmt.Sprintf("%s%d", symbol, amount)
	case among(threeDecimal, currency):
		return fmt.Sprintf("%s%d.%03d", symbol, amount/1000, amount%1000)
	}
	return fmt.Sprintf("%s%d.%02d", symbol, amount/100, amount%100)
}
