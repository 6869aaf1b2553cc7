package plugintest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// MakePlugin makes a payment plugin from the options of a host, and what finishes
// its interrupted payments. For a type that embeds *stripesecure.Plugin:
//
//	func(o stripesecure.Options) (stripesecure.PaymentPlugin, plugintest.Sweeper, error) {
//		p, err := mine.New(o)
//		return p, stripesecure.NewRunner(o.Store, p.Plugin), err
//	}
type MakePlugin func(stripesecure.Options) (stripesecure.PaymentPlugin, Sweeper, error)

// TestPlugin holds an implementation of [stripesecure.PaymentPlugin] to what every
// host relies on: one that embeds *stripesecure.Plugin, or wraps it, or another
// one. When the money is taken is the plugin's own decision, as long as it is
// after the order.
func TestPlugin(t *testing.T, newPlugin MakePlugin) {
	t.Helper()
	runRules(t, PluginRules(), func(*testing.T) MakePlugin { return newPlugin })
}

// PluginRules are the rules of TestPlugin.
func PluginRules() []Rule[MakePlugin] {
	return []Rule[MakePlugin]{
		{"PLUGIN-01", "Settings are the merchant's, and follow a change",
			"the merchant switches the method off and it goes on selling", followsSettings},
		{"PLUGIN-02", "Offer asks Stripe nothing for a guest, and offers nothing out of region or switched off",
			"the checkout page waits for Stripe, or offers what cannot be paid", offers},
		{"PLUGIN-03", "Pay without a card sends nothing and leads to the payment page",
			"a buyer without JavaScript, or of a mailed order, cannot pay", leadsToPage},
		{"PLUGIN-04", "Pay holds exactly the total, and takes nothing before the order",
			"an orphan charge: the money is taken and there is no order", holdsTotal},
		{"PLUGIN-05", "the same submission again is the same payment",
			"a double click is charged twice", sameSubmission},
		{"PLUGIN-06", "many submissions at once hold money once",
			"three tabs hold the buyer's money three times", oneHold},
		{"PLUGIN-07", "OrderPlaced, repeated, gets the same answer, and the money is taken at most once and never above the total",
			"a repeated notification is an error page, or a second charge", placedTwice},
		{"PLUGIN-08", "another order for a checkout that has one is order_conflict and changes nothing",
			"two orders share one payment", conflicts},
		{"PLUGIN-09", "OrderRefused releases the hold, and the next Pay is another payment",
			"the buyer's money stays held for goods that are sold out, or the next try can only be refused", refuses},
		{"PLUGIN-10", "an order that was cancelled is never paid",
			"the money of a cancelled order is captured", cancels},
		{"PLUGIN-11", "an amount that is not the one the page showed is refused before anything is sent",
			"the buyer pays another amount than the page said", amountShown},
		{"PLUGIN-12", "after a decline another card pays for the same payment",
			"a declined buyer is lost", declines},
		{"PLUGIN-13", "Payment and Current read the store only, and looking stores nothing",
			"every page view costs a call to Stripe, and a crawler fills the database", looks},
		{"PLUGIN-14", "bad input is invalid with all its faults, an unknown payment not_found, and nothing is sent",
			"a wrong call moves money", badInput},
		{"PLUGIN-15", "a lost answer of Stripe's is no error and no decline, and Resume finds the payment",
			"the buyer is told that it failed, pays again, and is charged twice", lostAnswer},
		{"PLUGIN-16", "3-D Secure: the browser gets the client secret and nothing personal; Resume believes Stripe only",
			"an order without money, or personal data in a page", authenticates},
		{"PLUGIN-17", "Capture takes the money once, and never more than the order",
			"a clerk's double click charges twice", capturesOnce},
		{"PLUGIN-18", "one operation id refunds once, and never more than was taken",
			"a clerk's double click refunds twice", refundsOnce},
		{"PLUGIN-19", "Handler takes signed events and refuses all others",
			"anybody can tell the shop that a payment has changed", takesEvents},
		{"PLUGIN-20", "a caller whose context has ended gets canceled, and nothing is sent",
			"a request that nobody waits for holds money", canceledCaller},
		{"PLUGIN-21", "while the store fails nothing is sent to Stripe",
			"money is held that nobody can find", storeFails},
		{"PLUGIN-22", "a buyer who has paid and closed the window gets the order from the sweep",
			"a paid buyer gets nothing", sweepPlaces},
		{"PLUGIN-23", "a total of zero needs no card and no call",
			"a buyer with a full coupon cannot order", nothingToPay},
		{"PLUGIN-24", "without keys nothing is offered, and Pay is not_ready",
			"the buyer types a card into a form that cannot pay", notReady},
	}
}

// world is a plugin under test with a right host.
type world struct {
	*Bench

	plugin  stripesecure.PaymentPlugin
	sweeper Sweeper
	host    *MemoryHost
}

func (newPlugin MakePlugin) world(change ...func(*stripesecure.Options)) (*world, error) {
	w := &world{host: NewMemoryHost()}
	w.Bench = newBench(w.host, append([]func(*stripesecure.Options){
		func(o *stripesecure.Options) { o.Carts = w.host },
	}, change...)...)
	var err error
	w.plugin, w.sweeper, err = newPlugin(w.Options)
	if err != nil {
		return nil, fmt.Errorf("making the plugin: %w", err)
	}
	return w, nil
}

// withOrders lets the plugin place the orders.
func withOrders(o *stripesecure.Options) {
	if h, ok := o.Host.(*MemoryHost); ok {
		o.Orders = h
	}
}

func (w *world) pay(ctx context.Context, cart stripesecure.Cart, card string) (stripesecure.Result, error) {
	return w.plugin.Pay(ctx, cart, stripesecure.Input{Token: w.Stripe.Token(card)})
}

// hold is a payment whose money is held.
func (w *world) hold(ctx context.Context) (stripesecure.Payment, error) {
	res, err := w.pay(ctx, Cart("cart-1"), cardGood)
	if err == nil && res.Do != stripesecure.PlaceOrder {
		err = fmt.Errorf("Pay says %q (%s), want place_order", res.Do, res.Message.Code)
	}
	return res.Payment, err
}

// order is the order of a payment whose money is held.
func (w *world) order(ctx context.Context) (stripesecure.Order, error) {
	p, err := w.hold(ctx)
	if err != nil {
		return stripesecure.Order{}, err
	}
	order, err := w.host.PlaceOrder(ctx, p)
	if err == nil {
		_, err = w.plugin.OrderPlaced(ctx, p.ID, order)
	}
	return order, err
}

// wantMoney holds how many PaymentIntents hold or have taken money.
func (w *world) wantMoney(n int) error {
	got := 0
	for _, pi := range w.Stripe.Intents() {
		if pi.HeldMoney() {
			got++
		}
	}
	if got != n {
		return fmt.Errorf("%d payments hold money at Stripe, want %d", got, n)
	}
	return nil
}

// wantIntent holds the status of the only PaymentIntent.
func (w *world) wantIntent(statuses ...string) error {
	all := w.Stripe.Intents()
	if len(all) != 1 {
		return fmt.Errorf("%d PaymentIntents, want 1", len(all))
	}
	if slices.Contains(statuses, all[0].Status) {
		return nil
	}
	return fmt.Errorf("the PaymentIntent is %s, want %v", all[0].Status, statuses)
}

// wantNothingSent holds that no call was made that changes something.
func (w *world) wantNothingSent() error {
	if calls := w.Stripe.Calls("POST *"); len(calls) > 0 {
		return fmt.Errorf("sent: %v", calls)
	}
	return nil
}

// wantError holds the code of an error, and that errors.Is finds its sentinel.
func wantError(op string, err error, code stripesecure.Code, sentinel error) error {
	if stripesecure.CodeOf(err) != code || !errors.Is(err, sentinel) {
		return fmt.Errorf("%s: %v (code %q), want code %q", op, err, stripesecure.CodeOf(err), code)
	}
	return nil
}

func wantDo(op string, res stripesecure.Result, err error, do stripesecure.Do) error {
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	if res.Do != do {
		return fmt.Errorf("%s says %q (%s, message %q), want %q", op, res.Do, res.Payment.State, res.Message.Code, do)
	}
	return nil
}

const (
	held     = stripetest.StatusRequiresCapture
	captured = stripetest.StatusSucceeded
	canceled = stripetest.StatusCanceled
)
