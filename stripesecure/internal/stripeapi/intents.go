package stripeapi

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	stripe "github.com/stripe/stripe-go/v79"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// Send sends a stored POST and says what became of it.
func (c Client) Send(ctx context.Context, call checkout.Call) checkout.Answer {
	switch call.Kind {
	case checkout.MakeRefund:
		return c.sendRefund(ctx, call)
	case checkout.CreateCustomer:
		var customer stripe.Customer
		if err := c.call(ctx, http.MethodPost, call.Path, call.Key, call.Body, &customer); err != nil {
			return c.answer(err)
		}
		return checkout.Answer{Customer: customer.ID, NoAnswer: customer.ID == ""}
	}
	var intent stripe.PaymentIntent
	if err := c.call(ctx, http.MethodPost, call.Path, call.Key, call.Body, &intent); err != nil {
		return c.answer(err)
	}
	if intent.ID == "" {
		return checkout.Answer{NoAnswer: true} // a 200 that is no PaymentIntent
	}
	in := c.intent(&intent)
	return checkout.Answer{Intent: &in, Replayed: replayed(intent.LastResponse)}
}

func replayed(r *stripe.APIResponse) bool {
	return r != nil && r.Header.Get("Idempotent-Replayed") == "true"
}

// Read fetches a PaymentIntent.
func (c Client) Read(ctx context.Context, id string) (checkout.Intent, error) {
	var intent stripe.PaymentIntent
	query := expandQuery(url.Values{}, "")
	err := c.call(ctx, http.MethodGet, "/v1/payment_intents/"+url.PathEscape(id), "", query.Encode(), &intent)
	if err != nil {
		return checkout.Intent{}, fault(err)
	}
	if intent.ID == "" {
		return checkout.Intent{}, &Error{Code: "no_object"}
	}
	return c.intent(&intent), nil
}

// FindAttempt lists the customer's PaymentIntents, which unlike search is
// immediate, and returns the one that carries the attempt's id, or nil.
func (c Client) FindAttempt(ctx context.Context, customer, attempt string) (*checkout.Intent, error) {
	after := ""
	for {
		var page stripe.PaymentIntentList
		query := expandQuery(url.Values{"customer": {customer}, "limit": {"100"}}, "data.")
		if after != "" {
			query.Set("starting_after", after)
		}
		if err := c.call(ctx, http.MethodGet, "/v1/payment_intents", "", query.Encode(), &page); err != nil {
			return nil, fault(err)
		}
		for _, intent := range page.Data {
			if in := c.intent(intent); in.Attempt == attempt && in.Signed {
				return &in, nil
			}
		}
		if !page.HasMore || len(page.Data) == 0 {
			return nil, nil
		}
		after = page.Data[len(page.Data)-1].ID
	}
}

func (c Client) intent(p *stripe.PaymentIntent) checkout.Intent {
	m := p.Metadata
	in := checkout.Intent{
		ID: p.ID, Amount: p.Amount, Currency: strings.ToUpper(string(p.Currency)), Livemode: p.Livemode,
		CaptureMethod: string(p.CaptureMethod), Attempt: m[metaAttempt], Checkout: m[metaCheckout], Ref: m[metaOrder],
		Signed:    c.backend.verify(m[metaShop], m[metaCheckout], m[metaAttempt], m[metaSignature]),
		Cancelled: string(p.CancellationReason), ClientSecret: p.ClientSecret,
		Seen: checkout.Seen{Status: string(p.Status), Received: p.AmountReceived, InReview: p.Review != nil && p.Review.Open},
	}
	if p.Customer != nil {
		in.Customer = p.Customer.ID
	}
	if p.NextAction != nil && p.NextAction.RedirectToURL != nil {
		in.RedirectURL = p.NextAction.RedirectToURL.URL
	}
	if p.LastPaymentError != nil {
		in.Seen.Error = codes(p.LastPaymentError)
	}
	if p.LatestCharge != nil {
		charge(&in.Seen, p.LatestCharge)
	}
	return in
}

func charge(seen *checkout.Seen, ch *stripe.Charge) {
	seen.Charge = ch.ID
	seen.Disputed = ch.Disputed
	if ch.Created > 0 {
		seen.ChargedAt = time.Unix(ch.Created, 0).UTC()
	}
	if ch.Captured {
		seen.Refunded = ch.AmountRefunded - max(0, ch.Amount-ch.AmountCaptured)
	}
	if ch.Outcome != nil {
		seen.Risk = ch.Outcome.RiskLevel
	}
	if ch.PaymentMethodDetails == nil || ch.PaymentMethodDetails.Card == nil {
		return
	}
	card := ch.PaymentMethodDetails.Card
	seen.Brand, seen.Last4, seen.Country = string(card.Brand), card.Last4, card.Country
	seen.ExpMonth, seen.ExpYear, seen.Funding = int(card.ExpMonth), int(card.ExpYear), string(card.Funding)
	if card.CaptureBefore > 0 {
		seen.CaptureBefore = time.Unix(card.CaptureBefore, 0).UTC()
	}
	if card.Wallet != nil {
		seen.Wallet = string(card.Wallet.Type)
	}
	if card.ThreeDSecure != nil {
		seen.ThreeDSecure = string(card.ThreeDSecure.Result)
	}
}
