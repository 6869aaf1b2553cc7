package openapi_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// api calls every operation of stripetest, through the gate.
type api struct {
	*testing.T
	stripe *stripetest.Stripe
	gate   gate
}

// call sends a request and gives the answer: an object as a map.
func (a *api) call(want int, method, path, form string) map[string]any {
	a.Helper()
	target, body := "https://api.stripe.com"+path, io.Reader(http.NoBody)
	if method == http.MethodPost {
		body = strings.NewReader(form)
	} else if form != "" {
		target += "?" + form
	}
	r := httptest.NewRequestWithContext(a.Context(), method, target, body)
	r.Header.Set("Authorization", "Bearer "+stripetest.TestSecretKey)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Stripe-Version", stripetest.APIVersion)
	res, err := a.gate.RoundTrip(r)
	require.NoError(a, err)
	text, err := readAll(res.Body)
	require.NoError(a, err)
	require.Equal(a, want, res.StatusCode, "%s %s %s: %s", method, path, form, text)
	var out map[string]any
	require.NoError(a, json.Unmarshal(text, &out))
	return out
}

func (a *api) get(path, form string) map[string]any {
	a.Helper()
	return a.call(http.StatusOK, http.MethodGet, path, form)
}

func (a *api) post(path, form string) map[string]any {
	a.Helper()
	return a.call(http.StatusOK, http.MethodPost, path, form)
}

// made posts and gives the id.
func (a *api) made(path, form string) string {
	a.Helper()
	id, ok := a.post(path, form)["id"].(string)
	require.True(a, ok)
	return id
}

// undescribed are operations of stripetest that the description does not have.
var undescribed = []string{
	// What Stripe.js sends to make a token is not published; ours does it so.
	"POST /v1/confirmation_tokens",
}

// refusing are operations that stripetest has only to refuse them.
var refusing = map[string]bool{
	"POST /v1/charges":                 true, // without an intent
	"POST /v1/refunds/{refund}/cancel": true, // only refunds that need an action can be cancelled; those of cards never do
}

// Every operation of the description that stripetest emulates is called, and
// answers as described. Which those are is asked of stripetest itself.
func TestEveryOperationIsAsDescribed(t *testing.T) {
	log := newLedger()
	s := stripetest.New(stripetest.WithSeed(1))
	a := &api{T: t, stripe: s, gate: gate{next: s.Transport(), log: log}}
	for _, group := range []func(){
		a.customers, a.methods, a.intents, a.troubles, a.refunds, a.disputes, a.reviews, a.setups, a.rest,
	} {
		group()
	}
	log.verdict(t)
	for _, kind := range emulated(t) {
		status := "200 "
		if refusing[kind] {
			status = "400 "
		}
		assert.Positive(t, log.answers[status+kind], "never answered: %s", kind)
	}
}

// emulated asks for every described operation whether stripetest knows it.
func emulated(t *testing.T) []string {
	t.Helper()
	var out []string
	transport := stripetest.New().Transport()
	for path, verbs := range describe().spec.Paths {
		for verb := range verbs {
			method := strings.ToUpper(string(verb))
			address := strings.NewReplacer("{", "", "}", "").Replace(string(path))
			r := httptest.NewRequestWithContext(t.Context(), method, "https://api.stripe.com"+address, http.NoBody)
			r.Header.Set("Authorization", "Bearer "+stripetest.TestSecretKey)
			res, err := transport.RoundTrip(r)
			require.NoError(t, err)
			text, err := readAll(res.Body)
			require.NoError(t, err)
			if !strings.Contains(string(text), "Unrecognized request URL") {
				out = append(out, method+" "+string(path))
			}
		}
	}
	slices.Sort(out)
	require.Greater(t, len(out), 60)
	for _, kind := range undescribed {
		require.NotContains(t, out, kind)
	}
	return out
}

const aShipping = "&shipping[name]=a&shipping[address][line1]=1-1&shipping[address][country]=JP"

func (a *api) customers() {
	id := a.made("/v1/customers", "name=a&email=a@example.com&phone=090&description=d&metadata[a]=b&preferred_locales[0]=ja&address[city]=Tokyo"+aShipping)
	a.get("/v1/customers/"+id, "")
	a.post("/v1/customers/"+id, "metadata[a]=&metadata[b]=c&name=b")
	a.get("/v1/customers", "limit=1&email=a@example.com")
	a.post("/v1/customer_sessions", "customer="+id+"&components[payment_element][enabled]=true")
	card := a.made("/v1/payment_methods", "type=card&card[token]=tok_visa&billing_details[name]=a&metadata[a]=b")
	a.post("/v1/payment_methods/"+card+"/attach", "customer="+id)
	a.get("/v1/customers/"+id+"/payment_methods", "type=card")
	a.get("/v1/customers/"+id+"/payment_methods/"+card, "expand[0]=customer")
	a.stripe.Advance(searchable)
	a.get("/v1/customers/search", "query=email:'a@example.com'")
	a.call(http.StatusOK, http.MethodDelete, "/v1/customers/"+id, "")
	a.get("/v1/customers/"+id, "") // a deleted one
	a.call(http.StatusNotFound, http.MethodGet, "/v1/customers/cus_none", "")
}

func (a *api) methods() {
	cus := a.made("/v1/customers", "")
	card := a.made("/v1/payment_methods", "type=card&card[number]=4242424242424242&card[exp_month]=12&card[exp_year]=2040&card[cvc]=123")
	a.get("/v1/payment_methods/"+card, "")
	a.post("/v1/payment_methods/"+card+"/attach", "customer="+cus+"&expand[0]=customer")
	a.post("/v1/payment_methods/"+card, "card[exp_year]=2041&billing_details[email]=a@example.com&allow_redisplay=always")
	a.get("/v1/payment_methods", "customer="+cus+"&type=card")
	a.post("/v1/payment_methods/"+card+"/detach", "")
	a.call(http.StatusPaymentRequired, http.MethodPost, "/v1/payment_methods/pm_card_chargeDeclined/attach", "customer="+cus)
	token := a.made("/v1/test_helpers/confirmation_tokens", "payment_method=pm_card_visa&return_url=https://shop.example&setup_future_usage=off_session"+aShipping)
	a.get("/v1/confirmation_tokens/"+token, "")
}

// held makes a payment that is held.
func (a *api) held(card, more string) string {
	a.Helper()
	return a.made("/v1/payment_intents", "amount=1200&currency=jpy&capture_method=manual&confirm=true&payment_method_types[0]=card&payment_method="+card+more)
}

func (a *api) intents() {
	cus := a.made("/v1/customers", "name=a")
	id := a.made("/v1/payment_intents", "amount=1200&currency=jpy&capture_method=manual&customer="+cus+"&description=d&receipt_email=a@example.com&statement_descriptor_suffix=A&metadata[a]=b&transfer_group=g&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never"+aShipping)
	a.post("/v1/payment_intents/"+id, "amount=1500&metadata[a]=c&payment_method=pm_card_mastercard&expand[0]=payment_method&expand[1]=customer")
	a.post("/v1/payment_intents/"+id+"/confirm", "setup_future_usage=off_session&expand[0]=latest_charge.balance_transaction")
	a.post("/v1/payment_intents/"+id+"/capture", "amount_to_capture=1000&expand[0]=latest_charge.balance_transaction&expand[1]=latest_charge.customer")
	charge, ok := a.get("/v1/payment_intents/"+id, "")["latest_charge"].(string)
	require.True(a, ok)
	a.get("/v1/charges/"+charge, "expand[0]=payment_intent&expand[1]=balance_transaction")
	a.post("/v1/charges/"+charge, "description=x&metadata[a]=b&fraud_details[user_report]=safe")
	a.get("/v1/charges", "payment_intent="+id+"&expand[0]=data.payment_intent.payment_method")
	a.get("/v1/payment_intents", "created[gte]=1&expand[0]=data.latest_charge")
	a.post("/v1/payment_intents/"+a.held("pm_card_jcb", "")+"/cancel", "cancellation_reason=abandoned")
	asked := a.held("pm_card_authenticationRequired", "&return_url=https://shop.example/back&use_stripe_sdk=true")
	a.held("pm_card_authenticationRequired", "&return_url=https://shop.example/back") // redirect_to_url
	require.True(a, a.stripe.Challenge(asked, stripetest.Fail))
	a.get("/v1/payment_intents/"+asked, "expand[0]=latest_charge") // with last_payment_error
	a.post("/v1/payment_intents/"+a.held("pm_card_visa", "")+"/capture", "")
	a.made("/v1/payment_intents", "amount=1200&currency=usd&confirm=true&payment_method_types[0]=card&payment_method=pm_card_amex")
	a.stripe.Advance(searchable)
	a.get("/v1/payment_intents/search", "query=metadata['a']:'c'")
	a.get("/v1/charges/search", "query=amount>1000&limit=1")
}

func (a *api) troubles() {
	const post = "amount=1200&currency=jpy&confirm=true&payment_method_types[0]=card&payment_method="
	for _, card := range []string{"chargeDeclined", "chargeDeclinedInsufficientFunds", "chargeDeclinedExpiredCard", "chargeDeclinedIncorrectCvc", "radarBlock"} {
		a.call(http.StatusPaymentRequired, http.MethodPost, "/v1/payment_intents", post+"pm_card_"+card)
	}
	a.call(http.StatusNotFound, http.MethodGet, "/v1/payment_intents/pi_none", "")
	a.call(http.StatusBadRequest, http.MethodPost, "/v1/payment_intents", "amount=1&currency=usd")
	a.call(http.StatusBadRequest, http.MethodPost, "/v1/payment_intents/"+a.held("pm_card_visa", "")+"/confirm", "")
	a.call(http.StatusBadRequest, http.MethodPost, "/v1/charges", "amount=100&currency=jpy")
	a.stripe.Fail("GET /v1/payment_intents", stripetest.RateLimit)
	a.call(http.StatusTooManyRequests, http.MethodGet, "/v1/payment_intents", "")
	a.stripe.Fail("GET /v1/payment_intents", stripetest.ServerError)
	a.call(http.StatusInternalServerError, http.MethodGet, "/v1/payment_intents", "")
}
