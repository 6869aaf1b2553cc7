package reconcile

import (
	"strings"
	"sync"

	"github.com/shopspring/decimal"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// currencyCode is three letters A–Z in fifteen bits, 0 for anything else. A
// million rows compare it instead of strings.
type currencyCode uint16

var yen = packCurrency("JPY")

// packCurrency reads three ASCII letters, capital or small.
func packCurrency[T string | []byte](code T) currencyCode {
	if len(code) != 3 {
		return 0
	}
	var c currencyCode
	for i := range 3 {
		letter := code[i] | 0x20
		if letter < 'a' || letter > 'z' {
			return 0
		}
		c = c<<5 | currencyCode(letter-'a'+1)
	}
	return c
}

// String returns the code in capitals.
func (c currencyCode) String() string {
	if c == 0 {
		return ""
	}
	return string([]byte{letterAt(c, 10), letterAt(c, 5), letterAt(c, 0)})
}

func letterAt(c currencyCode, shift int) byte { return byte(c>>shift&31) + 'A' - 1 }

// scale is how amounts of a currency are written: decimals that count, and what
// minor units must be a multiple of. A step of 0 means that Stripe does not
// list the currency.
type scale struct {
	exponent uint8
	step     int64
}

// scales is Stripe's table (docs.stripe.com/currencies) by code, asked from
// stripesecure once.
var scales = sync.OnceValue(func() *[1 << 15]scale {
	var table [1 << 15]scale
	for first := 'A'; first <= 'Z'; first++ {
		for second := 'A'; second <= 'Z'; second++ {
			for third := 'A'; third <= 'Z'; third++ {
				code := string([]rune{first, second, third})
				table[packCurrency(code)] = scaleOf(code)
			}
		}
	}
	return &table
})

func scaleOf(code string) scale {
	const whole = 1_000_000 // minor units: enough decimals for every currency
	m := stripesecure.FromMinor(whole, code)
	if m.Currency == "" {
		return scale{}
	}
	var s scale
	for one := decimal.NewFromInt(whole); m.Amount.LessThan(one); one = one.Shift(-1) {
		s.exponent++
	}
	s.step = 1
	for i := s.exponent; i > 0; i-- {
		if _, err := (stripesecure.Money{Amount: decimal.New(1, -int32(i)), Currency: code}).Minor(); err == nil {
			break
		}
		s.step *= 10
	}
	return s
}

// amountText writes minor units with the decimals of the currency: "12.50".
func amountText(minor int64, currency string) string {
	if m := stripesecure.FromMinor(minor, currency); m.Currency != "" {
		if text, _, found := strings.Cut(m.String(), " "); found && !strings.HasPrefix(text, "invalid") {
			return text
		}
		return m.Amount.String()
	}
	return decimal.NewFromInt(minor).String()
}
