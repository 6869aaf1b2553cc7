package settings

import (
	"strings"
	"unicode"
)

// keyKind is what a pasted value is, by the prefix that Stripe gives it.
type keyKind int

const (
	kindOther keyKind = iota
	kindPublishable
	kindSecret
	kindRestricted
	kindWebhook
	kindEndpointID
)

var keyPrefixes = []struct {
	prefix      string
	kind        keyKind
	environment Environment // "" where the prefix does not tell
}{
	{"pk_test_", kindPublishable, Test},
	{"pk_live_", kindPublishable, Live},
	{"sk_test_", kindSecret, Test},
	{"sk_live_", kindSecret, Live},
	{"rk_test_", kindRestricted, Test},
	{"rk_live_", kindRestricted, Live},
	{webhookPrefix, kindWebhook, ""},
	{"we_", kindEndpointID, ""},
}

const (
	webhookPrefix = "whsec_"
	accountPrefix = "acct_"

	// minWebhookSecret is how much must follow "whsec_" (SIG-04).
	minWebhookSecret = 24
)

func classify(value string) (keyKind, Environment) {
	for _, p := range keyPrefixes {
		if strings.HasPrefix(value, p.prefix) {
			return p.kind, p.environment
		}
	}
	return kindOther, ""
}

// isBarePrefix reports whether nothing follows the prefix. Stripe publishes no
// length of keys, so a key that was cut short elsewhere shows only when Stripe
// refuses it.
func isBarePrefix(value string) bool {
	for _, p := range keyPrefixes {
		if value == p.prefix {
			return true
		}
	}
	return false
}

// isAPIKey reports whether value begins like any key for Stripe's API.
func isAPIKey(value string) bool {
	for _, prefix := range []string{"pk_", "sk_", "rk_"} {
		if strings.HasPrefix(value, prefix) {
			return true
		}
	}
	return false
}

// secretMarks begin a secret wherever they stand. "sk_org_" is a key of an
// organisation, which this library does not take.
var secretMarks = []string{"sk_test_", "sk_live_", "sk_org_", "rk_test_", "rk_live_", webhookPrefix}

// holdsSecret reports whether a text that people read holds a secret, in
// whatever case and with whatever around it. The mark must begin a word and be
// followed by something: a status "risk_test_hold" is none.
func holdsSecret(text string) bool {
	text = strings.ToLower(text)
	for _, mark := range secretMarks {
		for rest := text; ; {
			before, after, found := strings.Cut(rest, mark)
			if !found {
				break
			}
			if after != "" && (before == "" || !isASCIILetterOrDigit(before[len(before)-1])) {
				return true
			}
			rest = mark[len(mark)-1:] + after // what follows the mark does not begin a text
		}
	}
	return false
}

// leaksSecret is the same question for a publishable key, which goes to every
// browser: here a secret counts wherever it stands, also glued to the end of a
// publishable key, and so does the beginning of one of an unknown form.
func leaksSecret(key string) bool {
	key = strings.ToLower(strings.TrimSpace(key))
	for _, mark := range secretMarks {
		if strings.Contains(key, mark) {
			return true
		}
	}
	return strings.HasPrefix(key, "sk_") || strings.HasPrefix(key, "rk_")
}

// isMasked recognises what pages show in place of a secret, coming back (SEC-04).
func isMasked(value string) bool { return strings.ContainsAny(value, "*•●…＊") }

// isKeyText reports whether value has only characters that Stripe's keys, ids
// and signing secrets are made of.
func isKeyText(value string) bool {
	return !strings.ContainsFunc(value, func(r rune) bool { return !isKeyRune(r) })
}

func isKeyRune(r rune) bool {
	return r < unicode.MaxASCII && (isASCIILetterOrDigit(byte(r)) || strings.ContainsRune("_-+/=", r))
}

func isASCIILetterOrDigit(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9'
}

// hasInvisible reports control characters, line breaks, characters without
// width, and what stands for text that is not UTF-8.
func hasInvisible(value string) bool {
	return strings.ContainsFunc(value, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar
	})
}
