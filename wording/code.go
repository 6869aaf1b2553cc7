package wording

import "slices"

// Code names one message to a buyer. Codes are stable: hosts may switch on them,
// style them and count them. A code never says more than its text does: fraud, a
// lost card and a stolen card have no code of their own.
type Code string

// Cards that were not accepted. What was declined is said, why only where the
// buyer can do something about it; that nothing is held is never said here.
const (
	// DeclinedGeneric is every reason that a buyer must not be told, and every unknown one.
	DeclinedGeneric Code = "declined_generic"
	// DeclinedInput: number, expiry date or security code were mistyped.
	DeclinedInput Code = "declined_input"
	// DeclinedExpired: the card has expired.
	DeclinedExpired Code = "declined_expired"
	// DeclinedFunds: insufficient funds, or a limit of the card is reached.
	DeclinedFunds Code = "declined_funds"
	// DeclinedUnsupported: this kind of card or currency does not work here.
	DeclinedUnsupported Code = "declined_unsupported"
	// DeclinedRetry: the issuer could not be reached; the same card may work soon.
	DeclinedRetry Code = "declined_retry"
	// ThreeDSFailed: the identity check was failed, left or not possible.
	ThreeDSFailed Code = "three_ds_failed"
	// WalletTimeout: the approval in a wallet's app did not come in time (MP-06).
	WalletTimeout Code = "wallet_timeout"
	// SavedCardUnavailable: the saved card was removed, or is not this member's: which of the two is not told.
	SavedCardUnavailable Code = "saved_card_unavailable"
	// TooManyAttempts: the attempt limit, or Stripe's own limit of confirms, is reached.
	TooManyAttempts Code = "too_many_attempts"
)

// What the buyer has to enter or do.
const (
	// FormIncomplete: something is missing in, or wrong with, what the browser sent.
	FormIncomplete Code = "form_incomplete"
	// CardNumberMisplaced: a field that is not the card form of Stripe has what looks like a card number.
	CardNumberMisplaced Code = "card_number_misplaced"
	// CardFormFailed: the card form of Stripe did not load.
	CardFormFailed Code = "card_form_failed"
	// JavaScriptRequired: a new card needs JavaScript; a saved card does not.
	JavaScriptRequired Code = "javascript_required"
	// TokenExpired: the token of the card is used or too old; the card must be entered again.
	TokenExpired Code = "token_expired"
	// ThreeDSRequired goes beside the issuer's identity check.
	ThreeDSRequired Code = "three_ds_required"
)

// How a payment stands.
const (
	// Processing: the result is being read; the page asks again by itself.
	Processing Code = "processing"
	// OrderPending: the card is approved, the order is being made.
	OrderPending Code = "order_pending"
	// Cancelling: an earlier attempt is being cancelled; nothing new may be sent before that is proven.
	Cancelling Code = "cancelling"
	// AskAgain: a second Pay came while the first one runs.
	AskAgain Code = "ask_again"
	// UnknownResult: the result will not be known while the buyer waits.
	UnknownResult Code = "unknown_result"
	// Completed: the order exists and its money is held or captured.
	Completed Code = "completed"
	// AlreadyPaid: the buyer pays again for what is paid.
	AlreadyPaid Code = "already_paid"
	// NothingToPay: the total is 0.
	NothingToPay Code = "nothing_to_pay"
	// PaymentFailed: an order that exists is not paid (hosts that commit the order first).
	PaymentFailed Code = "payment_failed"
	// PaymentExpired: the hold of an order ended before it was captured.
	PaymentExpired Code = "payment_expired"
)

// Checkouts that ended without an order.
const (
	// OutOfStock: sold out while the buyer was paying (LC-33); Facts.Items names what.
	OutOfStock Code = "out_of_stock"
	// Returned: the buyer came back before the payment was approved (LC-31).
	Returned Code = "returned"
	// DuplicateTab: another tab took over (LC-32).
	DuplicateTab Code = "duplicate_tab"
	// AmountChanged: the total differs from the one the buyer saw, or from the one that is held.
	AmountChanged Code = "amount_changed"
	// OrderCancelled: the shop or the buyer has cancelled the order.
	OrderCancelled Code = "order_cancelled"
	// OrderClosed: the shop no longer accepts this order.
	OrderClosed Code = "order_closed"
	// OrderRefused: the shop cannot make the order, for a reason it does not give.
	OrderRefused Code = "order_refused"
	// PaymentPageExpired: the ready payment page was opened after Cart.PayBy.
	PaymentPageExpired Code = "payment_page_expired"
)

// Why the method is not offered, or the request not answered.
const (
	// MethodUnavailable: disabled, or not ready.
	MethodUnavailable Code = "method_unavailable"
	// RegionUnavailable: the address is outside region ② (LC-06).
	RegionUnavailable Code = "region_unavailable"
	// CurrencyUnavailable: Stripe or the settings do not take this currency.
	CurrencyUnavailable Code = "currency_unavailable"
	// AmountOutOfRange: below the minimum or above the maximum; Facts.Min and Facts.Max name them.
	AmountOutOfRange Code = "amount_out_of_range"
	// TemporarilyUnavailable: Stripe or the store does not answer; nothing was sent.
	TemporarilyUnavailable Code = "temporarily_unavailable"
	// NotFound: not there, or not this buyer's: which of the two is not told.
	NotFound Code = "not_found"
	// InvalidReturn: the way back from a bank cannot be verified.
	InvalidReturn Code = "invalid_return"
	// TryLater: no card is taken from here now. It says nothing about why.
	TryLater Code = "try_later"
	// ChallengeRequired: the shop's check that a person pays has to be passed first.
	ChallengeRequired Code = "challenge_required"
	// RequestRefused: the request did not come from the shop's own page.
	RequestRefused Code = "request_refused"
	// SystemError: anything else. It is also the text of a code that this version does not know.
	SystemError Code = "system_error"
)

// Codes returns every code, in the order of the catalogue. The slice is the caller's.
func Codes() []Code {
	codes := make([]Code, len(catalogue))
	for i, e := range catalogue {
		codes[i] = e.code
	}
	return codes
}

// Known reports whether the code is one of [Codes].
func (c Code) Known() bool {
	return slices.ContainsFunc(catalogue, func(e entry) bool { return e.code == c })
}
