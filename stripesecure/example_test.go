package stripesecure_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/plugintest"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

// teaShop is the smallest host: its orders live in memory. A real one embeds
// sqlstore.OrderKeys, whose Once makes order and key one transaction.
type teaShop struct{ *fakeHost }

func (s teaShop) PlaceOrder(_ context.Context, p stripesecure.Payment) (stripesecure.Order, error) {
	return s.commit(p)
}

func (teaShop) Cart(r *http.Request) (stripesecure.Cart, error) {
	return stripesecure.Cart{
		ID: "cart-17", Total: stripesecure.JPY(2400), Country: "JP", Language: wording.English,
		Buyer: stripesecure.Buyer{Name: "Hanako", Email: "hanako@example.com", Session: r.URL.Host},
	}, nil
}

// testSettings are what a merchant has entered: ⑦ test, ⑬ automatic.
func testSettings() settings.Settings {
	s := settings.Default()
	s.Enabled, s.OrderStatus, s.Capture = true, "new", settings.CaptureAutomatic
	s.Test = settings.Keys{
		Publishable: stripetest.TestPublishableKey, Secret: settings.NewSecret(stripetest.TestSecretKey), SweepOnly: true,
	}
	return s
}

// A whole shop: mount the handler, implement the port, run the recovery.
func Example() {
	stripe := stripetest.New()         // a Stripe in the process; leave Transport out for the real one
	shop := plugintest.NewMemoryHost() // yours: Host, Orders and Carts
	store := stripesecure.NewMemory()  // sqlstore.New for a real shop
	plugin, err := stripesecure.New(stripesecure.Options{
		BaseURL: "https://shop.example", ShopID: "tea",
		Host: shop, Orders: shop, Carts: shop,
		Settings: settings.Fixed(plugintest.Settings()), Store: store,
		SigningKeys: [][]byte{bytes.Repeat([]byte{7}, 32)}, Transport: stripe.Transport(),
	})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/stripesecure/", plugin.Handler())
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() { _ = stripesecure.NewRunner(store, plugin).Run(ctx) }()

	// The buyer submits the card form.
	form := url.Values{"stripesecure_token": {stripe.Token("4242424242424242")}}
	request := httptest.NewRequest(http.MethodPost, "/stripesecure/pay", strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := httptest.NewRecorder()
	mux.ServeHTTP(answer, request)
	fmt.Println(answer.Code, answer.Header().Get("Location"))
	fmt.Println(shop.Orders()[0].Total, stripe.Intents()[0].Status)

	// Stripe's events arrive, and change nothing any more.
	if err := stripe.DeliverTo(ctx, mux, "/stripesecure/webhook"); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 303 https://shop.example/orders/R-cart-1.1
	// 2400 JPY succeeded
}

// newSteps is a plugin whose host drives the steps itself.
func newSteps(change ...func(*stripesecure.Options)) (*stripesecure.Plugin, *stripetest.Stripe, *fakeHost) {
	stripe, host := stripetest.New(), newFakeHost()
	opts := stripesecure.Options{
		BaseURL: "https://shop.example", ShopID: "tea", Host: host,
		Settings: settings.Fixed(testSettings()), Store: stripesecure.NewMemory(),
		SigningKeys: [][]byte{bytes.Repeat([]byte{7}, 32)}, Transport: stripe.Transport(),
	}
	for _, c := range change {
		c(&opts)
	}
	plugin, err := stripesecure.New(opts)
	if err != nil {
		log.Fatal(err)
	}
	return plugin, stripe, host
}

func teaCart() stripesecure.Cart {
	return stripesecure.Cart{
		ID: "cart-17", Total: stripesecure.JPY(2400), Country: "JP", Language: wording.English,
		ReturnURL: "https://shop.example/back",
	}
}

// An engine with an order state machine of its own drives the steps.
func ExamplePlugin_Pay() {
	plugin, stripe, host := newSteps()
	ctx := context.Background()
	res, err := plugin.Pay(ctx, teaCart(), stripesecure.Input{Token: stripe.Token("4242424242424242")})
	if err != nil {
		log.Fatal(err) // nothing was sent; show err's Message
	}
	fmt.Println(res.Do, res.Payment.ID, res.Payment.Total)

	order, err := host.commit(res.Payment) // the engine's own transaction, with the order key
	if err != nil {
		log.Fatal(err)
	}
	res, err = plugin.OrderPlaced(ctx, res.Payment.ID, order)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Do, res.URL, res.Payment.State)
	// Output:
	// place_order cart-17.1 2400 JPY
	// go_to https://shop.example/orders/R-cart-17.1 captured
}

// A decline is a message to show; the same page can pay again at once.
func ExamplePlugin_Pay_declined() {
	plugin, stripe, _ := newSteps()
	res, err := plugin.Pay(context.Background(), teaCart(), stripesecure.Input{Token: stripe.Token("4000000000000002")})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Do, res.Page, res.Payment.State)
	fmt.Println(res.Message.Text)
	// Output:
	// show checkout open
	// This card could not be used. Please try another card or contact your card issuer.
}

// The total was wrong on the buyer's page: nothing is sent.
func ExamplePlugin_Pay_amountChanged() {
	plugin, stripe, _ := newSteps()
	in := stripesecure.Input{Token: stripe.Token("4242424242424242"), Shown: stripesecure.JPY(2000)}
	res, err := plugin.Pay(context.Background(), teaCart(), in)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Message.Code, len(stripe.Intents()))
	// Output: amount_changed 0
}

// 3-D Secure: the buyer authenticates, then the host asks where it stands.
func ExamplePlugin_Resume() {
	plugin, stripe, _ := newSteps()
	ctx := context.Background()
	res, err := plugin.Pay(ctx, teaCart(), stripesecure.Input{Token: stripe.Token("4000002760003184")})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Do, res.ClientSecret) // a secret prints as ***

	stripe.Challenge(stripe.Intents()[0].ID, stripetest.Pass) // the buyer, at the bank
	res, err = plugin.Resume(ctx, teaCart())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Do, res.Payment.State)
	// Output:
	// handle_action ***
	// place_order held
}

// Sold out while the buyer was at the bank: the hold is released, and the buyer
// is told so only when Stripe has confirmed it.
func ExamplePlugin_OrderRefused() {
	plugin, stripe, _ := newSteps()
	ctx := context.Background()
	paid, err := plugin.Pay(ctx, teaCart(), stripesecure.Input{Token: stripe.Token("4242424242424242")})
	if err != nil {
		log.Fatal(err)
	}
	res, err := plugin.OrderRefused(ctx, paid.Payment.ID, stripesecure.Refusal{
		Reason: stripesecure.OutOfStock, Items: []string{"Sencha"},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Do, res.Page, res.Payment.State, stripe.Intents()[0].Status)
	fmt.Println(res.Message.Text)
	// Output:
	// show cart voided canceled
	// "Sencha" sold out while you were paying. You have not been charged; the hold was released. Please check your cart. Depending on your card, the release may take a few days to show on your statement or debit account.
}

// What the checkout page draws.
func ExamplePlugin_Offer() {
	plugin, _, _ := newSteps()
	offer, err := plugin.Offer(context.Background(), teaCart())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(offer.Available, offer.Name)
	html := string(offer.HTML()) // inside the host's <form method="post">
	fmt.Println(strings.Contains(html, "data-stripesecure-element"))

	abroad := teaCart()
	abroad.Country = "DE" // ② is Japan
	offer, err = plugin.Offer(context.Background(), abroad)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(offer.Available, offer.Reason.Code)
	// Output:
	// true Credit or debit card
	// true
	// false region_unavailable
}

// A merchant's rule of its own: large orders are captured by hand.
func ExampleHooks() {
	plugin, stripe, host := newSteps(func(o *stripesecure.Options) {
		o.Hooks = []stripesecure.Hooks{{
			Name: "large orders",
			Capture: func(_ context.Context, p stripesecure.Payment) (stripesecure.CaptureWhen, error) {
				if p.Total.Amount.GreaterThan(stripesecure.JPY(2000).Amount) {
					return stripesecure.CaptureLater, nil
				}
				return stripesecure.CaptureAsSet, nil
			},
			Describe: func(_ context.Context, _ stripesecure.Cart, d *stripesecure.Description) error {
				d.Metadata = map[string]string{"campaign": "autumn"}
				return nil
			},
		}}
	})
	ctx := context.Background()
	res, err := plugin.Pay(ctx, teaCart(), stripesecure.Input{Token: stripe.Token("4242424242424242")})
	if err != nil {
		log.Fatal(err)
	}
	order, err := host.commit(res.Payment)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := plugin.OrderPlaced(ctx, res.Payment.ID, order); err != nil {
		log.Fatal(err)
	}
	pi := stripe.Intents()[0]
	fmt.Println(pi.Status, pi.Metadata["campaign"])
	// Output: requires_capture autumn
}

// A hook may say no before anything is sent.
func ExampleRefused() {
	plugin, stripe, _ := newSteps(func(o *stripesecure.Options) {
		o.Hooks = []stripesecure.Hooks{{Name: "opening hours", BeforePay: func(context.Context, stripesecure.Cart) error {
			return &stripesecure.Refused{Message: wording.Message{Code: "closed_today", Text: "We are closed today."}}
		}}}
	})
	res, err := plugin.Pay(context.Background(), teaCart(), stripesecure.Input{Token: stripe.Token("4242424242424242")})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Do, res.Message.Text, len(stripe.Intents()))
	// Output: show We are closed today. 0
}

// The buyer paid and closed the window: the sweep makes the order.
func ExampleRunner_Sweep() {
	shop, store, stripe := teaShop{newFakeHost()}, stripesecure.NewMemory(), stripetest.New()
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	plugin, err := stripesecure.New(stripesecure.Options{
		BaseURL: "https://shop.example", ShopID: "tea", Host: shop, Orders: shop,
		Settings: settings.Fixed(testSettings()), Store: store, Now: func() time.Time { return now },
		SigningKeys: [][]byte{bytes.Repeat([]byte{7}, 32)}, Transport: stripe.Transport(),
	})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	if _, err := plugin.Pay(ctx, teaCart(), stripesecure.Input{Token: stripe.Token("4000002760003184")}); err != nil {
		log.Fatal(err)
	}
	stripe.Challenge(stripe.Intents()[0].ID, stripetest.Pass) // and the buyer is gone
	runner := stripesecure.NewRunner(store, plugin)
	for range 3 {
		now = now.Add(time.Minute)
		if err := runner.Sweep(ctx); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(len(shop.orders), stripe.Intents()[0].Status)
	// Output: 1 succeeded
}

// Errors have a code, a sentinel, and a text for the buyer.
func ExampleError() {
	plugin, _, _ := newSteps()
	cart := teaCart()
	cart.ReturnURL = "https://evil.example/"
	_, err := plugin.Pay(context.Background(), cart, stripesecure.Input{})
	fmt.Println(stripesecure.CodeOf(err), err)
	// Output: invalid stripesecure: Pay: invalid: cart.return_url outside_shop
}

// Amounts are exact or an error.
func ExampleMoney() {
	price := stripesecure.JPY(1200)
	minor, _ := price.Minor()
	fmt.Println(price, minor, stripesecure.FormatMoney(price, wording.Japanese))

	dinar, _ := stripesecure.ParseMoney("35.200", "BHD")
	minor, _ = dinar.Minor()
	fmt.Println(dinar, minor)

	_, err := stripesecure.ParseMoney("12.5", "JPY")
	fmt.Println(err)
	// Output:
	// 1200 JPY 1200 1,200円
	// 35.200 BHD 35200
	// amount does not fit its currency: too many decimals
}

// A member's saved cards, for a page of the host.
func ExamplePlugin_Cards() {
	s := testSettings()
	s.SaveCard = settings.SaveRequired
	plugin, stripe, _ := newSteps(func(o *stripesecure.Options) { o.Settings = settings.Fixed(s) })
	ctx := context.Background()
	cart := teaCart()
	cart.Buyer.Member = "m-1"
	if _, err := plugin.Pay(ctx, cart, stripesecure.Input{Token: stripe.Token("4242424242424242")}); err != nil {
		log.Fatal(err)
	}
	cards, err := plugin.Cards(ctx, "m-1")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(cards), cards[0].Brand, cards[0].Last4)
	if err := plugin.RemoveCard(ctx, "m-1", cards[0].ID); err != nil {
		log.Fatal(err)
	}
	cards, _ = plugin.Cards(ctx, "m-1")
	fmt.Println(len(cards))
	// Output:
	// 1 visa 4242
	// 0
}

// A host that drives the steps serves its own checkout form.
func ExamplePlugin_ServeResult() {
	plugin, stripe, host := newSteps()
	pay := func(w http.ResponseWriter, r *http.Request) {
		cart := teaCart() // the host's own, of this session
		in, err := stripesecure.ReadInput(r)
		var res stripesecure.Result
		if err == nil {
			res, err = plugin.Pay(r.Context(), cart, in)
		}
		if err == nil && res.Do == stripesecure.PlaceOrder {
			var order stripesecure.Order
			if order, err = host.commit(res.Payment); err == nil {
				res, err = plugin.OrderPlaced(r.Context(), res.Payment.ID, order)
			}
		}
		plugin.ServeResult(w, r, cart, res, err)
	}

	form := url.Values{"stripesecure_token": {stripe.Token("4242424242424242")}}
	request := httptest.NewRequest(http.MethodPost, "/checkout", strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "application/json") // the script of Offer.HTML
	answer := httptest.NewRecorder()
	pay(answer, request)
	fmt.Println(answer.Code, strings.Contains(answer.Body.String(), `"do":"go_to"`))
	// Output: 200 true
}
