package stripesecure

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/wording"
)

// Moment is something that happened to a payment.
type Moment struct {
	At time.Time // UTC
	// What is one of submitted, declined, authorized, order_placed, captured,
	// released, expired, order_cancelled, ended (without an order), refund,
	// dispute, fraud_warning, finding.
	What   string
	Amount Money  // where there is one
	Detail string // a code: of the decline, the refund's state, the finding; or the order's ref
}

// course is the order of what happens at one moment.
var course = []string{
	"submitted", "declined", "authorized", "order_placed", "captured", "released", "expired", "refund", "dispute",
	"fraud_warning", "order_cancelled", "ended", "finding",
}

// Text says what happened, for the merchant.
func (m Moment) Text(lang wording.Language) string {
	if m.What == "finding" {
		return wording.Merchant("finding."+m.Detail, lang)
	}
	return wording.Merchant(m.What, lang)
}

// Timeline is the history of a payment, the oldest first, for the merchant's
// page. It comes from the store; nothing is asked of Stripe. Errors: not_found,
// store, canceled.
func (p *Plugin) Timeline(ctx context.Context, id PaymentID) ([]Moment, error) {
	const op = "Timeline"
	j, gen, err := p.hostJob(ctx, op, id)
	if err != nil {
		return nil, err
	}
	if j.row.Version == 0 {
		return nil, fail(op, CodeNotFound, nil)
	}
	var all []Moment
	for _, a := range j.row.Attempts {
		if a.Gen == gen {
			all = append(all, attemptMoments(a)...)
		}
	}
	all = append(all, rowMoments(j.row, gen)...)
	slices.SortStableFunc(all, func(a, b Moment) int {
		return cmp.Or(a.At.Compare(b.At), slices.Index(course, a.What)-slices.Index(course, b.What))
	})
	return all, nil
}

func attemptMoments(a *checkout.Attempt) []Moment {
	amount := FromMinor(a.Amount, a.Currency)
	var all []Moment
	for _, try := range a.Tries {
		all = append(all, Moment{At: try.At, What: "submitted", Amount: amount})
		if try.Decline != "" {
			all = append(all, Moment{At: try.At, What: "declined", Detail: try.Decline})
		}
	}
	if !a.AuthorizedAt.IsZero() {
		all = append(all, Moment{At: a.AuthorizedAt, What: "authorized", Amount: amount})
	}
	if !a.CapturedAt.IsZero() {
		all = append(all, Moment{At: capturedBy(a), What: "captured", Amount: FromMinor(a.Seen.Received, a.Currency)})
	}
	if !a.EndedAt.IsZero() && !a.AuthorizedAt.IsZero() {
		what := map[bool]string{true: "expired", false: "released"}[a.State == checkout.Expired]
		all = append(all, Moment{At: a.EndedAt, What: what, Amount: amount})
	}
	for _, f := range a.Matters.Refunds {
		all = append(all, Moment{At: f.At, What: "refund", Amount: FromMinor(f.Amount, a.Currency), Detail: string(f.State)})
	}
	for _, d := range a.Matters.Disputes {
		all = append(all, Moment{At: d.Created, What: "dispute", Amount: FromMinor(d.Amount, d.Currency), Detail: d.Status})
	}
	for _, w := range a.Matters.Warnings {
		all = append(all, Moment{At: w.Created, What: "fraud_warning", Detail: w.Kind})
	}
	return all
}

// capturedBy is when the money was taken at the latest: what was made of it in the
// Dashboard may be older than the news of the capture, and Stripe counts seconds.
func capturedBy(a *checkout.Attempt) time.Time {
	at := a.CapturedAt
	for _, f := range a.Matters.Refunds {
		at = earlier(at, f.At)
	}
	for _, d := range a.Matters.Disputes {
		at = earlier(at, d.Created)
	}
	for _, w := range a.Matters.Warnings {
		at = earlier(at, w.Created)
	}
	return at
}

// ending is how a payment was left: its order was cancelled, or there was none.
func ending(e checkout.Ended) Moment {
	if e.Ref != "" {
		return Moment{At: e.At, What: "order_cancelled", Detail: e.Ref}
	}
	return Moment{At: e.At, What: "ended", Detail: e.Reason}
}

func rowMoments(r *checkout.Row, gen int) []Moment {
	var all []Moment
	placed := func(o *checkout.Order, at time.Time) {
		if o != nil && !at.IsZero() {
			all = append(all, Moment{At: at, What: "order_placed", Amount: FromMinor(o.Total, o.Currency), Detail: o.Ref})
		}
	}
	began, over := time.Time{}, time.Time{}
	for _, e := range r.Ended {
		switch e.Gen {
		case gen - 1:
			began = e.At
		case gen:
			over = e.At
			placed(e.Order, e.OrderAt)
			all = append(all, ending(e))
		}
	}
	if gen == r.Gen {
		placed(r.Order, r.OrderAt)
		if r.End != nil { // withdrawn, and its hold is not read back as released yet
			placed(r.End.Order, r.OrderAt)
		}
	}
	for _, f := range r.Findings {
		if f.At.After(began) && (over.IsZero() || !f.At.After(over)) {
			all = append(all, Moment{At: f.At, What: "finding", Detail: f.Code})
		}
	}
	return all
}
