package reconcile

import "fmt"

// Urgency is when a person has to act on a finding. Its name is stable.
type Urgency uint8

// The urgencies.
const (
	// Today: somebody's money is in the wrong hands, or goods would leave without
	// money.
	Today Urgency = iota
	// ThisWeek: the books are wrong, or a hold is loose that ends by itself.
	ThisWeek
	// NoAction: nothing is to be done, or not yet.
	NoAction
)

const numUrgencies = int(NoAction) + 1

var urgencyNames = [numUrgencies]string{"today", "this_week", "no_action"}

// String returns the stable name: "this_week".
func (u Urgency) String() string {
	if int(u) >= numUrgencies {
		return fmt.Sprintf("urgency(%d)", uint8(u))
	}
	return urgencyNames[u]
}

// MarshalText writes the stable name.
func (u Urgency) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText reads a stable name.
func (u *Urgency) UnmarshalText(text []byte) error { return named(u, urgencyNames[:], text) }

// Urgency says when a person has to act. What the finding asks for decides: of
// two statuses that differ, one may mean unpaid goods and the other a wrong word
// in the shop.
func (f *Finding) Urgency() Urgency {
	switch f.Action {
	case None, Wait:
		return NoAction
	case Refund, RefundPart, OrderOrRefund, OrderOrCancel, AskPayment, FindPayment, Capture, Review:
		return Today
	default:
		return ThisWeek
	}
}

// hasMoney reports whether the amount of a finding of this class is at stake:
// held, taken, or owed for an order. A buyer who left has paid nothing.
func (c Class) hasMoney() bool {
	switch c {
	case Incomplete, Refused, Matched, BadLine:
		return false
	default:
		return true
	}
}
