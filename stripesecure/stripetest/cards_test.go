package stripetest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// TestCardTable is the table of stripe-facts §3: card × request_three_d_secure ×
// on or off session. "3ds" means a prompt, passed here; what follows is the end.
func TestCardTable(t *testing.T) {
	const (
		ok     = "requires_capture"
		prompt = "3ds requires_capture"
		auth   = "authentication_required"
	)
	for _, c := range []struct {
		card                string
		automatic, any, off string
		result              string // of 3-D Secure with any
	}{
		{"pm_card_visa", ok, ok, ok, "attempt_acknowledged"},
		{"4242424242424242", ok, ok, ok, "attempt_acknowledged"},
		{"4000002500003155", prompt, prompt, auth, "authenticated"},
		{"4000002760003184", prompt, prompt, auth, "authenticated"},
		{"4000003800000446", prompt, prompt, ok, "authenticated"},
		{"4000008260003178", "3ds insufficient_funds", "3ds insufficient_funds", "insufficient_funds", "authenticated"},
		{"4000000000003220", prompt, prompt, auth, "authenticated"},
		{"4000008400001629", "3ds generic_decline", "3ds generic_decline", auth, "authenticated"},
		{"4000008400001280", "generic_decline", "generic_decline", "generic_decline", "processing_error"},
		{"4000000000003055", ok, prompt, ok, "authenticated"},
		{"4000000000003097", ok, ok, ok, "processing_error"},
		{"378282246310005", ok, ok, ok, "not_supported"},
		{"pm_card_amex", ok, ok, ok, "not_supported"},
		{"5555555555554444", ok, ok, ok, "attempt_acknowledged"},
		{"3566002020360505", ok, ok, ok, "attempt_acknowledged"},
	} {
		for level, want := range map[string]string{"automatic": c.automatic, "any": c.any, "challenge": c.any, "off": c.off} {
			t.Run(c.card+"/"+level, func(t *testing.T) {
				s := stripetest.New()
				more := "payment_method_options[card][request_three_d_secure]=" + level
				if level == "off" {
					more = "off_session=true"
				}
				assert.Equal(t, want, outcome(t, s, pay(t, s, c.card, more)))
				if level == "any" {
					all := s.Charges()
					require.NotEmpty(t, all)
					assert.Equal(t, c.result, all[len(all)-1].PaymentMethodDetails.Card.ThreeDSecure.Result)
				}
			})
		}
	}
}

// outcome says what became of a payment: a status, or a decline code.
func outcome(t *testing.T, s *stripetest.Stripe, r reply) string {
	if r.status == 200 {
		if r.body["status"] != "requires_action" {
			return fmt.Sprint(r.body["status"])
		}
		require.True(t, s.Challenge(r.id(), stripetest.Pass))
		pi := s.Intent(r.id())
		if e := pi.LastPaymentError; e != nil {
			return "3ds " + e.DeclineCode
		}
		return "3ds " + pi.Status
	}
	if d, ok := r.fault()["decline_code"].(string); ok {
		return d
	}
	return r.code()
}

func TestDeclines(t *testing.T) {
	for number, want := range map[string][3]string{ // code, decline code, param
		"4000000000000002": {"card_declined", "generic_decline", ""},
		"4000000000009995": {"card_declined", "insufficient_funds", ""},
		"4000000000009987": {"card_declined", "lost_card", ""},
		"4000000000009979": {"card_declined", "stolen_card", ""},
		"4000000000000069": {"expired_card", "", "exp_month"},
		"4000000000000127": {"incorrect_cvc", "", "cvc"},
		"4000000000000119": {"processing_error", "", ""},
		"4000000000006975": {"card_declined", "card_velocity_exceeded", ""},
		"4000000000000341": {"card_declined", "generic_decline", ""},
		"4100000000000019": {"card_declined", "fraudulent", ""},
	} {
		s := stripetest.New()
		r := pay(t, s, number, "")
		require.Equal(t, 402, r.status, number)
		text := func(name string) string { v, _ := r.fault()[name].(string); return v }
		assert.Equal(t, want, [3]string{text("code"), text("decline_code"), text("param")}, number)
		if want[1] == "" {
			assert.NotContains(t, r.fault(), "decline_code", "absent keys are absent")
		}
		assert.Equal(t, "card_error", text("type"))
		assert.Equal(t, "false", r.header.Get("Stripe-Should-Retry"))
		assert.Equal(t, "failed", s.Charges()[0].Status)
		assert.Equal(t, []string{"payment_intent.created", "charge.failed", "payment_intent.payment_failed"}, kinds(s.Events()))
	}
}

func TestRadarBlocks(t *testing.T) {
	s := stripetest.New()
	pay(t, s, "pm_card_radarBlock", "")
	assert.Equal(t, "blocked", s.Charges()[0].Outcome.Type)
	assert.Equal(t, "not_sent_to_network", s.Charges()[0].Outcome.NetworkStatus)
}

func TestACardThatWasSetUpWorksOffSession(t *testing.T) {
	s := stripetest.New()
	cus := s.AddCustomer(stripetest.Customer{})
	r := pay(t, s, "4000002500003155", "customer="+cus+"&setup_future_usage=off_session")
	require.True(t, s.Challenge(r.id(), stripetest.Pass))
	card := s.Cards(cus)[0].ID
	off := send(t, s, "POST /v1/payment_intents", plain+"&confirm=true&off_session=true&customer="+cus+"&payment_method="+card)
	assert.Equal(t, "succeeded", off.body["status"])
}

func TestTypedCardsAreChecked(t *testing.T) {
	s := stripetest.New()
	typed := func(number, month, year, cvc string) reply {
		return send(t, s, "POST /v1/confirmation_tokens", "payment_method_data[type]=card&payment_method_data[card][number]="+number+
			"&payment_method_data[card][exp_month]="+month+"&payment_method_data[card][exp_year]="+year+"&payment_method_data[card][cvc]="+cvc,
			as(stripetest.TestPublishableKey))
	}
	next := fmt.Sprint(s.Now().Year() + 2)
	assert.Equal(t, 200, typed("4242 4242 4242 4242", "12", next, "123").status)
	assert.Equal(t, "incorrect_number", typed("4242424242424241", "12", next, "123").code())
	assert.Equal(t, "invalid_expiry_year", typed("4242424242424242", "12", "2001", "123").code())
	assert.Equal(t, "invalid_expiry_month", typed("4242424242424242", "13", next, "123").code())
	assert.Equal(t, "invalid_cvc", typed("4242424242424242", "12", next, "1").code())
	real := typed("4012888888881881", "12", next, "123")
	assert.Equal(t, "test_mode_live_card", real.fault()["decline_code"])
	assert.Equal(t, 403, send(t, s, "POST /v1/confirmation_tokens", "payment_method=pm_card_visa").status, "not with a secret key")
}

func TestVirtualCardsAreFreshEachTime(t *testing.T) {
	s := stripetest.New()
	a := send(t, s, "GET /v1/payment_methods/pm_card_visa", "")
	b := send(t, s, "GET /v1/payment_methods/pm_card_visa", "")
	assert.NotEqual(t, a.id(), b.id())
	assert.Equal(t, 404, send(t, s, "GET /v1/payment_methods/pm_card_visa", "", as(stripetest.LiveSecretKey)).status)
	cus := s.AddCustomer(stripetest.Customer{})
	assert.Equal(t, 402, send(t, s, "POST /v1/payment_methods/pm_card_chargeDeclined/attach", "customer="+cus).status)
	got := send(t, s, "POST /v1/payment_methods/pm_card_chargeCustomerFail/attach", "customer="+cus)
	require.Equal(t, 200, got.status)
	again := send(t, s, "POST /v1/payment_methods/"+got.id()+"/attach", "customer="+cus)
	assert.Equal(t, 400, again.status)
	assert.NotContains(t, again.fault(), "code")
}
