package stripeapi

import (
	"context"
	"net/http"
	"net/url"

	stripe "github.com/stripe/stripe-go/v79"

	"github.com/ec-plugins/stripesecure/settings"
)

// APIVersion is the version of Stripe's API that this package speaks.
const APIVersion = stripe.APIVersion

const metaConnect = "stripesecure_connect"

// Endpoint is a webhook endpoint at Stripe.
type Endpoint struct {
	ID, URL, Version string
	Enabled          bool
	Events           []string
	// Connect: we made it for the events of connected accounts. Stripe does not
	// say this of an endpoint that somebody else has made.
	Connect bool
	Secret  settings.Secret // in the answer to its creation only
}

// Endpoints lists the webhook endpoints of the key's account and mode. Stripe
// permits sixteen of them, so one page holds all.
func (c Client) Endpoints(ctx context.Context) ([]Endpoint, error) {
	var list stripe.WebhookEndpointList
	if err := c.call(ctx, http.MethodGet, "/v1/webhook_endpoints", "", "limit=100", &list); err != nil {
		return nil, fault(err)
	}
	endpoints := make([]Endpoint, len(list.Data))
	for i, e := range list.Data {
		endpoints[i] = endpoint(e)
	}
	return endpoints, nil
}

func endpoint(e *stripe.WebhookEndpoint) Endpoint {
	return Endpoint{
		ID: e.ID, URL: e.URL, Version: e.APIVersion, Enabled: e.Status == "enabled", Events: e.EnabledEvents,
		Connect: e.Metadata[metaConnect] == "true", Secret: settings.NewSecret(e.Secret),
	}
}

// EndpointBody is the body of POST /v1/webhook_endpoints. The version can be set
// at creation only.
func EndpointBody(address, shop string, events []string, connect bool) Body {
	var f form
	labels := map[string]string{metaShop: shop}
	if connect {
		f.set("connect", "true")
		labels[metaConnect] = "true"
	}
	f.set("description", "stripesecure, shop "+shop)
	f.list("enabled_events", events)
	f.metadata(labels)
	f.set("url", address)
	f.set("api_version", APIVersion)
	return f.body()
}

// RepairBody is the body of POST /v1/webhook_endpoints/{id}.
func RepairBody(events []string) Body {
	var f form
	f.set("disabled", "false")
	f.list("enabled_events", events)
	return f.body()
}

// PostEndpoint creates an endpoint (id "") or changes one.
func (c Client) PostEndpoint(ctx context.Context, id string, body Body, key string) (Endpoint, error) {
	path := "/v1/webhook_endpoints"
	if id != "" {
		path += "/" + url.PathEscape(id)
	}
	var made stripe.WebhookEndpoint
	if err := c.call(ctx, http.MethodPost, path, key, body, &made); err != nil {
		return Endpoint{}, fault(err)
	}
	if made.ID == "" {
		return Endpoint{}, &Error{Code: "no_object"}
	}
	return endpoint(&made), nil
}

// Definite reports whether Stripe has refused, and done nothing.
func (e *Error) Definite() bool {
	return e.Status >= 400 && e.Status < 500 && e.Status != http.StatusConflict && e.Status != http.StatusTooManyRequests
}
