package openapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-mock/spec"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// required are the least parameters of the operations that have any.
var required = map[string]string{
	"GET /v1/charges/search":                           "query=amount>1",
	"GET /v1/customers/search":                         "query=created>1",
	"GET /v1/payment_intents/search":                   "query=amount>1",
	"GET /v1/setup_attempts":                           "setup_intent=seti_1",
	"POST /v1/customer_sessions":                       "customer=cus_1&components[payment_element][enabled]=true",
	"POST /v1/payment_intents":                         "amount=1200&currency=jpy",
	"POST /v1/payment_methods/{payment_method}/attach": "customer=cus_1",
	"POST /v1/webhook_endpoints":                       "url=https://shop.example&enabled_events[0]=*",
}

// wrong gives parameters that the schema of a parameter does not allow.
func wrong(name string, s *spec.Schema, depth int) []string {
	var out []string
	for _, one := range s.AnyOf {
		if one.Type == spec.TypeObject {
			out = append(out, wrong(name, one, depth)...)
		}
	}
	switch {
	case len(s.AnyOf) > 0:
	case len(s.Enum) > 0, s.Type == spec.TypeInteger, s.Type == spec.TypeBoolean:
		out = append(out, name+"=surely_not")
	case s.Type == spec.TypeObject && len(s.Properties) > 0 && depth < 3:
		out = append(out, name+"[surely_not]=1", name+"=surely_not")
		for key, property := range s.Properties {
			out = append(out, wrong(name+"["+key+"]", property, depth+1)...)
		}
	}
	return out
}

// Whatever the description refuses, stripetest refuses: an unknown parameter, a
// wrong type and a value outside of its enum, at every depth, and a missing
// parameter, of every operation.
func TestWhatTheDescriptionRefusesIsRefused(t *testing.T) {
	transport, tried := stripetest.New().Transport(), 0
	for _, kind := range emulated(t) {
		method, path, _ := strings.Cut(kind, " ")
		_, op := describe().route(method, path)
		faults := []string{"surely_not=1"}
		for _, p := range op.Parameters {
			if p.In == spec.ParameterQuery {
				faults = append(faults, wrong(p.Name, p.Schema, 0)...)
			}
		}
		if op.RequestBody != nil {
			for name, s := range op.RequestBody.Content["application/x-www-form-urlencoded"].Schema.Properties {
				faults = append(faults, wrong(name, s, 0)...)
			}
		}
		for _, fault := range faults {
			if fault == "api_version=surely_not" { // any version is taken: only its name is kept
				continue
			}
			tried++
			assert.Equal(t, http.StatusBadRequest, status(t, transport, method, path, required[kind]+"&"+fault), "%s %s", kind, fault)
		}
		for one := range strings.SplitSeq(required[kind], "&") {
			if one != "" {
				less := strings.Replace(required[kind], one, "", 1)
				assert.Equal(t, http.StatusBadRequest, status(t, transport, method, path, less), "%s without %s", kind, one)
			}
		}
	}
	assert.Greater(t, tried, 500)
	t.Log(fmt.Sprint(tried) + " wrong requests")
}

func status(t *testing.T, transport http.RoundTripper, method, path, form string) int {
	t.Helper()
	target, body := "https://api.stripe.com"+strings.NewReplacer("{", "", "}", "").Replace(path), ""
	if method == http.MethodPost {
		body = form
	} else {
		target += "?" + strings.ReplaceAll(form, ">", "%3E")
	}
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+stripetest.TestSecretKey)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := transport.RoundTrip(r)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	return res.StatusCode
}
