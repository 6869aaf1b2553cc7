package stripesecure

import (
	"context"
	"errors"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
)

// A guest whose card ⑮ required has saved has no page to delete it: support does
// it, by the payment or by the customer that Stripe shows. The host authorises
// its staff before each call.

// PaymentCards lists the cards that are saved at the customer of a payment: of a
// guest those of this checkout (LC-25), of a member all. Errors: invalid,
// not_found, not_ready, stripe, store, canceled.
func (p *Plugin) PaymentCards(ctx context.Context, id PaymentID) ([]Card, error) {
	box, err := p.paymentBox(ctx, "PaymentCards", id)
	if err != nil {
		return nil, err
	}
	return box.cards(p.now()), nil
}

// RemovePaymentCard deletes one of them at Stripe, with its duplicates. Errors as
// PaymentCards; not_found also when the card is not one of them; and copy (see
// [Plugin.Site]).
func (p *Plugin) RemovePaymentCard(ctx context.Context, id PaymentID, cardID string) error {
	const op = "RemovePaymentCard"
	if err := p.notACopy(ctx, op); err != nil {
		return err
	}
	box, err := p.paymentBox(ctx, op, id)
	if err != nil {
		return err
	}
	return p.removeFrom(ctx, op, box, cardID)
}

func (p *Plugin) paymentBox(ctx context.Context, op string, id PaymentID) (*cardBox, error) {
	j, gen, err := p.hostJob(ctx, op, id)
	if err != nil {
		return nil, err
	}
	if j.row.Version == 0 {
		return nil, fail(op, CodeNotFound, nil)
	}
	a := j.row.AttemptOf(gen)
	if a == nil || a.Customer == "" {
		return &cardBox{}, nil // nothing was sent to Stripe
	}
	box, err := p.cardBox(ctx, a.Scope, a.Customer)
	if err != nil {
		return nil, stripeError(op, err)
	}
	return box, nil
}

// CustomerPayment returns the payment that a customer at Stripe ("cus_…", as the
// Dashboard shows it) was made for; of a member's customer the first one. A
// customer of another shop and one that is not there are both not_found. Errors
// also: not_ready, stripe, store, canceled.
func (p *Plugin) CustomerPayment(ctx context.Context, customer string) (PaymentID, error) {
	const op = "CustomerPayment"
	s, err := p.Settings(ctx)
	if err != nil {
		return "", fail(op, CodeNotReady, nil)
	}
	if !stripeID(customer, "cus_") {
		return "", fail(op, CodeNotFound, nil)
	}
	scope := scopeOf(s)
	client, err := p.client(ctx, scope, forBuyers)
	if err != nil {
		return "", stripeError(op, err)
	}
	shop, id, err := client.CustomerCheckout(ctx, customer)
	var gone *stripeapi.Error
	switch {
	case errors.As(err, &gone) && gone.Gone():
		return "", fail(op, CodeNotFound, nil)
	case err != nil:
		return "", stripeError(op, err)
	case shop != p.opts.ShopID || !CheckoutID(id).valid():
		return "", fail(op, CodeNotFound, nil)
	}
	j := p.newJob(false)
	if err := j.open(ctx, CheckoutID(id)); err != nil {
		return "", storeError(op, err)
	}
	for _, a := range j.row.Attempts { // the customer's metadata are not signed: the row decides
		if a.Customer == customer && sameScope(a.Scope, scope) {
			return paymentID(id, a.Gen), nil
		}
	}
	return "", fail(op, CodeNotFound, nil)
}

// sameScope: an account that is not entered is the key's own.
func sameScope(a, b checkout.Scope) bool {
	return a.Environment == b.Environment && (a.Account == b.Account || a.Account == "" || b.Account == "")
}
