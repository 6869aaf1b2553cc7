package checkout

import (
	"slices"
	"strings"
	"time"
)

// Answer is what became of a POST: an intent or a customer on success, or one
// of three failures. NoAnswer: nobody knows (time-out, 5xx, not JSON, key in
// use). NotDone: it was not executed and may be sent again (rate limit).
// Otherwise Error is a definite refusal; a decline carries the intent too.
type Answer struct {
	Intent   *Intent
	Customer string
	Refund   *RefundSeen
	NoAnswer bool
	NotDone  bool
	Denied   bool   // the key may not do this (401, 403), or there is none
	Replayed bool   // the stored answer of an earlier send: a hint, read the object
	Error    string // Stripe's code, or code/decline_code
	Param    string
}

// Refusals of a create that the row tells apart.
const (
	// NoCustomer: the stored customer does not exist any more (CUS-01).
	NoCustomer = "no_customer"
	// Denied: the key was refused; a finding, never the buyer's fault.
	Denied = "denied"
)

// Answered records what became of the call with this key. When the row has
// moved on meanwhile, a PaymentIntent in the answer still counts as read.
func (r *Row) Answered(attempt, key string, ans Answer, now time.Time) {
	a := r.attempt(attempt)
	if a == nil {
		return
	}
	call := a.Call
	if call == nil || call.Key != key {
		r.lateAnswer(a, ans, now)
		return
	}
	switch {
	case ans.NoAnswer, ans.NotDone:
		call.NotDone = ans.NotDone && !ans.NoAnswer
		a.failAs(ans.Denied, now)
		r.keyIsDead(a, ans)
		r.denied(ans.Denied, now)
	case ans.Replayed && ans.Intent != nil:
		r.replayed(a, ans, now)
	case call.Kind == CreateCustomer:
		r.customerAnswered(a, ans, now)
	case call.Kind == CreateIntent:
		r.createAnswered(a, ans, now)
	default:
		r.intentAnswered(a, call.Kind, ans, now)
	}
}

// lateAnswer: the row does not wait for it any more.
func (r *Row) lateAnswer(a *Attempt, ans Answer, now time.Time) {
	switch {
	case ans.Intent == nil:
	case ans.Replayed:
		if a.Intent == "" {
			r.adopt(a, *ans.Intent, now)
		}
		a.Reread = true
	default:
		r.Observe(a, *ans.Intent, now)
	}
}

// keyIsDead lets go of a key that is of no more use: its stored failure would
// be replayed for a day, so the object is read and a new key acts on what it
// says. A create has no object yet and never gets a second key; a confirm is
// only read. What is written for people is never in the way of a cancel.
func (r *Row) keyIsDead(a *Attempt, ans Answer) {
	switch kind := a.Call.Kind; {
	case kind == Tag && a.State == Cancelling:
		a.Call, a.Tagged = nil, r.WantedRef()
	case ans.Replayed && (kind == Cancel || kind == Settle || kind == Tag):
		a.Call, a.Reread = nil, true
	}
}

func (r *Row) attempt(id string) *Attempt {
	i := slices.IndexFunc(r.Attempts, func(a *Attempt) bool { return a.ID == id })
	if i < 0 {
		return nil
	}
	return r.Attempts[i]
}

func (r *Row) customerAnswered(a *Attempt, ans Answer, now time.Time) {
	a.Failures, a.NextAt = 0, time.Time{}
	if ans.Customer == "" {
		r.refused(a, ans, now)
		return
	}
	a.Call = nil
	a.Customer = ans.Customer
	if a.State == Cancelling { // withdrawn while the customer was made
		a.State, a.Refusal = Refused, "never_sent"
		r.afterAttempt(a, now)
	}
}

// replayed: the body is as old as its first sending; only the id counts, and an
// end, which no later state can have undone. What became of the money after that
// end is not in it: the object is read (rule 3).
func (r *Row) replayed(a *Attempt, ans Answer, now time.Time) {
	if a.Intent == "" {
		r.adopt(a, *ans.Intent, now)
	}
	a.Call, a.Reread, a.NextAt = nil, true, time.Time{}
	if ans.Intent.Seen.Status == "succeeded" && a.State != Captured {
		r.Observe(a, *ans.Intent, now) // a clerk must not believe that a part may still be captured
	}
	if a.State == Captured {
		a.Reread, a.Refresh = false, true
	}
	r.declined(a, ans)
}

func (r *Row) createAnswered(a *Attempt, ans Answer, now time.Time) {
	if ans.Intent == nil {
		r.refused(a, ans, now)
		return
	}
	r.Observe(a, *ans.Intent, now)
	r.declined(a, ans)
}

// refused: a definite answer without an object says that nothing was made. When
// an earlier sending has no answer it says nothing about that one, unless it is
// the stored answer of their common key.
func (r *Row) refused(a *Attempt, ans Answer, now time.Time) {
	doubt := a.Call.Kind == CreateIntent && a.Call.Doubt && !ans.Replayed
	a.Call = nil
	a.State = Refused
	a.Refusal = ans.Error
	if doubt {
		a.State, a.ClosedAt, a.Looks = Vanished, now, 0
	}
	switch {
	case ans.Denied:
		a.Refusal = Denied
		r.find("credentials", now)
	case ans.Error == "resource_missing" && ans.Param == "customer":
		a.Refusal = NoCustomer
	}
	r.lastTry(a).Decline = a.Refusal
	r.afterAttempt(a, now)
}

func (r *Row) intentAnswered(a *Attempt, kind Kind, ans Answer, now time.Time) {
	// After a lost answer a refusal says nothing about the lost one: a new key
	// asks again, for the same amount.
	capture := a.capturesNow() && !a.Call.Doubt
	a.Call = nil
	if ans.Intent != nil {
		if ans.Error == "" || kind == Confirm { // a decline is an answer, and the next card may be sent at once
			a.Failures, a.NextAt = 0, time.Time{}
		}
		r.Observe(a, *ans.Intent, now)
	}
	if ans.Error == "" {
		switch {
		case kind == Tag:
			a.Tagged = r.WantedRef() // however Stripe writes it
		case kind == Settle && (a.State == Placed || a.State == Captured) && r.Order != nil:
			a.Tagged = r.Order.Ref
			a.settled()
		}
		return
	}
	switch kind {
	case Settle:
		if a.State == Placed && a.ToCapture > 0 && ans.Error != "payment_intent_unexpected_state" && capture {
			r.captureRefused(a, ans.Error)
		}
	case Confirm:
		r.declined(a, ans)
		if ans.Intent != nil && ans.Intent.Seen.Status == "canceled" {
			r.TooMany = true // nobody else cancels while we confirm
		}
	case Tag:
		a.Tagged = r.WantedRef() // cosmetic: never in the way of a cancel
	}
	if ans.Intent == nil || kind != Confirm {
		a.failAs(true, now)
		a.Reread = ans.Error == "payment_intent_unexpected_state"
		if kind == Confirm {
			a.NextAt = time.Time{}
		}
	}
	r.denied(ans.Denied, now)
	if a.Failures >= maxFailures && (kind == Cancel || kind == Settle) {
		r.find("stuck", now)
	}
}

func (r *Row) declined(a *Attempt, ans Answer) {
	if ans.Error != "" && a.State == Waiting {
		r.lastTry(a).Decline = ans.Error
	}
}

// ReadIntent records a GET of the attempt's PaymentIntent. A confirm without
// an answer needs no more than that: one PaymentIntent holds once.
func (r *Row) ReadIntent(attempt string, in Intent, now time.Time) {
	a := r.attempt(attempt)
	if a == nil {
		return
	}
	r.looked(a, now)
	call, charge := a.Call, a.Seen.Charge
	if call != nil && call.Kind == Confirm {
		a.Call = nil
		if in.Seen.Charge == charge && in.Seen.Status == "requires_payment_method" {
			r.lastTry(a).Decline = "no_answer"
			in.Seen.Error = ""
		}
	}
	r.Observe(a, in, now)
	if call != nil && call.Kind != Confirm && a.Call == call {
		if call.Kind == Settle && r.Order != nil && in.Ref == r.Order.Ref && !a.capturesNow() {
			a.Call = nil
			a.settled()
			return
		}
		call.NotDone, call.Doubt = true, true // still to be done: send it again
	}
}

// capturesNow reports whether the settle under way is a capture.
func (a *Attempt) capturesNow() bool {
	return a.Call != nil && strings.HasSuffix(a.Call.Path, "/capture")
}

// ReadFault is why a GET or a list told nothing.
type ReadFault struct {
	Denied bool // the key may not do this (401, 403), or there is none
	Gone   bool // the key's account has no such object (404)
}

// ReadFailed records that a GET or a list told nothing. It is tried again; what
// only a person can mend is a finding.
func (r *Row) ReadFailed(attempt string, why ReadFault, now time.Time) {
	a := r.attempt(attempt)
	if a == nil {
		return
	}
	a.failAs(why.Denied || why.Gone, now)
	r.denied(why.Denied, now)
	if why.Gone && a.Failures >= maxFailures {
		r.find("stuck", now)
	}
}

// denied: Stripe refuses the key, or there is none for this account.
func (r *Row) denied(yes bool, now time.Time) {
	if yes {
		r.find("credentials", now)
	}
}

// Found records the list of the customer's PaymentIntents, searched for this
// attempt's id: nil when it was not there.
func (r *Row) Found(attempt string, in *Intent, now time.Time) {
	a := r.attempt(attempt)
	switch {
	case a == nil:
	case in != nil:
		r.Observe(a, *in, now)
	case a.State == Vanished:
		r.looked(a, now)
	case a.Call != nil && now.Before(a.lastTimeout().Add(findAfter)):
		// it was sent again meanwhile
	case (a.State == Creating || a.State == Cancelling) && a.Intent == "":
		a.State, a.ClosedAt, a.Looks, a.Call = Vanished, now, 0, nil
		r.afterAttempt(a, now)
	}
}

// looked crosses off the planned looks that are over. Anybody's look counts,
// and those of several servers at a time count once.
func (r *Row) looked(a *Attempt, now time.Time) {
	plan, since := looks, r.lastTry(a).At
	switch a.State {
	case Vanished:
		plan, since = strays, a.ClosedAt
	case Placed: // under review: every hour
		a.Looks = int(now.Sub(a.AuthorizedAt)/time.Hour) + 1
		return
	}
	for a.Looks < len(plan) && !now.Before(since.Add(plan[a.Looks])) {
		a.Looks++
	}
}

func (a *Attempt) fail(now time.Time) { a.failAs(false, now) }

// failAs: what Stripe refuses outright needs a person, so it is asked more and
// more seldom; what nobody has answered is over sooner.
func (a *Attempt) failAs(refused bool, now time.Time) {
	a.Failures++
	a.NextAt = now.Add(pause(a.Failures, refused))
}

// pause before the next try: a refusal that has lasted for two hours or so doubles
// on, up to a day.
func pause(failures int, refused bool) time.Duration {
	if more := failures - refusedOften; refused && more > 0 {
		return min(backoff(failures)<<min(more, 10), 24*time.Hour)
	}
	return backoff(failures)
}

const refusedOften = 36

// Stuck reports whether Stripe has gone on refusing what has to be done, or has
// not answered for long. It is tried on; a person may have to mend something.
func (r *Row) Stuck() bool {
	return slices.ContainsFunc(r.Attempts, func(a *Attempt) bool {
		return a.Failures >= maxFailures || slices.ContainsFunc(a.Matters.Refunds, func(f *Refund) bool {
			return f.State == RefundWanted && f.Failures >= maxFailures
		})
	})
}

// tellBackoff: a host that does not take its news is asked more and more
// seldom, for three days.
func tellBackoff(failures int) time.Duration {
	if failures > tellOften {
		return time.Hour
	}
	return backoff(failures)
}

const (
	tellOften = 12
	maxTells  = tellOften + 72
)

// backoff doubles from half a second to five minutes.
func backoff(failures int) time.Duration {
	return min(250*time.Millisecond<<min(failures, 12), 5*time.Minute)
}
