// Package deferred is a payment plugin of another name, built on stripesecure:
// "card, charged when we ship". It shows everything that an author can change
// without a fork:
//
//   - it embeds *stripesecure.Plugin and adds a call ([Plugin.Ship]);
//   - it appends hooks to those of the host, so that both work: another name for
//     the buyer, a decision about risk before the payment, a description and
//     metadata at Stripe, no capture before shipping, another initial status for
//     large orders, and a call for help when a payment stands for nothing.
//
// Its tests are those that every plugin can run: plugintest.TestPlugin and
// plugintest.TestHooks.
package deferred

import (
	"context"
	"errors"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/wording"
)

// Options are those of stripesecure, and a few of this plugin's own.
type Options struct {
	stripesecure.Options

	// GuestLimit is the largest total that a buyer without an account may pay.
	// Zero: no limit.
	GuestLimit stripesecure.Money
	// LargeFrom is the total from which an order waits for a clerk.
	// Zero: none does.
	LargeFrom stripesecure.Money
	// Department is written to every payment's metadata at Stripe.
	Department string
	// Alert is called when a person should look at Stripe. Nil: nobody is.
	Alert func(ctx context.Context, text string)
}

// StatusToCheck is the initial status of a large order.
const StatusToCheck = "to_check"

// Plugin is a stripesecure.PaymentPlugin with one call more.
type Plugin struct {
	*stripesecure.Plugin
}

var _ stripesecure.PaymentPlugin = (*Plugin)(nil)

// New makes the plugin. The host's hooks are asked first, then this plugin's.
func New(o Options) (*Plugin, error) {
	inner := o.Options
	inner.Hooks = append(append([]stripesecure.Hooks{}, o.Hooks...), o.hooks())
	p, err := stripesecure.New(inner)
	if err != nil {
		return nil, err
	}
	return &Plugin{p}, nil
}

func (o Options) hooks() stripesecure.Hooks {
	return stripesecure.Hooks{
		Name: "deferred", Offer: offer, BeforePay: o.beforePay, Describe: o.describe,
		Capture: later, OrderStatus: o.orderStatus, Stray: o.stray,
	}
}

var names = map[wording.Language]string{
	wording.Japanese: "クレジットカード(発送時にお支払い)", wording.English: "Card, charged when we ship",
}

// offer gives the method its own name.
func offer(_ context.Context, cart stripesecure.Cart, o *stripesecure.Offer) error {
	o.Name = names[cart.Language]
	return nil
}

var tooLarge = map[wording.Language]string{
	wording.Japanese: "この金額のお支払いには会員登録が必要です。", wording.English: "Please sign in to pay this amount.",
}

// beforePay is the decision about risk. Nothing was sent when it says no.
func (o Options) beforePay(_ context.Context, cart stripesecure.Cart) error {
	if cart.Buyer.Member == "" && atLeast(cart.Total, o.GuestLimit) && !cart.Total.Equal(o.GuestLimit) {
		return &stripesecure.Refused{Message: wording.Message{Code: "sign_in_to_pay", Text: tooLarge[cart.Language]}}
	}
	return nil
}

// atLeast reports whether m reaches a limit in its currency.
func atLeast(m, limit stripesecure.Money) bool {
	return limit.Currency != "" && m.Currency == limit.Currency && m.Amount.GreaterThanOrEqual(limit.Amount)
}

// describe is what people see at Stripe.
func (o Options) describe(_ context.Context, _ stripesecure.Cart, d *stripesecure.Description) error {
	d.Text += ", charged when shipped"
	if d.Metadata == nil {
		d.Metadata = map[string]string{}
	}
	if o.Department != "" {
		d.Metadata["department"] = o.Department
	}
	return nil
}

// later: whatever setting ⑬ says, the money is taken by Ship.
func later(context.Context, stripesecure.Payment) (stripesecure.CaptureWhen, error) {
	return stripesecure.CaptureLater, nil
}

// orderStatus lets large orders wait for a clerk.
func (o Options) orderStatus(_ context.Context, p stripesecure.Payment) (string, error) {
	if atLeast(p.Total, o.LargeFrom) {
		return StatusToCheck, nil
	}
	return p.OrderStatus, nil
}

// stray calls somebody: a buyer's money may be held for nothing.
func (o Options) stray(ctx context.Context, s stripesecure.Stray) error {
	if o.Alert == nil {
		return nil
	}
	text := "Stripe has " + s.Intent + " for checkout " + string(s.Checkout) + ", which knows nothing of it: please look"
	if s.Closed {
		text = "Stripe had " + s.Intent + " for checkout " + string(s.Checkout) + " too late; it is being cancelled"
	}
	o.Alert(ctx, text)
	return nil
}

// ErrNothingToShip says that there is no order, or that its money is not held.
var ErrNothingToShip = errors.New("deferred: nothing to ship")

// Ship takes the money of what leaves the house: the zero Money is all of it, a
// part is final and releases the rest. Asked again for the same it gives the same
// answer. Errors: ErrNothingToShip, and those of Capture.
func (p *Plugin) Ship(ctx context.Context, id stripesecure.PaymentID, amount stripesecure.Money) (stripesecure.Payment, error) {
	paid, err := p.Capture(ctx, id, amount)
	if errors.Is(err, stripesecure.ErrNotHeld) {
		return paid, errors.Join(ErrNothingToShip, err)
	}
	return paid, err
}
