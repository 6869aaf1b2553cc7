package stripeapi

import (
	"context"
	"net/http"
	"net/url"

	stripe "github.com/stripe/stripe-go/v79"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// Send sends a stored POST and says what became of it.
func (c Client) Send(ctx context.Context, call checkout.Call) checkout.Answer {
	switch call.Kind {
	case checkout.MakeRefund:
		return c.sendRefund(ctx, call)
	case checkout.CreateCustomer:
		var customer wireObject
		if err := c.call(ctx, http.MethodPost, call.Path, call.Key, call.Body, &customer); err != nil {
			return c.answer(err)
		}
		return checkout.Answer{Customer: customer.ID, NoAnswer: customer.ID == ""}
	}
	var intent wireIntent
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
	var intent wireIntent
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
		query := expandQuery(url.Values{"customer": {customer}, "limit": {"100"}}, "data.")
		if after != "" {
			query.Set("starting_after", after)
		}
		list, err := page[wireIntent](ctx, c, "/v1/payment_intents", query)
		if err != nil {
			return nil, err
		}
		for i := range list.Data {
			if in := c.intent(&list.Data[i]); in.Attempt == attempt && in.Signed {
				return &in, nil
			}
		}
		if !list.HasMore || len(list.Data) == 0 {
			return nil, nil
		}
		after = list.Data[len(list.Data)-1].ID
	}
}
