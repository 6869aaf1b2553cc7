package openapi_test

import (
	"net/http"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// searchable is after the lag of the search index.
const searchable = time.Minute

// paid makes a payment that is captured.
func (a *api) paid(card string) string {
	a.Helper()
	return a.made("/v1/payment_intents", "amount=1200&currency=jpy&confirm=true&payment_method_types[0]=card&payment_method="+card)
}

func (a *api) refunds() {
	paid := a.paid("pm_card_visa")
	id := a.made("/v1/refunds", "payment_intent="+paid+"&amount=500&reason=requested_by_customer&metadata[a]=b&expand[0]=charge&expand[1]=balance_transaction")
	a.get("/v1/refunds/"+id, "expand[0]=payment_intent")
	a.post("/v1/refunds/"+id, "metadata[a]=c")
	a.get("/v1/refunds", "payment_intent="+paid)
	pending := a.made("/v1/refunds", "payment_intent="+a.paid("pm_card_pendingRefund"))
	a.call(http.StatusBadRequest, http.MethodPost, "/v1/refunds/"+pending+"/cancel", "")
	failing := a.made("/v1/refunds", "payment_intent="+a.paid("pm_card_refundFail"))
	a.stripe.Advance(2 * time.Hour)
	a.get("/v1/refunds/"+failing, "expand[0]=failure_balance_transaction")
	a.call(http.StatusBadRequest, http.MethodPost, "/v1/refunds", "payment_intent="+paid+"&amount=5000")
}

func (a *api) disputes() {
	for _, card := range []string{"pm_card_createDispute", "pm_card_createDisputeInquiry"} {
		a.paid(card)
	}
	disputes := a.stripe.Disputes()
	require.Len(a, disputes, 2)
	id := disputes[0].ID
	a.get("/v1/disputes/"+id, "expand[0]=charge&expand[1]=payment_intent")
	a.get("/v1/disputes", "limit=5")
	a.post("/v1/disputes/"+id, "evidence[uncategorized_text]=winning_evidence&metadata[a]=b")
	a.post("/v1/disputes/"+disputes[1].ID+"/close", "")
	a.paid("pm_card_createIssuerFraudRecord")
	warnings, ok := a.get("/v1/radar/early_fraud_warnings", "expand[0]=data.charge")["data"].([]any)
	require.True(a, ok)
	warning, ok := warnings[0].(map[string]any)["id"].(string)
	require.True(a, ok)
	a.get("/v1/radar/early_fraud_warnings/"+warning, "")
}

func (a *api) reviews() {
	a.paid("pm_card_riskLevelElevated")
	id := a.stripe.Reviews()[0].ID
	a.get("/v1/reviews", "")
	a.get("/v1/reviews/"+id, "expand[0]=charge&expand[1]=payment_intent")
	a.post("/v1/reviews/"+id+"/approve", "")
}

func (a *api) setups() {
	cus := a.made("/v1/customers", "")
	id := a.made("/v1/setup_intents", "customer="+cus+"&payment_method_types[0]=card&usage=off_session&metadata[a]=b&description=d")
	a.post("/v1/setup_intents/"+id, "metadata[a]=c&payment_method=pm_card_visa")
	a.post("/v1/setup_intents/"+id+"/confirm", "expand[0]=payment_method&expand[1]=latest_attempt")
	a.get("/v1/setup_intents/"+id, "expand[0]=customer")
	a.get("/v1/setup_intents", "customer="+cus)
	a.get("/v1/setup_attempts", "setup_intent="+id)
	a.post("/v1/setup_intents/"+a.made("/v1/setup_intents", "payment_method_types[0]=card")+"/cancel", "cancellation_reason=abandoned")
	const confirmed = "confirm=true&payment_method_types[0]=card&payment_method="
	asked := a.made("/v1/setup_intents", confirmed+"pm_card_authenticationRequired&return_url=https://shop.example")
	require.True(a, a.stripe.Challenge(asked, stripetest.Fail))
	a.get("/v1/setup_intents/"+asked, "expand[0]=latest_attempt")
	a.call(http.StatusPaymentRequired, http.MethodPost, "/v1/setup_intents", confirmed+"pm_card_chargeDeclined")
}

func (a *api) rest() {
	a.get("/v1/account", "")
	a.get("/v1/accounts/"+stripetest.AccountID, "")
	a.get("/v1/balance", "")
	entries, ok := a.get("/v1/balance_transactions", "limit=3&expand[0]=data.source")["data"].([]any)
	require.True(a, ok)
	entry, ok := entries[0].(map[string]any)["id"].(string)
	require.True(a, ok)
	a.get("/v1/balance_transactions/"+entry, "")
	a.get("/v1/events", "limit=100")
	for _, e := range a.stripe.Events() {
		a.get("/v1/events/"+e.ID, "")
	}
	hook := a.made("/v1/webhook_endpoints", "url=https://shop.example/hook&enabled_events[0]=charge.succeeded&description=d&metadata[a]=b")
	a.get("/v1/webhook_endpoints/"+hook, "")
	a.post("/v1/webhook_endpoints/"+hook, "disabled=true")
	a.get("/v1/webhook_endpoints", "")
	a.call(http.StatusOK, http.MethodDelete, "/v1/webhook_endpoints/"+hook, "")
}
