package stripeapi

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// Listed is a PaymentIntent from a list page.
type Listed struct {
	checkout.Intent

	Created  time.Time
	Metadata map[string]string // another shop's may hold anything: it is not kept
}

// Page lists up to 100 PaymentIntents that were created in [from, to), the
// newest first, after the PaymentIntent called after ("" for the newest).
func (c Client) Page(ctx context.Context, from, to time.Time, after string) (all []Listed, more bool, err error) {
	query := expandQuery(url.Values{
		"created[gte]": {strconv.FormatInt(from.Unix(), 10)}, "created[lt]": {strconv.FormatInt(to.Unix(), 10)}, "limit": {"100"},
	}, "data.")
	if after != "" {
		query.Set("starting_after", after)
	}
	list, err := page[wireIntent](ctx, c, "/v1/payment_intents", query)
	if err != nil {
		return nil, false, err
	}
	for i := range list.Data {
		intent := &list.Data[i]
		all = append(all, Listed{c.intent(intent), time.Unix(intent.Created, 0).UTC(), intent.Metadata})
	}
	return all, list.HasMore, nil
}

// Events lists up to 100 events of these types (at most twenty) that happened in
// [from, to), the newest first, after the event called after ("" for the
// newest). Stripe keeps them for thirty days.
func (c Client) Events(ctx context.Context, kinds []string, from, to time.Time, after string) (all []Event, more bool, err error) {
	query := url.Values{
		"created[gte]": {strconv.FormatInt(from.Unix(), 10)}, "created[lt]": {strconv.FormatInt(to.Unix(), 10)}, "limit": {"100"},
	}
	for i, kind := range kinds {
		query.Set("types["+strconv.Itoa(i)+"]", kind)
	}
	if after != "" {
		query.Set("starting_after", after)
	}
	list, err := page[json.RawMessage](ctx, c, "/v1/events", query)
	if err != nil {
		return nil, false, err
	}
	for _, body := range list.Data {
		ev, err := ReadEvent(body, c.backend.verify)
		if err != nil {
			continue // one that nobody can read must not hide the others for a month
		}
		ev.Listed = true
		all = append(all, ev)
	}
	return all, list.HasMore, nil
}
