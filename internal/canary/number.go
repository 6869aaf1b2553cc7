package canary

// hasCardNumber reports whether a text has 14 to 19 digits, in one piece or with
// one space or hyphen between groups, that begin as cards do and have the check
// digit. Digits beside a letter are part of a random id or a signature: of ten
// thousand, one has a card number inside.
func hasCardNumber(text string) bool {
	var digits []byte
	gap, inWord := false, false
	for i := 0; i <= len(text); i++ {
		c := byte('\n')
		if i < len(text) {
			c = text[i]
		}
		if len(digits) == 0 {
			inWord = i > 0 && isLetter(text[i-1])
		}
		switch {
		case c >= '0' && c <= '9':
			digits, gap = append(digits, c-'0'), false
			continue
		case c == 0xef && i+2 < len(text) && text[i+1] == 0xbc && text[i+2] >= 0x90 && text[i+2] <= 0x99: // full-width
			digits, gap = append(digits, text[i+2]-0x90), false
			i += 2
			continue
		case (c == ' ' || c == '-') && len(digits) > 0 && !gap:
			gap = true
			continue
		}
		if len(digits) >= 14 && !inWord && (gap || !isLetter(c)) && isCard(digits) {
			return true
		}
		digits, gap = digits[:0], false
	}
	return false
}

func isLetter(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' }

// isCard: the whole run is one card number. Visa, Mastercard, American Express,
// JCB, Diners, Discover, UnionPay.
func isCard(digits []byte) bool {
	first := int(digits[0])*10 + int(digits[1])
	switch n := len(digits); {
	case n == 14 && (first == 30 || first == 36 || first == 38), n == 15 && (first == 34 || first == 37):
	case n == 16 && (first/10 == 4 || first >= 51 && first <= 55 || first == 35 || first == 60 || first == 62 || first == 22), n == 19 && first == 62:
	default:
		return false
	}
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i])
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
