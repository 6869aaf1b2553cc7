package settings

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits. They are wide: they keep out what cannot be meant.
const (
	maxAccountName    = 200
	maxOrderStatus    = 100
	maxKey            = 255 // more than twice the length of today's keys
	maxAccountID      = 64
	maxSortOrder      = 1_000_000
	maxWebhookSecrets = 16 // Stripe permits an account that many endpoints
)

func maxLength(field FieldID) int {
	switch field {
	case FieldAccountName:
		return maxAccountName
	case FieldOrderStatus:
		return maxOrderStatus
	case FieldAccountID:
		return maxAccountID
	case FieldLivePublishable, FieldLiveSecret, FieldLiveWebhookSecrets,
		FieldTestPublishable, FieldTestSecret, FieldTestWebhookSecrets:
		return maxKey
	default:
		return 0
	}
}

// Validate returns everything that is wrong, as [Faults], or nil. Settings
// that are valid may be stored, even while keys are missing: whether a buyer
// may pay is what [Settings.Ready] tells.
//
// Keys are judged by what they say of themselves: their kind and their
// environment. Keys of both environments are checked; whether the kind fits ⑧
// counts for the environment in use and is a warning for the other one.
func (s Settings) Validate() error { return s.faults().err() }

func (s Settings) faults() Faults {
	var c checker
	c.regions(s.Regions)
	c.text(FieldOrderStatus, s.OrderStatus)
	if s.SortOrder < -maxSortOrder || s.SortOrder > maxSortOrder {
		c.add(FieldSortOrder, CodeOutOfRange, strconv.Itoa(-maxSortOrder)+"…"+strconv.Itoa(maxSortOrder))
	}
	c.text(FieldAccountName, s.AccountName)
	c.account(s.AccountID, s.Authentication)
	c.choice(FieldEnvironment, string(s.Environment), environmentLabels)
	c.choice(FieldAuthentication, string(s.Authentication), authenticationLabels)
	for _, environment := range []Environment{Live, Test} {
		c.keys(s, environment)
	}
	c.choice(FieldCapture, string(s.Capture), captureLabels)
	c.choice(FieldThreeDSecure, string(s.ThreeDSecure), threeDSecureLabels)
	c.choice(FieldSaveCard, string(s.SaveCard), saveCardLabels)
	return c.faults
}

// checker collects faults. A value gets one fault, the one that helps most.
type checker struct{ faults Faults }

func (c *checker) add(field FieldID, code Code, detail string) {
	c.faults = append(c.faults, Fault{Field: field, Code: code, Detail: detail})
}

func (c *checker) addEntry(field FieldID, entry int, code Code, detail string) {
	c.faults = append(c.faults, Fault{Field: field, Entry: entry, Code: code, Detail: detail})
}

func (c *checker) choice(field FieldID, value string, permitted choices) {
	if permitted.has(value) {
		return
	}
	values := make([]string, len(permitted))
	for i, option := range permitted {
		values[i] = option.Value
	}
	c.add(field, CodeUnknownValue, strings.Join(values, ", "))
}

func (c *checker) regions(r Regions) {
	switch {
	case r.All && len(r.Countries) > 0:
		c.add(FieldRegions, CodeRegionMixed, "")
	case !r.All && len(r.Countries) == 0:
		c.add(FieldRegions, CodeRegionRequired, "")
	}
	for i, code := range r.Countries {
		switch {
		case !isCountry(code):
			c.addEntry(FieldRegions, i+1, CodeCountryUnknown, "")
		case slices.Contains(r.Countries[:i], code):
			c.addEntry(FieldRegions, i+1, CodeCountryTwice, "")
		}
	}
}

// text checks what people read: ③ and ⑤.
func (c *checker) text(field FieldID, value string) {
	switch {
	case holdsSecret(value):
		c.add(field, CodeSecretInText, "")
	case !utf8.ValidString(value) || hasInvisible(value):
		c.add(field, CodeControlCharacter, "")
	case strings.TrimSpace(value) != value:
		c.add(field, CodeWhitespace, "")
	case utf8.RuneCountInString(value) > maxLength(field):
		c.add(field, CodeTooLong, strconv.Itoa(maxLength(field)))
	}
}

func (c *checker) account(id string, authentication Authentication) {
	const field = FieldAccountID
	switch {
	case id == "":
		if authentication == AuthConnect {
			c.add(field, CodeAccountRequired, "")
		}
	case holdsSecret(id):
		c.add(field, CodeSecretInText, "")
	case c.pasted(field, 0, id):
	case !isAccountID(id):
		c.add(field, CodeAccountForm, "")
	}
}

func isAccountID(id string) bool {
	rest, ok := strings.CutPrefix(id, accountPrefix)
	return ok && rest != "" && !strings.ContainsFunc(rest, func(r rune) bool {
		return r > unicode.MaxASCII || !isASCIILetterOrDigit(byte(r))
	})
}

// pasted reports what goes wrong when an id or a key is copied: spaces, line
// breaks, missing ends, far too much.
func (c *checker) pasted(field FieldID, entry int, value string) bool {
	switch {
	case !utf8.ValidString(value) || hasInvisible(value):
		c.addEntry(field, entry, CodeControlCharacter, "")
	case strings.ContainsFunc(value, unicode.IsSpace):
		c.addEntry(field, entry, CodeWhitespace, "")
	case len(value) > maxLength(field):
		c.addEntry(field, entry, CodeTooLong, strconv.Itoa(maxLength(field)))
	case !isKeyText(value):
		c.addEntry(field, entry, CodeKeyCharacters, "")
	default:
		return false
	}
	return true
}
