package reconcile_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/reconcile"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// The manual of the Japanese plugin tells merchants to compare orders with the
// Dashboard, and names how the two come apart. Each story with the real plugin,
// and what the comparison says.

// LC-37: what agrees is no finding, in both capture modes.
func TestLC37_ordersAgree(t *testing.T) {
	s := newShop(t)
	s.buy("c1")
	s.Configure(manual)
	s.buy("c2")
	report, findings := s.compare()
	assert.Empty(t, findings)
	assert.Equal(t, int64(2), report.Summary[reconcile.Matched])
	assert.Equal(t, int64(2), report.Orders)
	assert.Equal(t, int64(2), report.Payments)
}

// LC-38, LC-31: the buyer left during approval.
func TestLC38_leftDuringApproval(t *testing.T) {
	s := newShop(t)
	require.Equal(t, stripesecure.HandleAction, s.pay("c1", threeDS).Do)
	_, findings := s.compare()
	assert.Equal(t, []found{{"incomplete", "wait", ""}}, findings, "perhaps still at the bank")
	s.Advance(61 * time.Minute) // the server is down
	_, findings = s.compare()
	assert.Equal(t, []found{{"incomplete", "cancel", ""}}, findings)
	s.sweep(2)
	_, findings = s.compare()
	assert.Empty(t, findings, "the library has cancelled it")
}

// LC-38, LC-32: several tabs. What the other plugin leaves as a hold is not
// left here.
func TestLC38_severalTabs(t *testing.T) {
	s := newShop(t)
	s.pay("c1", threeDS)
	s.buy("c1")
	_, findings := s.compare()
	assert.Empty(t, findings)
	assert.Len(t, s.Stripe.Intents(), 2)
}

// LC-39: rows without an order id, a hold and a charge.
func TestLC39_orphans(t *testing.T) {
	s := newShop(t, manual)
	require.Equal(t, stripesecure.PlaceOrder, s.pay("c1", visa).Do) // and the connection breaks
	_, findings := s.compare()
	assert.Equal(t, []found{{"orphan_authorized", "wait", ""}}, findings, "the order may be on its way")
	s.Advance(2 * time.Hour)
	_, findings = s.compare()
	assert.Equal(t, []found{{"orphan_authorized", "cancel", ""}}, findings)
	require.NoError(t, s.Stripe.Dashboard().Capture(s.Stripe.Intents()[0].ID, 0))
	_, findings = s.compare()
	assert.Equal(t, []found{{"orphan_captured", "refund", ""}}, findings)
}

// LC-40, LC-33: sold out during approval: an order id, cancelled, no order.
func TestLC40_soldOut(t *testing.T) {
	s := newShop(t)
	s.refusal = &stripesecure.Refusal{Reason: stripesecure.OutOfStock, Items: []string{"湯呑"}, Allotted: "R-77"}
	s.buy("c1")
	_, findings := s.compare()
	assert.Equal(t, []found{{"refused", "none", "R-77"}}, findings)
}

// LC-40: an order id and money, and no such order.
func TestLC40_orderUnknown(t *testing.T) {
	s := newShop(t)
	p := s.buy("c1")
	delete(s.orders, p.Order.Ref) // restored from a backup
	_, findings := s.compare()
	assert.Equal(t, []found{{"order_unknown", "wait", p.Order.Ref}}, findings)
	s.Advance(2 * time.Hour)
	_, findings = s.compare()
	assert.Equal(t, []found{{"order_unknown", "order_or_refund", p.Order.Ref}}, findings)
}

// LC-40: amount, currency and status, each by its own name.
func TestLC40_mismatches(t *testing.T) {
	for name, c := range map[string]struct {
		automatic bool
		do        func(s *shop, p stripesecure.Payment, o *reconcile.Order)
		want      []found
	}{
		"amount":   {true, func(_ *shop, _ stripesecure.Payment, o *reconcile.Order) { o.Amount = 2500 }, []found{{"amount_mismatch", "ask_difference", "R-c1.1"}}},
		"currency": {true, func(_ *shop, _ stripesecure.Payment, o *reconcile.Order) { o.Currency = "USD" }, []found{{"currency_mismatch", "review", "R-c1.1"}}},
		"captured elsewhere": {false, func(s *shop, p stripesecure.Payment, _ *reconcile.Order) {
			_ = s.Stripe.Dashboard().Capture(p.Intent, 0)
		}, []found{{"status_mismatch", "fix_order", "R-c1.1"}}},
		"cancelled elsewhere": {false, func(s *shop, p stripesecure.Payment, _ *reconcile.Order) {
			_ = s.Stripe.Dashboard().Cancel(p.Intent, "fraudulent")
		}, []found{{"status_mismatch", "ask_payment", "R-c1.1"}}},
		"refunded elsewhere": {true, func(s *shop, p stripesecure.Payment, _ *reconcile.Order) {
			_ = s.Stripe.Dashboard().Refund(p.Intent, 100)
		}, []found{{"refund_mismatch", "fix_order", "R-c1.1"}}},
		"cancelled order":      {false, func(_ *shop, _ stripesecure.Payment, o *reconcile.Order) { o.Status = reconcile.Cancelled }, []found{{"status_mismatch", "cancel", "R-c1.1"}}},
		"hold ends soon":       {false, func(s *shop, _ stripesecure.Payment, _ *reconcile.Order) { s.Advance(29 * 24 * time.Hour) }, []found{{"hold_expiring", "capture", "R-c1.1"}}},
		"hold has ended":       {false, func(s *shop, _ stripesecure.Payment, _ *reconcile.Order) { s.Advance(31 * 24 * time.Hour) }, []found{{"hold_expired", "ask_payment", "R-c1.1"}}},
		"another paid it, too": {true, payTwice, []found{{"duplicate_payment", "refund", "R-c1.1"}}},
		"of another account": {true, func(_ *shop, _ stripesecure.Payment, o *reconcile.Order) {
			o.ID, o.PaymentIntent = "R-9", "pi_elsewhere"
		}, []found{{"order_unknown", "wait", "R-c1.1"}, {"payment_missing", "find_payment", "R-9"}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			if !c.automatic {
				s.Configure(manual)
			}
			p := s.buy("c1")
			c.do(s, p, s.orders["R-c1.1"])
			_, findings := s.compare()
			assert.Equal(t, c.want, findings)
		})
	}
}

// payTwice: the order has been paid by a payment link as well.
func payTwice(s *shop, p stripesecure.Payment, _ *reconcile.Order) {
	s.Stripe.AddIntent(stripetest.PaymentIntent{
		Amount: 2400, Currency: "jpy", Status: stripetest.StatusSucceeded, Metadata: map[string]string{"order_id": p.Order.Ref},
	})
}

// The plugin's store as a side: against Stripe it finds what was done elsewhere;
// against the shop, without any call, what the shop has lost.
func TestStoredSides(t *testing.T) {
	s := newShop(t)
	kept, lost := s.buy("c1"), s.buy("c2")
	s.Configure(manual)
	held := s.buy("c3")
	s.pay("c4", threeDS)
	ctx := t.Context()
	against := func(stored func() *reconcile.Report) []found {
		report := stored()
		defer func() { _ = report.Close() }()
		return s.findings(report)
	}
	stripe := func() *reconcile.Report {
		r, err := reconcile.Compare(ctx, reconcile.StoredOrders(s.Plugin.Payments(ctx, "")),
			reconcile.FromStripe(s.Plugin.Intents(ctx, stripesecure.IntentList{Until: s.Now().Add(time.Minute)})), reconcile.Options{At: s.Now()})
		require.NoError(t, err)
		return r
	}
	hosts := func() *reconcile.Report {
		r, err := reconcile.Compare(ctx, s.list(), reconcile.StoredPayments(s.Plugin.Payments(ctx, "")), reconcile.Options{At: s.Now()})
		require.NoError(t, err)
		return r
	}
	assert.Equal(t, []found{{"incomplete", "wait", ""}}, against(stripe))
	assert.Equal(t, []found{{"incomplete", "wait", ""}}, against(hosts))

	require.NoError(t, s.Stripe.Dashboard().Refund(kept.Intent, 0))
	require.NoError(t, s.Stripe.Dashboard().Capture(held.Intent, 1000))
	delete(s.orders, lost.Order.Ref)
	calls := len(s.Stripe.Calls("*"))
	assert.Equal(t, []found{{"incomplete", "wait", ""}, {"order_unknown", "wait", "R-c2.1"}}, against(hosts))
	assert.Len(t, s.Stripe.Calls("*"), calls, "Stripe is not asked")
	assert.ElementsMatch(t, []found{
		{"incomplete", "wait", ""}, {"refund_mismatch", "fix_order", "R-c1.1"}, {"status_mismatch", "fix_order", "R-c3.1"},
	}, against(stripe))
	s.sweep(5)
	for _, p := range []stripesecure.Payment{kept, held} {
		_, err := s.Plugin.Recheck(ctx, p.Intent)
		require.NoError(t, err)
	}
	assert.Equal(t, []found{{"incomplete", "wait", ""}}, against(stripe), "the part that was captured is what was due")
}
