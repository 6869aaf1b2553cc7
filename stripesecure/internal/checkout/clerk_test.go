package checkout

import (
	"fmt"
	"slices"
	"time"
)

// clerk is what merchants ask for, after the order, and what Stripe has given
// back. The row takes a click or not; what it takes, it owes.
type clerk struct {
	Want    int64  // that a clerk was told will be captured; 0: nobody
	Of      string // the attempt
	Maybe   bool   // it was refused, and an earlier sending may still do it
	Ops     []askedRefund
	Refunds []madeRefund // at Stripe
}

type askedRefund struct {
	Op     string
	Amount int64 // as it was asked for
}

type madeRefund struct {
	Of     int // the PaymentIntent
	Op     string
	Amount int64
	State  RefundState
}

// The parts of a hold of 100 or 200 that clerks like: two of the refunds are
// more than there is.
const (
	partCaptured = 80
	partRefunded = 60
	partOutside  = 50
)

func (m *model) clerkSteps(w *world, add func(op, int, int)) {
	l := w.Left
	if a := w.Row.last(); a != nil {
		for part := range 2 {
			if l.Captures > 0 {
				add(doCapture, part, 0)
			}
			if l.Refunds > 0 && (a.State == Captured || a.State == Placed) {
				add(doRefund, part, 0)
			}
		}
	}
	for i := range w.Clerk.Ops {
		add(doAgain, i, 0)
	}
	for i, f := range w.Clerk.Refunds {
		if l.Bounces > 0 && f.State == RefundSucceeded {
			add(doBounce, i, 0)
		}
	}
	for i, p := range w.Intents {
		if m.left.Refunds > 0 && l.Outside > 0 && p.Status == "succeeded" && p.Received-w.refunded(i) >= partOutside {
			add(doGiveBack, i, 0)
		}
	}
}

func (m *model) clerk(w *world, s step) bool {
	i := int(s.a)
	switch s.op {
	case doCapture:
		m.clerkCaptures(w, int64(i)*partCaptured)
	case doRefund:
		m.clerkRefunds(w, fmt.Sprint("op", len(w.Clerk.Ops)+1), int64(i)*partRefunded, false)
	case doAgain:
		m.clerkRefunds(w, w.Clerk.Ops[i].Op, w.Clerk.Ops[i].Amount, true)
	case doBounce:
		w.Left.Bounces--
		w.Clerk.Refunds[i].State = RefundFailed
	case doGiveBack:
		w.Left.Outside--
		w.Clerk.Refunds = append(w.Clerk.Refunds, madeRefund{Of: i, Amount: partOutside, State: RefundSucceeded})
	default:
		return false
	}
	return true
}

func (m *model) clerkCaptures(w *world, amount int64) {
	c := &w.Clerk
	if m.clickMutant(w, amount) {
		return
	}
	if w.Row.Capture(amount) != CaptureTaken {
		return
	}
	if m.mutant == clickIsLost {
		w.Row.Current().Settled = true
	}
	w.Left.Captures--
	if amount == 0 {
		amount = w.Row.Current().Amount
	}
	if c.Of == w.Row.Current().ID && c.Want != 0 && c.Want != amount {
		w.bad("K", "two clerks are both told yes, of different amounts")
	}
	c.Of, c.Want, c.Maybe = w.Row.Current().ID, amount, false
}

func (m *model) clerkRefunds(w *world, op string, amount int64, again bool) {
	a := w.Row.Current()
	known := 0
	if a != nil {
		known = len(a.Matters.Refunds)
	}
	verdict := w.Row.Refund(w.Row.Gen, Refund{Op: op, Amount: amount}, t0)
	verdict = m.refundMutant(w, op, amount, verdict)
	switch {
	case again && (verdict != RefundTaken || len(a.Matters.Refunds) != known):
		w.bad("R", "an operation that is asked for again is another one")
	case !again && verdict == RefundTaken:
		w.Left.Refunds--
		w.Clerk.Ops = append(w.Clerk.Ops, askedRefund{op, amount})
	}
}

// answered stores the answer to a POST; a clerk whose capture is refused is told.
func (m *model) answered(w *world, done worker, ans Answer, now time.Time) {
	r := w.Row
	if done.Req.Kind == MakeRefund {
		if m.mutant == lostRefundIsRefused && ans.NoAnswer {
			ans = Answer{Error: "timeout"}
		}
		r.RefundAnswered(done.Req.Attempt, done.Req.Op, done.Req.Key, ans, now)
		return
	}
	a := r.attempt(done.Req.Attempt)
	refusals, wanted := a.CaptureRefusals, a.ToCapture
	r.Answered(done.Req.Attempt, done.Req.Key, ans, now)
	if a.CaptureRefusals == refusals {
		return
	}
	// Another sending with this key may still arrive: then the host is told that
	// it is captured after all.
	w.Clerk.Maybe = true
	if key := done.Req.Key; !slices.ContainsFunc(w.Flight, func(f request) bool { return f.Key == key }) &&
		!slices.ContainsFunc(w.Workers[:], func(k worker) bool { return k.Phase != idle && k.Req.Key == key }) {
		w.Clerk.Want, w.Clerk.Maybe = 0, false
	}
	if m.mutant == refusalIsForgotten {
		a.ToCapture, a.Settled = wanted, false
	}
}

// reviewed stores a list of refunds. One in doubt is given up only when Stripe
// has surely finished with it, which is the row's time to know.
func (m *model) reviewed(w *world, done worker, now time.Time) {
	a := w.Row.attempt(done.Of)
	if done.Early && w.refundDoubt(a) {
		return
	}
	m.reviewMutant(&done)
	w.Row.Reviewed(done.Of, MattersSeen{Intent: *done.In, Refunds: done.List}, now)
}

// refundDoubt reports whether a list may decide that a refund was refused.
func (w *world) refundDoubt(a *Attempt) bool {
	return slices.ContainsFunc(a.Matters.Refunds, func(f *Refund) bool { return f.State == RefundWanted && f.Failure != "" })
}

// Below is Stripe.

// refund does the work of a refund's POST.
func (w *world) refund(i int, req request) Answer {
	c, p := &w.Clerk, w.Intents[i]
	switch left := p.Received - w.refunded(i); {
	case p.Status != "succeeded":
		w.bad("R", "money that was not captured is given back")
	case slices.ContainsFunc(c.Refunds, func(f madeRefund) bool { return f.Op == req.Op }):
		w.bad("R", "one operation gives money back twice")
	case req.Amount > left && !slices.ContainsFunc(c.Refunds, func(f madeRefund) bool { return f.Op == "" }):
		w.bad("R", "more is asked back than is left")
	case req.Amount > left:
		return Answer{Error: "charge_already_refunded"}
	}
	c.Refunds = append(c.Refunds, madeRefund{Of: i, Op: req.Op, Amount: req.Amount, State: RefundSucceeded})
	return Answer{Refund: ptr(w.refundSeen(len(c.Refunds) - 1))}
}

func (w *world) refundSeen(n int) RefundSeen {
	f := w.Clerk.Refunds[n]
	return RefundSeen{ID: fmt.Sprint("re_", n+1), Op: f.Op, Amount: f.Amount, State: f.State, Created: t0}
}

// refunds is Stripe's list.
func (w *world) refunds(i int) (list []RefundSeen) {
	for n, f := range w.Clerk.Refunds {
		if f.Of == i {
			list = append(list, w.refundSeen(n))
		}
	}
	return list
}

func (w *world) refunded(i int) (sum int64) {
	for _, f := range w.Clerk.Refunds {
		if f.Of == i && f.State.counts() {
			sum += f.Amount
		}
	}
	return sum
}

// refunding reports whether a refund's POST may still reach Stripe.
func (w *world) refunding() bool {
	return slices.ContainsFunc(w.Flight, func(f request) bool { return f.Kind == MakeRefund }) ||
		slices.ContainsFunc(w.Workers[:], func(k worker) bool { return k.Phase == sending && k.Req.Kind == MakeRefund })
}

// unread reports whether Stripe knows a refund otherwise than the row.
func (w *world) unread(a *Attempt, i int) bool {
	for n, f := range w.Clerk.Refunds {
		id := fmt.Sprint("re_", n+1)
		if f.Of == i && !slices.ContainsFunc(a.Matters.Refunds, func(k *Refund) bool { return k.ID == id && k.State == f.State }) {
			return true
		}
	}
	return false
}

// janitor is the second one, which sees at last what no answer has told.
func (w *world) janitor(m *model) (found bool) {
	for i, p := range w.Intents {
		if a := w.Row.attempt(p.Attempt); a != nil && a.State == Captured && w.unread(a, i) && !a.Refresh {
			w.event(m, i)
			return true
		}
	}
	return false
}

// Below are the invariants.

// checkAsked runs when a capture takes effect.
func (w *world) checkAsked(i int, amount int64) {
	a, p := w.Row.attempt(w.Intents[i].Attempt), w.Intents[i]
	switch asked := w.Clerk.Want > 0 && w.Clerk.Of == p.Attempt; {
	case asked && amount != w.Clerk.Want:
		w.bad("K", "another amount is captured than a clerk was told")
	case !asked && !a.Automatic:
		w.bad("K", "captured, and nobody has asked for it")
	case !asked && amount != p.Amount:
		w.bad("K", "a part is captured that nobody has asked for")
	}
}

// voided: a host that was told so may sell the goods to somebody else.
func (w *world) voided() string {
	for _, o := range w.Host.Orders {
		if !o.Said || w.Host.told(o.Gen) != "voided" {
			continue
		}
		for _, p := range w.Intents {
			a := w.Row.attempt(p.Attempt)
			if p.Gen == o.Gen && a.Intent != "" && a.State != Vanished && (p.ByUs || p.Status == "requires_capture") && !w.Row.found("stray_payment") {
				return "V: the host is told voided, and the money is held or taken"
			}
		}
	}
	return ""
}

func (w *world) clerkAtRest() string {
	c := w.Clerk
	if a := w.Row.attempt(c.Of); c.Want > 0 && a != nil {
		switch {
		case a.State == Placed && !c.Maybe:
			return "K: a clerk's capture is lost"
		case a.State == Captured && w.Intents[w.index(a.Intent)].ByUs && a.Seen.Received != c.Want:
			return "K: another amount is captured than a clerk was told"
		}
	}
	for _, asked := range c.Ops {
		if bad := w.refundAtRest(asked.Op); bad != "" {
			return bad
		}
	}
	for i, p := range w.Intents {
		a := w.Row.attempt(p.Attempt)
		if a.State == Captured && (a.Seen.Refunded != w.refunded(i) || a.Matters.refunded() != w.refunded(i) || w.unread(a, i)) {
			return "R: the row does not know what was given back"
		}
	}
	return ""
}

// refundAtRest: an operation is decided, and as it is at Stripe.
func (w *world) refundAtRest(op string) string {
	made, _ := w.Row.RefundOf(w.Row.Gen, op)
	n := slices.IndexFunc(w.Clerk.Refunds, func(f madeRefund) bool { return f.Op == op })
	switch {
	case made.Op == "":
		return "R: an operation is forgotten"
	case made.State == RefundWanted:
		return "R: an operation is never decided"
	case n < 0 && made.State != RefundRefused:
		return "R: a refund counts as " + string(made.State) + ", and Stripe has none"
	case n >= 0 && made.State != w.Clerk.Refunds[n].State:
		return "R: a refund counts as " + string(made.State) + ", and is not at Stripe"
	}
	return ""
}
