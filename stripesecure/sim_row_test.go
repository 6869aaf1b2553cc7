package stripesecure

import (
	"slices"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// simForbidden are the steps that would lead back (I8).
var simForbidden = map[checkout.State][]checkout.State{
	checkout.Waiting:    {checkout.Creating, checkout.Refused, checkout.Vanished},
	checkout.Offered:    {checkout.Creating, checkout.Refused, checkout.Vanished, checkout.Waiting},
	checkout.Placed:     {checkout.Creating, checkout.Refused, checkout.Vanished, checkout.Waiting, checkout.Offered},
	checkout.Cancelling: {checkout.Creating, checkout.Waiting, checkout.Offered, checkout.Placed},
	checkout.Vanished:   {checkout.Creating, checkout.Waiting, checkout.Offered, checkout.Placed},
	checkout.Refused:    {checkout.Creating, checkout.Waiting, checkout.Offered, checkout.Placed},
}

func simBack(from, to checkout.State) bool {
	if from == to {
		return false
	}
	switch from {
	case checkout.Captured, checkout.Cancelled, checkout.Expired:
		return true
	}
	return slices.Contains(simForbidden[from], to)
}

// checkRow is after the checkout's row was stored.
func (w *simWorld) checkRow(before, r *checkout.Row, due time.Time) {
	if before == nil {
		before = &checkout.Row{Gen: 1}
	}
	if r.Gen < before.Gen || len(r.Attempts) < len(before.Attempts) || len(r.Ended) < len(before.Ended) {
		w.failf("I8", "the row goes back")
		return
	}
	live, placed := 0, 0
	for n, a := range r.Attempts {
		var old *checkout.Attempt
		if n < len(before.Attempts) {
			old = before.Attempts[n]
		} else {
			w.checkNew(r, n)
		}
		w.checkAttempt(r, old, a)
		if a.State.Live() && a.State != checkout.Cancelling { // a stray may be cancelled meanwhile
			live++
		}
		if a.State == checkout.Placed {
			placed++
		}
	}
	if live > 1 || placed > 1 {
		w.failf("A", "%d live attempts, %d placed", live, placed)
	}
	w.checkDue(r, due)
	if len(r.Attempts) > 0 && r.Proven() && w.mayHold() {
		w.failf("F", "the row proves \"not charged\", and a payment lives or may come")
	}
	if w.trace != nil {
		w.noteRow(r, due)
	}
}

func (w *simWorld) noteRow(r *checkout.Row, due time.Time) {
	var b strings.Builder
	for _, a := range r.Attempts {
		b.WriteString(" " + string(a.State))
		if a.Call != nil {
			b.WriteString("(" + string(a.Call.Kind) + ")")
		}
	}
	if r.Order != nil {
		b.WriteString(" order " + r.Order.Ref)
	}
	if r.End != nil {
		b.WriteString(" ending: " + r.End.Reason)
		if r.End.Closed {
			b.WriteString(", closed")
		}
	}
	w.notef("row %d: generation %d%s; due %s", r.Version, r.Gen, b.String(), due.Sub(simEpoch).Round(time.Millisecond))
}

// checkNew is for an attempt that begins.
func (w *simWorld) checkNew(r *checkout.Row, n int) {
	a := r.Attempts[n]
	order, taken := w.host.keys[paymentID(r.ID, a.Gen)]
	if taken && order == nil {
		w.failf("H", "a purchase begins under the closed key of generation %d", a.Gen)
	}
	for _, i := range w.stripe.intents {
		if !i.ours() || i.status == canceled {
			continue
		}
		known := slices.IndexFunc(r.Attempts[:n], func(a *checkout.Attempt) bool { return a.ID == i.attempt })
		if known < 0 || r.Attempts[known].State != checkout.Vanished {
			w.failf("I6", "another attempt begins while %s is %s", i.id, i.status)
		}
	}
}

func (w *simWorld) checkAttempt(r *checkout.Row, old, a *checkout.Attempt) {
	if old != nil && simBack(old.State, a.State) {
		w.failf("I8", "an attempt goes from %s to %s", old.State, a.State)
	}
	if a.State == checkout.Offered || a.State == checkout.Placed {
		w.tell(a.ID)
	}
	if c := a.Call; c != nil && w.keep(c) {
		w.checkArmed(r, c)
	}
	w.checkMatters(old, a)
	if a.State == checkout.Cancelling && old != nil && (old.State == checkout.Offered || old.State == checkout.Placed) {
		w.checkVoid(r, a)
	}
	for _, i := range w.stripe.intents {
		if i.attempt != a.ID || !i.ours() {
			continue
		}
		switch {
		case (a.State == checkout.Cancelled || a.State == checkout.Expired) && i.status != canceled,
			a.State == checkout.Captured && i.status != succeeded,
			a.State == checkout.Refused:
			w.failf("I9", "the attempt is %s, and %s is %s", a.State, i.id, i.status)
		}
	}
}

// keep remembers the key of a call that is stored. true: it is a new one.
func (w *simWorld) keep(c *checkout.Call) bool {
	if _, known := w.seen.keys[c.Key]; known {
		return false
	}
	if w.seen.keys == nil {
		w.seen.keys = map[string]simKey{}
	}
	w.seen.keys[c.Key] = simKey{c.Path + " " + c.Body, w.now}
	return true
}

// checkArmed is when a capture is stored to be sent.
func (w *simWorld) checkArmed(r *checkout.Row, c *checkout.Call) {
	if !strings.HasSuffix(c.Path, "/capture") || r.Order == nil {
		return
	}
	if o := w.host.byRef(r.Order.Ref); o != nil && o.said {
		w.failf("B2", "a capture begins for order %s, whose cancellation was answered", o.ref)
	}
}

// checkVoid: no offered hold is voided before its key is closed without an
// order, or its order is cancelled.
func (w *simWorld) checkVoid(r *checkout.Row, a *checkout.Attempt) {
	order, taken := w.host.keys[paymentID(r.ID, a.Gen)]
	switch {
	case !taken:
		w.failf("C", "an offered hold is given up and its key is open")
	case order != nil && !order.cancelled && (order.total == a.Amount || !w.hostFirst):
		w.failf("C", "the hold of order %s is given up", order.ref)
	}
}

// checkDue: what is unfinished is due, and soon enough (I10).
func (w *simWorld) checkDue(r *checkout.Row, due time.Time) {
	unfinished := r.End != nil || len(r.Untold) > 0
	if a := r.Live(); a != nil && !(a.State == checkout.Placed && a.Settled) {
		unfinished = true
	}
	switch {
	case unfinished && due.IsZero():
		w.failf("E", "the row is unfinished and never due")
	case unfinished && due.After(simEpoch.Add(w.now+65*time.Minute)):
		w.failf("E", "the row is unfinished and due in %s", due.Sub(simEpoch)-w.now)
	}
}
