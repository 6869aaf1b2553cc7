package stripetest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// taken is a captured payment of 1,200 yen.
func taken(t *testing.T, s *stripetest.Stripe, card string) string {
	t.Helper()
	id := pay(t, s, card, "").id()
	require.Equal(t, 200, send(t, s, "POST /v1/payment_intents/"+id+"/capture", "").status)
	return id
}

func TestRefunds(t *testing.T) {
	s := stripetest.New()
	id := taken(t, s, "4242424242424242")
	refund := func(form string) reply { return send(t, s, "POST /v1/refunds", "payment_intent="+id+form) }
	assert.Equal(t, "succeeded", refund("&amount=500").body["status"])
	tooMuch := refund("&amount=701")
	assert.Equal(t, 400, tooMuch.status)
	assert.Equal(t, "Refund amount (¥701) is greater than unrefunded amount on charge (¥700)", tooMuch.fault()["message"])
	assert.Equal(t, 200, refund("&reason=duplicate&metadata[op]=1").status)
	assert.Equal(t, "charge_already_refunded", refund("").code())
	ch := s.Charges()[0]
	assert.True(t, ch.Refunded)
	assert.EqualValues(t, 1200, ch.AmountRefunded)
	assert.Len(t, s.Events("charge.refunded"), 2)

	held := pay(t, s, "4242424242424242", "").id()
	assert.Equal(t, 400, send(t, s, "POST /v1/refunds", "payment_intent="+held).status, "a hold is cancelled, not refunded")
	assert.Equal(t, 400, send(t, s, "POST /v1/refunds", "").status)
	assert.Equal(t, 404, send(t, s, "POST /v1/refunds", "charge=ch_no").status)
}

func TestRefundsThatEndLater(t *testing.T) {
	s := stripetest.New()
	pending, fails := taken(t, s, "4000000000007726"), taken(t, s, "4000000000005126")
	a := send(t, s, "POST /v1/refunds", "payment_intent="+pending)
	b := send(t, s, "POST /v1/refunds", "payment_intent="+fails)
	assert.Equal(t, "pending", a.body["status"])
	assert.Equal(t, "succeeded", b.body["status"])
	s.Advance(time.Hour)
	assert.Equal(t, "succeeded", send(t, s, "GET /v1/refunds/"+a.id(), "").body["status"])
	failed := send(t, s, "GET /v1/refunds/"+b.id(), "")
	assert.Equal(t, "failed", failed.body["status"])
	assert.NotEmpty(t, failed.body["failure_reason"])
	assert.Len(t, s.Events("charge.refund.updated"), 2)
	assert.False(t, s.Charge(s.Intent(fails).LatestCharge).Refunded)
	assert.Zero(t, s.Charge(s.Intent(fails).LatestCharge).AmountRefunded)
}

func TestDisputes(t *testing.T) {
	s := stripetest.New()
	id := taken(t, s, "4000000000000259")
	d := s.Disputes()[0]
	assert.Equal(t, "needs_response", d.Status)
	assert.Equal(t, "fraudulent", d.Reason)
	assert.True(t, s.Charge(s.Intent(id).LatestCharge).Disputed)
	assert.Equal(t, []string{"charge.dispute.created", "charge.dispute.funds_withdrawn"}, kinds(s.Events("charge.dispute.*")))
	assert.Equal(t, "charge_disputed", send(t, s, "POST /v1/refunds", "payment_intent="+id).code())
	won := send(t, s, "POST /v1/disputes/"+d.ID, "evidence[uncategorized_text]=winning_evidence")
	assert.Equal(t, "won", won.body["status"])
	assert.Len(t, s.Events("charge.dispute.funds_reinstated"), 1)
	assert.Equal(t, 400, send(t, s, "POST /v1/disputes/"+d.ID, "evidence[product_description]=x").status)

	taken(t, s, "4000000000001976")
	inquiry := s.Disputes()[1]
	assert.Equal(t, "warning_needs_response", inquiry.Status)
	assert.Equal(t, "warning_closed", send(t, s, "POST /v1/disputes/"+inquiry.ID+"/close", "").body["status"])

	taken(t, s, "4000000000002685")
	s.Advance(10 * 24 * time.Hour)
	assert.Equal(t, "lost", s.Disputes()[2].Status, "nobody answered")

	taken(t, s, "4000000000005423")
	assert.Len(t, s.Events("radar.early_fraud_warning.created"), 1)
	assert.Contains(t, send(t, s, "GET /v1/radar/early_fraud_warnings", "").text, "issfr_")
}

// An early fraud warning asks for something only while the charge is neither
// disputed nor refunded in full.
func TestWarningIsActionable(t *testing.T) {
	const fraud = "4000000000005423"
	s := stripetest.New()
	warned := func(act func(id string)) any {
		id := taken(t, s, fraud)
		act(id)
		data, _ := send(t, s, "GET /v1/radar/early_fraud_warnings", "payment_intent="+id).body["data"].([]any)
		require.Len(t, data, 1)
		w, _ := data[0].(map[string]any)
		return w["actionable"]
	}
	refund := func(amount string) func(string) {
		return func(id string) {
			require.Equal(t, 200, send(t, s, "POST /v1/refunds", "payment_intent="+id+amount).status)
		}
	}
	assert.Equal(t, true, warned(func(string) {}))
	assert.Equal(t, true, warned(refund("&amount=200")), "a part is left")
	assert.Empty(t, s.Events("radar.early_fraud_warning.updated"))
	assert.Equal(t, false, warned(refund("")))
	assert.Len(t, s.Events("radar.early_fraud_warning.updated"), 1)
	assert.Equal(t, false, warned(func(id string) { require.NoError(t, s.Dashboard().Dispute(id, "fraudulent")) }))
}

func TestReviews(t *testing.T) {
	s := stripetest.New()
	r := pay(t, s, "4000000000009235", "")
	review := s.Reviews()[0]
	assert.Equal(t, review.ID, r.body["review"])
	assert.True(t, review.Open)
	assert.Equal(t, "elevated", s.Charges()[0].Outcome.RiskLevel)
	require.Equal(t, 200, send(t, s, "POST /v1/reviews/"+review.ID+"/approve", "").status)
	assert.Equal(t, []string{"review.opened", "review.closed"}, kinds(s.Events("review.*")))
	assert.Equal(t, "approved", s.Reviews()[0].ClosedReason)
	assert.Equal(t, 400, send(t, s, "POST /v1/reviews/"+review.ID+"/approve", "").status)
}

func TestBalance(t *testing.T) {
	s := stripetest.New()
	id := taken(t, s, "4242424242424242")
	send(t, s, "POST /v1/refunds", "payment_intent="+id+"&amount=200")
	r := send(t, s, "GET /v1/balance_transactions", "")
	data, _ := r.body["data"].([]any)
	require.Len(t, data, 2)
	refund, _ := data[0].(map[string]any)
	charge, _ := data[1].(map[string]any)
	assert.EqualValues(t, -200, refund["net"])
	assert.EqualValues(t, 0, refund["fee"])
	assert.EqualValues(t, 1200-43, charge["net"])
	assert.Equal(t, "pending", charge["status"])
	s.Advance(5 * 24 * time.Hour)
	assert.Contains(t, send(t, s, "GET /v1/balance", "").text, `"available":[{"amount":957,"currency":"jpy"}]`)
}

func TestTheMerchantInTheDashboard(t *testing.T) {
	s := stripetest.New()
	d := s.Dashboard()
	a, b := pay(t, s, "4242424242424242", "").id(), pay(t, s, "4242424242424242", "").id()
	require.NoError(t, d.Capture(a, 0))
	require.NoError(t, d.Cancel(b, ""))
	require.NoError(t, d.Refund(a, 200))
	require.NoError(t, d.Review(a))
	require.NoError(t, d.Approve(a))
	require.NoError(t, d.Dispute(a, "product_not_received"))
	require.NoError(t, d.Decide(a, false))
	require.NoError(t, d.SetMetadata(a, "order", "9"))
	assert.Equal(t, "9", s.Intent(a).Metadata["order"])
	assert.Equal(t, "canceled", s.Intent(b).Status)
	assert.Equal(t, "lost", s.Disputes()[0].Status)
	c := pay(t, s, "4242424242424242", "").id()
	require.NoError(t, d.Expire(c))
	assert.Equal(t, "automatic", s.Intent(c).CancellationReason)
	assert.Len(t, s.Events("charge.expired"), 1)
	require.NoError(t, d.Warn(a))
	assert.Len(t, s.Events("radar.early_fraud_warning.created"), 1)
	for _, err := range []error{d.Expire(a), d.Expire(c), d.Warn(b), d.Warn("ch_no"), d.Capture(a, 0), d.Cancel(a, ""), d.Refund(a, 5000), d.Dispute(b, "x"), d.Decide(a, true), d.Review("ch_no"), d.Approve("ch_no"), d.SetMetadata("pi_no", "a", "b"), d.DeleteCustomer("cus_no")} {
		require.Error(t, err)
	}
	cus := s.AddCustomer(stripetest.Customer{})
	s.AddCard(cus, "pm_card_visa", "")
	require.NoError(t, d.DeleteCustomer(cus))
	assert.Empty(t, s.Cards(cus))
	assert.Empty(t, s.Calls("POST /v1/payment_intents/*/capture"), "nobody called the API")
}
