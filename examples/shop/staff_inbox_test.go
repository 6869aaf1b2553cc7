package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// sweeps lets the recovery pass every half minute, in fake time.
func sweeps(t *testing.T, s *Shop, d time.Duration) {
	t.Helper()
	runner := stripesecure.NewRunner(s.store, s.plugin)
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(30 * time.Second) {
		if err := runner.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// bubble runs a test of a shop in fake time.
func bubble(t *testing.T, test func(*testing.T, *desk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := openDesk(t)
		test(t, d)
		if err := d.shop.Close(); err != nil {
			t.Error(err)
		}
	})
}

// An event of a payment that the library has lost is parked, and a clerk who has
// looked at it at Stripe takes it out.
func TestStaffInboxDismiss(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		row := stripesecure.Row{Shop: "demo", Checkout: "#pi:pi_lost", Body: []byte(`{"scope":{},"tries":12,"outcome":"early","parked":true}`)}
		if err := d.shop.store.Put(t.Context(), row); err != nil {
			t.Fatal(err)
		}
		d.sees(d.get("/staff/inbox", http.StatusOK), d.shop.text("en", "staff.dismiss"))
		form := url.Values{"intent": {"pi_lost"}, "do": {"dismiss"}}
		d.sees(d.post("/staff/inbox", form), d.shop.text("en", "staff.inbox.dismissed"))
		d.sees(d.get("/staff/inbox", http.StatusOK), d.shop.text("en", "staff.events.none"))
		d.post("/staff/inbox", form) // by another clerk, too late
	})
}

// An event comes while Stripe does not answer: it waits in the inbox, and a
// retry brings it to the order.
func TestStaffInbox(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		d.capture("9460")
		d.shop.deliverEvents(t.Context())
		d.sees(d.get("/staff/inbox", http.StatusOK), d.shop.text("en", "staff.events.none"))
		d.says("stripe", url.Values{"what": {"dispute"}, "outage": {"1"}}, http.StatusOK, "staff.done.stripe")
		d.is(stripesecure.StateCaptured, statusPaid, 9460, 0) // nobody knows yet
		intent := d.payment().Intent
		page := d.get("/staff/inbox", http.StatusOK)
		d.sees(page, `value="`+intent+`"`)
		d.sees(d.post("/staff/inbox", url.Values{"intent": {intent}}), d.shop.text("en", "staff.inbox.done"))
		sweeps(t, d.shop, time.Minute)
		d.is(stripesecure.StateCaptured, statusDisputed, 9460, 0)
		page = d.get("/staff/inbox", http.StatusOK)
		if strings.Contains(page, `value="`+intent+`"`) {
			t.Error("what was worked on is still in the inbox")
		}
		d.sees(page, d.o.Ref) // among what is to be taken care of
		d.post("/staff/inbox", url.Values{"intent": {"pi_none"}})
	})
}

// The shop's order system does not take the news: the clerk sees it, and tells
// it again when the shop is well.
func TestStaffOutbox(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		if _, err := d.shop.db.ExecContext(t.Context(), `create trigger broken before update on payments begin select raise(abort, 'broken'); end`); err != nil {
			t.Fatal(err)
		}
		if err := d.shop.stripe.own.Dashboard().Capture(d.payment().Intent, 0); err != nil {
			t.Fatal(err)
		}
		d.shop.deliverEvents(t.Context())
		sweeps(t, d.shop, 10*time.Minute)
		page := d.get("/staff/inbox", http.StatusOK)
		d.sees(page, `value="`+d.o.Payment+`"`)
		d.sees(page, d.o.Ref)
		if _, err := d.shop.db.ExecContext(t.Context(), `drop trigger broken`); err != nil {
			t.Fatal(err)
		}
		d.post("/staff/inbox", url.Values{"payment": {d.o.Payment}})
		d.is(stripesecure.StateCaptured, statusPaid, 9460, 0)
		d.sees(d.get("/staff/inbox", http.StatusOK), d.shop.text("en", "staff.outbox.none"))
		d.post("/staff/inbox", url.Values{"payment": {"none.1"}})
	})
}

// A payment at Stripe that no record knows is shown; nothing is done to it.
func TestStaffUnknownPayments(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		p := d.payment()
		row, err := d.shop.store.Get(t.Context(), "demo", string(p.Checkout))
		if err == nil {
			err = d.shop.store.Delete(t.Context(), row.Shop, row.Checkout, row.Version)
		}
		if err != nil {
			t.Fatal(err)
		}
		sweeps(t, d.shop, 2*time.Hour)
		d.sees(d.get("/staff/inbox", http.StatusOK), p.Intent)
		if got := d.shop.stripe.own.Intent(p.Intent).Status; got != "requires_capture" {
			t.Errorf("it is %s now", got)
		}
	})
}

// The hold ends in two days: the order stands first, with a word about it, until
// the clerk captures. Nobody does anything, and it is to be paid again (CAP-02).
func TestStaffHoldExpires(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		left := time.Until(d.payment().CaptureBefore)
		time.Sleep(left - 49*time.Hour)
		sweeps(t, d.shop, time.Minute)
		d.client = newClerk(t, d.shop) // another day
		d.sees(d.get("/staff/orders?show=todo", http.StatusOK), "no orders of this kind"[1:])
		time.Sleep(2 * time.Hour)
		sweeps(t, d.shop, time.Minute)
		d.sees(d.get("/staff/orders?show=todo", http.StatusOK), "Hold ends soon")
		d.sees(d.get(d.page, http.StatusOK), "It ends on")
		time.Sleep(48 * time.Hour)
		sweeps(t, d.shop, 10*time.Minute)
		d.is(stripesecure.StateExpired, statusUnpaid, 0, 0)
		d.client = newClerk(t, d.shop)
		d.says("capture", url.Values{"how": {"all"}, "step": {"do"}}, http.StatusConflict, "Capture.not_held")
		if strings.Contains(d.get("/staff/orders?show=todo", http.StatusOK), d.o.Ref) {
			t.Error("a hold that is over still ends soon")
		}
	})
}

// A clerk who took the browser's cookie home is asked to log in the next day.
func TestStaffShiftEnds(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		home, err := url.Parse(d.shop.baseURL)
		if err != nil {
			t.Fatal(err)
		}
		cookies := d.http.Jar.Cookies(home)
		for _, want := range []string{d.o.Ref, "Staff login"} { // after 8 and 16 hours
			time.Sleep(8 * time.Hour)
			d.http.Jar.SetCookies(home, cookies)
			d.sees(d.get("/staff/orders", http.StatusOK), want)
		}
	})
}
