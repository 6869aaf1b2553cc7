package stripetest

import (
	"crypto/sha256"
	"strings"
)

// testCard is one of Stripe's test cards (stripe-facts §3; Stripe docs page
// "Testing"): what it is and what happens when it pays.
type testCard struct {
	number  string
	names   string // of pm_card_…, separated by spaces
	brand   string // default visa
	country string // default US
	funding string // default credit
	auth    authRule
	decline string // decline code or error code of every charge
	noSave  bool   // a declining card that can be attached all the same
	dispute string // reason of the dispute that its charge gets
	refund  string // pending, fail
	risk    string // normal, elevated, highest, blocked
	ready   bool   // its money is available at once
	fraud   bool   // its charge gets an early fraud warning
}

// authRule is how a card stands to 3-D Secure.
type authRule int

const (
	authUnenrolled    authRule = iota // attempted when asked for, without a prompt
	authUnsupported                   // the network or card has none
	authOptional                      // prompt only when asked for
	authOptionalError                 // when asked for, the directory fails; payment goes on
	authAlways                        // prompt; off-session it is always refused
	authSetup                         // prompt; off-session it works once set up with a prompt
	authSetUp                         // prompt; off-session it works
	authThenDeclined                  // prompt, then the charge is declined
	authLookupFails                   // the directory fails and the payment with it
)

var testCards = []testCard{
	{number: "4242424242424242", names: "visa us"},
	{number: "4000056655665556", names: "visa_debit", funding: "debit"},
	{number: "5555555555554444", names: "mastercard", brand: "mastercard"},
	{number: "2223003122003222", names: "mastercard_2series", brand: "mastercard"},
	{number: "5200828282828210", names: "mastercard_debit", brand: "mastercard", funding: "debit"},
	{number: "5105105105105100", names: "mastercard_prepaid", brand: "mastercard", funding: "prepaid"},
	{number: "378282246310005", names: "amex amex_threeDSecureNotSupported", brand: "amex", auth: authUnsupported},
	{number: "371449635398431", brand: "amex", auth: authUnsupported},
	{number: "6011111111111117", names: "discover", brand: "discover"},
	{number: "3056930009020004", names: "diners", brand: "diners"},
	{number: "36227206271667", names: "diners_14digits", brand: "diners"},
	{number: "3566002020360505", names: "jcb", brand: "jcb", country: "JP"},
	{number: "6200000000000005", names: "unionpay", brand: "unionpay", country: "CN"},
	{number: "4000003920000003", names: "jp", country: "JP"},
	{number: "4000002080000001", names: "dk", country: "DK"},
	{number: "4000008260000000", names: "gb", country: "GB"},

	{number: "4000002500003155", names: "authenticationRequiredOnSetup", auth: authSetup},
	{number: "4000002760003184", names: "authenticationRequired", auth: authAlways, country: "DE"},
	{number: "4000003800000446", names: "authenticationRequiredSetupForOffSession", auth: authSetUp},
	{number: "4000008260003178", names: "authenticationRequiredChargeDeclinedInsufficientFunds", auth: authSetUp, decline: "insufficient_funds", noSave: true, country: "GB"},
	{number: "4000000000003220", names: "threeDSecure2Required", auth: authAlways},
	{number: "4000000000003063", names: "threeDSecureRequired", auth: authAlways},
	{number: "4000008400001629", names: "threeDSecureRequiredChargeDeclined", auth: authThenDeclined, decline: "generic_decline", noSave: true},
	{number: "4000008400001280", names: "threeDSecureRequiredProcessingError", auth: authLookupFails, decline: "generic_decline", noSave: true},
	{number: "4000000000003055", names: "threeDSecureOptional", auth: authOptional},
	{number: "4000000000003097", names: "threeDSecureOptionalProcessingError", auth: authOptionalError},

	{number: "4000000000000002", names: "visa_chargeDeclined chargeDeclined", decline: "generic_decline"},
	{number: "4000000000009995", names: "visa_chargeDeclinedInsufficientFunds chargeDeclinedInsufficientFunds", decline: "insufficient_funds"},
	{number: "4000000000009987", names: "visa_chargeDeclinedLostCard chargeDeclinedLostCard", decline: "lost_card"},
	{number: "4000000000009979", names: "visa_chargeDeclinedStolenCard chargeDeclinedStolenCard", decline: "stolen_card"},
	{number: "4000000000000069", names: "chargeDeclinedExpiredCard visa_chargeDeclinedExpiredCard", decline: "expired_card"},
	{number: "4000000000000127", names: "chargeDeclinedIncorrectCvc visa_chargeDeclinedIncorrectCvc", decline: "incorrect_cvc"},
	{number: "4000000000000119", names: "chargeDeclinedProcessingError visa_chargeDeclinedProcessingError", decline: "processing_error"},
	{number: "4000000000006975", names: "visa_chargeDeclinedVelocityLimitExceeded chargeDeclinedVelocityLimitExceeded", decline: "card_velocity_exceeded"},
	{number: "4000000000000341", names: "chargeCustomerFail", decline: "generic_decline", noSave: true},

	{number: "4100000000000019", names: "radarBlock", risk: "blocked", decline: "fraudulent"},
	{number: "4000000000004954", names: "riskLevelHighest", risk: "highest"},
	{number: "4000000000009235", names: "riskLevelElevated", risk: "elevated"},
	{number: "4000000000000259", names: "createDispute", dispute: "fraudulent"},
	{number: "4000000000002685", names: "createDisputeProductNotReceived", dispute: "product_not_received"},
	{number: "4000000000001976", names: "createDisputeInquiry", dispute: "inquiry"},
	{number: "4000000000005423", names: "createIssuerFraudRecord", fraud: true},
	{number: "4000000000007726", names: "pendingRefund", refund: "pending"},
	{number: "4000000000005126", names: "refundFail", refund: "fail"},
	{number: "4000000000000077", names: "bypassPending", ready: true},
}

var cardsByNumber, cardsByName = indexCards()

func indexCards() (byNumber, byName map[string]*testCard) {
	byNumber, byName = map[string]*testCard{}, map[string]*testCard{}
	for i := range testCards {
		c := &testCards[i]
		if c.brand == "" {
			c.brand = "visa"
		}
		if c.country == "" {
			c.country = "US"
		}
		if c.funding == "" {
			c.funding = "credit"
		}
		if c.risk == "" {
			c.risk = "normal"
		}
		byNumber[c.number] = c
		for name := range strings.FieldsSeq(c.names) {
			byName["pm_card_"+name] = c
		}
	}
	return byNumber, byName
}

// digits removes what people type between the digits of a card number.
func digits(number string) string {
	return strings.NewReplacer(" ", "", "-", "").Replace(number)
}

// luhn tells whether the check digit of a card number is right.
func luhn(number string) bool {
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i] - '0')
		if d < 0 || d > 9 {
			return false
		}
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return len(number) >= 12 && len(number) <= 19 && sum%10 == 0
}

// fingerprint identifies a card within an account (stripe-facts §2.1): the same
// card gives a new pm_ each time and always the same fingerprint.
func (c *testCard) fingerprint(account string) string {
	sum := sha256.Sum256([]byte(account + "/" + c.number))
	out := make([]byte, 16)
	for i := range out {
		out[i] = alphabet[int(sum[i])%len(alphabet)]
	}
	return string(out)
}
