package reconcile_test

import (
	"context"
	"errors"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/reconcile"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

// fixed is a repair without its details.
type fixed struct {
	Class, Step, Status string
	Done                bool
}

func (s *shop) repair(o reconcile.RepairOptions) (all []fixed, last reconcile.Repair) {
	s.t.Helper()
	report, _ := s.compare()
	posts := len(s.Stripe.Calls("POST *"))
	for r, err := range reconcile.Repairs(s.t.Context(), s.Plugin, report.Findings(), o) {
		require.NoError(s.t, err)
		assert.NotEmpty(s.t, r.Text(wording.Japanese))
		assert.NotEmpty(s.t, r.Text(wording.English))
		all = append(all, fixed{r.Finding.Class.String(), r.Step.String(), r.Status, r.Done})
		last = r
	}
	if !o.Do {
		assert.Len(s.t, s.Stripe.Calls("POST *"), posts, "a dry run changes nothing")
	}
	return all, last
}

// order is the shop's own list, asked again.
func (s *shop) order(_ context.Context, id string) (reconcile.Order, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.orders[id] == nil {
		return reconcile.Order{}, errors.New("no such order")
	}
	return *s.orders[id], nil
}

// LC-39: a hold of a known checkout without an order is released by the protocol.
func TestRepair_LC39(t *testing.T) {
	s := newShop(t)
	s.pay("c1", visa)
	s.pay("c2", threeDS)
	s.Advance(2 * time.Hour) // nobody sweeps
	fixes, _ := s.repair(reconcile.RepairOptions{})
	assert.Equal(t, []fixed{{"incomplete", "recheck", "requires_action", false}, {"orphan_authorized", "recheck", "requires_capture", false}}, fixes)
	fixes, _ = s.repair(reconcile.RepairOptions{Do: true})
	assert.Equal(t, []fixed{{"incomplete", "recheck", "canceled", true}, {"orphan_authorized", "recheck", "canceled", true}}, fixes)
	_, findings := s.compare()
	assert.Empty(t, findings)
}

// A hold whose order may still be on its way is left alone.
func TestRepair_young(t *testing.T) {
	s := newShop(t)
	s.pay("c1", visa)
	fixes, _ := s.repair(reconcile.RepairOptions{Do: true})
	assert.Equal(t, []fixed{{"orphan_authorized", "none", "", false}}, fixes)
	assert.Equal(t, stripetest.StatusRequiresCapture, s.Stripe.Intents()[0].Status)
}

// LC-40: what was done in the Dashboard reaches the shop.
func TestRepair_LC40_status(t *testing.T) {
	s := newShop(t, manual)
	p := s.buy("c1")
	require.NoError(t, s.Stripe.Dashboard().Capture(p.Intent, 0))
	fixes, _ := s.repair(reconcile.RepairOptions{})
	assert.Equal(t, []fixed{{"status_mismatch", "recheck", "succeeded", false}}, fixes)
	assert.Equal(t, reconcile.Authorized, s.orders[p.Order.Ref].Status)
	s.repair(reconcile.RepairOptions{Do: true})
	assert.Equal(t, reconcile.Paid, s.orders[p.Order.Ref].Status)
	_, findings := s.compare()
	assert.Empty(t, findings)
}

// The hold of a cancelled order: only when the shop says so again.
func TestRepair_void(t *testing.T) {
	cancelled := func(t *testing.T) (*shop, stripesecure.Payment) {
		t.Helper()
		s := newShop(t, manual)
		p := s.buy("c1")
		s.orders[p.Order.Ref].Status = reconcile.Cancelled // and the plugin was not told
		return s, p
	}
	status := func(s *shop) string { return s.Stripe.Intents()[0].Status }

	s, p := cancelled(t)
	fixes, _ := s.repair(reconcile.RepairOptions{Do: true})
	assert.Equal(t, []fixed{{"status_mismatch", "person", "requires_capture", false}}, fixes, "nobody can be asked")

	fixes, last := s.repair(reconcile.RepairOptions{Order: s.order})
	assert.Equal(t, []fixed{{"status_mismatch", "void", "requires_capture", false}}, fixes)
	assert.Equal(t, stripesecure.StepCancel, last.Next)

	report, _ := s.compare()
	s.orders[p.Order.Ref].Status = reconcile.Authorized // a clerk has taken it back meanwhile
	for r, err := range reconcile.Repairs(t.Context(), s.Plugin, report.Findings(), reconcile.RepairOptions{Do: true, Order: s.order}) {
		require.NoError(t, err)
		assert.Equal(t, reconcile.RepairPerson, r.Step)
	}
	assert.Equal(t, stripetest.StatusRequiresCapture, status(s))

	s.orders[p.Order.Ref].Status = reconcile.Cancelled
	unknown := func(context.Context, string) (reconcile.Order, error) {
		return reconcile.Order{}, errors.New("the shop is down")
	}
	fixes, last = s.repair(reconcile.RepairOptions{Do: true, Order: unknown})
	assert.Equal(t, []fixed{{"status_mismatch", "none", "requires_capture", false}}, fixes)
	require.Error(t, last.Err)
	assert.Equal(t, stripetest.StatusRequiresCapture, status(s))

	fixes, _ = s.repair(reconcile.RepairOptions{Do: true, Order: s.order})
	assert.Equal(t, []fixed{{"status_mismatch", "void", "canceled", true}}, fixes)
	_, findings := s.compare()
	assert.Empty(t, findings)
}

// Money is given and taken by people only, and a payment of nobody's stays.
func TestRepair_person(t *testing.T) {
	s := newShop(t)
	s.Stripe.AddIntent(stripetest.PaymentIntent{ID: "pi_a", Amount: 100, Currency: "jpy", Status: stripetest.StatusRequiresCapture})
	s.Stripe.AddIntent(stripetest.PaymentIntent{ID: "pi_b", Amount: 100, Currency: "jpy", Status: stripetest.StatusSucceeded})
	p := s.buy("c1")
	s.sweep(1) // the host is told
	s.orders[p.Order.Ref].Amount = 2000
	s.orders["R-x"] = &reconcile.Order{ID: "R-x", PaymentIntent: "pi_gone", Status: reconcile.Paid, Currency: "JPY", Amount: 5}
	s.orders["R-y"] = &reconcile.Order{ID: "R-y", Status: reconcile.Paid, Currency: "JPY", Amount: 5}
	s.Advance(2 * time.Hour)
	posts := len(s.Stripe.Calls("POST *"))
	fixes, _ := s.repair(reconcile.RepairOptions{Do: true, Order: s.order})
	assert.Equal(t, []fixed{
		{"amount_mismatch", "person", "succeeded", false}, {"orphan_authorized", "person", "requires_capture", false},
		{"orphan_captured", "person", "succeeded", false}, {"payment_missing", "person", "", false}, {"payment_missing", "person", "", false},
	}, fixes)
	assert.Len(t, s.Stripe.Calls("POST *"), posts)
}

// Stripe's trouble is told, and the next finding is tried.
func TestRepair_trouble(t *testing.T) {
	s := newShop(t)
	s.pay("c1", visa)
	s.pay("c2", visa)
	s.Advance(2 * time.Hour)
	s.Stripe.Fail("GET /v1/payment_intents/*", stripetest.BadGateway)
	fixes, _ := s.repair(reconcile.RepairOptions{Do: true})
	assert.Equal(t, []fixed{{"orphan_authorized", "none", "", false}, {"orphan_authorized", "recheck", "canceled", true}}, fixes)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var findings iter.Seq2[reconcile.Finding, error] = func(yield func(reconcile.Finding, error) bool) { yield(reconcile.Finding{}, nil) }
	for _, err := range reconcile.Repairs(ctx, s.Plugin, findings, reconcile.RepairOptions{}) {
		require.ErrorIs(t, err, context.Canceled)
	}
}
