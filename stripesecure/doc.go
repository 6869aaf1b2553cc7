// Package stripesecure gives a shop engine (the host) a payment method: credit
// cards through Stripe, with the settings ①–⑮ and the texts ①–⑤ that merchants
// know from the plugin "Stripe Secure".
//
// # The promise
//
// One checkout ends with exactly one order and its money, or with neither,
// whatever crashes. Money is only ever captured after the host reported the
// order, and never above its total. What must not stay is cancelled at Stripe;
// what a person should know is told to the host and kept as a [Finding].
//
// It rests on three things that the host brings: one [CheckoutID] per cart, the
// order key ([Host].CloseOrderKey), and a [Store] that loses nothing.
//
// # A shop in an hour
//
// Make a [Plugin] with [New], mount [Plugin.Handler], draw [Offer].HTML inside
// the checkout form, implement the port, and run a [Runner]:
//
//	plugin, err := stripesecure.New(stripesecure.Options{
//		BaseURL: "https://shop.example", ShopID: "tea",
//		Host: shop, Orders: shop, Carts: shop,
//		Settings: merchant, Store: store, SigningKeys: keys,
//	})
//	mux.Handle("/stripesecure/", plugin.Handler())
//	go stripesecure.NewRunner(store, plugin).Run(ctx)
//
// The port is four methods. [Host].CloseOrderKey comes by embedding
// sqlstore.OrderKeys, [Host].Changed tells the host what becomes of the money,
// [Orders].PlaceOrder makes the order when the money is held, and [Carts].Cart
// says whose cart a request pays for.
//
// # An engine with steps of its own
//
// Without Options.Orders and Options.Carts the host drives the steps itself:
//
//	offer, err := plugin.Offer(ctx, cart)       // draw the checkout page
//	res, err := plugin.Pay(ctx, cart, input)    // the buyer submits
//	res, err = plugin.Resume(ctx, cart)         // the buyer is back
//	res, err = plugin.OrderPlaced(ctx, id, order)
//	res, err = plugin.OrderRefused(ctx, id, refusal)
//
// A [Result] is where the payment stands and the one thing to do next: place
// the order, let Stripe.js authenticate the buyer, send the buyer somewhere,
// show a message, or wait and call Resume. After any error of its own between
// PlaceOrder and OrderPlaced the host shows "wait" and calls Resume again: it
// gets the same PaymentID, and the order key makes the order once.
//
// [ReadInput] reads what the form of [Offer].HTML sent, and [Plugin.ServeResult]
// answers it for scripts and plain browsers alike.
//
// Options.Orders is worth having in this mode too: without it a buyer who has
// paid and closed the window gets no order, and the hold is released 30 minutes
// later; with it Pay and Resume place the order themselves, the sweep places it
// for buyers who have gone, and place_order is never returned.
//
// # After the order
//
// The merchant works with the order's PaymentID:
//
//	p, err := plugin.Capture(ctx, id, stripesecure.JPY(900))   // once; the rest is released
//	p, err = plugin.Refund(ctx, id, stripesecure.Refund{ID: "r-7", Amount: stripesecure.JPY(300)})
//	res, err := plugin.OrderRefused(ctx, id, stripesecure.Refusal{Reason: stripesecure.Cancelled, Ref: "R-1001"})
//
// Each is stored before it is sent, may be asked for twice, and is finished by
// the [Runner] when Stripe does not answer. What is done in Stripe's Dashboard
// arrives by webhook and by the sweep and ends in the same state. Disputes and
// early fraud warnings are told by [Host].Changed and answered with
// [Plugin.SubmitEvidence]; [Plugin.Timeline] is the payment's history.
//
// # What a person should look at
//
// [Plugin.Health] sums it up. [Plugin.Inbox] has events that could not be worked
// on, [Plugin.Outbox] news that the host would not take, [Plugin.Unknown]
// payments at Stripe that no stored checkout knows, and every [Payment] its
// findings. [Options].Watch tells programs.
//
// # What the words mean
//
// A checkout is one buyer paying one cart. An attempt is one PaymentIntent of
// it; at most one is live. A try is one submission by the buyer; several cards
// may be tried on one attempt. A hold is an authorisation that is not captured.
// To settle is to write the order's ref to Stripe and, when ⑬ is automatic, to
// capture. To void is to cancel an attempt at Stripe and so to release its hold.
//
// # Money and time
//
// [Money] is in major units, as people read it; [Money.Minor] is exact or an
// error. All times are UTC of Options.Now.
//
// # Errors
//
// Every error is an [*Error] with a stable [Code], a sentinel for errors.Is, and
// a text for buyers in Japanese and English. It means misuse, or that nothing
// was sent. A doubt about Stripe's answer is never an error: it is a Result with
// [StateUnknown], and the library finds out.
//
// # Tests
//
// Package stripetest is a Stripe in the test process, with Stripe's own test
// cards. Give its Transport to Options.Transport.
package stripesecure
