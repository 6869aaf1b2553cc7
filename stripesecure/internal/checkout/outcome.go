package checkout

import "slices"

// Outcome is what the row says to the buyer and the host: the state, and the
// one thing to do.
type Outcome struct {
	State string
	Do    string
	Code  string // of the message, "" for none; Decline is looked at first
	// Decline is Stripe's code when the card was declined.
	Decline string
	Page    string
	Items   []string
	Action  bool // needs_action: the caller has or fetches the client secret
}

// What to do, and the states, as package stripesecure names them.
const (
	DoPlace  = "place_order"
	DoAction = "handle_action"
	DoOrder  = "go_to" // the page of the order that exists
	DoShow   = "show"
	DoWait   = "wait"
)

func show(state, code string) Outcome {
	return Outcome{State: state, Do: DoShow, Code: code, Page: "checkout"}
}

func wait(state, code string) Outcome { return Outcome{State: state, Do: DoWait, Code: code} }

// Outcome of the present generation.
func (r *Row) Outcome() Outcome {
	a := r.Current()
	switch {
	case r.NotNeeded && r.Order != nil:
		return Outcome{State: "not_needed", Do: DoOrder}
	case r.NotNeeded && r.End == nil:
		return Outcome{State: "not_needed", Do: DoPlace}
	case r.End != nil:
		return wait("processing", "processing")
	case r.TooMany:
		return show(r.unpaidState(), "too_many_attempts")
	case a == nil && r.Notice != nil:
		return Outcome{State: r.unpaidState(), Do: DoShow, Code: r.Notice.Code, Page: r.Notice.Page, Items: r.Notice.Items}
	case a == nil:
		return show(r.unpaidState(), "")
	}
	return r.attemptOutcome(a)
}

func (r *Row) attemptOutcome(a *Attempt) Outcome {
	switch a.State {
	case Creating:
		return wait("unknown", "unknown_result")
	case Waiting:
		return r.waitingOutcome(a)
	case Offered:
		return Outcome{State: "held", Do: DoPlace}
	case Placed:
		return Outcome{State: "held", Do: DoOrder}
	case Captured:
		return r.capturedOutcome(a)
	case Cancelling:
		return wait("processing", "cancelling")
	case Refused:
		if a.Refusal == Denied {
			return show(r.unpaidState(), "temporarily_unavailable")
		}
		return r.declinedOutcome(a)
	case Vanished:
		return show(r.unpaidState(), "declined_retry")
	case Expired:
		if r.Order != nil {
			return show("expired", "payment_expired")
		}
	}
	if r.Failed {
		return show("failed", "payment_failed")
	}
	return show(r.unpaidState(), "returned")
}

func (r *Row) waitingOutcome(a *Attempt) Outcome {
	if a.Call != nil || a.Reread {
		return wait("unknown", "unknown_result")
	}
	switch a.Seen.Status {
	case "requires_action":
		return Outcome{State: "needs_action", Do: DoAction, Action: true}
	case "processing", "requires_capture":
		return wait("processing", "processing")
	}
	return r.declinedOutcome(a)
}

func (r *Row) declinedOutcome(a *Attempt) Outcome {
	out := show(r.unpaidState(), "returned")
	out.Decline = r.lastTry(a).Decline
	return out
}

func (r *Row) capturedOutcome(a *Attempt) Outcome {
	state := a.capturedState()
	switch {
	case r.Order != nil:
		return Outcome{State: state, Do: DoOrder}
	case r.KeyClosed:
		return show(state, "unknown_result")
	}
	return Outcome{State: state, Do: DoPlace}
}

func (a *Attempt) capturedState() string {
	if a.Seen.Refunded > 0 && a.Seen.Refunded >= a.Seen.Received {
		return "refunded"
	}
	return "captured"
}

func (r *Row) unpaidState() string {
	if r.Order != nil && r.Failed {
		return "failed"
	}
	return "open"
}

// State of a generation's payment: the present one's, or how an earlier one
// ended.
func (r *Row) State(gen int) string {
	if gen < r.Gen {
		if a := r.AttemptOf(gen); a != nil && a.State == Captured {
			return a.capturedState()
		}
		return "voided"
	}
	a := r.Current()
	if r.Failed && (a == nil || a.State != Captured) {
		return "failed"
	}
	if a != nil && a.State == Cancelled && r.Order != nil && !a.AuthorizedAt.IsZero() {
		return "voided"
	}
	return r.Outcome().State
}

// AttemptOf is the attempt that a generation's payment is about: its last one.
func (r *Row) AttemptOf(gen int) *Attempt {
	for _, a := range slices.Backward(r.Attempts) {
		if a.Gen == gen {
			return a
		}
	}
	return nil
}

// MayCapture reports whether the hold may be captured for its order: never
// before there is one, never for another total (rule 12), not under review.
// A merchant's own wish for a part needs no more than that it is not too much.
func (r *Row) MayCapture(a *Attempt) bool {
	switch {
	case a.State != Placed, r.Order == nil, r.found("payment_mismatch"):
		return false
	case a.ToCapture > 0:
		return a.ToCapture <= min(a.Amount, r.Order.Total)
	}
	return a.pays(*r.Order) && !a.Seen.InReview
}

// Overtaken reports whether attempt number n of this checkout has lost against
// a later one (LC-32).
func (r *Row) Overtaken(n int) bool {
	last := r.last()
	return n > 0 && last != nil && n < r.Number(last)
}
