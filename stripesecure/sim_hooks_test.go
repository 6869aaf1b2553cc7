package stripesecure

import (
	"context"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
)

// What the simulation does not do: merchants' pages.

// Endpoints implements stripePort.
func (s *simStripe) Endpoints(context.Context) ([]stripeapi.Endpoint, error) { return nil, nil }

// PostEndpoint implements stripePort.
func (s *simStripe) PostEndpoint(context.Context, string, stripeapi.Body, string) (stripeapi.Endpoint, error) {
	return stripeapi.Endpoint{}, nil
}

// Events implements stripePort: what the webhooks did not bring is found by the
// lists of payments.
func (s *simStripe) Events(context.Context, []string, time.Time, time.Time, string) ([]stripeapi.Event, bool, error) {
	return nil, false, nil
}

// PreferCard implements stripePort.
func (s *simStripe) PreferCard(context.Context, string, time.Time, string) error { return nil }

// CustomerCheckout implements stripePort.
func (s *simStripe) CustomerCheckout(context.Context, string) (shop, checkout string, err error) {
	return "", "", nil
}
