package checkout

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"slices"
	"time"
)

// The invariants of the promise, by their letters:
//
//	A  at most one PaymentIntent backs an order or is captured by us
//	B  never captured before the host reported the order, or above its total
//	B2 … or for an order that the host has cancelled, untold
//	C  no hold behind a committed order is cancelled by us
//	D  at rest exactly one of two: an order with its money, or neither (D′: of
//	   the same amount)
//	E  nothing is stuck: at rest nothing is unfinished, and rest is reached
//	F  nobody is told "not charged" while a hold lives or may still come
//	G  no two paid orders for one cart
//	H  no purchase begins under a closed key
//	N  too many confirms end in too_many_attempts, not in n+1
//	K  captured is what a clerk asked for, once, and no accepted click is lost
//	V  a void and a capture that race end in exactly one, and the host knows which
//	R  an operation gives money back once, all of them no more than was captured,
//	   and at rest the row knows what became of each

// check returns the first violation in a world, "" for none.
func (m *model) check(w *world) string {
	if w.Bad != "" {
		return w.Bad
	}
	backing, captured, orders := 0, 0, 0
	for _, a := range w.Row.Attempts {
		if a.State == Placed {
			backing++
		}
	}
	for _, p := range w.Intents {
		if p.Status == "succeeded" && p.ByUs {
			captured++
		}
	}
	for _, o := range w.Host.Orders {
		if !o.Cancelled {
			orders++
		}
	}
	switch {
	case backing > 1 || captured > 1:
		return "A: two PaymentIntents back an order or are captured"
	case orders > 1 && !m.policy.HostFirst:
		return "G: two orders for one cart"
	case m.proven(w.Row) && w.mayHold():
		return "F: \"not charged\" may be said, and a hold lives or may still come"
	}
	if bad := w.voided(); bad != "" {
		return bad
	}
	if bad := m.calm(w, false); bad != "" || len(w.Flight) == 0 && w.Workers[0].Phase != sending {
		return bad
	}
	if bad := m.calm(w, true); bad != "" {
		return bad + " (calls in flight are lost)"
	}
	return ""
}

func (m *model) proven(r *Row) bool {
	if len(r.Attempts) == 0 {
		return false
	}
	if m.mutant == notFoundIsProof {
		r = cloneRow(r)
		for _, a := range r.Attempts {
			if a.State == Vanished {
				a.State = Cancelled
			}
		}
	}
	return r.Proven()
}

// mayHold: money is held or taken, or a create is on its way.
func (w *world) mayHold() bool {
	if slices.ContainsFunc(w.Intents, func(p pi) bool { return p.Status != "canceled" }) {
		return true
	}
	coming := func(r request) bool {
		return r.Kind == CreateIntent && !slices.ContainsFunc(w.Replies, func(old reply) bool { return old.Key == r.Key })
	}
	return slices.ContainsFunc(w.Flight, coming) ||
		slices.ContainsFunc(w.Workers[:], func(k worker) bool { return k.Phase == sending && coming(k.Req) })
}

// checkCapture runs when a capture takes effect.
func (w *world) checkCapture(i int, req request) {
	o := w.Host.byRef(req.Ref)
	switch amount := cmp.Or(req.Amount, w.Intents[i].Amount); {
	case o == nil:
		w.bad("B", "captured without an order")
	case amount > o.Total:
		w.bad("B", "captured above the order's total")
	default:
		w.checkAsked(i, amount)
	}
}

// checkArmed runs when a capture is stored to be sent.
func (w *world) checkArmed(req request) {
	if o := w.Host.byRef(req.Ref); o != nil && o.Said {
		w.bad("B2", "a capture is begun for an order whose cancellation was answered")
	}
}

// checkCancel runs when a cancel of ours takes effect.
func (w *world) checkCancel(m *model, i int) {
	p := w.Intents[i]
	if p.Status != "requires_capture" || !slices.Contains(w.Told, p.Attempt) {
		return
	}
	for _, o := range w.Host.Orders {
		if o.Gen == p.Gen && !o.Cancelled && (o.Total == p.Amount || !m.policy.HostFirst) {
			w.bad("C", "the hold of a committed order is cancelled")
		}
	}
}

// calm is what comes of a world when the faults stop and the buyer is gone: all
// workers have died, calls in flight arrive (or are lost), the host does its
// duty, and the shipped agenda is worked off in its own order and time.
func (m *model) calm(w *world, lost bool) string {
	if m.scratch == nil {
		m.scratch = &world{}
	}
	w = w.cloneInto(m.scratch)
	w.Bad = ""
	for i := range w.Workers {
		w.late(&w.Workers[i])
		w.Workers[i] = worker{}
	}
	if !lost {
		for _, r := range w.Flight {
			w.execute(m, r, held)
		}
	}
	w.Flight = nil
	for i := range w.Host.Orders {
		o := &w.Host.Orders[i]
		switch {
		case o.Cancelled && m.mutant != hostDropsOrders:
			m.say(w, o)
		case !o.Cancelled && m.policy.HostFirst && o.Gen == w.Row.Gen:
			w.Row.Place(o.order(), true, t0)
		}
	}
	sum := m.calmed.sum(w)
	if m.calmed.has(sum) {
		return ""
	}
	bad := m.workOff(w)
	if bad == "" {
		bad = m.atRest(w)
	}
	if bad == "" {
		m.calmed.add(sum)
	}
	return bad
}

// calmed are worlds that have come to rest before. Who has died, and what is
// left to spend, no longer matters.
type calmed struct {
	seeds  [2]maphash.Seed
	known  map[[2]uint64]struct{}
	buffer []byte
}

func newCalmed() *calmed {
	return &calmed{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, known: map[[2]uint64]struct{}{}}
}

func (c *calmed) sum(w *world) [2]uint64 {
	if c == nil {
		return [2]uint64{}
	}
	bare := *w
	bare.Tickets, bare.Left, bare.Total, bare.Guest, bare.Keys = nil, budget{Outside: w.Left.Outside}, 0, false, 0
	c.buffer = flatWorld(c.buffer[:0], &bare)
	return [2]uint64{maphash.Bytes(c.seeds[0], c.buffer), maphash.Bytes(c.seeds[1], c.buffer)}
}

func (c *calmed) has(sum [2]uint64) bool {
	if c == nil {
		return false
	}
	_, known := c.known[sum]
	return known
}

func (c *calmed) add(sum [2]uint64) {
	if c != nil {
		c.known[sum] = struct{}{}
	}
}

const restAfter = 3 * 24 * time.Hour // a hold that waits for its merchant is at rest

func (m *model) workOff(w *world) string {
	now, busy := t0, 0
	for {
		before := w.Row.Gen
		if cmd, ok := w.Row.Next(m.policy, now, false); ok {
			if busy++; busy > 40 {
				return fmt.Sprintf("E: %s is repeated without end", cmd.Kind)
			}
			if cmd.Attempt != nil && cmd.Attempt.State == Vanished && m.mutant == strayIsLeft {
				cmd.Attempt.Looks = len(strays)
				continue
			}
			m.perform(w, cmd, now)
			m.mutate(w, before)
			if w.Bad != "" {
				return w.Bad
			}
			continue
		}
		m.mutate(w, before)
		due := w.Row.Due(m.policy, false)
		if (due.IsZero() || due.After(t0.Add(restAfter))) && w.janitor(m) {
			continue
		}
		if due.IsZero() || due.After(t0.Add(restAfter)) && !w.unseen() {
			return ""
		}
		if !due.After(now) {
			return "E: due, and nothing to do"
		}
		now, busy = due, 0
	}
}

func (w *world) captured() bool {
	return slices.ContainsFunc(w.Intents, func(p pi) bool { return p.Status == "succeeded" })
}

// unseen: Stripe is elsewhere than the row believes.
func (w *world) unseen() bool {
	return slices.ContainsFunc(w.Intents, func(p pi) bool {
		a := w.Row.attempt(p.Attempt)
		return a.Intent != "" && a.Seen.Status != p.Status
	})
}

func (m *model) perform(w *world, cmd Command, now time.Time) {
	a, r := cmd.Attempt, w.Row
	switch cmd.Kind {
	case Read:
		r.ReadIntent(a.ID, *w.intent(w.index(a.Intent)), now)
	case Find:
		w.found(m, a.ID, w.ofAttempt(a.ID), now)
	case CloseKey:
		r.KeyAnswer(cmd.Gen, w.Host.closeKey(m, cmd.Gen), m.policy.HostFirst, now)
	case PlaceOrder:
		o := w.Host.commit(m, r.Gen, w.offered())
		if o == nil || o.Cancelled {
			r.Refuse(Refusal{Reason: "other"}, now)
			if r.End == nil {
				r.PlaceFailed(now)
			}
			return
		}
		if r.Place(o.order(), m.policy.HostFirst, now) != OrderTaken {
			r.PlaceFailed(now)
		}
	case Review:
		i := w.index(a.Intent)
		m.reviewed(w, worker{Of: a.ID, In: w.intent(i), List: w.refunds(i)}, now)
	case Tell:
		w.Host.tell(cmd.Gen, r.State(cmd.Gen))
		r.HostTold(cmd.Gen, cmd.Seq, false, now)
	default:
		k := &w.Workers[0]
		if m.send(w, k, cmd); k.Phase == sending {
			m.answered(w, *k, w.execute(m, k.Req, held), now)
		}
		*k = worker{}
	}
}

// atRest checks what is left when nothing more happens.
func (m *model) atRest(w *world) string {
	r := w.Row
	switch {
	case r.End != nil:
		return "E: the end of a generation never ends"
	case len(r.Untold) > 0:
		return "E: the host is never told"
	}
	for _, a := range r.Attempts {
		switch a.State {
		case Creating, Waiting, Offered, Cancelling:
			return fmt.Sprintf("E: an attempt stays %s for ever", a.State)
		}
	}
	for i := range w.Intents {
		if bad := m.intentAtRest(w, i); bad != "" {
			return bad
		}
	}
	for _, o := range w.Host.Orders {
		if bad := m.orderAtRest(w, o); bad != "" {
			return bad
		}
	}
	return w.clerkAtRest()
}

func (m *model) intentAtRest(w *world, i int) string {
	p := w.Intents[i]
	a := w.Row.attempt(p.Attempt)
	o := w.Row.Order
	switch p.Status {
	case "requires_payment_method", "requires_action":
		return "D: a PaymentIntent is left open"
	case "requires_capture":
		switch {
		case a == nil || a.State != Placed:
			return "D: a hold without an order is left"
		case o == nil || w.Host.byRef(o.Ref) == nil:
			return "D: a hold is left for an order that is not there"
		case w.Host.byRef(o.Ref).Cancelled:
			return "D: a hold is left for a cancelled order"
		case o.Total != p.Amount:
			return "D′: an order and a hold of different amounts"
		case a.Automatic:
			return "D: an order whose money was to be captured is only held"
		}
	case "succeeded":
		o := w.Host.byRef(p.Ref)
		if p.ByUs && o != nil && o.Cancelled && w.Host.told(o.Gen) != "captured" && w.Host.told(o.Gen) != "refunded" {
			return "B2: captured for a cancelled order, and the host was not told"
		}
	}
	return ""
}

func (m *model) orderAtRest(w *world, o hostOrder) string {
	if o.Cancelled || o.Total == 0 {
		return ""
	}
	for _, p := range w.Intents {
		if p.Gen == o.Gen && p.Amount == o.Total && (p.Status == "requires_capture" || p.Status == "succeeded") {
			if state := w.Row.State(o.Gen); state != "held" && state != "captured" && state != "refunded" {
				return "D: an order with its money counts as " + state
			}
			return ""
		}
	}
	told := w.Host.told(o.Gen)
	if m.left.Outside > 0 && len(w.Row.Findings) > 0 && w.captured() && !slices.ContainsFunc(w.Intents, func(p pi) bool { return p.ByUs }) {
		return "" // somebody captured another amount: a finding
	}
	unpaid := told == "failed" || told == "expired" || told == "voided"
	outside := w.Left.Outside < m.left.Outside
	if unpaid && (m.policy.HostFirst || outside) {
		return ""
	}
	return "D: an order without money, and the host was told \"" + told + "\""
}
