package stripesecure

import (
	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// checkRest is the promise: when nothing more happens there is exactly one of
// two, an order with its money or neither.
func (w *simWorld) checkRest() {
	r := w.store.now
	if r == nil {
		r = checkout.New(simShop, string(simCart))
	}
	if r.End != nil || len(r.Untold) > 0 {
		w.failf("E", "at rest something is unfinished")
	}
	for _, a := range r.Attempts {
		switch a.State {
		case checkout.Creating, checkout.Waiting, checkout.Offered, checkout.Cancelling:
			w.failf("E", "an attempt stays %s for ever", a.State)
		}
	}
	for _, i := range w.stripe.intents {
		if i.ours() {
			w.restIntent(r, i)
			if i.status == succeeded {
				w.restMoney(r, i)
			}
		} else if i.status != needsCapture && i.status != needsAction || i.ref != "" {
			w.failf("I12", "the foreign payment %s was touched", i.id)
		}
	}
	for _, o := range w.host.orders {
		w.restOrder(r, o)
	}
	w.restTill()
}

// restIntent: every PaymentIntent is cancelled, or has its order.
func (w *simWorld) restIntent(r *checkout.Row, i *simIntent) {
	o := w.host.keys[paymentID(string(simCart), i.gen)]
	switch i.status {
	case canceled:
	case needsCapture:
		switch {
		case o == nil:
			w.failf("D", "the hold %s is left without an order", i.id)
		case o.cancelled:
			w.failf("D", "the hold %s is left for the cancelled order %s", i.id, o.ref)
		case o.total != i.amount:
			w.failf("D", "the hold of %d is left for an order of %d", i.amount, o.total)
		case w.automatic:
			w.failf("D", "the money of order %s was to be captured and is held", o.ref)
		case i.ref != o.ref:
			w.failf("D", "the order's id is not at Stripe: %q for %q", i.ref, o.ref)
		}
	case succeeded:
		switch {
		case i.outside:
			if o == nil && !w.rowFound("captured_without_order") {
				w.failf("D", "%s was captured in the Dashboard and nobody is told", i.id)
			}
		case o == nil:
			w.failf("B", "%s is captured without an order", i.id)
		case o.cancelled && !o.captured && !captured(w.host.told[o.id].State):
			w.failf("B2", "captured for the cancelled order %s, and the host was not told", o.ref)
		}
	default:
		w.failf("D", "%s is left %s", i.id, i.status)
	}
}

// restOrder: every order has its money, or the host knows that it has none.
func (w *simWorld) restOrder(r *checkout.Row, o *simOrder) {
	if o.cancelled {
		return
	}
	paid, outside := 0, false
	for _, i := range w.stripe.intents {
		if !i.ours() || i.gen != o.gen {
			continue
		}
		outside = outside || i.outside
		if i.amount == o.total && (i.status == needsCapture || i.status == succeeded) {
			paid++
		}
	}
	state := State(r.State(o.gen))
	told := w.host.told[o.id].State
	unpaid := told == StateFailed || told == StateExpired || told == StateVoided
	switch {
	case paid > 1:
		w.failf("A", "order %s is paid %d times", o.ref, paid)
	case paid == 1 && state != StateHeld && !captured(state):
		w.failf("D", "order %s has its money and counts as %s", o.ref, state)
	case paid == 1 && (r.Order == nil || r.Order.Ref != o.ref):
		w.failf("D", "order %s has its money and is not in the slot", o.ref)
	case paid == 0 && !(unpaid && (w.hostFirst || outside)):
		w.failf("D", "order %s has no money, and the host was told %q", o.ref, told)
	}
}

func captured(s State) bool { return s == StateCaptured || s == StateRefunded }
