package main

import (
	"testing"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// The order follows its payment, whatever comes, how often and in what order.
func TestFollow(t *testing.T) {
	s := quietShop(t)
	paid := paidFor(fullCart(t, s, map[string]int64{"bowl": 2}))
	placed, err := s.host().PlaceOrder(t.Context(), paid)
	if err != nil {
		t.Fatal(err)
	}
	full := stock(t, s, "bowl") + 2
	yen := stripesecure.JPY
	for i, step := range []struct {
		state              stripesecure.State
		captured, refunded int64
		disputed           bool
		status             string
	}{
		{stripesecure.StateHeld, 0, 0, false, "new"},
		{stripesecure.StateCaptured, 6600, 0, false, statusPaid},
		{stripesecure.StateCaptured, 6600, 0, true, statusDisputed},
		{stripesecure.StateCaptured, 6600, 0, false, statusPaid},
		{stripesecure.StateCaptured, 6600, 600, false, statusPart},
		{stripesecure.StateRefunded, 6600, 6600, false, statusRefunded},
		{stripesecure.StateCaptured, 6600, 600, false, statusPart}, // a refund that failed days later (RFD-06)
		{stripesecure.StateProcessing, 6600, 600, false, statusPart},
		{stripesecure.StateExpired, 0, 0, false, statusUnpaid},
		{stripesecure.StateHeld, 0, 0, false, "new"},
		{stripesecure.StateFailed, 0, 0, false, statusUnpaid},
		{stripesecure.StateVoided, 0, 0, false, statusCancelled},
		{stripesecure.StateVoided, 0, 0, false, statusCancelled},
	} {
		news := paid
		news.Version, news.State = int64(10+i), step.state
		news.Captured, news.Refunded, news.Disputed = yen(step.captured), yen(step.refunded), step.disputed
		old := news
		old.Version, old.State = 5, stripesecure.StateVoided
		for _, p := range []stripesecure.Payment{news, old, news} { // late, and twice
			if err := s.host().Changed(t.Context(), p); err != nil {
				t.Fatal(err)
			}
		}
		o, err := s.findOrder(t.Context(), placed.Ref)
		if err != nil || o.Status != step.status || o.PaymentState != string(step.state) {
			t.Errorf("%d: order %s (%s), %v; want %s (%s)", i, o.Status, o.PaymentState, err, step.status, step.state)
		}
		want := full - 2
		if step.status == statusCancelled {
			want = full // once
		}
		if got := stock(t, s, "bowl"); got != want {
			t.Errorf("%d: stock %d, want %d", i, got, want)
		}
	}
}

// News of a payment without an order is kept: a person reads what is wrong.
func TestFollowWithoutOrder(t *testing.T) {
	s := quietShop(t)
	p := paidFor(fullCart(t, s, map[string]int64{"bowl": 1}))
	p.Findings = []stripesecure.Finding{{Code: "captured_without_order", At: s.now()}}
	if err := s.host().Changed(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	c := newClerk(t, s)
	page := c.get("/staff/inbox", 200)
	c.sees(page, string(p.ID))
	c.sees(page, "No order")
	p.Version, p.Findings = p.Version+1, nil // the order came after all
	if err := s.host().Changed(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	c.sees(c.get("/staff/inbox", 200), s.text("en", "staff.findings.none"))
}
