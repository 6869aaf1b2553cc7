package stripetest_test

import (
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

func readAll(res *http.Response) ([]byte, error) { return io.ReadAll(res.Body) }

// The state machine of stripe-facts §1.1.

func TestHoldCaptureCancel(t *testing.T) {
	s := stripetest.New()
	a := pay(t, s, "4242424242424242", "")
	assert.Equal(t, "requires_capture", a.body["status"])
	assert.EqualValues(t, 1200, a.body["amount_capturable"])
	ch := s.Charge(s.Intent(a.id()).LatestCharge)
	assert.False(t, ch.Captured)
	assert.True(t, ch.Paid)

	got := send(t, s, "POST /v1/payment_intents/"+a.id()+"/capture", "amount_to_capture=1000&metadata[order]=7")
	assert.Equal(t, "succeeded", got.body["status"])
	assert.EqualValues(t, 1000, got.body["amount_received"])
	assert.EqualValues(t, 1200, got.body["amount"])
	assert.Equal(t, map[string]any{"order": "7"}, got.body["metadata"])
	ch = s.Charge(ch.ID)
	assert.EqualValues(t, 200, ch.AmountRefunded)
	assert.NotEmpty(t, ch.BalanceTransaction)
	require.Len(t, s.Refunds(), 1)
	assert.Empty(t, s.Refunds()[0].BalanceTransaction)

	for _, verb := range []string{"capture", "cancel", "confirm"} {
		r := send(t, s, "POST /v1/payment_intents/"+a.id()+"/"+verb, "")
		assert.Equal(t, 400, r.status, verb)
		assert.Equal(t, "payment_intent_unexpected_state", r.code(), verb)
		assert.NotNil(t, r.fault()["payment_intent"], verb)
	}
}

func TestCancelReleasesAHold(t *testing.T) {
	s := stripetest.New()
	a := pay(t, s, "4242424242424242", "")
	got := send(t, s, "POST /v1/payment_intents/"+a.id()+"/cancel", "cancellation_reason=abandoned")
	assert.Equal(t, "canceled", got.body["status"])
	ch := s.Charges()[0]
	assert.True(t, ch.Refunded)
	assert.False(t, ch.Captured)
	assert.Equal(t, []string{
		"payment_intent.created", "charge.succeeded", "payment_intent.amount_capturable_updated",
		"charge.refunded", "payment_intent.canceled",
	}, kinds(s.Events()))
	again := send(t, s, "POST /v1/payment_intents/"+a.id()+"/cancel", "")
	assert.Equal(t, 400, again.status)
}

func TestAutomaticCaptureSettlesAMomentLater(t *testing.T) {
	s := stripetest.New()
	r := send(t, s, "POST /v1/payment_intents", "amount=1200&currency=jpy&confirm=true&payment_method_types[]=card&payment_method=pm_card_visa")
	assert.Equal(t, "automatic_async", r.body["capture_method"])
	assert.Equal(t, "succeeded", r.body["status"])
	assert.Empty(t, s.Charges()[0].BalanceTransaction)
	s.Advance(time.Second)
	assert.NotEmpty(t, s.Charges()[0].BalanceTransaction)
	assert.Equal(t, []string{"payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "charge.updated"}, kinds(s.Events()))
}

func TestADeclineLeavesTheIntentOpenForAnotherCard(t *testing.T) {
	s := stripetest.New()
	cus := s.AddCustomer(stripetest.Customer{})
	r := pay(t, s, "4000000000009995", "customer="+cus)
	assert.Equal(t, 402, r.status)
	assert.Equal(t, "card_declined", r.code())
	assert.Equal(t, "insufficient_funds", r.fault()["decline_code"])
	pi, _ := r.fault()["payment_intent"].(map[string]any)
	assert.Equal(t, "requires_payment_method", pi["status"])
	assert.Nil(t, pi["payment_method"])
	assert.NotNil(t, pi["last_payment_error"])
	assert.Equal(t, r.fault()["charge"], pi["latest_charge"])

	id, _ := pi["id"].(string)
	got := send(t, s, "POST /v1/payment_intents/"+id+"/confirm", "setup_future_usage=&confirmation_token="+s.Token("4242424242424242"))
	assert.Equal(t, "requires_capture", got.body["status"])
	assert.Nil(t, got.body["last_payment_error"])
	assert.Len(t, s.Intents(), 1)
	assert.Len(t, s.Charges(), 2)
}

func TestThreeDSecureOutcomes(t *testing.T) {
	s := stripetest.New()
	for what, want := range map[stripetest.Authentication]string{
		stripetest.Pass: "requires_capture", stripetest.Fail: "requires_payment_method", stripetest.Abandon: "requires_action",
	} {
		r := pay(t, s, "4000002760003184", "return_url=https://shop.example/back")
		require.Equal(t, "requires_action", r.body["status"])
		require.True(t, s.Challenge(r.id(), what))
		assert.Equal(t, want, s.Intent(r.id()).Status)
		if what == stripetest.Fail {
			assert.Equal(t, "payment_intent_authentication_failure", s.Intent(r.id()).LastPaymentError.Code)
		}
		if what == stripetest.Pass {
			ch := s.Charge(s.Intent(r.id()).LatestCharge)
			assert.Equal(t, "authenticated", ch.PaymentMethodDetails.Card.ThreeDSecure.Result)
		}
	}
	late := pay(t, s, "4000002760003184", "")
	send(t, s, "POST /v1/payment_intents/"+late.id()+"/cancel", "")
	assert.False(t, s.Challenge(late.id(), stripetest.Pass), "cancelled before the buyer came back")
	assert.Equal(t, "canceled", s.Intent(late.id()).Status)
}

func TestHowThreeDSecureIsAsked(t *testing.T) {
	s := stripetest.New(stripetest.WithBaseURL("https://shop.example/stripe/"))
	sdk := pay(t, s, "4000002760003184", "return_url=https://shop.example/back")
	next, _ := sdk.body["next_action"].(map[string]any)
	assert.Equal(t, "use_stripe_sdk", next["type"], "a token of Stripe.js asks for it")

	byRedirect := pay(t, s, "4000002760003184", "return_url=https://shop.example/back&use_stripe_sdk=false")
	next, _ = byRedirect.body["next_action"].(map[string]any)
	assert.Equal(t, "redirect_to_url", next["type"])
	to, _ := next["redirect_to_url"].(map[string]any)
	address, _ := to["url"].(string)
	assert.Contains(t, address, "https://shop.example/stripe/3ds/")

	res, err := s.Client().PostForm("http://any.example/3ds/"+address[len("https://shop.example/stripe/3ds/"):], url.Values{"action": {"complete"}})
	var stopped *url.Error // the client follows the redirect into the emulator, which knows no such page
	if err != nil {
		require.ErrorAs(t, err, &stopped)
	} else {
		res.Body.Close()
	}
	assert.Equal(t, "requires_capture", s.Intent(byRedirect.id()).Status)
}

func TestAuthorisationsExpire(t *testing.T) {
	day := 24 * time.Hour
	for _, c := range []struct {
		name, country, currency, card, more string
		want                                time.Duration
	}{
		{"JP account, JPY, Visa", "JP", "jpy", "4242424242424242", "", 30 * day},
		{"JP account, JPY, JCB", "JP", "jpy", "3566002020360505", "", 30 * day},
		{"JP account, JPY, Amex", "JP", "jpy", "378282246310005", "", 7 * day},
		{"JP account, USD", "JP", "usd", "4242424242424242", "", 7 * day},
		{"DK account", "DK", "dkk", "4242424242424242", "", 7 * day},
		{"merchant-initiated Visa", "DK", "dkk", "4242424242424242", "off_session=true", 4*day + 18*time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := stripetest.New(stripetest.WithAccount(stripetest.AccountConfig{Country: c.country, DefaultCurrency: c.currency}))
			r := send(t, s, "POST /v1/payment_intents", "amount=5000&currency="+c.currency+"&confirm=true&payment_method_types[]=card&capture_method=manual&confirmation_token="+s.Token(c.card)+"&"+c.more)
			ch := s.Charges()[0]
			assert.Equal(t, int64(c.want/time.Second), ch.PaymentMethodDetails.Card.CaptureBefore-ch.Created)
			s.Advance(c.want - time.Minute)
			assert.Equal(t, "requires_capture", s.Intent(r.id()).Status)
			s.Advance(time.Minute)
			pi := s.Intent(r.id())
			assert.Equal(t, "canceled", pi.Status)
			assert.Equal(t, "automatic", pi.CancellationReason)
			assert.Equal(t, []string{"charge.expired", "payment_intent.canceled"}, kinds(s.Events("charge.expired", "payment_intent.canceled")))
			assert.Equal(t, 400, send(t, s, "POST /v1/payment_intents/"+r.id()+"/capture", "").status)
		})
	}
}

func TestTokensAreUsedOnceAndExpire(t *testing.T) {
	s := stripetest.New()
	token := s.Token("4242424242424242")
	form := plain + "&confirm=true&confirmation_token=" + token
	require.Equal(t, 200, send(t, s, "POST /v1/payment_intents", form).status)
	again := send(t, s, "POST /v1/payment_intents", form)
	assert.Equal(t, 400, again.status)
	assert.Equal(t, "invalid_request_error", again.fault()["type"])
	assert.Len(t, s.Intents(), 1, "a refused create leaves nothing behind")
	assert.Len(t, s.Events("payment_intent.created"), 1)

	old := s.Token("4242424242424242")
	s.Advance(12 * time.Hour)
	assert.Equal(t, 400, send(t, s, "POST /v1/payment_intents", plain+"&confirm=true&confirmation_token="+old).status)
	assert.Equal(t, 404, send(t, s, "POST /v1/payment_intents", plain+"&confirm=true&confirmation_token=ctoken_no").status)
}

func TestWhoseCardIsIt(t *testing.T) {
	s := stripetest.New()
	mine, other := s.AddCustomer(stripetest.Customer{}), s.AddCustomer(stripetest.Customer{})
	card := s.AddCard(mine, "4242424242424242", "pm_mine")
	create := func(more string) reply {
		return send(t, s, "POST /v1/payment_intents", plain+"&confirm=true&payment_method="+card+"&"+more)
	}
	assert.Equal(t, 200, create("customer="+mine).status)
	assert.Equal(t, 400, create("customer="+other).status)
	assert.Equal(t, 400, create("").status)
	require.Equal(t, 200, send(t, s, "POST /v1/payment_methods/"+card+"/detach", "").status)
	gone := create("customer=" + mine)
	assert.Equal(t, 400, gone.status)
	assert.Contains(t, gone.fault()["message"], "It may not be used again")
}

func TestSavingACard(t *testing.T) {
	s := stripetest.New()
	cus := s.AddCustomer(stripetest.Customer{})
	saved := pay(t, s, "4242424242424242", "customer="+cus+"&setup_future_usage=off_session")
	require.Len(t, s.Cards(cus), 1)
	assert.Equal(t, saved.body["payment_method"], s.Cards(cus)[0].ID)

	once := pay(t, s, "4242424242424242", "customer="+cus)
	assert.Len(t, s.Cards(cus), 1)
	pm, _ := once.body["payment_method"].(string)
	assert.Equal(t, 400, send(t, s, "POST /v1/payment_methods/"+pm+"/attach", "customer="+cus).status)

	// the token's wish counts when the request says nothing, the request's wins
	send(t, s, "POST /v1/payment_intents", plain+"&confirm=true&customer="+cus+"&confirmation_token="+s.Token("5555555555554444", stripetest.ForLater("off_session")))
	assert.Len(t, s.Cards(cus), 2)
	assert.NotEqual(t, s.Cards(cus)[0].Card.Fingerprint, s.Cards(cus)[1].Card.Fingerprint)

	r := pay(t, s, "4242424242424242", "customer="+cus+"&setup_future_usage=off_session&off_session=true")
	assert.Equal(t, 400, r.status)
}

func TestOnlyWithConfirm(t *testing.T) {
	s := stripetest.New()
	assert.Equal(t, 400, send(t, s, "POST /v1/payment_intents", plain+"&return_url=https://x.example/").status)
	auto := "amount=1200&currency=jpy&confirm=true&payment_method=pm_card_visa"
	assert.Equal(t, 400, send(t, s, "POST /v1/payment_intents", auto).status, "automatic methods need a return_url")
	assert.Equal(t, 200, send(t, s, "POST /v1/payment_intents", auto+"&return_url=https://x.example/").status)
	assert.Equal(t, 400, send(t, s, "POST /v1/payment_intents", auto+"&confirm=true&payment_method_types[]=card&automatic_payment_methods[enabled]=true").status)
	none := send(t, s, "POST /v1/payment_intents", plain+"&confirm=true")
	assert.Equal(t, 400, none.status)
	assert.Equal(t, "payment_intent_unexpected_state", none.code())
}

func TestAPublishableKeySeesWhatABrowserMay(t *testing.T) {
	s := stripetest.New()
	r := pay(t, s, "4242424242424242", "metadata[cost]=1")
	secret, _ := r.body["client_secret"].(string)
	public := as(stripetest.TestPublishableKey)
	seen := send(t, s, "GET /v1/payment_intents/"+r.id(), "client_secret="+secret, public)
	require.Equal(t, 200, seen.status)
	for _, name := range []string{"metadata", "customer", "latest_charge", "amount_received"} {
		assert.NotContains(t, seen.body, name)
	}
	assert.Equal(t, 400, send(t, s, "GET /v1/payment_intents/"+r.id(), "", public).status)
	assert.Equal(t, 404, send(t, s, "GET /v1/payment_intents/"+r.id(), "client_secret=x", public).status)
	assert.Equal(t, 403, send(t, s, "POST /v1/payment_intents/"+r.id()+"/capture", "", public).status)
	assert.Equal(t, 403, send(t, s, "GET /v1/payment_intents", "", public).status)
}

func TestManualConfirmationIsConfirmedAgainByTheServer(t *testing.T) {
	s := stripetest.New()
	r := pay(t, s, "4000002760003184", "confirmation_method=manual")
	require.Equal(t, "requires_action", r.body["status"])
	s.Challenge(r.id(), stripetest.Pass)
	assert.Equal(t, "requires_confirmation", s.Intent(r.id()).Status)
	again := send(t, s, "POST /v1/payment_intents/"+r.id()+"/confirm", "")
	assert.Equal(t, "requires_capture", again.body["status"])
}

func TestTooManyConfirms(t *testing.T) {
	s := stripetest.New(stripetest.WithMaxConfirms(2))
	r := pay(t, s, "4000000000000002", "")
	pi, _ := r.fault()["payment_intent"].(map[string]any)
	id, _ := pi["id"].(string)
	r = send(t, s, "POST /v1/payment_intents/"+id+"/confirm", "payment_method=pm_card_visa_chargeDeclined")
	assert.Equal(t, 402, r.status)
	assert.Equal(t, "canceled", s.Intent(id).Status)
}
