package checkout

import "time"

// CaptureVerdict is the answer to a merchant who wants to capture.
type CaptureVerdict int

const (
	// CaptureTaken: it is in the row; the hold will be captured.
	CaptureTaken CaptureVerdict = iota
	// CaptureDone: this much is captured already (CAP-14).
	CaptureDone
	// CaptureOther: another amount is captured, or about to be; it happens once.
	CaptureOther
	// CaptureNotHeld: there is no hold with an order, or it may not be captured.
	CaptureNotHeld
	// CaptureTooMuch: more than the hold, or than the order's total.
	CaptureTooMuch
	// CaptureDoubt: it may be captured already, all of it; the object has to be
	// read before a part can be promised.
	CaptureDoubt
)

// Capture records that the merchant wants amount of the present generation's
// hold, all of it when amount is 0. What is left is released. It is stored
// before it is sent, so a crash loses no click, and two clerks are one.
func (r *Row) Capture(amount int64) CaptureVerdict {
	a := r.Current()
	switch {
	case a == nil || r.Order == nil || r.End != nil:
		return CaptureNotHeld
	case a.State == Captured && (amount == 0 || amount == a.Seen.Received):
		return CaptureDone
	case a.State == Captured:
		return CaptureOther
	case a.State != Placed || r.found("payment_mismatch"):
		return CaptureNotHeld
	}
	if amount == 0 {
		amount = a.Amount
	}
	switch {
	case amount > a.Amount || amount > r.Order.Total || a.Currency != r.Order.Currency:
		return CaptureTooMuch
	case a.ToCapture != 0 && a.ToCapture != amount, a.ToCapture == 0 && a.capturesNow() && amount != a.Amount:
		return CaptureOther
	case a.ToCapture == 0 && a.Reread && amount != a.Amount:
		return CaptureDoubt
	case a.ToCapture == 0:
		a.ToCapture, a.Settled, a.CaptureError = amount, false, ""
	}
	return CaptureTaken
}

// captureRefused: Stripe has definitely refused what the merchant asked for.
// The hold is as it was.
func (r *Row) captureRefused(a *Attempt, code string) {
	a.ToCapture = 0
	a.Settled = !a.Automatic && a.Tagged == r.Order.Ref
	a.CaptureError = code
	a.CaptureRefusals++
	r.news()
}

// settled: the ref is at Stripe; a capture that was asked for meanwhile is
// still to be done.
func (a *Attempt) settled() {
	a.Settled = a.State == Captured || a.ToCapture == 0 && !a.Undecided
}

// Postpone puts off what the host could not decide.
func (a *Attempt) Postpone(now time.Time) { a.fail(now) }
