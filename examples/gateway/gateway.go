// Package gateway is a shop engine with an order state machine of its own, in the
// shape of Flamingo Commerce's WebCartPaymentGateway, and the adapter that gives
// it stripesecure.
//
// Such an engine is unlike a shop that makes its order when the money is held:
// it makes the order before the buyer has paid, knows no token of Stripe.js, asks
// its payment gateways where a payment stands, and cancels by payment id. What
// makes it fit is in three places: the payment page (Pay without a card leads to
// it), the order slot (OrderPlaced before the payment, Options.HostCommitsFirst),
// and the PaymentID, which the engine stores with its order.
package gateway

import (
	"context"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// Gateway is what the engine asks of a payment method. It is the engine's own:
// nothing in it is about Stripe.
type Gateway interface {
	// Methods are the names under which the buyer chooses it.
	Methods() []string
	// StartFlow begins to pay for a cart, and names the payment.
	StartFlow(ctx context.Context, cart Cart) (paymentID string, err error)
	// FlowStatus says where the payment stands, and what the buyer has to do.
	FlowStatus(ctx context.Context, cart Cart) (FlowStatus, error)
	// ConfirmResult says that the order was made for this payment.
	ConfirmResult(ctx context.Context, paymentID string, order Order) error
	// OrderPayment is what the order shows of its payment.
	OrderPayment(ctx context.Context, paymentID string) (OrderPayment, error)
	// CancelOrderPayment gives the money of an order back that is not made.
	CancelOrderPayment(ctx context.Context, paymentID, ref string) error
}

// Cart is what the buyer pays for. ReturnURL is the engine's page to come back to.
type Cart struct {
	ID, ReturnURL string
	Yen           int64
	Order         *Order // once it is made
}

// Order is the engine's order.
type Order struct {
	Ref string
	Yen int64
}

// FlowStatus is where a payment stands.
type FlowStatus struct {
	Status  Status
	URL     string // where the buyer has to go, when Status is Unapproved
	Message string // what the buyer reads
}

// Status of a flow.
type Status string

// What a flow can be: the buyer has to act, the engine has to wait, or it is over.
const (
	Unapproved Status = "unapproved"
	Waiting    Status = "waiting_for_customer"
	Completed  Status = "completed"
)

// OrderPayment is what an order shows of its payment.
type OrderPayment struct {
	Status string
	Yen    int64
	Card   string
}

// cards is the adapter: stripesecure as a Gateway.
type cards struct{ plugin stripesecure.PaymentPlugin }

func (cards) Methods() []string { return []string{"credit_card"} }

func (cards) cart(c Cart) stripesecure.Cart {
	cart := stripesecure.Cart{
		ID: stripesecure.CheckoutID(c.ID), Total: stripesecure.JPY(c.Yen), Country: "JP", Language: "ja",
		ReturnURL: c.ReturnURL, Redirect: true,
	}
	if c.Order != nil {
		order := orderOf(*c.Order)
		cart.Order, cart.Total = &order, order.Total
	}
	return cart
}

func orderOf(o Order) stripesecure.Order {
	return stripesecure.Order{Ref: o.Ref, Total: stripesecure.JPY(o.Yen)}
}

// StartFlow names the payment; nothing is sent to Stripe.
func (g cards) StartFlow(ctx context.Context, c Cart) (string, error) {
	p, err := g.plugin.Current(ctx, stripesecure.CheckoutID(c.ID))
	return string(p.ID), err
}

// FlowStatus asks where the payment stands. Who has to pay, or to pay again after
// a decline, is sent to the payment page.
func (g cards) FlowStatus(ctx context.Context, c Cart) (FlowStatus, error) {
	res, err := g.plugin.Resume(ctx, g.cart(c))
	if err != nil {
		return FlowStatus{}, err
	}
	status := FlowStatus{Status: Waiting, Message: res.Message.Text}
	switch {
	case res.Payment.Paid():
		status.Status = Completed
	case res.Do == stripesecure.Show:
		page, err := g.plugin.Pay(ctx, g.cart(c), stripesecure.Input{})
		if err != nil {
			return status, err
		}
		if page.Do == stripesecure.GoTo {
			status.Status, status.URL = Unapproved, page.URL
		}
	}
	return status, nil
}

// ConfirmResult fills the order slot: held money is taken when ⑬ says so.
func (g cards) ConfirmResult(ctx context.Context, paymentID string, order Order) error {
	_, err := g.plugin.OrderPlaced(ctx, stripesecure.PaymentID(paymentID), orderOf(order))
	return err
}

// OrderPayment reads the store only.
func (g cards) OrderPayment(ctx context.Context, paymentID string) (OrderPayment, error) {
	p, err := g.plugin.Payment(ctx, stripesecure.PaymentID(paymentID))
	if err != nil {
		return OrderPayment{}, err
	}
	yen, err := p.Total.Minor()
	return OrderPayment{Status: string(p.State), Yen: yen, Card: p.Card.Name() + " " + p.Card.Last4}, err
}

// CancelOrderPayment names the order, so that it counts also when ConfirmResult
// has never arrived.
func (g cards) CancelOrderPayment(ctx context.Context, paymentID, ref string) error {
	res, err := g.plugin.OrderRefused(ctx, stripesecure.PaymentID(paymentID), stripesecure.Refusal{Reason: stripesecure.Cancelled, Ref: ref})
	if err != nil {
		return err
	}
	return res.Cancelled() // captured money does not come back by this: a person refunds
}
