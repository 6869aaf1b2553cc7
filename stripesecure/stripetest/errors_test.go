package stripetest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

func TestRefusedParameters(t *testing.T) {
	s := stripetest.New()
	long := strings.Repeat("x", 501)
	for _, c := range []struct{ form, code, param string }{
		{"currency=jpy", "parameter_missing", "amount"},
		{"amount=1200", "parameter_missing", "currency"},
		{"amount=x&currency=jpy", "parameter_invalid_integer", "amount"},
		{"amount=12.5&currency=usd", "parameter_invalid_integer", "amount"},
		{"amount=99999999999999999999&currency=usd", "parameter_invalid_integer", "amount"},
		{"amount=0&currency=jpy", "parameter_invalid_integer", "amount"},
		{"amount=-5&currency=jpy", "parameter_invalid_integer", "amount"},
		{"amount=49&currency=jpy", "amount_too_small", "amount"},
		{"amount=49&currency=usd", "amount_too_small", "amount"},
		{"amount=17499&currency=huf", "amount_too_small", "amount"},
		{"amount=100000000&currency=jpy", "amount_too_large", "amount"},
		{"amount=1001&currency=kwd", "", "amount"},
		{"amount=12345&currency=isk", "", "amount"},
		{"amount=1200&currency=xxx", "", "currency"},
		{"amount=&currency=jpy", "parameter_invalid_empty", "amount"},
		{"amount[x]=1&currency=jpy", "", "amount"},
		{plain + "&foo=1", "parameter_unknown", "foo"},
		{plain + "&payment_method_options[card][foo]=1", "parameter_unknown", "payment_method_options[card][foo]"},
		{plain + "&capture_method=later", "", "capture_method"},
		{plain + "&confirm=yes", "", "confirm"},
		{plain + "&metadata[k]=" + long, "", "metadata[k]"},
		{plain + "&metadata[" + long[:41] + "]=v", "", "metadata[" + long[:41] + "]"},
		{plain + "&metadata=x", "", "metadata"},
		{plain + "&statement_descriptor_suffix=" + long[:23], "", "statement_descriptor_suffix"},
		{plain + "&statement_descriptor=SHOP", "", "statement_descriptor"},
		{plain + "&payment_method_types[]=gold", "", "payment_method_types"},
		{plain + "&shipping[name]=x", "parameter_missing", "shipping[address]"},
		{plain + "&customer=cus_no", "resource_missing", "customer"},
		{plain + "&expand[]=amount", "", "expand"},
		{plain + "&expand[]=latest_charge.balance_transaction.source.customer.email", "", "expand"},
	} {
		r := send(t, s, "POST /v1/payment_intents", c.form)
		assert.Contains(t, []int{400, 404}, r.status, c.form)
		assert.Equal(t, "invalid_request_error", r.fault()["type"], c.form)
		assert.Equal(t, c.code, r.code(), c.form)
		assert.Equal(t, c.param, r.fault()["param"], c.form)
		assert.NotEmpty(t, r.fault()["message"], c.form)
		for name, value := range r.fault() {
			assert.NotNil(t, value, "%s of %s", name, c.form)
		}
	}
	assert.Empty(t, s.Intents())
}

func TestMinimumAndMaximumAreAccepted(t *testing.T) {
	s := stripetest.New()
	for _, form := range []string{
		"amount=50&currency=jpy", "amount=99999999&currency=jpy", "amount=50&currency=USD", "amount=1000&currency=kwd",
		"amount=12300&currency=isk", "amount=100&currency=ugx", "amount=17500&currency=huf", "amount=1&currency=mga",
	} {
		assert.Equal(t, 200, send(t, s, "POST /v1/payment_intents", form).status, form)
	}
}

func TestMetadataLimits(t *testing.T) {
	s := stripetest.New()
	cus := s.AddCustomer(stripetest.Customer{Metadata: map[string]string{"a": "1", "b": "2"}})
	at := "POST /v1/customers/" + cus
	assert.Equal(t, map[string]any{"b": "2", "c": "3"}, send(t, s, at, "metadata[a]=&metadata[c]=3").body["metadata"])
	assert.Empty(t, send(t, s, at, "metadata=").body["metadata"])
	var fifty []string
	for i := range 50 {
		fifty = append(fifty, "metadata[k"+strings.Repeat("x", i)[:min(i, 30)]+string(rune('A'+i/2))+string(rune('a'+i%2))+"]=v")
	}
	assert.Equal(t, 200, send(t, s, at, strings.Join(fifty, "&")).status)
	assert.Equal(t, 400, send(t, s, at, "metadata[one_more]=v").status)
}

func TestKeysAndAddresses(t *testing.T) {
	s := stripetest.New()
	for _, c := range []struct {
		call    string
		headers []header
		status  int
	}{
		{"GET /v1/nothing", nil, 404},
		{"PUT /v1/customers", nil, 404},
		{"GET /v1/customers/cus_x/nothing", nil, 404},
		{"GET /v1/customers/cus_x", nil, 404},
		{"GET /v1/customers", []header{{"Authorization", ""}}, 401},
		{"GET /v1/customers", []header{as("sk_wrong")}, 401},
		{"GET /v1/customers", []header{as("sk_live_unknown")}, 401},
		{"GET /v1/customers", []header{as("sk_test_anything")}, 200},
		{"GET /v1/customers", []header{as("pk_test_anything")}, 403},
		{"GET /v1/customers", []header{{"Authorization", "Basic c2tfdGVzdF8xMjM6"}}, 200},
		{"GET /v1/customers", []header{{"Authorization", "Basic %%%"}}, 401},
		{"GET /v1/customers", []header{on("acct_foreign")}, 403},
	} {
		r := send(t, s, c.call, "", c.headers...)
		assert.Equal(t, c.status, r.status, "%s %v: %s", c.call, c.headers, r.text)
		if c.status != 200 {
			assert.Equal(t, "invalid_request_error", r.fault()["type"])
		}
	}
	assert.True(t, s.RegisterKey(stripetest.Key{Text: "sk_test_mine"}))
	assert.False(t, s.RegisterKey(stripetest.Key{Text: "mine"}))
	assert.Equal(t, 200, send(t, s, "GET /v1/customers", "", as("sk_test_mine")).status)
	assert.Equal(t, 401, send(t, s, "GET /v1/customers", "", as("sk_test_anything")).status)
	s.RevokeKey("sk_test_mine")
	r := send(t, s, "GET /v1/customers", "", as("sk_test_mine"))
	assert.Equal(t, 401, r.status)
	assert.NotContains(t, r.text, "sk_test_mine", "the message masks the key")
}

func TestRestrictedKeys(t *testing.T) {
	s := stripetest.New()
	require.True(t, s.RegisterKey(stripetest.Key{Text: "rk_test_few", Permissions: map[string]string{"customers": "read", "payment_intents": "write"}}))
	rk := as("rk_test_few")
	assert.Equal(t, 200, send(t, s, "GET /v1/customers", "", rk).status)
	assert.Equal(t, 200, send(t, s, "POST /v1/payment_intents", plain, rk).status)
	assert.Equal(t, 200, send(t, s, "GET /v1/payment_intents", "", rk).status)
	assert.Equal(t, 403, send(t, s, "POST /v1/customers", "", rk).status)
	assert.Equal(t, 403, send(t, s, "GET /v1/charges", "", rk).status)
	assert.Equal(t, 200, send(t, s, "POST /v1/customers", "", as(stripetest.TestRestrictedKey)).status)
}

func TestTestAndLiveAreApart(t *testing.T) {
	s := stripetest.New()
	id := send(t, s, "POST /v1/customers", "").id()
	r := send(t, s, "GET /v1/customers/"+id, "", as(stripetest.LiveSecretKey))
	assert.Equal(t, 404, r.status)
	assert.Contains(t, r.fault()["message"], "a similar object exists in test mode, but a live mode key was used")
	live := send(t, s, "POST /v1/customers", "", as(stripetest.LiveSecretKey))
	assert.Equal(t, true, live.body["livemode"])
	assert.Len(t, s.Customers(), 1)
	assert.Len(t, s.View("").Live().Customers(), 1)
}

func TestConnectedAccountsAreApart(t *testing.T) {
	s := stripetest.New()
	s.AddAccount(stripetest.AccountConfig{ID: "acct_merchant", Country: "DK", DefaultCurrency: "dkk"})
	r := send(t, s, "POST /v1/customers", "", on("acct_merchant"))
	assert.Equal(t, "acct_merchant", r.header.Get("Stripe-Account"))
	assert.Empty(t, s.Customers())
	assert.Len(t, s.View("acct_merchant").Customers(), 1)
	assert.Equal(t, "acct_merchant", s.View("acct_merchant").Events()[0].Account)
	assert.Equal(t, "DK", send(t, s, "GET /v1/account", "", on("acct_merchant")).body["country"])
	assert.Equal(t, 200, send(t, s, "GET /v1/accounts/acct_merchant", "").status)
	assert.Equal(t, 403, send(t, s, "GET /v1/accounts/acct_no", "").status)
	assert.Equal(t, "acct_merchant", s.Calls("POST /v1/customers")[0].Account)
}

func TestMalformedRequests(t *testing.T) {
	s := stripetest.New()
	post := func(contentType, body string) int {
		req, err := http.NewRequestWithContext(t.Context(), "POST", "https://api.stripe.com/v1/customers", strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+stripetest.TestSecretKey)
		req.Header.Set("Content-Type", contentType)
		res, err := s.Client().Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		return res.StatusCode
	}
	const form = "application/x-www-form-urlencoded"
	for _, body := range []string{
		"%zz=1", "a=%ff%fe", "[a]=1", "a[=1", "a]b=1", "metadata[a][b]=1", "email=x&email[y]=1", "email[y]=1&email=x",
		strings.Repeat("a[", 40) + "=1", strings.Repeat("a&", 5000), "metadata[" + strings.Repeat("[", 100) + "]=1",
	} {
		assert.Equal(t, 400, post(form, body), clipped(body))
	}
	assert.Equal(t, 400, post("application/json", `{"email":"x"}`))
	assert.Equal(t, 413, post(form, "email="+strings.Repeat("x", 1<<20)))
	assert.Empty(t, s.Customers())
}

func clipped(s string) string { return s[:min(len(s), 40)] }

// FuzzCalls sends anything anywhere: the emulator answers, and never panics.
func FuzzCalls(f *testing.F) {
	f.Add("POST", "/v1/payment_intents", plain+"&confirm=true&payment_method=pm_card_visa")
	f.Add("POST", "/v1/customers", "metadata[a]=b&expand[0]=x")
	f.Add("GET", "/v1/payment_intents/search", "query=amount>1 AND -metadata[\"a\"]:null")
	f.Add("GET", "/v1/events", "types[]=*&limit=3")
	f.Add("POST", "/v1/setup_intents", "confirm=true&payment_method=pm_card_authenticationRequired&payment_method_types[]=card")
	f.Fuzz(func(t *testing.T, method, path, form string) {
		s := stripetest.New(stripetest.WithSeed(1))
		s.AddCard(s.AddCustomer(stripetest.Customer{ID: "cus_1"}), "pm_card_visa", "pm_1")
		s.AddIntent(stripetest.PaymentIntent{ID: "pi_1", Amount: 1200, Currency: "jpy"})
		s.AddIntent(stripetest.PaymentIntent{ID: "pi_2", Amount: 1200, Currency: "jpy", Status: "requires_capture"})
		body, query := "", form
		if method == "POST" {
			body, query = form, ""
		}
		req, err := http.NewRequestWithContext(t.Context(), method, "https://api.stripe.com/", strings.NewReader(body))
		if err != nil {
			return
		}
		req.URL.Path, req.URL.RawQuery = path, query
		req.Header.Set("Authorization", "Bearer "+stripetest.TestSecretKey)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := s.Client().Do(req)
		if err != nil {
			return
		}
		res.Body.Close()
		if strings.HasPrefix(path, "/v1/") && res.StatusCode == 500 {
			t.Fatalf("%s %s %s: 500", method, path, form)
		}
	})
}
