package plugintest

import (
	"context"
	"testing"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// Shop is a shop engine as its suite sees it. Every function works on the
// engine's own database, as a test of the engine would.
//
// Host and NewCart are required. A rule that needs a function that is nil is
// skipped, and the shop is not proven in that respect.
type Shop struct {
	// Host is the port.
	Host stripesecure.Host

	// Orders makes the order when the money is held: Options.Orders, or for an
	// engine that drives the steps what it does when it is told place_order. Nil
	// for engines that only know orders that are made before the payment.
	Orders stripesecure.Orders

	// NewCart puts something for sale into a new cart and returns what the engine
	// would give to Pay: each time another CheckoutID.
	NewCart func(ctx context.Context) (stripesecure.Cart, error)

	// Find looks up the orders that were made for a payment, where the engine
	// keeps its orders and not by the order key.
	Find func(ctx context.Context, id stripesecure.PaymentID) ([]stripesecure.Order, error)

	// SellOut takes what is in the cart off the shelf, as another buyer would.
	SellOut func(ctx context.Context, cart stripesecure.Cart) error

	// State is the state of a payment that the engine shows with its order.
	State func(ctx context.Context, id stripesecure.PaymentID) (stripesecure.State, error)

	// Restart gives the same shop as another server sees it, or this one after a
	// restart: same database, nothing in memory.
	Restart func(ctx context.Context) (Shop, error)

	// First is set by engines that make the order before the buyer pays; where
	// Orders is nil, the orders of the rules are made by it.
	First *CommitsFirst
}

// TestHost holds a shop engine to every rule of [stripesecure.Host] and
// [stripesecure.Orders]. newShop returns a shop for each rule; it may be the same
// one. An engine that makes the order before the buyer pays has [TestHostFirst]
// beside it.
func TestHost(t *testing.T, newShop func(t *testing.T) Shop) {
	t.Helper()
	runRules(t, HostRules(), newShop)
}

// HostRules are the rules of TestHost.
func HostRules() []Rule[Shop] {
	return []Rule[Shop]{
		{"HOST-01", "the order is made for exactly the amount that is held, and is found again",
			"the buyer's money is held for an order that nobody can find, and is never captured", placesOrder},
		{"HOST-02", "asked again for the same payment, the same order is the answer",
			"the buyer gets the goods twice and pays once", placesOnce},
		{"HOST-03", "asked by several servers at once, there is one order",
			"two tabs make two orders for one payment", placesOnceAtOnce},
		{"HOST-04", "CloseOrderKey gives the order that was made, however often it is asked",
			"the hold of an order that exists is released: goods leave unpaid", keyGivesOrder},
		{"HOST-05", "after CloseOrderKey has answered that there is none, no order can be made: a *Refusal",
			"an order is made whose money was released just before", closedStaysClosed},
		{"HOST-06", "CloseOrderKey and PlaceOrder at once decide one thing",
			"the money is released while the order is being made, once in a thousand times", oneDecision},
		{"HOST-07", "another payment id of the same checkout is decided for itself",
			"a buyer whose first payment was released can never buy this cart", nextGeneration},
		{"HOST-08", "two payments are two orders with two refs",
			"one buyer's money is captured for another buyer's order", twoOrders},
		{"HOST-09", "when the payment's total is not the order's, there is a *Refusal and no order",
			"the cart was changed in another tab: goods are sold for less than they cost, or nothing is captured", amountDiffers},
		{"HOST-10", "sold out is a *Refusal for out_of_stock that names what is missing, and leaves no order",
			"the buyer waits for ever with the money held, or is not told why the cart is back", soldOut},
		{"HOST-11", "news that comes again changes nothing",
			"a payment is booked twice", newsTwice},
		{"HOST-12", "news with a lower Version than was seen is dropped",
			"a captured order is shown as unpaid again, and is cancelled or asked for money", newsLate},
		{"HOST-13", "news that several servers bring in any order ends at the highest Version",
			"as HOST-12, in a busy shop", newsAtOnce},
		{"HOST-14", "news of a payment without an order is taken without an error, and makes none",
			"the library repeats it for three days, and then bothers a person", newsOfNothing},
		{"HOST-15", "another server, or this one after a restart, knows the same orders and closed keys",
			"a restart makes orders twice, or loses paid ones", survivesRestart},
		{"HOST-16", "a call whose caller has gone leaves the whole order or nothing, and can be repeated",
			"a half made order: the stock is gone and there is no order, or the order has no goods", callerGone},
		{"HOST-17", "when the answer of PlaceOrder is lost, the sweep finds the one order and its money is taken",
			"a crash at the worst moment loses a sale, or makes it twice", answerLost},
		{"HOST-18", "a buyer who paid and closed the window gets the order from the snapshot alone",
			"a paid buyer gets nothing, because the order needs the buyer's session", buyerGone},
		{"HOST-19", "when the shop refuses, the hold is released and there is no order",
			"the buyer's money stays held for goods that do not exist", refusalReleases},
	}
}

// heldPayment is what the plugin gives to PlaceOrder for a cart.
func heldPayment(cart stripesecure.Cart) stripesecure.Payment {
	return stripesecure.Payment{
		ID: stripesecure.PaymentID(cart.ID + ".1"), Checkout: cart.ID, Version: 3, State: stripesecure.StateHeld,
		Total: cart.Total, Member: cart.Buyer.Member, Snapshot: cart.Snapshot, Language: cart.Language,
		OrderStatus: "new", Card: stripesecure.Card{Brand: "visa", Last4: "4242"}, Intent: "pi_1", MailText: "Visa",
	}
}

// newPayment is a payment whose money is held, for a new cart.
func (s Shop) newPayment(ctx context.Context) (stripesecure.Payment, error) {
	cart, err := s.NewCart(ctx)
	if err != nil {
		return stripesecure.Payment{}, err
	}
	return heldPayment(cart), nil
}

// placed is a payment with its order.
func (s Shop) placed(ctx context.Context) (stripesecure.Payment, stripesecure.Order, error) {
	if s.Orders == nil && s.First != nil {
		return s.First.placed(ctx, s)
	}
	if s.Orders == nil {
		return stripesecure.Payment{}, stripesecure.Order{}, errNoOrders
	}
	p, err := s.newPayment(ctx)
	if err != nil {
		return p, stripesecure.Order{}, err
	}
	order, err := s.Orders.PlaceOrder(ctx, p)
	return p, order, err
}

var errNoOrders = skip("the shop has no Orders")
