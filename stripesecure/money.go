package stripesecure

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// Money is an amount in major units, as a person reads it (1200 JPY, 12.50
// EUR), and its ISO 4217 currency in capitals. The zero Money is "no amount".
//
// It is a plain struct that is checked where it is used: [Money.Minor] is exact
// or an error. Money that this library returns has exactly the decimals of its
// currency, so equal values are deeply equal.
type Money struct {
	Amount   decimal.Decimal
	Currency string
}

// Faults of an amount. They are wrapped in an error with code [CodeInvalid].
var (
	// ErrCurrency means that Stripe does not take payments in the currency.
	ErrCurrency = errors.New("unknown currency")
	// ErrAmount means that the amount cannot be written exactly in the
	// currency: too many decimals, negative, or not a number.
	ErrAmount = errors.New("amount does not fit its currency")
)

// maxText is the longest amount that is read from outside. Longer ones cost
// seconds: a decimal parsed from 1e10000000 is ten million digits long.
const maxText = 20

// JPY returns an amount in yen.
func JPY(yen int64) Money { return Money{decimal.New(yen, 0), "JPY"} }

// FromMinor returns the Money for an amount in Stripe's minor units: 1200 jpy
// is ¥1200, 1250 eur is €12.50, 500 ugx is 5 UGX. The currency may be written
// in small letters, as Stripe does. An unknown currency gives the zero Money.
func FromMinor(minor int64, currencyCode string) Money {
	code := strings.ToUpper(currencyCode)
	c, ok := currencies[code]
	if !ok {
		return Money{}
	}
	amount := decimal.New(minor, -c.exponent)
	if c.exponent != c.decimals {
		amount = amount.Truncate(c.decimals)
	}
	return Money{amount, code}
}

// ParseMoney reads an amount that came from outside: at most 20 characters,
// ASCII digits and one dot. Signs, exponents, spaces, separators and full-width
// digits are refused. The error is [ErrAmount] or [ErrCurrency].
func ParseMoney(text, currencyCode string) (Money, error) {
	c, ok := currencies[currencyCode]
	if !ok {
		return Money{}, fmt.Errorf("%w", ErrCurrency)
	}
	if !plainNumber(text) {
		return Money{}, fmt.Errorf("%w: want digits and one dot", ErrAmount)
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		return Money{}, fmt.Errorf("%w: not a number", ErrAmount)
	}
	minor, err := toMinor(d, c)
	if err != nil {
		return Money{}, err
	}
	return FromMinor(minor, currencyCode), nil
}

func plainNumber(text string) bool {
	if text == "" || len(text) > maxText || text[0] == '.' || text[len(text)-1] == '.' {
		return false
	}
	dots := 0
	for _, b := range []byte(text) {
		switch {
		case b == '.':
			dots++
		case b < '0' || b > '9':
			return false
		}
	}
	return dots <= 1
}

// Minor returns the amount in Stripe's minor units. It is exact: ¥12.5, 5.124
// KWD (Stripe wants the third decimal to be 0) and 5.5 ISK are [ErrAmount], a
// currency that Stripe does not list is [ErrCurrency].
func (m Money) Minor() (int64, error) {
	c, ok := currencies[m.Currency]
	if !ok {
		return 0, fmt.Errorf("%w", ErrCurrency)
	}
	return toMinor(m.Amount, c)
}

func toMinor(d decimal.Decimal, c currency) (int64, error) {
	// An exponent of millions is checked before anything computes with it.
	if e := d.Exponent(); e > maxText || e < -maxText || d.Coefficient().BitLen() > 128 {
		return 0, fmt.Errorf("%w: out of range", ErrAmount)
	}
	scaled := d.Shift(c.exponent)
	switch {
	case d.IsNegative():
		return 0, fmt.Errorf("%w: negative", ErrAmount)
	case !scaled.IsInteger():
		return 0, fmt.Errorf("%w: too many decimals", ErrAmount)
	case !scaled.BigInt().IsInt64():
		return 0, fmt.Errorf("%w: out of range", ErrAmount)
	}
	minor := scaled.IntPart()
	if minor%c.step != 0 {
		return 0, fmt.Errorf("%w: too many decimals", ErrAmount)
	}
	return minor, nil
}

// Equal reports whether both are the same amount of the same currency. An
// amount that cannot be written in its currency equals nothing.
func (m Money) Equal(other Money) bool {
	a, errA := m.Minor()
	b, errB := other.Minor()
	return errA == nil && errB == nil && a == b && m.Currency == other.Currency
}

// IsZero reports whether this is no amount, or an amount of nothing.
func (m Money) IsZero() bool { return m.Amount.IsZero() }

// String writes the amount with the decimals of its currency, then the
// currency: "1200 JPY", "12.50 EUR". It is for logs and tests; what a buyer
// reads is for the host to format.
func (m Money) String() string {
	minor, err := m.Minor()
	if err != nil {
		return "invalid amount"
	}
	return m.plain(minor) + " " + m.Currency
}

func (m Money) plain(minor int64) string {
	return FromMinor(minor, m.Currency).Amount.StringFixed(currencies[m.Currency].decimals)
}

// Limits returns the smallest and the largest card payment in the currency
// (¥50 and ¥99,999,999). Both are zero for a currency that Stripe does not
// list. Source: docs.stripe.com/currencies.
func Limits(currencyCode string) (smallest, largest Money) {
	c, ok := currencies[currencyCode]
	if !ok {
		return Money{}, Money{}
	}
	return FromMinor(c.min, currencyCode), FromMinor(c.max, currencyCode)
}

type moneyJSON struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

// MarshalJSON writes {"amount":"12.50","currency":"EUR"}; the zero Money is
// null.
func (m Money) MarshalJSON() ([]byte, error) {
	if m.Currency == "" && m.Amount.IsZero() {
		return []byte("null"), nil
	}
	minor, err := m.Minor()
	if err != nil {
		return nil, err
	}
	return json.Marshal(moneyJSON{m.plain(minor), m.Currency})
}

// UnmarshalJSON reads what MarshalJSON writes, by the rules of [ParseMoney].
func (m *Money) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*m = Money{}
		return nil
	}
	var in moneyJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("%w: want an object with amount and currency as text", ErrAmount)
	}
	parsed, err := ParseMoney(in.Amount, in.Currency)
	if err != nil {
		return err
	}
	*m = parsed
	return nil
}
