package reconcile

import (
	"iter"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// A source is any iterator of orders or of payments: a query of the host's own
// tables, a list from Stripe, a file. These make one of what stripesecure lists.
// None of them changes anything.

// FromStripe gives Stripe's side of the comparison: what [stripesecure.Plugin]
// or a [stripesecure.StripeKey] lists by Intents. An error of the list ends it; a
// status that is not known is a [LineError].
func FromStripe(intents iter.Seq2[stripesecure.Intent, error]) iter.Seq2[Payment, error] {
	return func(yield func(Payment, error) bool) {
		var line int64
		for in, err := range intents {
			line++
			if err != nil {
				yield(Payment{}, err)
				return
			}
			p := Payment{
				ID: in.ID, OrderID: in.Order, Currency: in.Currency, Amount: in.Amount, Received: in.Received,
				Refunded: in.Refunded, Created: in.Created, CaptureBefore: in.CaptureBefore,
			}
			if p.Status.UnmarshalText([]byte(in.Status)) != nil {
				err = &LineError{File: "stripe", Line: line, Name: "status", Code: FaultStatus, Detail: in.Status}
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

// StoredPayments gives what the plugin's store knows of Stripe, without asking
// it: for comparing the host's own orders with it in no time. The payments are
// those that [stripesecure.Plugin.Payments] lists; checkouts without a
// PaymentIntent are left out.
func StoredPayments(stored iter.Seq2[stripesecure.Payment, error]) iter.Seq2[Payment, error] {
	return func(yield func(Payment, error) bool) {
		for pay, err := range stored {
			if err == nil && pay.Intent == "" {
				continue
			}
			p := Payment{ID: pay.Intent, Status: storedStatus[pay.State], Created: pay.Began, CaptureBefore: pay.CaptureBefore}
			if err == nil {
				p.Currency = pay.Total.Currency
				err = minors(map[*int64]stripesecure.Money{&p.Amount: pay.Total, &p.Received: pay.Captured, &p.Refunded: pay.Refunded})
			}
			if pay.Order != nil {
				p.OrderID = pay.Order.Ref
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// StoredOrders gives the orders as the plugin's store knows them, for comparing
// them with Stripe: what was lost between the two, or done in the Dashboard.
// Checkouts without an order, and orders of nothing to pay, are left out. The
// host's own list is the better side where there is one, because it tells what
// the plugin was never told.
func StoredOrders(stored iter.Seq2[stripesecure.Payment, error]) iter.Seq2[Order, error] {
	return func(yield func(Order, error) bool) {
		for pay, err := range stored {
			if err == nil && (pay.Order == nil || pay.State == stripesecure.StateNotNeeded) {
				continue
			}
			o := Order{PaymentIntent: pay.Intent, Status: orderStatus[pay.State], Created: pay.Began}
			if err == nil {
				o.ID, o.Currency = pay.Order.Ref, pay.Order.Total.Currency
				err = o.money(pay)
			}
			if !yield(o, err) || err != nil {
				return
			}
		}
	}
}

// money is the order's total. Where the merchant has captured less, that is what
// was due in the end: the hold is gone, and the host was told.
func (o *Order) money(pay stripesecure.Payment) error {
	var captured int64
	err := minors(map[*int64]stripesecure.Money{&o.Amount: pay.Order.Total, &captured: pay.Captured, &o.Refunded: pay.Refunded})
	if captured > 0 {
		o.Amount = min(o.Amount, captured)
	}
	return err
}

// minors sets amounts in minor units; no amount is none.
func minors(amounts map[*int64]stripesecure.Money) error {
	for into, amount := range amounts {
		if amount.Currency == "" {
			continue
		}
		minor, err := amount.Minor()
		if err != nil {
			return err
		}
		*into = minor
	}
	return nil
}

var storedStatus = map[stripesecure.State]PaymentStatus{
	stripesecure.StateOpen: RequiresPaymentMethod, stripesecure.StateNeedsAction: RequiresAction,
	stripesecure.StateProcessing: Processing, stripesecure.StateUnknown: Processing, stripesecure.StateHeld: RequiresCapture,
	stripesecure.StateCaptured: Succeeded, stripesecure.StateRefunded: Succeeded, stripesecure.StateVoided: Canceled,
	stripesecure.StateExpired: Canceled, stripesecure.StateFailed: Canceled, stripesecure.StateNotNeeded: Canceled,
}

// orderStatus is what an order's payment makes of the order. One whose hold has
// expired still counts on it: the host has yet to decide.
var orderStatus = map[stripesecure.State]OrderStatus{
	stripesecure.StateOpen: Pending, stripesecure.StateNeedsAction: Pending, stripesecure.StateProcessing: Pending,
	stripesecure.StateUnknown: Pending, stripesecure.StateFailed: Pending, stripesecure.StateHeld: Authorized,
	stripesecure.StateExpired: Authorized, stripesecure.StateCaptured: Paid, stripesecure.StateRefunded: Refunded,
	stripesecure.StateVoided: Cancelled,
}
