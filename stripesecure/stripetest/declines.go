package stripetest

// refusal is how a declined card looks: code, decline code, parameter, message
// (stripe-facts §1.5, recorded).
type refusal struct{ code, decline, param, message string }

const plainDecline = "Your card was declined."

var refusals = map[string]refusal{
	"generic_decline":         {"card_declined", "generic_decline", "", plainDecline},
	"insufficient_funds":      {"card_declined", "insufficient_funds", "", "Your card has insufficient funds."},
	"lost_card":               {"card_declined", "lost_card", "", plainDecline},
	"stolen_card":             {"card_declined", "stolen_card", "", plainDecline},
	"fraudulent":              {"card_declined", "fraudulent", "", plainDecline},
	"card_velocity_exceeded":  {"card_declined", "card_velocity_exceeded", "", "Your card was declined for making repeated attempts too frequently or exceeding its amount limit."},
	"expired_card":            {"expired_card", "", "exp_month", "Your card has expired."},
	"incorrect_cvc":           {"incorrect_cvc", "", "cvc", "Your card's security code is incorrect."},
	"processing_error":        {"processing_error", "", "", "An error occurred while processing your card. Try again in a little bit."},
	"authentication_required": {"authentication_required", "authentication_required", "", "Your card was declined. This transaction requires authentication."},
}

// declineOf makes the 402 for a reason.
func declineOf(reason string) *Error {
	r, ok := refusals[reason]
	if !ok {
		r = refusal{"card_declined", reason, "", plainDecline}
	}
	e := cardFault(r.code, r.param, r.message)
	e.DeclineCode = r.decline
	return e
}

// declined is the 402 for a card that cannot be attached.
func declined(pm *PaymentMethod) *Error { return declineOf(pm.card.decline) }

// authenticationFailed is the last error of an intent whose buyer did not pass
// 3-D Secure (Stripe docs page "Error codes").
func authenticationFailed(setup bool) *Error {
	code := "payment_intent_authentication_failure"
	message := "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again."
	if setup {
		code = "setup_intent_authentication_failure"
		message = "The latest attempt to set up the payment method has failed because authentication failed."
	}
	e := refused(code, "", message)
	return e
}
