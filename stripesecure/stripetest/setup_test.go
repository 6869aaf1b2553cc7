package stripetest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

func TestSetupIntents(t *testing.T) {
	s := stripetest.New()
	cus := s.AddCustomer(stripetest.Customer{})
	create := func(more string) reply {
		return send(t, s, "POST /v1/setup_intents", "customer="+cus+"&payment_method_types[]=card&confirm=true&"+more)
	}
	ok := create("confirmation_token=" + s.Token("4242424242424242"))
	assert.Equal(t, "succeeded", ok.body["status"])
	assert.Len(t, s.Cards(cus), 1)

	auth := create("payment_method=pm_card_authenticationRequiredOnSetup")
	assert.Equal(t, "requires_action", auth.body["status"])
	require.True(t, s.Challenge(auth.id(), stripetest.Pass))
	require.Len(t, s.Cards(cus), 2)
	off := send(t, s, "POST /v1/payment_intents", plain+"&confirm=true&off_session=true&customer="+cus+"&payment_method="+s.Cards(cus)[1].ID)
	assert.Equal(t, "succeeded", off.body["status"], "it was set up with authentication")

	failed := create("payment_method=pm_card_authenticationRequired")
	require.True(t, s.Challenge(failed.id(), stripetest.Fail))
	got := send(t, s, "GET /v1/setup_intents/"+failed.id(), "expand[]=latest_attempt")
	assert.Equal(t, "requires_payment_method", got.body["status"])
	last, _ := got.body["last_setup_error"].(map[string]any)
	assert.Equal(t, "setup_intent_authentication_failure", last["code"])

	bad := create("payment_method=pm_card_chargeDeclined")
	assert.Equal(t, 402, bad.status)
	assert.NotNil(t, bad.fault()["setup_intent"])
	assert.Equal(t, "canceled", send(t, s, "POST /v1/setup_intents/"+failed.id()+"/cancel", "cancellation_reason=abandoned").body["status"])
	again := send(t, s, "POST /v1/setup_intents/"+ok.id()+"/cancel", "")
	assert.Equal(t, "setup_intent_unexpected_state", again.code())
	assert.Equal(t, []string{"setup_intent.created", "payment_method.attached", "setup_intent.succeeded", "setup_intent.created", "setup_intent.requires_action", "payment_method.attached", "setup_intent.succeeded"}, kinds(s.Events("setup_intent.*", "payment_method.*"))[:7])
}

func TestCustomerSessions(t *testing.T) {
	s := stripetest.New()
	cus := s.AddCustomer(stripetest.Customer{})
	r := send(t, s, "POST /v1/customer_sessions", "customer="+cus+"&components[payment_element][enabled]=true&components[payment_element][features][payment_method_save]=enabled")
	assert.Equal(t, 200, r.status, r.text)
	assert.Contains(t, r.body["client_secret"], "cuss_secret_")
	assert.Equal(t, 400, send(t, s, "POST /v1/customer_sessions", "customer="+cus).status)
	assert.Equal(t, 400, send(t, s, "POST /v1/customer_sessions", "customer="+cus+"&components[buy_button][enabled]=true&components[pricing_table][enabled]=true").status)
}

func TestStrict(t *testing.T) {
	s := stripetest.New()
	spy := &failures{}
	s.Strict(spy)
	send(t, s, "POST /v1/customers", "nickname=x")
	send(t, s, "POST /v1/payment_intents", plain+"&confirm=true&payment_method=pm_card_visa_chargeDeclined")
	assert.Equal(t, 1, spy.n, "a decline is no mistake of the caller")
}

type failures struct{ n int }

func (f *failures) Helper()               {}
func (f *failures) Errorf(string, ...any) { f.n++ }
