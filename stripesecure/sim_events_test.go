package stripesecure

import (
	"context"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
)

// Stripe's events: lost, doubled, late, in another order, and sent again when
// the shop does not take them.

// changed is after a PaymentIntent has changed at Stripe.
func (s *simStripe) changed(i *simIntent) {
	w := s.w
	w.stirred = w.now
	w.checkStripe()
	if !w.webhooks {
		return
	}
	w.events++
	if w.heal != nil {
		w.deliver(i.id, "", time.Second, 3)
		return
	}
	r := simRand(simMix(w.seed ^ simMix(w.events<<40)))
	for range []int{0, 1, 1, 1, 1, 1, 1, 2}[r.n(8)] {
		after := r.between(100*time.Millisecond, 3*time.Second)
		if r.yes(150) {
			after = r.between(0, []time.Duration{time.Minute, time.Hour, 5 * time.Hour}[r.n(3)])
		}
		w.deliver(i.id, "", after, 3)
	}
	if r.yes(100) {
		w.deliver(s.intents[r.n(2)].id, "", 0, 1) // about a payment that is not ours
	}
}

// tellOf is an event about a refund or a dispute of a PaymentIntent.
func (s *simStripe) tellOf(i *simIntent, object string) {
	if w := s.w; w.webhooks && simMix(w.seed^uint64(w.now))%8 > 0 {
		w.deliver(i.id, object, time.Duration(simMix(w.seed^uint64(w.now)+1)%uint64(3*time.Second)), 3)
	}
}

// deliver hands an event over, and again a while later when it is not taken.
func (w *simWorld) deliver(intent, object string, after time.Duration, times int) {
	w.events++
	w.start("event", 1<<40|w.events, after, true, func(a *simActor) {
		a.draw()
		s := a.someServer()
		var err error
		if a.on(s, webhookBudget, func(p *Plugin) {
			snapshot, _ := p.opts.Settings.Settings(context.Background())
			var outcome string
			outcome, err = p.takeEvent(context.Background(), snapshot, settings.Test, event{ID: "evt", Kind: "payment_intent", Object: object, Intent: intent})
			w.notef("event of %s: %s", intent, outcome)
		}) && err == nil {
			return
		}
		if times > 1 {
			w.deliver(intent, object, a.rnd.between(time.Minute, time.Hour), times-1)
		}
	})
}
