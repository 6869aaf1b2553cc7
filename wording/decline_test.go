package wording

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Every decline code that Stripe documents.
var stripeDeclines = map[Code][]string{
	DeclinedGeneric: {
		// never told
		"fraudulent", "lost_card", "stolen_card", "pickup_card", "restricted_card", "merchant_blacklist",
		"security_violation", "highest_risk_level", "elevated_risk_level", "rule",
		// not known
		"generic_decline", "do_not_honor", "do_not_try_again", "call_issuer", "no_action_taken", "not_permitted",
		"service_not_allowed", "transaction_not_allowed", "stop_payment_order", "approve_with_id",
		"revocation_of_all_authorizations", "revocation_of_authorization", "duplicate_transaction",
		"invalid_account", "invalid_amount", "new_account_information_available",
		// nothing that the form asks for
		"incorrect_zip", "incorrect_address", "incorrect_pin", "invalid_pin", "pin_try_exceeded",
		"offline_pin_required", "online_or_offline_pin_required",
		// test and live mixed up
		"testmode_decline", "test_mode_decline", "live_mode_test_card", "test_mode_live_card",
		// not there today
		"a_code_of_tomorrow", "FRAUDULENT", " ",
	},
	DeclinedInput: {
		"incorrect_number", "invalid_number", "incorrect_cvc", "invalid_cvc", "invalid_expiry_month", "invalid_expiry_year",
	},
	DeclinedExpired:     {"expired_card"},
	DeclinedFunds:       {"insufficient_funds", "card_velocity_exceeded", "withdrawal_count_limit_exceeded"},
	DeclinedUnsupported: {"card_not_supported", "currency_not_supported"},
	DeclinedRetry:       {"processing_error", "issuer_not_available", "try_again_later", "reenter_transaction"},
	ThreeDSFailed:       {"authentication_required", "authentication_not_handled", "mobile_device_authentication_required"},
}

func TestDeclineCodeOfEveryDocumentedCode(t *testing.T) {
	for want, names := range stripeDeclines {
		for _, name := range names {
			require.Equal(t, want, DeclineCode("card_declined", name), name)
		}
	}
	for name := range declineCodes {
		require.Contains(t, stripeDeclines[declineCodes[name]], name, "the table above must name it")
	}
}

// Stripe sends some declines with an error code alone (stripe-facts §1.5).
func TestDeclineCodeOfErrorCodes(t *testing.T) {
	for _, c := range []struct {
		code, decline string
		want          Code
	}{
		{"card_declined", "", DeclinedGeneric},
		{"", "", DeclinedGeneric},
		{"parameter_unknown", "", DeclinedGeneric},
		{"expired_card", "", DeclinedExpired},
		{"incorrect_cvc", "", DeclinedInput},
		{"incorrect_cvc", "incorrect_cvc", DeclinedInput},
		{"incorrect_number", "", DeclinedInput},
		{"insufficient_funds", "", DeclinedFunds},
		{"processing_error", "", DeclinedRetry},
		{"authentication_required", "", ThreeDSFailed},
		{"authentication_required", "authentication_required", ThreeDSFailed},
		{"payment_intent_authentication_failure", "", ThreeDSFailed},
		{"setup_intent_authentication_failure", "", ThreeDSFailed},
		{"card_decline_rate_limit_exceeded", "", TooManyAttempts},
		{"payment_intent_payment_attempt_expired", "", WalletTimeout},
		{"payment_method_customer_decline", "", Returned},
		{"payment_method_provider_timeout", "", DeclinedRetry},
		{"payment_method_provider_decline", "", DeclinedGeneric},
		{"token_already_used", "", TokenExpired},
		{"amount_too_small", "", AmountOutOfRange},
		{"amount_too_large", "", AmountOutOfRange},
		// the issuer's word decides alone
		{"expired_card", "stolen_card", DeclinedGeneric},
		{"payment_intent_authentication_failure", "fraudulent", DeclinedGeneric},
	} {
		require.Equal(t, c.want, DeclineCode(c.code, c.decline), c.code+"/"+c.decline)
	}
}

func TestFraudLostAndStolenReadExactlyAsGeneric(t *testing.T) {
	for _, lang := range Languages() {
		for _, facts := range []Facts{{}, {NotCharged: true}, {NotCharged: true, HoldReleased: true}} {
			generic := For(DeclineCode("card_declined", "generic_decline"), lang, facts)
			for _, name := range stripeDeclines[DeclinedGeneric] {
				require.Equal(t, generic, For(DeclineCode("card_declined", name), lang, facts), name)
			}
		}
	}
}

// A decline says that the card was declined, not that nothing is held (rule 8).
func TestRule8DeclinesClaimNothing(t *testing.T) {
	for _, code := range []Code{DeclinedGeneric, DeclinedInput, DeclinedExpired, DeclinedFunds, DeclinedUnsupported, DeclinedRetry} {
		for _, lang := range Languages() {
			require.Equal(t, For(code, lang, Facts{}), For(code, lang, Facts{NotCharged: true}))
		}
	}
}
