package reconcile

import "time"

// Payment is one PaymentIntent at Stripe.
type Payment struct {
	ID      string // pi_…, unique in its list
	OrderID string // what the shop wrote to Stripe (metadata order_id), "" for none
	Status  PaymentStatus
	// Currency is the ISO 4217 code in capitals.
	Currency string
	// Amount is what the payment is for, Received what Stripe took
	// (amount_received) and Refunded what it gave back, all in minor units as
	// Stripe counts them.
	Amount, Received, Refunded int64
	Created                    time.Time
	// CaptureBefore is the end of the hold as Stripe tells it (capture_before
	// of the charge). Zero means unknown: then the hold is taken to end after
	// 7 days, or after 7 to 30 days in yen, where the card's brand decides.
	CaptureBefore time.Time
}

// Order is one order of the shop.
type Order struct {
	ID            string // unique in its list
	PaymentIntent string // what the shop stored with the order, "" for none
	Status        OrderStatus
	Currency      string // the ISO 4217 code in capitals
	Amount        int64  // the total in minor units, as Stripe counts them
	// Refunded is what the shop says it gave back, in minor units. For the
	// status [Refunded] all of it was, and this is not read.
	Refunded int64
	Created  time.Time
}
