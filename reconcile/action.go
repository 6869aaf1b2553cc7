package reconcile

import "fmt"

// Action is what a finding asks a person, or a repair, to do. Its name is
// stable.
type Action uint8

// The actions.
const (
	// None: nothing is to be done.
	None Action = iota
	// Wait: it is not over yet; compare again in an hour.
	Wait
	// Capture the hold.
	Capture
	// CapturePart: capture the order's total, which releases the rest.
	CapturePart
	// Cancel the payment at Stripe, which releases its hold.
	Cancel
	// Refund all of the payment that is not given back yet.
	Refund
	// RefundPart: give back what Stripe took beyond the order's total.
	RefundPart
	// OrderOrCancel: make the order that is missing, or cancel the payment.
	OrderOrCancel
	// OrderOrRefund: make the order that is missing, or refund the payment.
	OrderOrRefund
	// AskPayment: send nothing, and ask the buyer to pay (again).
	AskPayment
	// AskDifference: ask the buyer for what is missing.
	AskDifference
	// FixOrder: the order in the shop must say what Stripe says.
	FixOrder
	// FindPayment: look for the payment; it may be in another account or period.
	FindPayment
	// Review: a person has to look at both sides.
	Review
	// FixLine: correct the line of the file and compare again.
	FixLine
)

const numActions = int(FixLine) + 1

var actionNames = [numActions]string{
	"none", "wait", "capture", "capture_part", "cancel", "refund", "refund_part", "order_or_cancel",
	"order_or_refund", "ask_payment", "ask_difference", "fix_order", "find_payment", "review", "fix_line",
}

// String returns the stable name: "capture_part".
func (a Action) String() string {
	if int(a) >= numActions {
		return fmt.Sprintf("action(%d)", uint8(a))
	}
	return actionNames[a]
}

// MarshalText writes the stable name.
func (a Action) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads a stable name.
func (a *Action) UnmarshalText(text []byte) error {
	return named(a, actionNames[:], text)
}
