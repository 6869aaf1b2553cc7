package wording

// declineCodes maps Stripe's decline codes to what a buyer may know. Whatever is
// not here is DeclinedGeneric: above all fraudulent, lost_card, stolen_card,
// pickup_card, restricted_card, security_violation and merchant_blacklist, whose
// reason would warn a thief, and do_not_honor, call_issuer and the like, whose
// reason nobody knows.
var declineCodes = map[string]Code{
	"incorrect_number":     DeclinedInput,
	"invalid_number":       DeclinedInput,
	"incorrect_cvc":        DeclinedInput,
	"invalid_cvc":          DeclinedInput,
	"invalid_expiry_month": DeclinedInput,
	"invalid_expiry_year":  DeclinedInput,

	"expired_card": DeclinedExpired,

	"insufficient_funds":              DeclinedFunds,
	"card_velocity_exceeded":          DeclinedFunds,
	"withdrawal_count_limit_exceeded": DeclinedFunds,

	"card_not_supported":     DeclinedUnsupported,
	"currency_not_supported": DeclinedUnsupported,

	"processing_error":     DeclinedRetry,
	"issuer_not_available": DeclinedRetry,
	"try_again_later":      DeclinedRetry,
	"reenter_transaction":  DeclinedRetry,

	"authentication_required":               ThreeDSFailed,
	"authentication_not_handled":            ThreeDSFailed,
	"mobile_device_authentication_required": ThreeDSFailed,
}

// errorCodes maps Stripe's error codes for an answer without a decline code.
// They share the names above and add those that come before any issuer is asked.
var errorCodes = map[string]Code{
	"payment_intent_authentication_failure":  ThreeDSFailed,
	"setup_intent_authentication_failure":    ThreeDSFailed,
	"payment_intent_payment_attempt_expired": WalletTimeout,
	"payment_method_customer_decline":        Returned,
	"payment_method_provider_timeout":        DeclinedRetry,
	"card_decline_rate_limit_exceeded":       TooManyAttempts,
	"token_already_used":                     TokenExpired,
	"amount_too_small":                       AmountOutOfRange,
	"amount_too_large":                       AmountOutOfRange,
}

// DeclineCode maps the code and the decline_code of Stripe's answer to a
// declined card to the code of our message. The decline code is the issuer's
// word and decides alone when there is one; unknown codes, now and in times to
// come, are DeclinedGeneric. Stripe's own message is never shown.
//
// It speaks about declines only: whether an answer is a decline at all, or a
// doubt (5xx, 409, 429), is decided before.
func DeclineCode(stripeCode, declineCode string) Code {
	name := declineCode
	if name == "" {
		name = stripeCode
		if code, ok := errorCodes[name]; ok {
			return code
		}
	}
	if code, ok := declineCodes[name]; ok {
		return code
	}
	return DeclinedGeneric
}
