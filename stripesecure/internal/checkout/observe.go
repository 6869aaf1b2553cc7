package checkout

import (
	"time"
)

// Intent is a PaymentIntent as it was read from Stripe with the secret key, or
// came as the answer to a POST. Redirects, browsers and events never make one.
type Intent struct {
	ID            string
	Amount        int64
	Currency      string // capitals
	Customer      string
	Livemode      bool
	CaptureMethod string
	Attempt       string // from the metadata
	Checkout      string // from the metadata
	Ref           string // from the metadata: the order's
	Signed        bool   // the metadata carry our signature
	Cancelled     string // cancellation_reason

	ClientSecret string // never stored
	RedirectURL  string // the bank's page, when next_action is a redirect
	Seen         Seen
}

// Seen is what the row keeps of a PaymentIntent.
type Seen struct {
	Status        string    `json:"status"`
	Error         string    `json:"error,omitempty"` // code, or code/decline_code
	Charge        string    `json:"charge,omitempty"`
	Received      int64     `json:"received,omitempty"`
	Refunded      int64     `json:"refunded,omitempty"`
	ChargedAt     time.Time `json:"charged_at,omitzero"` // by Stripe's clock
	CaptureBefore time.Time `json:"capture_before,omitzero"`
	Brand         string    `json:"brand,omitempty"`
	Last4         string    `json:"last4,omitempty"`
	ExpMonth      int       `json:"exp_month,omitempty"`
	ExpYear       int       `json:"exp_year,omitempty"`
	Country       string    `json:"country,omitempty"`
	Funding       string    `json:"funding,omitempty"`
	Wallet        string    `json:"wallet,omitempty"`
	ThreeDSecure  string    `json:"three_ds,omitempty"`
	Risk          string    `json:"risk,omitempty"`
	InReview      bool      `json:"in_review,omitempty"`
	Disputed      bool      `json:"disputed,omitempty"`
}

// Observe is the one transition function: every path that has read a
// PaymentIntent ends here, whoever asked. State moves forward only.
func (r *Row) Observe(a *Attempt, in Intent, now time.Time) {
	if a.Intent == "" {
		r.adopt(a, in, now)
	}
	if a.Intent != in.ID || a.State == Cancelled || a.State == Expired || a.stale(in) {
		return
	}
	a.Reread = false
	seen := a.Seen
	a.Seen = in.Seen
	if in.Ref != "" {
		a.Tagged = in.Ref
	}
	switch in.Seen.Status {
	case "canceled":
		r.canceled(a, in, now)
	case "succeeded":
		r.succeeded(a, seen, now)
	case "requires_capture":
		if seen.InReview && !in.Seen.InReview && a.Automatic {
			a.Settled = false // the review is closed: capture now
		}
		r.authorized(a, in, now)
	default:
		r.undecided(a, in, now)
	}
}

// adopt links a PaymentIntent to the attempt whose create had no answer. When
// the attempt was closed meanwhile it is a stray: it is cancelled because its
// row is closed (rule 3). On that clause the promise rests.
func (r *Row) adopt(a *Attempt, in Intent, now time.Time) {
	a.Intent = in.ID
	if a.Call != nil && a.Call.Kind == CreateIntent {
		a.Call = nil
	}
	a.Failures, a.NextAt = 0, time.Time{}
	switch a.State {
	case Creating:
		a.State = Waiting
	case Vanished, Refused:
		a.State = Cancelling
		r.find("stray_payment", now)
	}
}

// stale: an answer that was overtaken. From requires_capture a PaymentIntent
// only goes to succeeded or canceled, and from those nowhere.
func (a *Attempt) stale(in Intent) bool {
	rank := map[string]int{"requires_capture": 1, "succeeded": 2, "canceled": 2}
	return rank[in.Seen.Status] < rank[a.Seen.Status]
}

func (r *Row) undecided(a *Attempt, in Intent, now time.Time) {
	if a.State != Waiting {
		return
	}
	if !r.bound(a, in) {
		r.find("payment_mismatch", now)
		r.cancel(a, now)
		return
	}
	if in.Seen.Status == "requires_payment_method" && a.Call == nil && in.Seen.Error != "" {
		r.lastTry(a).Decline = in.Seen.Error
	}
}

func (r *Row) authorized(a *Attempt, in Intent, now time.Time) {
	if a.AuthorizedAt.IsZero() {
		a.AuthorizedAt = r.heldSince(a, now)
	}
	bound := r.bound(a, in)
	if !bound {
		r.find("payment_mismatch", now)
	}
	if before := a.Seen.CaptureBefore; a.State == Placed && !before.IsZero() && now.After(before) {
		a.fail(now) // Stripe is late to release it: look again, more and more seldom
	}
	if a.State != Waiting {
		return // under cancelling a hold is released, never offered
	}
	a.Call = nil
	switch {
	case !bound:
		r.cancel(a, now)
	case r.Order != nil && !a.pays(*r.Order):
		r.cancel(a, now)
	case r.Order != nil:
		a.State = Placed
		r.news() // the host has waited for this money
	case r.End != nil && r.End.Closed:
		r.cancel(a, now)
	case r.End != nil:
		// The key's answer decides.
	default:
		a.State = Offered
	}
	a.Failures, a.NextAt, a.Looks = 0, time.Time{}, 0
}

// heldSince is when the bank said yes, which nobody may have seen for a while.
// Stripe's clock counts only as far as it agrees with ours.
func (r *Row) heldSince(a *Attempt, now time.Time) time.Time {
	at := latest(a.Seen.ChargedAt, r.lastTry(a).At)
	if a.Seen.ChargedAt.IsZero() || at.After(now) {
		return now
	}
	return at
}

func (r *Row) canceled(a *Attempt, in Intent, now time.Time) {
	a.Call = nil
	before := a.State
	a.State, a.EndedAt = Cancelled, now
	if (before == Offered || before == Placed) && in.Cancelled == "automatic" {
		a.State = Expired
	}
	if before == Offered || before == Placed {
		r.news()
	}
	if before == Offered && r.End == nil {
		// Somebody else released it. An order may be on its way on the strength
		// of the offer: the key's answer tells.
		r.end(&End{Reason: Abandoned, At: now})
	}
	r.afterAttempt(a, now)
}

func (r *Row) succeeded(a *Attempt, before Seen, now time.Time) {
	a.Call = nil
	if a.AuthorizedAt.IsZero() {
		a.AuthorizedAt = r.heldSince(a, now)
	}
	if a.State == Captured {
		if a.Seen != before {
			r.news()
		}
		a.Refresh = a.Refresh || a.differs()
		return
	}
	a.State, a.CapturedAt, a.Refresh = Captured, now, a.differs()
	a.Failures, a.NextAt = 0, time.Time{}
	if r.End != nil && r.End.Closed && a == r.Current() {
		r.captureWon(now)
	}
	switch {
	case a != r.Current():
		r.find("duplicate_capture", now)
	case r.Order == nil:
		r.find("captured_without_order", now)
	case a.Seen.Received > r.Order.Total:
		r.find("captured_too_much", now)
	case !a.pays(*r.Order):
		r.find("amount_mismatch", now)
	}
	a.Settled = r.Order != nil && a.Tagged == r.Order.Ref
	r.news()
}

// stillPaid is the finding that the host has cancelled an order whose money is
// captured: a host that looks at no state must not believe that it is back.
const stillPaid = "cancelled_but_captured"

// captureWon: the capture was faster than the cancel. A withdrawn order gets
// its place back, and the merchant refunds; there is no next generation.
func (r *Row) captureWon(now time.Time) {
	end := r.End
	r.End = nil
	if end.Order != nil {
		r.Order = end.Order
		r.restore(end.Order.Ref)
		r.find(stillPaid, now)
	} else if end.Closed {
		r.KeyClosed = true
	}
}

// bound compares everything that ties the PaymentIntent to the attempt (rule 5).
func (r *Row) bound(a *Attempt, in Intent) bool {
	return in.Amount == a.Amount && in.Currency == a.Currency && in.Customer == a.Customer &&
		in.Attempt == a.ID && in.Checkout == r.ID && in.Signed &&
		in.Livemode == (a.Scope.Environment == "live") && in.CaptureMethod == "manual"
}

func (a *Attempt) pays(o Order) bool { return a.Amount == o.Total && a.Currency == o.Currency }

// afterAttempt runs when an attempt has ended: the next generation starts in
// the transaction that records the proven cancel of the closed one.
func (r *Row) afterAttempt(a *Attempt, now time.Time) {
	if a.Gen != r.Gen || r.Live() != nil {
		return
	}
	if r.End != nil && r.End.Closed {
		r.nextGeneration(now)
	}
}
