package plugintest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/plugintest"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// The rules as values, for a report of one's own: a host that forgets what it was
// told to close.
func ExampleHostRules() {
	ctx := context.Background()
	for _, rule := range plugintest.HostRules() {
		host := &forgetful{plugintest.NewMemoryHost()}
		shop := plugintest.Shop{
			Host: host, Orders: host,
			NewCart: func(context.Context) (stripesecure.Cart, error) { return plugintest.Cart("cart-1"), nil },
		}
		violation := (*plugintest.Violation)(nil)
		if err := rule.Check(ctx, shop); errors.As(err, &violation) && rule.ID == "HOST-05" {
			fmt.Println(violation.ID, violation.Err)
			fmt.Println("otherwise", violation.Breaks)
		}
	}
	// Output:
	// HOST-05 after CloseOrderKey: PlaceOrder gives {R-cart-1.1 2400 JPY}, want a *Refusal
	// otherwise an order is made whose money was released just before
}

type forgetful struct{ *plugintest.MemoryHost }

func (*forgetful) CloseOrderKey(context.Context, stripesecure.PaymentID) (stripesecure.Order, bool, error) {
	return stripesecure.Order{}, false, nil
}

// A test of one's own: the buyer pays at the bank and closes the window.
func TestBench(t *testing.T) {
	host := plugintest.NewMemoryHost()
	b := plugintest.New(t, host, func(o *stripesecure.Options) { o.Orders = host })
	ctx := t.Context()
	res, err := b.Plugin.Pay(ctx, plugintest.Cart("cart-1"), stripesecure.Input{Token: b.Stripe.Token("4000002760003184")})
	if err != nil || !b.Stripe.Challenge(res.Payment.Intent, stripetest.Pass) {
		t.Fatalf("%v, %v", res.Do, err)
	}
	if err := b.Sweep(ctx, 2*time.Minute); err != nil {
		t.Fatal(err)
	}
	if orders := host.Orders(); len(orders) != 1 || host.Told("cart-1.1").State != stripesecure.StateCaptured {
		t.Errorf("%v, told %q", orders, host.Told("cart-1.1").State)
	}
	// A refund in the Dashboard is told by an event.
	if err := b.Stripe.Dashboard().Refund(res.Payment.Intent, 0); err != nil {
		t.Fatal(err)
	}
	if err := b.Webhooks(ctx); err != nil {
		t.Fatal(err)
	}
	if told := host.Told("cart-1.1"); told.State != stripesecure.StateRefunded {
		t.Errorf("told %q", told.State)
	}
}

// A host that refuses: the money is released.
func TestBench_refused(t *testing.T) {
	host := plugintest.NewMemoryHost()
	b := plugintest.New(t, host, func(o *stripesecure.Options) { o.Orders, o.Carts = host, host })
	host.Refuse(&stripesecure.Refusal{Reason: stripesecure.OutOfStock, Items: []string{"Sencha"}})
	res, err := b.Plugin.Pay(t.Context(), plugintest.Cart("cart-1"), stripesecure.Input{Token: b.Stripe.Token("4242424242424242")})
	if err != nil || res.Page != stripesecure.CartPage || b.Stripe.Intents()[0].HeldMoney() {
		t.Errorf("%q on page %q, %v", res.Message.Text, res.Page, err)
	}
}
