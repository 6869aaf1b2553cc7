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

// heldOrders is a shop with ⑬ manual, and orders of ¥2,400 whose money is held.
func heldOrders(n int) (*stripesecure.Plugin, []stripesecure.Payment) {
	manual := testSettings()
	manual.Capture = settings.CaptureManual
	plugin, stripe, host := newSteps(func(o *stripesecure.Options) { o.Settings = settings.Fixed(manual) })
	ctx := context.Background()
	var held []stripesecure.Payment
	for i := range n {
		cart := teaCart()
		cart.ID = stripesecure.CheckoutID(fmt.Sprint("cart-", i+1))
		res, err := plugin.Pay(ctx, cart, stripesecure.Input{Token: stripe.Token("4242424242424242")})
		if err == nil {
			var order stripesecure.Order
			if order, err = host.commit(res.Payment); err == nil {
				res, err = plugin.OrderPlaced(ctx, res.Payment.ID, order)
			}
		}
		if err != nil {
			log.Fatal(err)
		}
		held = append(held, res.Payment)
	}
	return plugin, held
}

// What a merchant does with orders, from capture to refund.
func Example_afterTheOrder() {
	plugin, orders := heldOrders(2)
	ctx, lang := context.Background(), wording.English
	shipped, unwanted := orders[0], orders[1]

	// The goods leave: take the money, once. The zero Money takes all of it; of a
	// part the rest goes back to the buyer.
	payment, err := plugin.Capture(ctx, shipped.ID, stripesecure.JPY(2000))
	if err != nil { // a text that says what to do
		log.Fatal(wording.Merchant("Capture."+string(stripesecure.CodeOf(err)), lang))
	}

	// Something comes back. The ID is made when the form is drawn: sent twice it
	// is one refund. The zero Money gives back all that is left.
	payment, err = plugin.Refund(ctx, payment.ID, stripesecure.Refund{
		ID: "refund-7", Amount: stripesecure.JPY(500), Reason: stripesecure.RefundByRequested,
	})
	if err != nil {
		log.Fatal(wording.Merchant("Refund."+string(stripesecure.CodeOf(err)), lang))
	}
	fmt.Println(payment.Captured, payment.Released(), payment.Refunded, payment.Refundable())

	// An order is cancelled: what is held for it is released. Captured money is
	// not given back by this: the state says so, and the merchant refunds.
	void, err := plugin.OrderRefused(ctx, unwanted.ID, stripesecure.Refusal{
		Reason: stripesecure.Cancelled, Ref: unwanted.Order.Ref,
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := void.Cancelled(); err != nil { // captured, or not released yet
		log.Fatal(wording.Merchant("OrderRefused."+string(stripesecure.CodeOf(err)), lang))
	}

	// What has happened, here and in Stripe's Dashboard.
	history, err := plugin.Timeline(ctx, payment.ID)
	if err != nil {
		log.Fatal(err)
	}
	for _, moment := range history {
		fmt.Println(moment.Text(lang), stripesecure.FormatMoney(moment.Amount, lang))
	}
	// Output:
	// 2000 JPY 400 JPY 500 JPY 1500 JPY
	// Card submitted ¥2,400
	// Authorised ¥2,400
	// Order placed ¥2,400
	// Captured ¥2,000
	// Refund ¥500
}

// The merchant takes the money when the goods leave. It happens once: asked
// again for the same amount the answer is the same, another amount is refused.
func ExamplePlugin_Capture() {
	plugin, orders := heldOrders(1)
	ctx := context.Background()
	for _, yen := range []int64{2400, 2400, 2000} {
		payment, err := plugin.Capture(ctx, orders[0].ID, stripesecure.JPY(yen))
		if err != nil {
			fmt.Println(err, errors.Is(err, stripesecure.ErrCaptured))
			continue
		}
		fmt.Println(payment.State, payment.Captured)
	}
	// Output:
	// captured 2400 JPY
	// captured 2400 JPY
	// stripesecure: Capture: captured true
}

// A part, the rest, and more than there is.
func ExamplePlugin_Refund() {
	plugin, orders := heldOrders(1)
	ctx := context.Background()
	payment, err := plugin.Capture(ctx, orders[0].ID, stripesecure.Money{})
	if err != nil {
		log.Fatal(err)
	}
	for _, refund := range []stripesecure.Refund{
		{ID: "a", Amount: stripesecure.JPY(400), Note: "scratched"},
		{ID: "a", Amount: stripesecure.JPY(400)}, // the same form, sent again
		{ID: "b"},                                // the rest
	} {
		if payment, err = plugin.Refund(ctx, payment.ID, refund); err != nil {
			log.Fatal(err)
		}
		fmt.Println(payment.State, payment.Refunded, len(payment.Refunds))
	}
	_, err = plugin.Refund(ctx, payment.ID, stripesecure.Refund{ID: "c", Amount: stripesecure.JPY(1)})
	fmt.Println(errors.Is(err, stripesecure.ErrTooMuch), wording.Merchant("Refund.too_much", wording.English))
	// Output:
	// captured 400 JPY 1
	// captured 400 JPY 1
	// refunded 2400 JPY 2
	// true This is more than is left to refund. Check what is left.
}

// The merchant cancels an order: the hold is released. Captured money stays
// where it is, for the merchant to refund.
func ExamplePlugin_OrderRefused_void() {
	plugin, orders := heldOrders(2)
	ctx := context.Background()
	if _, err := plugin.Capture(ctx, orders[1].ID, stripesecure.Money{}); err != nil {
		log.Fatal(err)
	}
	for _, order := range orders {
		_, err := plugin.OrderRefused(ctx, order.ID, stripesecure.Refusal{Reason: stripesecure.Cancelled, Ref: order.Order.Ref})
		if err != nil {
			log.Fatal(err)
		}
		payment, err := plugin.Payment(ctx, order.ID)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(payment.State)
	}
	fmt.Println(wording.Merchant("OrderRefused.captured", wording.English))
	// Output:
	// voided
	// captured
	// The money is captured, so the payment cannot be cancelled. To give it back, refund it.
}
