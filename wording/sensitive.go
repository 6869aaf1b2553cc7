package wording

import (
	"regexp"
	"slices"
	"strings"
)

// secretKey finds what Stripe gives out as secret: API keys, webhook secrets and
// client secrets. Publishable keys (pk_) are public.
var secretKey = regexp.MustCompile(`(?i)(?:sk|rk|ek)_(?:live|test)_[0-9a-z]{8}|whsec_[0-9a-z+/]{8}|_secret_[0-9a-z]{8}`)

func hasSecretKey(text string) bool { return secretKey.MatchString(text) }

// HasSecretKey reports whether a text contains what looks like a secret of
// Stripe's (a secret or restricted key, a signing or client secret): a page that
// gets one in a field for something else must not show it again.
func HasSecretKey(text string) bool { return hasSecretKey(text) }

// A card number in a merchant's text has 14 to 19 digits. 13 are left out on
// purpose: no brand issues them any more, and 登録番号 and 法人番号 have 13.
const minCardDigits, maxCardDigits = 14, 19

func hasCardNumber(text string) bool { return HasCardNumber(text, minCardDigits) }

// HasCardNumber reports whether a text contains what looks like a card number of
// at least shortest digits (13 to 19): one or more groups of digits, full-width
// ones included, with one space or hyphen between them, that together have the
// length, the first digits and the check digit (Luhn) of a brand's card numbers. No
// card number may reach the host's data (LC-27), not even by somebody's mistake.
//
// A number of 13 digits with the check digit of a JAN code (EAN-13) or of a
// 法人番号 is one of those, and up to 15 digits after a plus sign are a telephone
// number: they may look like a card number by chance, and are none.
func HasCardNumber(text string, shortest int) bool {
	for _, run := range digitRuns(text) {
		for from := range run.groups {
			var number []byte
			for _, group := range run.groups[from:] {
				if number = append(number, group...); len(number) > maxCardDigits {
					break
				}
				if run.plus && from == 0 && len(number) <= 15 {
					continue
				}
				if len(number) >= shortest && issued(string(number)) && luhn(string(number)) && !ordinary(string(number)) {
					return true
				}
			}
		}
	}
	return false
}

// ranges of first digits, inclusive, and the lengths that are issued in them.
var ranges = []struct {
	from, to string
	lengths  []int
}{
	{"2200", "2204", []int{16, 17, 18, 19}},       // Mir
	{"2221", "2720", []int{16}},                   // Mastercard
	{"300", "305", []int{14, 15, 16, 17, 18, 19}}, // Diners Club
	{"34", "34", []int{15}},                       // American Express
	{"3528", "3589", []int{16, 17, 18, 19}},       // JCB
	{"36", "36", []int{14, 15, 16, 17, 18, 19}},   // Diners Club
	{"37", "37", []int{15}},                       // American Express
	{"38", "39", []int{14, 15, 16, 17, 18, 19}},   // Diners Club
	{"4", "4", []int{13, 16, 19}},                 // Visa
	{"50", "58", []int{16}},                       // Mastercard, Maestro
	{"60", "69", []int{16, 17, 18, 19}},           // Discover, UnionPay, Maestro, RuPay
}

// issued reports whether a brand issues numbers that begin so, of this length.
func issued(number string) bool {
	for _, r := range ranges {
		start := number[:len(r.from)]
		if start >= r.from && start <= r.to {
			return slices.Contains(r.lengths, len(number))
		}
	}
	return false
}

// ordinary: numbers of 13 digits that are on every shop's pages.
func ordinary(number string) bool {
	if len(number) != 13 {
		return false
	}
	jan, corporate := 0, 0
	for i := range 12 {
		jan += int(number[i]-'0') * (1 + i%2*2)
		corporate += int(number[12-i]-'0') * (1 + i%2)
	}
	return (10-jan%10)%10 == int(number[12]-'0') || 9-corporate%9 == int(number[0]-'0')
}

// digitRun is a run of groups of digits; plus: it stands after a plus sign.
type digitRun struct {
	groups []string
	plus   bool
}

// digitRuns returns the runs of digits of a text.
func digitRuns(text string) []digitRun {
	var runs []digitRun
	var group strings.Builder
	gap := 2 // separators since the last digit; two end a run
	plus := false
	for _, r := range text + "\n\n" {
		if d, ok := digit(r); ok {
			if gap >= 2 {
				runs = append(runs, digitRun{plus: plus})
			}
			group.WriteByte(d)
			gap = 0
			continue
		}
		if group.Len() > 0 {
			last := len(runs) - 1
			runs[last].groups = append(runs[last].groups, group.String())
			group.Reset()
		}
		plus = r == '+' || r == '＋'
		if gap++; !strings.ContainsRune(" -\u00a0\u3000\u2010\u2011\u2012\u2013\u2212\uff0d", r) {
			gap = 2
		}
	}
	return runs
}

func digit(r rune) (byte, bool) {
	switch {
	case r >= '0' && r <= '9':
		return byte(r), true
	case r >= '０' && r <= '９':
		return byte('0' + r - '０'), true
	}
	return 0, false
}

func luhn(number string) bool {
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
