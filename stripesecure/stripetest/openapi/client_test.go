package openapi_test

import (
	"net/http"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// connect gives the library's own client of Stripe.
func connect(transport http.RoundTripper) stripeapi.Client {
	return stripeapi.NewBackend(stripeapi.Config{
		Transport: transport, Timeout: 20 * time.Second,
		Verify: func(_, _, _, _ string) bool { return true },
	}).Client(stripetest.TestSecretKey, "")
}

// page makes every list one of single objects, so that a test sees more than
// one page without a hundred objects.
type page struct{ next http.RoundTripper }

// RoundTrip implements [http.RoundTripper].
func (p *page) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	query := r.URL.Query()
	query.Set("limit", "1")
	r.URL.RawQuery = query.Encode()
	return p.next.RoundTrip(r)
}
