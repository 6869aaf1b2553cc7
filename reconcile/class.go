package reconcile

import (
	"encoding"
	"fmt"
	"slices"
)

// Class is what the comparison of one pair came to. Its name is stable; the
// values are in the order of the names, which is the order of a report.
type Class uint8

// The classes of a pair. Each has exactly one, by the precedence of [Classify].
const (
	// AmountMismatch: the order's total is not what Stripe received or holds.
	AmountMismatch Class = iota
	// BadLine: a line that could not be read, kept by Options.KeepGoing.
	BadLine
	// CurrencyMismatch: order and payment are in different currencies.
	CurrencyMismatch
	// DuplicatePayment: money is held or taken for an order that has another
	// payment already (DUP-15).
	DuplicatePayment
	// HoldExpired: the order counts on a hold that is no longer there.
	HoldExpired
	// HoldExpiring: the hold ends within two days and is not captured.
	HoldExpiring
	// Incomplete: left during approval; no order, no money (LC-31).
	Incomplete
	// Matched: both sides agree, also about there being nothing.
	Matched
	// OrderUnknown: money for an order id that the shop does not have (LC-40).
	OrderUnknown
	// OrphanAuthorized: a hold without an order id (LC-32, LC-38, LC-39).
	OrphanAuthorized
	// OrphanCaptured: money taken without an order id (LC-35, LC-39).
	OrphanCaptured
	// PaymentMissing: the order counts on a payment that Stripe does not have.
	PaymentMissing
	// RefundMismatch: shop and Stripe disagree about what was given back.
	RefundMismatch
	// Refused: cancelled or given back, with an order id and without an order:
	// the goods ran out during approval (LC-33, LC-36). Nothing is to be done.
	Refused
	// StatusMismatch: paid here, not paid there, and the like.
	StatusMismatch
)

const numClasses = int(StatusMismatch) + 1

var classNames = [numClasses]string{
	"amount_mismatch", "bad_line", "currency_mismatch", "duplicate_payment", "hold_expired", "hold_expiring",
	"incomplete", "matched", "order_unknown", "orphan_authorized", "orphan_captured", "payment_missing",
	"refund_mismatch", "refused", "status_mismatch",
}

// byUrgency is what needs a person first: money that buyers lost, then money
// that the shop loses, then books that are wrong, then tidying up.
var byUrgency = []Class{
	OrphanCaptured, DuplicatePayment, HoldExpiring, OrderUnknown, CurrencyMismatch, HoldExpired, PaymentMissing,
	StatusMismatch, RefundMismatch, AmountMismatch, OrphanAuthorized, BadLine, Incomplete, Refused, Matched,
}

// Classes returns all classes, what needs a person first at the front.
func Classes() []Class { return slices.Clone(byUrgency) }

// String returns the stable name: "orphan_captured".
func (c Class) String() string {
	if int(c) >= numClasses {
		return fmt.Sprintf("class(%d)", uint8(c))
	}
	return classNames[c]
}

// MarshalText writes the stable name, so that a class is a key in JSON.
func (c Class) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a stable name.
func (c *Class) UnmarshalText(text []byte) error {
	return named(c, classNames[:], text)
}

// named sets into to the place of text in names. "" is no name.
func named[T ~uint8](into *T, names []string, text []byte) error {
	var i T
	for _, name := range names {
		if name == string(text) && name != "" {
			*into = i
			return nil
		}
		i++
	}
	return fmt.Errorf("reconcile: %q is none of %q", text, names)
}

var _ encoding.TextUnmarshaler = (*Class)(nil)
