package main

import (
	"context"
	"net/http"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// What happens at Stripe without the shop: a person in the Dashboard, the buyer
// at the bank, time. The demonstration lets one do it, offline.
var atStripe = map[string]func(stripetest.Dashboard, stripesecure.Payment) error{
	"capture": func(d stripetest.Dashboard, p stripesecure.Payment) error { return d.Capture(p.Intent, 0) },
	"half": func(d stripetest.Dashboard, p stripesecure.Payment) error {
		return d.Capture(p.Intent, whole(p.Total)/2)
	},
	"cancel": func(d stripetest.Dashboard, p stripesecure.Payment) error {
		return d.Cancel(p.Intent, "requested_by_customer")
	},
	"expire": func(d stripetest.Dashboard, p stripesecure.Payment) error { return d.Expire(p.Intent) },
	"refund": func(d stripetest.Dashboard, p stripesecure.Payment) error {
		return d.Refund(p.Intent, min(100, whole(p.Refundable())))
	},
	"warn": func(d stripetest.Dashboard, p stripesecure.Payment) error { return d.Warn(p.Intent) },
	"dispute": func(d stripetest.Dashboard, p stripesecure.Payment) error {
		return d.Dispute(p.Intent, "product_not_received")
	},
	"inquiry": func(d stripetest.Dashboard, p stripesecure.Payment) error { return d.Dispute(p.Intent, "inquiry") },
	"won":     func(d stripetest.Dashboard, p stripesecure.Payment) error { return d.Decide(p.Intent, true) },
	"lost":    func(d stripetest.Dashboard, p stripesecure.Payment) error { return d.Decide(p.Intent, false) },
}

// Events are the ones that a clerk may let happen now.
func (p staffOrderPage) Events() []string {
	switch {
	case p.Stripe == stripetest.StatusRequiresCapture:
		return []string{"capture", "half", "cancel", "expire"}
	case p.Stripe == stripetest.StatusSucceeded && p.Payment.Disputed:
		return []string{"won", "lost"}
	case p.Stripe == stripetest.StatusSucceeded && len(p.Payment.Disputes) == 0:
		return []string{"refund", "dispute", "inquiry", "warn"}
	}
	return nil
}

// happenAtStripe does it, and lets the events come in: with luck at once, or
// while Stripe does not answer, when they wait in the inbox.
func (s *Shop) happenAtStripe(w http.ResponseWriter, r *http.Request, o order, p stripesecure.Payment) error {
	do, ok := atStripe[r.PostFormValue("what")]
	if s.stripe.own == nil || !ok {
		return errNotFound
	}
	s.posting.Lock()
	err := do(s.stripe.own.Dashboard(), p)
	if err == nil && r.PostFormValue("outage") != "" {
		outage := s.stripe.own.Fail("GET *", stripetest.BadGateway).Always()
		s.postEvents(r.Context())
		outage.Stop()
	} else if err == nil {
		s.postEvents(r.Context())
	}
	s.posting.Unlock()
	if err != nil { // it has happened already, or something else has
		form := staffForm{Name: "stripe", Problem: s.text(string(visitorOf(r).Language), "staff.fault.stripe")}
		return s.refusedOrder(w, r, http.StatusConflict, form)
	}
	return s.staffDone(w, r, o, "stripe")
}

// postman delivers the events of the shop's own Stripe until ctx ends.
func (s *Shop) postman(ctx context.Context) {
	if s.stripe.own == nil {
		return // the real one comes to the webhook by itself
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.deliverEvents(ctx)
		}
	}
}

// deliverEvents brings the events of the shop's own Stripe to the webhook.
func (s *Shop) deliverEvents(ctx context.Context) {
	s.posting.Lock()
	defer s.posting.Unlock()
	s.postEvents(ctx)
}

// postEvents posts what has happened since the last time. The caller holds
// s.posting, so that who returns from it knows that everything has arrived.
func (s *Shop) postEvents(ctx context.Context) {
	if err := s.stripe.own.DeliverTo(ctx, s.plugin.Handler(), "/pay/webhook"); err != nil {
		s.log.WarnContext(ctx, "webhook", "error", err)
	}
}
