package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ec-plugins/stripesecure/reconcile"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// LC-37: the clerks see what orders and Stripe disagree about, and strangers do not.
func TestReconciliation(t *testing.T) {
	s := quietShop(t)
	o := buy(t, s, "bowl", goodCard)
	c := newClerk(t, s)
	c.sees(newClient(t, s).get("/staff/reconcile", http.StatusOK), "Staff login")
	c.sees(c.get("/staff/reconcile", http.StatusOK), "Everything agrees. There is nothing to do.")

	// Somebody captures in the Dashboard, and a payment link charges without an order.
	if err := s.stripe.own.Dashboard().Capture(paymentOf(t, s, o).Intent, 0); err != nil {
		t.Fatal(err)
	}
	s.stripe.own.AddIntent(stripetest.PaymentIntent{ID: "pi_link", Amount: 500, Currency: "jpy", Status: stripetest.StatusSucceeded,
		Created: time.Now().Add(-2 * time.Hour).Unix()})
	page := c.get("/staff/reconcile", http.StatusOK)
	for _, want := range []string{"status_mismatch", "orphan_captured", "https://dashboard.stripe.com/test/payments/pi_link",
		`href="/staff/orders/` + o.Ref + `"`, `<html lang="en">`} {
		c.sees(page, want)
	}
	if strings.Contains(page, "Nora") || strings.Contains(page, "nora@") {
		t.Error("the report names the buyer")
	}
	c.sees(c.get("/staff/stripe/card/report", http.StatusOK), "orphan_captured")

	// The library takes it over, and the books agree again.
	found, err := s.plugin.Recheck(t.Context(), paymentOf(t, s, o).Intent)
	if err != nil || found.Payment.State != stripesecure.StateCaptured {
		t.Fatal(found, err)
	}
	if page := c.get("/staff/reconcile", http.StatusOK); strings.Contains(page, "status_mismatch") {
		t.Error("the order does not follow its payment")
	}
	// While Stripe does not answer the last report is there.
	s.stripe.own.RevokeKey(stripetest.TestSecretKey)
	c.sees(c.get("/staff/reconcile", http.StatusOK), "pi_link")
}

// The merchant's page has the last report, by a button or from the night.
func TestReportOnTheMerchantsPage_LC37(t *testing.T) {
	s := quietShop(t)
	c := newClerk(t, s)
	const page = "/staff/stripe/card/payments"
	if text := c.get(page, http.StatusOK); strings.Contains(text, "Open the report") {
		t.Error("there is a report before anything was compared")
	}
	s.stripe.own.AddIntent(stripetest.PaymentIntent{ID: "pi_link", Amount: 500, Currency: "jpy", Status: stripetest.StatusSucceeded,
		Created: time.Now().Add(-2 * time.Hour).Unix()})
	text := c.post("/staff/stripe/card/report", url.Values{})
	c.sees(text, "Orders and payments were compared just now.")
	c.sees(text, "differences: 1.")
	c.sees(c.get("/staff/stripe/card/report", http.StatusOK), "pi_link")
	c.sees(c.get("/staff/stripe/card/log", http.StatusOK), "Orders and payments compared")
	s.stripe.own.RevokeKey(stripetest.TestSecretKey)
	text = c.post("/staff/stripe/card/report", url.Values{})
	c.sees(text, "The comparison failed")
	c.sees(text, "Open the report")
}

// What the shop says about an order's money, for every status that it knows.
func TestMoneyOf(t *testing.T) {
	for status, want := range map[string]reconcile.OrderStatus{
		statusPaid: reconcile.Paid, statusPart: reconcile.Paid, statusDisputed: reconcile.Paid, statusRefunded: reconcile.Refunded,
		statusCancelled: reconcile.Cancelled, statusUnpaid: reconcile.Pending, "new": reconcile.Authorized, "hold": reconcile.Authorized,
	} {
		if got := moneyOf(status, stripesecure.StateHeld); got != want {
			t.Errorf("%s: %v, want %v", status, got, want)
		}
	}
	if got := moneyOf("new", stripesecure.StateCaptured); got != reconcile.Paid {
		t.Error(got)
	}
	if got := moneyOf("new", stripesecure.StateOpen); got != reconcile.Pending {
		t.Error(got)
	}
}
