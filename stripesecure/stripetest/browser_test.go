package stripetest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// mounted is a shop with the emulator below /stripe/ in the same origin.
func mounted(t *testing.T) (s *stripetest.Stripe, base string) {
	t.Helper()
	s = stripetest.New(stripetest.WithShopName("みどり商店"))
	mux := http.NewServeMux()
	mux.Handle("/stripe/", http.StripPrefix("/stripe", s.Handler()))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.SetBaseURL(server.URL + "/stripe")
	return s, server.URL + "/stripe"
}

// visit is a browser that follows no redirect.
func visit(t *testing.T, method, address string, form url.Values, headers ...header) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, h := range headers {
		req.Header.Set(h.name, h.value)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, string(body)
}

func TestThePromptByRedirect(t *testing.T) {
	s, base := mounted(t)
	for action, want := range map[string][2]string{
		"complete": {"requires_capture", "succeeded"}, "fail": {"requires_payment_method", "failed"}, "cancel": {"requires_action", "failed"},
	} {
		r := pay(t, s, "4000002760003184", "use_stripe_sdk=false&return_url=https://shop.example/back?cart=7")
		address := regexp.MustCompile(`"url":"([^"]+)"`).FindStringSubmatch(r.text)[1]
		require.True(t, strings.HasPrefix(address, base+"/3ds/"), address)

		res, page := visit(t, "GET", address, nil, header{"Accept-Language", "ja,en;q=0.5"})
		assert.Equal(t, 200, res.StatusCode)
		for _, text := range []string{`lang="ja"`, "みどり商店", "¥1,200", "Visa •••• 3184", "認証を完了", "失敗させる", "閉じる・中断"} {
			assert.Contains(t, page, text)
		}
		assert.NotContains(t, page, "style=")
		assert.NotRegexp(t, `<script>|\son\w+=`, page, "no inline script")
		assert.Contains(t, res.Header.Get("Content-Security-Policy"), "default-src 'none'")
		_, page = visit(t, "GET", address+"?locale=en", nil)
		assert.Contains(t, page, "Complete authentication")

		res, _ = visit(t, "POST", address, url.Values{"action": {action}})
		assert.Equal(t, 303, res.StatusCode)
		back, err := url.Parse(res.Header.Get("Location"))
		require.NoError(t, err)
		assert.Equal(t, "shop.example", back.Host)
		assert.Equal(t, "7", back.Query().Get("cart"))
		assert.Equal(t, r.id(), back.Query().Get("payment_intent"))
		assert.Equal(t, r.body["client_secret"], back.Query().Get("payment_intent_client_secret"))
		assert.Equal(t, want, [2]string{s.Intent(r.id()).Status, back.Query().Get("redirect_status")})

		res, _ = visit(t, "POST", address, url.Values{"action": {"complete"}}) // a second answer
		assert.Equal(t, 303, res.StatusCode)
	}
	res, _ := visit(t, "GET", base+"/3ds/nothing", nil)
	assert.Equal(t, 404, res.StatusCode)
}

func TestThePromptInADialog(t *testing.T) {
	s, base := mounted(t)
	r := pay(t, s, "4000002760003184", "return_url=https://shop.example/back")
	address := regexp.MustCompile(`"stripe_js":"([^"]+)"`).FindStringSubmatch(r.text)[1]
	require.True(t, strings.HasPrefix(address, base), address)
	_, page := visit(t, "POST", address, url.Values{"action": {"complete"}})
	assert.Contains(t, page, `data-done="complete"`, "prompt.js tells the dialog")
	assert.Equal(t, "requires_capture", s.Intent(r.id()).Status)
	_, page = visit(t, "GET", address, nil)
	assert.Contains(t, page, "no longer valid")
}

func TestTheStandInForStripeJS(t *testing.T) {
	s, base := mounted(t)
	res, script := visit(t, "GET", base+"/v3/", nil)
	assert.Equal(t, "text/javascript; charset=utf-8", res.Header.Get("Content-Type"))
	assert.NotRegexp(t, `name:\s*'card|setAttribute\('name'`, script, "no field may be sent with the form around it")
	for _, file := range []string{"/v3", "/v3/stripe.css", "/v3/prompt.css", "/v3/prompt.js"} {
		res, _ = visit(t, "GET", base+file, nil)
		assert.Equal(t, 200, res.StatusCode, file)
	}
	res, _ = visit(t, "OPTIONS", base+"/v1/confirmation_tokens", nil)
	assert.Equal(t, "*", res.Header.Get("Access-Control-Allow-Origin"))
	assert.Contains(t, res.Header.Get("Access-Control-Allow-Headers"), "Stripe-Account")

	// what the stand-in sends
	_, body := visit(t, "POST", base+"/v1/confirmation_tokens", url.Values{
		"key": {stripetest.TestPublishableKey}, "return_url": {"https://shop.example/back"}, "setup_future_usage": {"off_session"},
		"payment_method_data[type]": {"card"}, "payment_method_data[card][number]": {"4242424242424242"},
		"payment_method_data[card][exp_month]": {"12"}, "payment_method_data[card][exp_year]": {"2040"},
		"payment_method_data[card][cvc]": {"123"}, "payment_method_data[billing_details][name]": {"Hanako"},
	})
	token := regexp.MustCompile(`ctoken_\w+`).FindString(body)
	require.NotEmpty(t, token, body)
	got := send(t, s, "GET /v1/confirmation_tokens/"+token, "")
	assert.Equal(t, "off_session", got.body["setup_future_usage"])
	assert.Equal(t, true, got.body["use_stripe_sdk"])
	assert.Contains(t, got.text, `"name":"Hanako"`)
	assert.NotContains(t, got.text, "4242424242424242")
}

func TestTheRootAnswersLikeStripeMock(t *testing.T) {
	s, base := mounted(t)
	res, body := visit(t, "GET", base+"/", nil)
	assert.Equal(t, 401, res.StatusCode)
	assert.Equal(t, "master", res.Header.Get("Stripe-Mock-Version"))
	assert.Contains(t, body, `"error"`)
	res, err := s.Client().Get("https://js.stripe.com/v3/")
	require.NoError(t, err)
	defer res.Body.Close()
	assert.Equal(t, 200, res.StatusCode, "the transport serves the pages too")
}

// Every word of the form and of the page exists in both languages.
func TestBothLanguagesAreComplete(t *testing.T) {
	script, err := os.ReadFile("assets/stripe.js")
	require.NoError(t, err)
	block := func(lang string) []string {
		text := regexp.MustCompile(`(?s)\n    ` + lang + `: \{(.*?)\n    \}`).FindStringSubmatch(string(script))[1]
		var names []string
		for _, m := range regexp.MustCompile(`(\w+): ['"]`).FindAllStringSubmatch(text, -1) {
			names = append(names, m[1])
		}
		return names
	}
	require.NotEmpty(t, block("en"))
	assert.ElementsMatch(t, block("en"), block("ja"))
}
