package stripesecure

import "strings"

// currency says how Stripe counts an ISO 4217 currency. Stripe's own table
// counts, never CLDR's or ISO's: they disagree on ISK, UGX and MGA among others
// (docs.stripe.com/currencies).
type currency struct {
	exponent int32 // minor units of one major unit, as a power of ten
	step     int64 // an amount in minor units must be a multiple of this
	decimals int32 // decimals that a person writes
	min, max int64 // smallest and largest card payment in minor units
}

// maxMinor is the largest amount of a card payment: eight digits for every
// currency of this API version but IDR (docs.stripe.com/currencies).
const maxMinor = 99_999_999

const (
	zeroDecimal = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"
	// Three decimals, of which Stripe wants the last to be zero.
	threeDecimal = "BHD JOD KWD OMR TND"
	// No fractions, yet sent times one hundred.
	wholeTimes100 = "ISK UGX"
	twoDecimal    = "USD AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BWP BYN BZD " +
		"CAD CDF CHF CNY COP CRC CVE CZK DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GTQ GYD HKD HNL HTG HUF " +
		"IDR ILS INR JMD KES KGS KHR KYD KZT LAK LBP LKR LRD LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN " +
		"NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SEK SGD SHP SLE SOS SRD STD " +
		"SZL THB TJS TOP TRY TTD TWD TZS UAH UYU UZS WST XCD YER ZAR ZMW"
)

// minimums are Stripe's smallest charges in minor units, by settlement
// currency. A payment in a currency without an entry is left to Stripe.
var minimums = map[string]int64{
	"USD": 50, "AED": 200, "AUD": 50, "BGN": 100, "BRL": 50, "CAD": 50, "CHF": 50, "CZK": 1500, "DKK": 250,
	"EUR": 50, "GBP": 30, "HKD": 400, "HUF": 17500, "INR": 50, "JPY": 50, "MXN": 1000, "MYR": 200, "NOK": 300,
	"NZD": 50, "PLN": 200, "RON": 200, "SEK": 300, "SGD": 50, "THB": 1000,
}

var currencies = buildCurrencies()

func buildCurrencies() map[string]currency {
	table := make(map[string]currency, 140)
	add := func(codes string, c currency) {
		for code := range strings.FieldsSeq(codes) {
			c := c
			c.max = maxMinor - maxMinor%c.step // an amount like any other
			c.min = max(minimums[code], c.step)
			table[code] = c
		}
	}
	add(zeroDecimal, currency{exponent: 0, step: 1, decimals: 0})
	add(threeDecimal, currency{exponent: 3, step: 10, decimals: 3})
	add(wholeTimes100, currency{exponent: 2, step: 100, decimals: 0})
	add(twoDecimal, currency{exponent: 2, step: 1, decimals: 2})
	idr := table["IDR"]
	idr.max = 999_999_999_999
	table["IDR"] = idr
	return table
}
