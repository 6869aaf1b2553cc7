package wording

import (
	"regexp"
	"strings"
)

// secretKey finds what Stripe gives out as secret: API keys, webhook secrets and
// client secrets. Publishable keys (pk_) are public.
var secretKey = regexp.MustCompile(`(?i)(?:sk|rk|ek)_(?:live|test)_[0-9a-z]{8}|whsec_[0-9a-z+/]{8}|_secret_[0-9a-z]{8}`)

func hasSecretKey(text string) bool { return secretKey.MatchString(text) }

// A card number has 14 to 19 digits. 13 are left out on purpose: no brand issues
// them any more, and 登録番号 and 法人番号 have 13.
const minCardDigits, maxCardDigits = 14, 19

// hasCardNumber reports whether a text contains what looks like a card number:
// one or more groups of digits, full-width ones included, with one space or
// hyphen between them, that together have the length, the first digit and the
// check digit (Luhn) of a card number. No card number may reach the host's data
// (LC-27), not even by a merchant's mistake.
func hasCardNumber(text string) bool {
	for _, groups := range digitGroups(text) {
		for from := range groups {
			var number []byte
			for _, group := range groups[from:] {
				if number = append(number, group...); len(number) > maxCardDigits {
					break
				}
				if len(number) >= minCardDigits && number[0] >= '2' && number[0] <= '6' && luhn(string(number)) {
					return true
				}
			}
		}
	}
	return false
}

// digitGroups returns the runs of digits, each as its groups.
func digitGroups(text string) [][]string {
	var runs [][]string
	var group strings.Builder
	gap := 2 // separators since the last digit; two end a run
	for _, r := range text + "\n\n" {
		if d, ok := digit(r); ok {
			if gap >= 2 {
				runs = append(runs, nil)
			}
			group.WriteByte(d)
			gap = 0
			continue
		}
		if group.Len() > 0 {
			last := len(runs) - 1
			runs[last] = append(runs[last], group.String())
			group.Reset()
		}
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
