package openapi_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// These tests prove that the others can fail.

func TestWrongRequestsAreRefused(t *testing.T) {
	for name, wrong := range map[string]struct{ method, path, body, version string }{
		"unknown parameter":  {http.MethodPost, "/v1/payment_intents", "amount=1200&currency=jpy&colour=blue", ""},
		"unknown value":      {http.MethodPost, "/v1/payment_intents", "amount=1200&currency=jpy&capture_method=later", ""},
		"wrong type":         {http.MethodPost, "/v1/payment_intents", "amount=many&currency=jpy", ""},
		"missing parameter":  {http.MethodPost, "/v1/payment_intents", "amount=1200", ""},
		"deep parameter":     {http.MethodPost, "/v1/payment_intents", "amount=1200&currency=jpy&payment_method_options[card][colour]=blue", ""},
		"deep value":         {http.MethodPost, "/v1/payment_intents", "amount=1200&currency=jpy&payment_method_options[card][request_three_d_secure]=never", ""},
		"too long":           {http.MethodPost, "/v1/payment_intents", "amount=1200&currency=jpy&description=" + strings.Repeat("a", 1001), ""},
		"parameter of a GET": {http.MethodGet, "/v1/payment_intents?colour=blue", "", ""},
		"unknown path":       {http.MethodPost, "/v1/payment_intents/pi_1/settle", "", ""},
		"another version":    {http.MethodPost, "/v1/customers", "", "2099-01-01"},
	} {
		t.Run(name, func(t *testing.T) {
			log := newLedger()
			g := gate{next: stripetest.New().Transport(), log: log}
			r := httptest.NewRequestWithContext(t.Context(), wrong.method, "https://api.stripe.com"+wrong.path, strings.NewReader(wrong.body))
			r.Header.Set("Authorization", "Bearer "+stripetest.TestSecretKey)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Stripe-Version", stripetest.APIVersion)
			if wrong.version != "" {
				r.Header.Set("Stripe-Version", wrong.version)
			}
			res, err := g.RoundTrip(r)
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			assert.Len(t, log.refused, 1)
		})
	}
}

// A customer as stripetest gives it, changed in one place, is refused at that
// place.
func TestWrongAnswersAreRefused(t *testing.T) {
	for name, wrong := range map[string]struct {
		field string
		value any // nil in any for null
		fault string
	}{
		"unknown field":            {"colour", "blue", "colour is unknown"},
		"wrong type":               {"created", "now", "created is string, want integer"},
		"null where none may be":   {"livemode", nil, "livemode is null"},
		"value outside its enum":   {"object", "person", "object is person, want one of [customer]"},
		"wrong value in an object": {"metadata", map[string]any{"a": 1}, "metadata.* is integer, want string"},
		"expanded unasked":         {"default_source", map[string]any{"object": "card"}, "default_source expanded is true, asked for is false"},
	} {
		t.Run(name, func(t *testing.T) {
			customer := maps.Clone(aCustomer(t))
			customer[wrong.field] = wrong.value
			assert.Equal(t, []string{wrong.fault}, checkCustomer(t, customer))
		})
	}
	t.Run("missing field", func(t *testing.T) {
		customer := aCustomer(t)
		delete(customer, "created")
		assert.Equal(t, []string{"created is missing"}, checkCustomer(t, customer))
	})
	t.Run("none", func(t *testing.T) { assert.Empty(t, checkCustomer(t, aCustomer(t))) })
}

func aCustomer(t *testing.T) map[string]any {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.stripe.com/v1/customers", strings.NewReader("name=a"))
	r.Header.Set("Authorization", "Bearer "+stripetest.TestSecretKey)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := stripetest.New().Transport().RoundTrip(r)
	require.NoError(t, err)
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	var customer map[string]any
	require.NoError(t, json.Unmarshal(text, &customer))
	return customer
}

func checkCustomer(t *testing.T, customer map[string]any) []string {
	t.Helper()
	text, err := json.Marshal(customer)
	require.NoError(t, err)
	_, op := describe().route(http.MethodPost, "/v1/customers")
	return check(describe().spec, answer(op, http.StatusOK), text, nil)
}
