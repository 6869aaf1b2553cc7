package checkout

import (
	"slices"
	"time"
)

// Submission is what a buyer's Pay asks for, with what the settings say now.
type Submission struct {
	ID           string // random; names the try, and the attempt if it begins one
	Cart         Cart
	Token, Saved string
	Save         bool // by the table LC-25
	Scope        Scope
	Customer     string // the member's customer, "" if one has to be made
	Automatic    bool
	ThreeDSecure string
	// ByLink: whoever has the address of the payment page pays. The order is
	// the member's, the card is not, and must not come into the member's box.
	ByLink bool
}

// member is who pays, "" for a guest and for the holder of a link.
func (s Submission) member() string {
	if s.ByLink {
		return ""
	}
	return s.Cart.Member
}

// Verdict is what becomes of a submission.
type Verdict int

const (
	// Taken: the try is in the row, now or since an earlier call.
	Taken Verdict = iota
	// Blocked: something else has to be finished first; do it and ask again.
	Blocked
	// Decided: nothing is to be sent; the row's outcome is the answer.
	Decided
	// OtherAmount: an order exists and its total is not the cart's.
	OtherAmount
)

// Submit puts the buyer's submission into the row, if its state allows it
// (rule 4). It may be repeated: the same token is the same try.
func (r *Row) Submit(s Submission, now time.Time) Verdict {
	switch {
	case r.sameTry(s):
		return Taken
	case r.paid(), r.TooMany:
		return Decided
	case r.Order != nil && (r.Order.Total != s.Cart.Total || r.Order.Currency != s.Cart.Currency):
		return OtherAmount
	case r.End != nil:
		return Blocked
	case r.NotNeeded: // there was nothing to pay; now there is
		r.end(&End{Reason: AmountChanged, At: now})
		return Blocked
	}
	a := r.Live()
	switch {
	case r.straying(a) && (a == nil || a.State == Waiting):
		return Blocked // its hold is released first
	case a == nil:
		r.begin(s, now)
		return Taken
	}
	same := a.Amount == s.Cart.Total && a.Currency == s.Cart.Currency
	switch {
	case a.State == Offered && same:
		return Decided
	case a.State == Offered:
		r.end(&End{Reason: AmountChanged, At: now})
		return Blocked
	case a.State == Waiting && a.Reread:
		return Blocked
	case a.State == Waiting && a.Call == nil && a.Seen.Status == "processing":
		return Decided
	case a.State == Waiting && a.Call == nil && a.Seen.Status == "requires_payment_method" && a.fits(s):
		a.Tries = append(a.Tries, Try{ID: s.ID, Token: s.Token, Saved: s.Saved, Save: s.Save, At: now})
		r.remember(s, now)
		a.Failures, a.NextAt, a.Looks = 0, time.Time{}, 0
		return Taken
	case a.State == Waiting && a.Call == nil:
		r.cancel(a, now)
		return Blocked
	}
	return Blocked // creating, cancelling, or a confirm in doubt
}

// straying reports whether another attempt than a is being cancelled: one that
// was closed as not found and came late. While it is, nothing new is sent.
func (r *Row) straying(a *Attempt) bool {
	return slices.ContainsFunc(r.Attempts, func(b *Attempt) bool { return b != a && b.State == Cancelling })
}

// Return is the buyer coming back, with what the cart costs now. While an order
// may be made for another amount its key is closed first (rule 4); true says
// that this has begun.
func (r *Row) Return(total int64, currency string, now time.Time) bool {
	a := r.Live()
	if a == nil || a.State != Offered || r.End != nil || a.Amount == total && a.Currency == currency {
		return false
	}
	r.end(&End{Reason: AmountChanged, At: now})
	return true
}

// paid: an order and its money belong together, or the money was taken.
func (r *Row) paid() bool {
	a := r.Current()
	return r.NotNeeded && r.Order != nil || a != nil && (a.State == Placed || a.State == Captured)
}

// sameTry reports whether this submission is a repetition: of itself, asked
// again on a fresh row, also when the host has refused meanwhile and the next
// generation waits for another try; of its token, which is used once; of its
// saved card, which names no submission, so only a try that is still open counts.
func (r *Row) sameTry(s Submission) bool {
	for _, a := range r.Attempts {
		unused := a.Refusal == NoCustomer // its token may still pay
		if slices.ContainsFunc(a.Tries, func(t Try) bool {
			return t.ID == s.ID || s.Token != "" && t.Token == s.Token && !unused
		}) {
			return true
		}
	}
	a := r.Live()
	return s.Saved != "" && a != nil && a.State != Cancelling && a.fits(s) &&
		r.lastTry(a).Saved == s.Saved && (a.Call != nil || a.Seen.Status == "requires_action")
}

// fits: another card may be confirmed on the same PaymentIntent only when
// nothing else has changed.
func (a *Attempt) fits(s Submission) bool {
	return a.Amount == s.Cart.Total && a.Currency == s.Cart.Currency && a.Scope == s.Scope &&
		a.Member == s.member() && (s.Customer == "" || s.Customer == a.Customer) &&
		a.ThreeDSecure == s.ThreeDSecure && a.Automatic == s.Automatic
}

func (r *Row) begin(s Submission, now time.Time) {
	r.remember(s, now)
	r.Failed = false // if this ends without money too, the host is told again
	r.Attempts = append(r.Attempts, &Attempt{
		ID: s.ID, Gen: r.Gen, State: Creating, Scope: s.Scope,
		Amount: s.Cart.Total, Currency: s.Cart.Currency, Member: s.member(), Customer: r.customer(s),
		Automatic: s.Automatic, ThreeDSecure: s.ThreeDSecure, At: now,
		Tries: []Try{{ID: s.ID, Token: s.Token, Saved: s.Saved, Save: s.Save, At: now}},
	})
}

// customer: a member's own, or the one that this guest's earlier attempts used.
func (r *Row) customer(s Submission) string {
	if s.member() != "" || s.Customer != "" {
		return s.Customer
	}
	for _, a := range slices.Backward(r.Attempts) {
		switch {
		case a.Member != "" || a.Scope != s.Scope || a.Customer == "":
		case a.Refusal == NoCustomer:
			return ""
		default:
			return a.Customer
		}
	}
	return ""
}

func (r *Row) remember(s Submission, now time.Time) {
	r.Cart, r.Touched = s.Cart, now
	r.Notice = nil
}

// SubmitFree takes a cart with nothing to pay: no attempt, no call.
func (r *Row) SubmitFree(c Cart, now time.Time) Verdict {
	switch {
	case r.paid(), r.NotNeeded:
		return Decided
	case r.Order != nil && r.Order.Total != 0:
		return OtherAmount
	case r.End != nil:
		return Blocked
	}
	if a := r.Live(); a != nil {
		if a.State == Offered {
			r.end(&End{Reason: AmountChanged, At: now})
		} else if a.State == Waiting && a.Call == nil {
			r.cancel(a, now)
		}
		return Blocked
	}
	r.Cart, r.Notice, r.NotNeeded = c, nil, true
	return Decided
}

// cancel takes an attempt out of waiting (or placed, for a withdrawn order)
// before the cancel is sent: the fence that an authorised PaymentIntent needs,
// because cancelling it succeeds and releases the money.
func (r *Row) cancel(a *Attempt, now time.Time) {
	if a.State == Creating && a.Call == nil {
		a.State, a.Refusal = Refused, "never_sent"
		r.afterAttempt(a, now)
		return
	}
	a.State = Cancelling
	a.Failures, a.NextAt, a.Reread, a.ToCapture = 0, time.Time{}, false, 0
	if a.Intent != "" {
		// A confirm or capture in flight may be faster; the outcome of the
		// cancel decides. A create in doubt keeps its call until it is found.
		a.Call = nil
	}
}
