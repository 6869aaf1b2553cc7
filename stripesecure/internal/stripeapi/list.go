package stripeapi

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	stripe "github.com/stripe/stripe-go/v79"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// Listed is a PaymentIntent from a list page.
type Listed struct {
	checkout.Intent
	Created time.Time
}

// Page lists up to 100 PaymentIntents that were created in [from, to), the
// newest first, after the PaymentIntent called after ("" for the newest).
func (c Client) Page(ctx context.Context, from, to time.Time, after string) (page []Listed, more bool, err error) {
	var list stripe.PaymentIntentList
	query := expandQuery(url.Values{
		"created[gte]": {strconv.FormatInt(from.Unix(), 10)}, "created[lt]": {strconv.FormatInt(to.Unix(), 10)}, "limit": {"100"},
	}, "data.")
	if after != "" {
		query.Set("starting_after", after)
	}
	if err := c.call(ctx, http.MethodGet, "/v1/payment_intents", "", query.Encode(), &list); err != nil {
		return nil, false, fault(err)
	}
	for _, intent := range list.Data {
		page = append(page, Listed{c.intent(intent), time.Unix(intent.Created, 0).UTC()})
	}
	return page, list.HasMore, nil
}
