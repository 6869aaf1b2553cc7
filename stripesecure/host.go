package stripesecure

import (
	"context"
	"net/http"
	"slices"
)

// Host is the port that every shop engine implements. Each call may come more
// than once and from several servers at a time.
type Host interface {
	// CloseOrderKey returns the order that was committed under id, or makes
	// sure that none can ever be committed under it and returns false. Asked
	// again it answers the same. sqlstore.OrderKeys implements it by being
	// embedded. An error means "not known now"; it is asked again.
	CloseOrderKey(ctx context.Context, id PaymentID) (Order, bool, error)

	// Changed tells the host of a payment's new state: captured, voided,
	// expired, failed, refunded, disputed. What OrderPlaced and OrderRefused have answered comes
	// again here, with the next sweep. It comes at least once for each change and may come
	// late; a Payment whose Version is not above the last one seen is old, and
	// one whose News was seen is the same again. Several changes that the host
	// was not told of yet come as one. An error means "tell me again later":
	// more and more seldom, for three days, then [Plugin.Outbox] keeps it.
	Changed(ctx context.Context, p Payment) error
}

// Orders is the recommended second part of the host's port (Options.Orders):
// with it a paid buyer who closed the window still gets the order, and Pay and
// Resume place the order themselves.
type Orders interface {
	// PlaceOrder commits the order for p under p.ID and returns it, or the
	// order that is there already. It is made from p.Snapshot when the buyer
	// is gone. A *Refusal as the error means that the order cannot be made
	// (sold out, price changed); every other error is asked again. It has a
	// deadline of 20 seconds of its own. After CloseOrderKey has answered false
	// for p.ID no order may be made any more: that is a *Refusal as well.
	PlaceOrder(ctx context.Context, p Payment) (Order, error)
}

// Carts turns on the checkout calls of Plugin.Handler (Options.Carts).
type Carts interface {
	// Cart authorises the request (whose cart is it?) and gives the host's own
	// data. A second tab may still ask when the cart has become an order: where
	// the session has no open cart, give the one that was ordered last. A
	// request without a cart is an error; the buyer reads a text that tells
	// nothing about other carts. An error that is ErrStore means "try again".
	Cart(r *http.Request) (Cart, error)
}

// RefusalReason says why the host cannot make, or has withdrawn, an order.
type RefusalReason string

// The reasons. A buyer who is still there reads the text of the first two; for
// the others a text that gives no reason.
const (
	OutOfStock   RefusalReason = "out_of_stock"
	PriceChanged RefusalReason = "price_changed"
	Cancelled    RefusalReason = "cancelled"
	Closed       RefusalReason = "closed"
	Other        RefusalReason = "other"
)

// Refusal says that there is no order. Without Ref: the host could not make it.
// With Ref: the host has cancelled that order; this is also the merchant's
// void. Items are the names that the buyer reads when something is sold out.
// It is an error, so that PlaceOrder can return it.
type Refusal struct {
	Reason RefusalReason
	Items  []string
	Ref    string
	// Allotted is the ref that the order would have had, when the host had
	// numbered it before it gave up. It is only written to Stripe, so that people
	// find the payment by it (LC-33). PlaceOrder refuses with Allotted: it has
	// no order to cancel.
	Allotted string
}

func (r *Refusal) Error() string { return "order refused: " + string(r.Reason) }

func (r Refusal) check() []Fault {
	var faults []Fault
	switch r.Reason {
	case OutOfStock, PriceChanged, Cancelled, Closed, Other:
	default:
		faults = append(faults, Fault{"refusal.reason", "unknown"})
	}
	for field, ref := range map[string]string{"refusal.ref": r.Ref, "refusal.allotted": r.Allotted} {
		if len(ref) > 128 || textFault(ref) != "" {
			faults = append(faults, Fault{field, "malformed"})
		}
	}
	if slices.ContainsFunc(r.Items, typedCard) {
		faults = append(faults, Fault{"refusal.items", faultCardNumber})
	}
	return sorted(faults)
}
