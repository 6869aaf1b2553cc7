package reconcile

import "fmt"

// PaymentStatus is the status of a PaymentIntent at Stripe
// (docs.stripe.com/payments/paymentintents/lifecycle).
type PaymentStatus uint8

// The statuses of a PaymentIntent. The zero value is no status.
const (
	RequiresPaymentMethod PaymentStatus = iota + 1
	RequiresConfirmation
	RequiresAction
	Processing
	RequiresCapture
	Succeeded
	Canceled
)

const numPaymentStatuses = int(Canceled) + 1

var paymentStatusNames = [numPaymentStatuses]string{
	"", "requires_payment_method", "requires_confirmation", "requires_action", "processing", "requires_capture",
	"succeeded", "canceled",
}

// String returns Stripe's name: "requires_capture".
func (s PaymentStatus) String() string {
	if int(s) >= numPaymentStatuses {
		return fmt.Sprintf("status(%d)", uint8(s))
	}
	return paymentStatusNames[s]
}

// MarshalText writes Stripe's name.
func (s PaymentStatus) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads Stripe's name.
func (s *PaymentStatus) UnmarshalText(text []byte) error {
	return named(s, paymentStatusNames[:], text)
}

// OrderStatus is what the shop says about an order's money. A shop's own words
// are mapped to these five.
type OrderStatus uint8

// The statuses of an order. The zero value is no status.
const (
	// Pending: the order waits for its money.
	Pending OrderStatus = iota + 1
	// Authorized: the money is held, to be captured when the goods are sent.
	Authorized
	// Paid: the money was taken.
	Paid
	// Cancelled: there is no order any more, and no money is due.
	Cancelled
	// Refunded: the money was taken and all of it given back.
	Refunded
)

const numOrderStatuses = int(Refunded) + 1

var orderStatusNames = [numOrderStatuses]string{"", "pending", "authorized", "paid", "cancelled", "refunded"}

// String returns the name in files: "paid".
func (s OrderStatus) String() string {
	if int(s) >= numOrderStatuses {
		return fmt.Sprintf("status(%d)", uint8(s))
	}
	return orderStatusNames[s]
}

// MarshalText writes the name in files.
func (s OrderStatus) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the name in files.
func (s *OrderStatus) UnmarshalText(text []byte) error {
	return named(s, orderStatusNames[:], text)
}
