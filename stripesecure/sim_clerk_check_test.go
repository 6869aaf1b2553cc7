package stripesecure

import (
	"slices"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// The invariants of what happens after the order, all of them R: a capture
// happens once and as it was asked for, an operation refunds once, nobody is
// told what is not so, and at rest row, host and Stripe know the same.

// checkCaptured is what a clerk is answered who has captured.
func (w *simWorld) checkCaptured(o *simOrder, amount int64, paid Payment, err error) {
	switch CodeOf(err) {
	case CodeInvalid:
		w.failf("R", "an honest clerk is answered %v", err)
	}
	if err != nil {
		return
	}
	c, i := w.till.captures[o.id], w.stripe.find(paid.Intent)
	captured, _ := paid.Captured.Minor()
	switch paid.State {
	case StateCaptured, StateRefunded:
		switch {
		case i.status != succeeded || i.received != captured:
			w.failf("R", "the clerk is told that %d is captured; %s is %s, %d", captured, i.id, i.status, i.received)
		case amount != 0 && amount != captured:
			w.failf("R", "the clerk asked for %d and is told that it is done with %d", amount, captured)
		}
	default:
		if c.taken, _ = paid.Capturing.Minor(); c.taken == 0 && !o.cancelled && !i.outside {
			w.failf("R", "the clerk is told neither captured nor capturing: %s", paid.State)
		}
	}
}

// checkRefunded is what a clerk is answered who has refunded.
func (w *simWorld) checkRefunded(op *simOp, paid Payment, err error) {
	switch CodeOf(err) {
	case "":
	case CodeInvalid:
		w.failf("R", "an honest clerk is answered %v", err)
		return
	case CodeStripe, CodeTooMuch, CodeNotHeld, CodeNotFound: // not found: a host's own order, not reported yet
		if n := len(w.refundsOf(op)); n > 0 && op.asking == 0 && w.refundsOf(op)[n-1].counts() {
			w.failf("R", "%s was made, and the clerk is told %v", op.id, err)
		}
		op.refused = op.asking == 0
		return
	default:
		return
	}
	op.taken = true
	n := slices.IndexFunc(paid.Refunds, func(f Refunded) bool { return f.Operation == op.id })
	if n < 0 {
		w.failf("R", "the clerk is told that %s is taken, and it is not there", op.id)
		return
	}
	switch state := paid.Refunds[n].State; state {
	case RefundPending, RefundSucceeded:
		if len(w.refundsOf(op)) != 1 {
			w.failf("R", "the clerk is told that %s is %s, and Stripe knows %d of it", op.id, state, len(w.refundsOf(op)))
		}
	}
}

// refundsOf are the operation's at Stripe.
func (w *simWorld) refundsOf(op *simOp) (made []*simRefund) {
	for _, i := range w.stripe.intents {
		for _, f := range i.refunds {
			if f.op == op.id {
				made = append(made, f)
			}
		}
	}
	return made
}

// checkRefundMade is when a refund of ours takes effect.
func (w *simWorld) checkRefundMade(i *simIntent, f *simRefund) {
	op := w.op(f.op)
	switch {
	case !i.ours():
		w.failf("I12", "a foreign payment is refunded")
	case op == nil:
		w.failf("R", "%s is refunded, and nobody has decided so", i.id)
	case len(w.refundsOf(op)) > 1:
		w.failf("R", "%s refunds twice", op.id)
	case op.amount != 0 && op.amount != f.amount:
		w.failf("R", "%s is for %d and refunds %d", op.id, op.amount, f.amount)
	case paymentID(string(simCart), i.gen) != op.payment:
		w.failf("R", "%s is for %s and refunds %s", op.id, op.payment, i.id)
	case op.refused && op.asking == 0:
		w.failf("R", "%s refunds, and was answered to be refused", op.id)
	case i.refunded() > i.received:
		w.failf("R", "%d refunded of %d", i.refunded(), i.received)
	}
}

// checkRefundRefused: without the Dashboard the row knows what is left.
func (w *simWorld) checkRefundRefused(i *simIntent) {
	if !i.backOutside && !w.badBanks {
		w.failf("R", "more is asked of %s than is left", i.id)
	}
}

// checkAsked is when a capture takes effect: a clerk has asked for it, or ⑬.
func (w *simWorld) checkAsked(i *simIntent, o *simOrder, amount int64) {
	c := w.till.captures[o.id]
	asked := c != nil && (slices.Contains(c.asked, amount) || amount == i.amount && slices.Contains(c.asked, 0))
	switch {
	case !asked && !(w.automatic && amount == i.amount):
		w.failf("R", "%d of %s is captured, and nobody has asked for it", amount, i.id)
	case asked && c.taken != 0 && c.taken != amount:
		w.failf("R", "%d of %s is captured, and the clerk was told %d", amount, i.id, c.taken)
	}
}

// checkMatters is after the row was stored: a refund moves forward.
func (w *simWorld) checkMatters(old, a *checkout.Attempt) {
	for n, f := range a.Matters.Refunds {
		if c := f.Call; c != nil {
			w.keep(c)
		}
		if old == nil || n >= len(old.Matters.Refunds) {
			continue
		}
		was := old.Matters.Refunds[n]
		if was.Op != f.Op || was.ID != "" && was.ID != f.ID || was.Amount != f.Amount && was.ID != "" {
			w.failf("I8", "refund %d becomes another", n+1)
		}
		if was.State != f.State && f.State == checkout.RefundWanted {
			w.failf("I8", "refund %d goes from %s to %s", n+1, was.State, f.State)
		}
	}
	if old != nil && len(a.Matters.Refunds) < len(old.Matters.Refunds) {
		w.failf("I8", "a refund is forgotten")
	}
}

// restMoney: row, host and Stripe know the same of a captured payment.
func (w *simWorld) restMoney(r *checkout.Row, i *simIntent) {
	n := slices.IndexFunc(r.Attempts, func(a *checkout.Attempt) bool { return a.Intent == i.id })
	if n < 0 {
		return
	}
	a := r.Attempts[n]
	for _, f := range a.Matters.Refunds {
		if f.State == checkout.RefundWanted {
			w.failf("E", "the refund %s is wanted for ever", f.Op)
		}
	}
	swapped := i.backOutside && w.badBanks // one failed, another was made between two looks: the charge shows no difference
	for _, f := range i.refunds {
		same := func(known *checkout.Refund) bool {
			return known.ID == f.id && known.State == f.state && known.Op == f.op
		}
		if !f.release && !swapped && !slices.ContainsFunc(a.Matters.Refunds, same) {
			w.failf("R", "the row does not know that the refund %s is %s", f.id, f.state)
		}
	}
	told := w.host.told[paymentID(string(simCart), i.gen)]
	captured, _ := told.Captured.Minor()
	refunded, _ := told.Refunded.Minor()
	switch {
	case a.Seen.Received != i.received || a.Seen.Refunded != i.refunded():
		w.failf("R", "%s: %d captured, %d refunded; the row knows %d, %d", i.id, i.received, i.refunded(), a.Seen.Received, a.Seen.Refunded)
	case captured != i.received || refunded != i.refunded():
		w.failf("R", "%s: %d captured, %d refunded; the host was told %d, %d", i.id, i.received, i.refunded(), captured, refunded)
	case !slices.Equal(i.disputes(), a.Matters.Disputes) || (len(i.disputes()) > 0) != (len(told.Disputes) > 0):
		w.failf("R", "%s: disputes %v, the row knows %v, the host %v", i.id, i.disputes(), a.Matters.Disputes, told.Disputes)
	}
}

// restTill: what clerks were promised has happened.
func (w *simWorld) restTill() {
	for _, op := range w.till.ops {
		made := w.refundsOf(op)
		told := slices.ContainsFunc(w.host.told[op.payment].Refunds, func(f Refunded) bool { return f.Operation == op.id && f.State == RefundRefused })
		if op.taken && !op.refused && len(made) == 0 && !told {
			w.failf("R", "%s was taken, and neither made nor refused", op.id)
		}
	}
	for id, c := range w.till.captures {
		o := w.host.keys[id]
		if c.taken == 0 || o == nil || o.cancelled {
			continue
		}
		for _, i := range w.stripe.intents {
			if i.ours() && i.gen == o.gen && !i.outside && i.status == needsCapture {
				w.failf("R", "%d of %s was to be captured, and is held", c.taken, i.id)
			}
		}
	}
}
