package stripesecure_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/wording"
)

// soldTea is an order of 2400 yen whose money is captured.
func soldTea(change ...func(*stripesecure.Options)) (*stripesecure.Plugin, stripesecure.Payment) {
	plugin, stripe, host := newSteps(change...)
	ctx := context.Background()
	res, err := plugin.Pay(ctx, teaCart(), stripesecure.Input{Token: stripe.Token("4242424242424242")})
	if err != nil {
		log.Fatal(err)
	}
	order, err := host.commit(res.Payment)
	if err != nil {
		log.Fatal(err)
	}
	res, err = plugin.OrderPlaced(ctx, res.Payment.ID, order)
	if err != nil {
		log.Fatal(err)
	}
	return plugin, res.Payment
}

// The history of a payment, for the page of its order.
func ExamplePlugin_Timeline() {
	plugin, sold := soldTea()
	ctx := context.Background()
	_, err := plugin.Refund(ctx, sold.ID, stripesecure.Refund{ID: "refund-1", Amount: stripesecure.JPY(400)})
	if err != nil {
		log.Fatal(err)
	}
	moments, err := plugin.Timeline(ctx, sold.ID)
	if err != nil {
		log.Fatal(err)
	}
	for _, m := range moments {
		fmt.Println(m.Text(wording.English), m.Amount)
	}
	// Output:
	// Card submitted 2400 JPY
	// Authorised 2400 JPY
	// Order placed 2400 JPY
	// Captured 2400 JPY
	// Refund 400 JPY
}

// What was refused, and what a clerk should do, in the clerk's language.
func ExampleError_clerk() {
	plugin, sold := soldTea()
	_, err := plugin.Refund(context.Background(), sold.ID, stripesecure.Refund{ID: "refund-1", Amount: stripesecure.JPY(9999)})
	fmt.Println(errors.Is(err, stripesecure.ErrTooMuch))
	fmt.Println(wording.Merchant("Refund."+string(stripesecure.CodeOf(err)), wording.English))
	// Output:
	// true
	// This is more than is left to refund. Check what is left.
}

// The webhook endpoint is made at Stripe by one call; the secret is told once.
func ExamplePlugin_EnsureEndpoint() {
	plugin, _, _ := newSteps()
	endpoint, err := plugin.EnsureEndpoint(context.Background(), settings.Test)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(endpoint.URL)
	fmt.Println(endpoint.Mended, endpoint.Secret) // a secret prints as ***: store it with the settings
	// Output:
	// https://shop.example/stripesecure/webhook
	// [missing no_secret] ***
}

// Metrics without any library: what became of payments.
func ExampleWatch() {
	_, sold := soldTea(func(o *stripesecure.Options) {
		o.Watch.Transition = func(_ context.Context, t stripesecure.Transition) {
			fmt.Println(t.Payment, t.From, "→", t.To)
		}
	})
	fmt.Println(sold.State)
	// Output:
	// cart-17.1 open → unknown
	// cart-17.1 unknown → held
	// cart-17.1 held → captured
	// captured
}

// A health page, and what to raise an alarm for.
func ExamplePlugin_Health() {
	store := stripesecure.NewMemory()
	plugin, _, _ := newSteps(func(o *stripesecure.Options) { o.Store = store })
	ctx := context.Background()
	if err := stripesecure.NewRunner(store, plugin).Sweep(ctx); err != nil {
		log.Fatal(err)
	}
	health, err := plugin.Health(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(health.OK(), health.Overdue, health.Parked, health.Unknown)
	// Output: true 0 0 0
}

// A key is tested before it is stored.
func ExamplePlugin_TestConnection() {
	plugin, _, _ := newSteps()
	found := plugin.TestConnection(context.Background(), testSettings())
	fmt.Println(found.Accepted, found.Account.Country, found.Account.ChargesEnabled, found.Missing)
	// Output: true JP true []
}
