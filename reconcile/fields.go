package reconcile

import (
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// parser turns the fields of one file's records into rows.
type parser struct {
	layout

	file     string
	shiftJIS bool
	usual    usual
	statuses map[string]OrderStatus // in small letters
	scales   *[1 << 15]scale
	fields   [][]byte
	wide     bool // the record may have other characters than ASCII
	line     int64
	fault    *LineError
}

// fail notes what is wrong with a field. It returns false for the caller to
// return.
func (p *parser) fail(c columnName, code FaultCode, value []byte) bool {
	p.fault = &LineError{File: p.file, Line: p.line, Column: p.at[c] + 1, Name: p.names[c], Code: code, Detail: short(string(value))}
	return false
}

// get is a field without the spaces around it, empty where there is no such
// column.
func (p *parser) get(c columnName) []byte {
	i := p.at[c]
	if i < 0 {
		return nil
	}
	b := p.fields[i]
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

// text is a field that may have other characters than ASCII, in UTF-8.
func (p *parser) text(c columnName) ([]byte, bool) {
	b := p.get(c)
	switch {
	case !p.wide || ascii(b):
	case p.shiftJIS:
		decoded, ok := decodeShiftJIS(b)
		if !ok {
			return nil, p.fail(c, FaultEncoding, nil)
		}
		b = decoded
	case !utf8.Valid(b):
		return nil, p.fail(c, FaultEncoding, nil)
	}
	return b, true
}

// id is a field that names something. It may be empty unless needed.
func (p *parser) id(c columnName, needed bool) ([]byte, bool) {
	b, ok := p.text(c)
	switch {
	case !ok:
		return nil, false
	case needed && len(b) == 0:
		return nil, p.fail(c, FaultMissing, b)
	case len(b) > maxID:
		return nil, p.fail(c, FaultTooLong, b)
	case isSecret(b):
		return nil, p.fail(c, FaultSecret, nil)
	}
	return b, true
}

func (p *parser) currency() (currencyCode, bool) {
	b := p.get(colCurrency)
	if len(b) == 0 {
		return 0, p.fail(colCurrency, FaultMissing, b)
	}
	code := packCurrency(b)
	if p.scales[code].step == 0 {
		return 0, p.fail(colCurrency, FaultCurrency, b)
	}
	return code, true
}

// money reads an amount in minor units from its column, or else in major units
// from the other. Empty is 0 unless needed.
func (p *parser) money(major, minor columnName, currency currencyCode, needed bool) (int64, bool) {
	c, s := minor, scale{exponent: 0, step: p.scales[currency].step}
	b := p.get(minor)
	if len(b) == 0 {
		c, s = major, p.scales[currency]
		if p.at[c] < 0 {
			c = minor
		}
		b = p.get(c)
	}
	if len(b) == 0 {
		if needed {
			return 0, p.fail(c, FaultMissing, b)
		}
		return 0, true
	}
	n, code := parseAmount(b, s)
	if code != "" {
		return 0, p.fail(c, code, b)
	}
	if n > maxMinor {
		return 0, p.fail(c, FaultRange, b)
	}
	return n, true
}

// maxMinor is more than any amount of Stripe's, which has 12 digits at most in minor
// units, and less than a card number that stands in the column of an amount.
const maxMinor = 9_999_999_999_999

// parseAmount reads digits with one dot, exactly, as minor units. Separators
// must be commas between groups of three.
func parseAmount(b []byte, s scale) (int64, FaultCode) {
	var n int64
	i := 0
	for ; i < len(b) && b[i]-'0' <= 9; i++ {
		if n > (math.MaxInt64-9)/10 {
			return 0, FaultRange
		}
		n = n*10 + int64(b[i]-'0')
	}
	if i == 0 || i < len(b) && b[i] != '.' {
		return oddAmount(b, s)
	}
	decimals := uint8(0)
	if i < len(b) {
		i++
		if i == len(b) {
			return 0, FaultNumber
		}
		for ; i < len(b); i++ {
			digit := b[i] - '0'
			switch {
			case digit > 9:
				return oddAmount(b, s)
			case decimals < s.exponent:
				if n > (math.MaxInt64-9)/10 {
					return 0, FaultRange
				}
				n = n*10 + int64(digit)
				decimals++
			case digit != 0:
				return 0, FaultDecimals
			}
		}
	}
	for ; decimals < s.exponent; decimals++ {
		if n > math.MaxInt64/10 {
			return 0, FaultRange
		}
		n *= 10
	}
	if n%s.step != 0 {
		return 0, FaultDecimals
	}
	return n, ""
}

// oddAmount reads an amount with separators, or says what is wrong with it.
func oddAmount(b []byte, s scale) (int64, FaultCode) {
	whole, rest, _ := strings.Cut(string(b), ".")
	switch {
	case !ascii(b):
		return 0, wideCode(b)
	case b[0] == '-':
		return 0, FaultRange
	case !strings.Contains(string(b), ","):
		return 0, FaultNumber
	}
	groups := strings.Split(whole, ",")
	if len(groups) < 2 || strings.Contains(rest, ",") || len(groups[0]) < 1 || len(groups[0]) > 3 {
		return 0, FaultSeparator
	}
	for _, group := range groups[1:] {
		if len(group) != 3 {
			return 0, FaultSeparator
		}
	}
	plain := []byte(strings.Join(groups, ""))
	for _, digit := range plain {
		if digit < '0' || digit > '9' {
			return 0, FaultNumber
		}
	}
	return parseAmount([]byte(strings.ReplaceAll(string(b), ",", "")), s)
}

// wideCode tells full-width characters, which are refused because a person may
// have meant something else, from other text.
func wideCode(b []byte) FaultCode {
	text := string(b)
	if decoded, ok := decodeShiftJIS(b); !utf8.ValidString(text) && ok {
		text = string(decoded)
	}
	for _, r := range text {
		if r >= '\uff00' && r <= '\uff60' || r == '\uffe5' { // the full-width block, and ￥
			return FaultWide
		}
	}
	return FaultNumber
}

// Dates outside of these years are faults: they are milliseconds, or typing
// errors.
const (
	firstSecond = 946_684_800   // 2000-01-01
	lastSecond  = 4_102_444_800 // 2100-01-01
)

// date reads Unix seconds or RFC 3339; a Dashboard export has its own form, in
// UTC. Empty is 0 unless needed.
func (p *parser) date(c columnName, needed bool) (int64, bool) {
	b := p.get(c)
	if len(b) == 0 {
		if needed {
			return 0, p.fail(c, FaultMissing, b)
		}
		return 0, true
	}
	n, ok := parseDate(b, p.dashboard)
	if !ok {
		if !ascii(b) && wideCode(b) == FaultWide {
			return 0, p.fail(c, FaultWide, b)
		}
		return 0, p.fail(c, FaultDate, b)
	}
	return n, true
}

func parseDate(b []byte, dashboard bool) (int64, bool) {
	var n int64
	if len(b) <= 10 {
		i := 0
		for ; i < len(b) && b[i]-'0' <= 9; i++ {
			n = n*10 + int64(b[i]-'0')
		}
		if i == len(b) {
			return n, n >= firstSecond && n < lastSecond
		}
	}
	layouts := []string{time.RFC3339}
	if dashboard {
		layouts = []string{"2006-01-02 15:04:05", "2006-01-02 15:04", time.RFC3339}
	}
	for _, form := range layouts {
		if t, err := time.Parse(form, string(b)); err == nil {
			return t.Unix(), t.Unix() >= firstSecond && t.Unix() < lastSecond
		}
	}
	return 0, false
}
