package checkout

import (
	"slices"
	"time"
)

// Refund is money that goes back, in part or in full: by an operation of the
// host, or made in the Dashboard.
type Refund struct {
	Op     string      `json:"op,omitempty"` // the host's operation; "" for one made elsewhere
	ID     string      `json:"id,omitempty"` // re_…, "" until it is known
	Amount int64       `json:"amount"`
	Reason string      `json:"reason,omitempty"` // one of Stripe's three
	Note   string      `json:"note,omitempty"`   // the host's own words
	State  RefundState `json:"state"`
	// Failure is Stripe's failure_reason, or the code of a refusal.
	Failure  string    `json:"failure,omitempty"`
	At       time.Time `json:"at"`
	Call     *Call     `json:"call,omitempty"` // the POST that is under way or in doubt
	NextAt   time.Time `json:"next_at,omitzero"`
	Failures int       `json:"failures,omitempty"`
}

// RefundState is where a refund stands.
type RefundState string

// The states of a refund: the first is ours, RefundRefused is a definite answer
// that it was never made, the others are Stripe's.
const (
	RefundWanted    RefundState = "wanted"
	RefundPending   RefundState = "pending"
	RefundSucceeded RefundState = "succeeded"
	RefundFailed    RefundState = "failed"
	RefundCanceled  RefundState = "canceled"
	RefundRefused   RefundState = "refused"
)

// counts reports whether the refund takes from what is left.
func (s RefundState) counts() bool {
	return s != RefundFailed && s != RefundCanceled && s != RefundRefused
}

// rank: a refund only moves forward. One that succeeded can still fail.
func (s RefundState) rank() int {
	switch s {
	case "", RefundWanted, RefundRefused: // new here, or may turn up all the same
		return 0
	case RefundPending:
		return 1
	case RefundSucceeded:
		return 2
	}
	return 3
}

// RefundVerdict is the answer to a merchant who wants to refund.
type RefundVerdict int

const (
	// RefundTaken: the operation is in the row, now or since before.
	RefundTaken RefundVerdict = iota
	// RefundOther: the operation's id stands for another amount.
	RefundOther
	// RefundNothing: nothing was captured.
	RefundNothing
	// RefundTooMuch: more than is left.
	RefundTooMuch
)

// Refund records an operation of the host on a generation's captured money.
// Amount 0 is everything that is left. The same operation again is the same
// refund, however often and by however many clerks it is asked for (RFD-03).
func (r *Row) Refund(gen int, want Refund, now time.Time) RefundVerdict {
	return r.AttemptOf(gen).refund(want, now)
}

// RefundOn is Refund on the money of one attempt, whichever it is: a duplicate is no
// generation's payment.
func (r *Row) RefundOn(attempt string, want Refund, now time.Time) RefundVerdict {
	return r.attempt(attempt).refund(want, now)
}

func (a *Attempt) refund(want Refund, now time.Time) RefundVerdict {
	if a == nil || a.State != Captured {
		return RefundNothing
	}
	if known := a.Matters.refund(want.Op); known != nil {
		if want.Amount != 0 && want.Amount != known.Amount {
			return RefundOther
		}
		return RefundTaken
	}
	left := a.Refundable()
	if want.Amount == 0 {
		want.Amount = left
	}
	if want.Amount > left || left <= 0 {
		return RefundTooMuch
	}
	want.State, want.At = RefundWanted, now
	a.Matters.forget()
	a.Matters.Refunds = append(a.Matters.Refunds, &want)
	return RefundTaken
}

// maxRefused is how many refusals a row keeps: a script that goes on asking under
// new ids must not make it grow for ever.
const maxRefused = 50

// forget drops the oldest definite refusal. One without an answer may still turn up.
func (m *Matters) forget() {
	refused := 0
	oldest := -1
	for i, f := range m.Refunds {
		if f.State == RefundRefused && f.Failure != "no_answer" {
			refused++
			if oldest < 0 {
				oldest = i
			}
		}
	}
	if refused >= maxRefused {
		m.Refunds = slices.Delete(m.Refunds, oldest, oldest+1)
	}
}

// Refundable is what is left of the captured money: what Stripe has given back,
// and what it was or will be asked to, is taken off.
func (a *Attempt) Refundable() int64 {
	if a.State != Captured {
		return 0
	}
	wanted := int64(0)
	for _, f := range a.Matters.Refunds {
		if f.State == RefundWanted {
			wanted += f.Amount
		}
	}
	return a.Seen.Received - max(a.Seen.Refunded, a.Matters.refunded()) - wanted
}

// planRefund: the same key and body until there is an answer. Before each
// repetition Stripe's own list is read. After a day the key is worth nothing:
// where there is a doubt nothing is sent any more, and the list decides.
func (r *Row) planRefund(a *Attempt, f *Refund) []item {
	send := item{at: f.NextAt, cmd: Command{Kind: MakeRefund, Attempt: a, Gen: a.Gen, Refund: f}}
	look := item{at: latest(f.NextAt, a.NextAt), cmd: Command{Kind: Review, Attempt: a, Gen: a.Gen}}
	switch {
	case f.State != RefundWanted:
		return nil
	case f.Call == nil, f.Call.NotDone && !f.Call.Doubt:
		return []item{send}
	case !f.Call.NotDone:
		return []item{look}
	}
	send.until = f.Call.First.Add(keyLife)
	look.at = latest(look.at, send.until)
	return []item{send, look}
}

// RefundAnswered records what became of the POST with this key.
func (r *Row) RefundAnswered(attempt, op, key string, ans Answer, now time.Time) {
	a := r.attempt(attempt)
	if a == nil {
		return
	}
	f := a.Matters.refund(op)
	if f == nil || f.Call == nil || f.Call.Key != key {
		return // the list was faster
	}
	switch {
	case ans.Refund != nil && ans.Replayed:
		f.ID = ans.Refund.ID // a hint, as old as its first sending
		a.Refresh = true
	case ans.Refund != nil:
		r.refundSeen(a, f, *ans.Refund, now)
	case ans.NoAnswer && ans.Replayed:
		// The key stands for a failure: it is of no more use, and the list tells
		// what the failure has left.
		f.Failure, f.NextAt = "no_answer", now
	case ans.NoAnswer, ans.NotDone:
		f.Call.NotDone = ans.NotDone && !ans.NoAnswer
		f.Failures++
		f.NextAt = now.Add(pause(f.Failures, ans.Denied))
		r.denied(ans.Denied, now)
	case f.Call.Doubt && !ans.Replayed:
		// An earlier sending may still be at work: the list tells.
		f.Failure, f.NextAt = ans.Error, f.Call.over()
	default:
		r.denied(ans.Denied, now)
		r.refundRefused(a, f, ans.Error)
	}
}

// over is when Stripe has finished with the last sending, whatever we heard of it.
func (c *Call) over() time.Time { return c.Last.Add(CallTimeout + findAfter) }

// refundRefused: it was definitely not made. The operation keeps its id, so
// that asking again gets the same answer; another try is another operation.
// A refund that the row does not know may be the reason.
func (r *Row) refundRefused(a *Attempt, f *Refund, code string) {
	f.State, f.Failure, f.Call = RefundRefused, code, nil
	a.Refresh = true
	r.news()
}

// RefundOf is the operation's refund, and what is left beside it. The zero
// Refund: there is none.
func (r *Row) RefundOf(gen int, op string) (made Refund, left int64) {
	return r.AttemptOf(gen).refundMade(op)
}

// RefundMade is RefundOf on one attempt.
func (r *Row) RefundMade(attempt, op string) (made Refund, left int64) {
	return r.attempt(attempt).refundMade(op)
}

func (a *Attempt) refundMade(op string) (made Refund, left int64) {
	if a == nil {
		return Refund{}, 0
	}
	if f := a.Matters.refund(op); f != nil {
		made = *f
	}
	return made, a.Refundable()
}

// Doubt asks for a fresh look at a hold: somebody may have captured it in the
// Dashboard. It reports whether there is one to look at.
func (r *Row) Doubt(gen int) bool {
	a := r.AttemptOf(gen)
	if a == nil || a.State != Placed {
		return false
	}
	a.Reread = true
	return true
}

// refundSeen: Stripe has told of the refund.
func (r *Row) refundSeen(a *Attempt, f *Refund, seen RefundSeen, now time.Time) {
	before := *f
	if seen.State.rank() < f.State.rank() {
		return // an answer that was overtaken
	}
	f.ID, f.State, f.Failure, f.Call = seen.ID, seen.State, seen.Failure, nil
	f.Failures, f.NextAt = 0, time.Time{}
	if f.Amount != seen.Amount {
		f.Amount = seen.Amount
	}
	a.Seen.Refunded = max(a.Seen.Refunded, a.Matters.refunded())
	if f.State == before.State && f.Failure == before.Failure {
		return
	}
	if f.State == RefundFailed { // RFD-05: the merchant believes that it is done
		r.find("refund_failed", now)
	}
	a.Matters.schedule(now)
	r.news()
}

func (m *Matters) refund(op string) *Refund {
	i := slices.IndexFunc(m.Refunds, func(f *Refund) bool { return op != "" && f.Op == op })
	if i < 0 {
		return nil
	}
	return m.Refunds[i]
}

// refunded is what Stripe has taken from the captured money, as far as the
// refunds are known one by one.
func (m *Matters) refunded() int64 {
	sum := int64(0)
	for _, f := range m.Refunds {
		if f.State != RefundWanted && f.State.counts() {
			sum += f.Amount
		}
	}
	return sum
}
