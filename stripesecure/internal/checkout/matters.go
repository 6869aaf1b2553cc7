package checkout

import (
	"slices"
	"time"
)

// Matters are what a merchant has to do with captured money: refunds, disputes
// and the early fraud warnings of card networks.
type Matters struct {
	Refunds  []*Refund `json:"refunds,omitempty"`
	Disputes []Dispute `json:"disputes,omitempty"`
	Warnings []Warning `json:"warnings,omitempty"`
	// LookAt is when they are looked at again, because one is undecided.
	LookAt time.Time `json:"look_at,omitzero"`
}

// Dispute is a chargeback, or the inquiry before one.
type Dispute struct {
	ID          string    `json:"id"`
	Status      string    `json:"status"`
	Reason      string    `json:"reason,omitempty"`
	Amount      int64     `json:"amount"`
	Currency    string    `json:"currency"` // capitals
	Created     time.Time `json:"created"`
	DueBy       time.Time `json:"due_by,omitzero"` // for the evidence
	Submissions int       `json:"submissions,omitempty"`
}

// Open reports whether its outcome is undecided.
func (d Dispute) Open() bool {
	return d.Status != "won" && d.Status != "lost" && d.Status != "warning_closed"
}

// Warning is an early fraud warning: the card's issuer believes that the
// payment is fraud. A refund now may save the dispute.
type Warning struct {
	ID         string    `json:"id"`
	Kind       string    `json:"kind"`
	Created    time.Time `json:"created"`
	Actionable bool      `json:"actionable,omitempty"`
}

// RefundSeen is a refund as it was read from Stripe.
type RefundSeen struct {
	ID      string
	Op      string // from the metadata
	Amount  int64
	State   RefundState
	Failure string
	Reason  string
	Created time.Time
	// Release: Stripe made it, for what a partial capture left of the hold.
	Release bool
}

// MattersSeen is everything that Stripe knows of a payment, read at one time.
type MattersSeen struct {
	Intent   Intent
	Refunds  []RefundSeen
	Disputes []Dispute
	Warnings []Warning
}

// Told records that an event was about a refund, a dispute or a warning: the
// PaymentIntent itself need not show it.
func (r *Row) Told(attempt string) {
	if a := r.attempt(attempt); a != nil && a.State == Captured {
		a.Refresh = true
	}
}

// Reviewed records what Stripe knows of the payment's money.
func (r *Row) Reviewed(attempt string, seen MattersSeen, now time.Time) {
	a := r.attempt(attempt)
	if a == nil {
		return
	}
	r.Observe(a, seen.Intent, now)
	if a.State != Captured || a.Intent != seen.Intent.ID {
		a.Refresh = false
		return
	}
	a.Failures, a.NextAt = 0, time.Time{}
	r.reviewRefunds(a, seen.Refunds, now)
	a.Seen.Refunded = a.Matters.refunded() // all of them, and newer than the charge
	r.reviewDisputes(a, seen.Disputes, now)
	r.reviewWarnings(a, seen.Warnings, now)
	a.Refresh = false
	a.Matters.schedule(now)
}

// reviewRefunds takes them over by their ids, so that nothing is booked twice
// (RFD-01). An operation of ours that is not among them, although Stripe must
// have finished with it, may be sent again with its key, or was never done.
func (r *Row) reviewRefunds(a *Attempt, seen []RefundSeen, now time.Time) {
	for _, s := range seen {
		if s.Release {
			continue
		}
		f := a.Matters.byID(s)
		if f == nil {
			f = &Refund{ID: s.ID, Amount: s.Amount, Reason: s.Reason, At: s.Created}
			a.Matters.Refunds = append(a.Matters.Refunds, f)
		}
		r.refundSeen(a, f, s, now)
	}
	for _, f := range a.Matters.Refunds {
		if f.State != RefundWanted || f.Call == nil {
			continue
		}
		switch fresh := now.Sub(f.Call.First) < keyLife; {
		case f.Failure != "" && now.Before(f.NextAt):
			// Somebody else's look came early.
		case f.Failure != "":
			r.refundRefused(a, f, f.Failure)
		case fresh:
			// The same key and body again. Nobody knows what became of the last.
			f.Call.Doubt = f.Call.Doubt || !f.Call.NotDone
			f.Call.NotDone = true
		case !f.Call.Doubt && f.Call.NotDone:
			// Never executed: it gets a new key.
		case now.Before(f.Call.over()):
			f.NextAt = f.Call.over()
		default:
			r.find("refund_failed", now)
			r.refundRefused(a, f, "no_answer")
		}
	}
}

func (m *Matters) byID(s RefundSeen) *Refund {
	i := slices.IndexFunc(m.Refunds, func(f *Refund) bool {
		return f.ID == s.ID || f.ID == "" && f.Op != "" && f.Op == s.Op
	})
	if i < 0 {
		return nil
	}
	return m.Refunds[i]
}

func (r *Row) reviewDisputes(a *Attempt, seen []Dispute, now time.Time) {
	if slices.Equal(seen, a.Matters.Disputes) {
		return
	}
	if len(seen) > len(a.Matters.Disputes) {
		r.find("disputed", now)
	}
	a.Matters.Disputes = slices.Clone(seen)
	r.news()
}

func (r *Row) reviewWarnings(a *Attempt, seen []Warning, now time.Time) {
	if slices.Equal(seen, a.Matters.Warnings) {
		return
	}
	if len(seen) > len(a.Matters.Warnings) {
		r.find("fraud_warning", now)
	}
	a.Matters.Warnings = slices.Clone(seen)
	r.news()
}

// Disputed records a dispute that was read by itself.
func (r *Row) Disputed(attempt string, seen Dispute, now time.Time) {
	a := r.attempt(attempt)
	if a == nil {
		return
	}
	if d := a.Dispute(seen.ID); d != nil && *d != seen {
		*d = seen
		a.Matters.schedule(now)
		r.news()
	}
}

// Dispute is the one with this id, or nil.
func (a *Attempt) Dispute(id string) *Dispute {
	if a == nil {
		return nil
	}
	i := slices.IndexFunc(a.Matters.Disputes, func(d Dispute) bool { return d.ID == id })
	if i < 0 {
		return nil
	}
	return &a.Matters.Disputes[i]
}

// schedule plans the next look at what is undecided: the longer it has been,
// the more seldom, from every hour to every day.
func (m *Matters) schedule(now time.Time) {
	m.LookAt = time.Time{}
	since, open := now, false
	for _, f := range m.Refunds {
		if f.State == RefundPending {
			open = true
			since = earliest(since, f.At)
		}
	}
	for _, d := range m.Disputes {
		if d.Open() {
			open = true
			since = earliest(since, d.Created)
		}
	}
	if open {
		m.LookAt = now.Add(min(max(now.Sub(since)/4, time.Hour), 24*time.Hour))
	}
}

// differs reports whether the refunds and disputes that are known do not
// explain what the charge says.
func (a *Attempt) differs() bool {
	open := slices.ContainsFunc(a.Matters.Disputes, Dispute.Open)
	return a.Seen.Refunded != a.Matters.refunded() || a.Seen.Disputed && !open && len(a.Matters.Disputes) == 0
}

// planMatters: what has to be sent, and what has to be looked at.
func (r *Row) planMatters(a *Attempt) []item {
	var items []item
	for _, f := range a.Matters.Refunds {
		items = append(items, r.planRefund(a, f)...)
	}
	look := Command{Kind: Review, Attempt: a, Gen: a.Gen}
	switch {
	case a.Refresh:
		items = append(items, item{at: a.NextAt, cmd: look})
	case !a.Matters.LookAt.IsZero():
		items = append(items, item{at: latest(a.Matters.LookAt, a.NextAt), cmd: look})
	}
	return items
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
