package stripesecure

import (
	"context"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// Duplicate is captured money of a checkout that is not the money of its payment:
// somebody has captured another PaymentIntent of it in the Dashboard.
type Duplicate struct {
	Intent             string // pi_…
	Captured, Refunded Money
	// Refundable is what [Plugin.RefundIntent] would give back: what is left after
	// the refunds that were made, and those that are wanted.
	Refundable Money
}

// Duplicates lists what was captured of the payment's checkout beside the payment
// itself (the finding duplicate_capture), also what was given back since. It comes
// from the store; nothing is asked of Stripe. Errors: not_found, store, canceled.
func (p *Plugin) Duplicates(ctx context.Context, id PaymentID) ([]Duplicate, error) {
	const op = "Duplicates"
	j, gen, err := p.hostJob(ctx, op, id)
	if err != nil {
		return nil, err
	}
	if j.row.Version == 0 {
		return nil, fail(op, CodeNotFound, nil)
	}
	own := j.row.AttemptOf(gen)
	var all []Duplicate
	for _, a := range j.row.Attempts {
		if a.State == checkout.Captured && a != own && a != j.row.Current() { // the present payment's is the order's own
			all = append(all, duplicateView(a))
		}
	}
	return all, nil
}

func duplicateView(a *checkout.Attempt) Duplicate {
	return Duplicate{
		Intent: a.Intent, Captured: FromMinor(a.Seen.Received, a.Currency), Refunded: FromMinor(a.Seen.Refunded, a.Currency),
		Refundable: FromMinor(a.Refundable(), a.Currency),
	}
}

// RefundIntent gives back money that was captured of a PaymentIntent of this shop,
// whichever of its checkout's it is: a duplicate is no payment's, so [Plugin.Refund]
// does not reach it. Stripe is asked for it first, and its metadata must carry this
// shop's signature; then it goes the way of every refund: stored before it is sent,
// once for each Refund.ID, and the library goes on where Stripe does not answer.
//
// A PaymentIntent that no stored checkout has made is refused (not_found): nothing of
// this library moves the money of what it has no row for (design, rule 10). Refund
// that one in Stripe's Dashboard. Errors: those of Refund, and not_ready.
func (p *Plugin) RefundIntent(ctx context.Context, intent string, refund Refund) (Duplicate, error) {
	const op = "RefundIntent"
	want, faults := refund.check()
	if len(faults) > 0 {
		return Duplicate{}, invalid(op, faults)
	}
	j, a, err := p.holder(ctx, op, intent)
	if err != nil {
		return Duplicate{}, err
	}
	if !refund.Amount.IsZero() && refund.Amount.Currency != a.Currency {
		return Duplicate{}, fail(op, CodeTooMuch, nil)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), payBudget)
	defer cancel()
	verdict := checkout.RefundTaken
	err = j.run(ctx, func(r *checkout.Row) bool {
		verdict = r.RefundOn(a.ID, want, p.now())
		made, _ := r.RefundMade(a.ID, want.Op)
		return verdict != checkout.RefundTaken || made.State != checkout.RefundWanted
	})
	if err != nil {
		return Duplicate{}, storeError(op, err)
	}
	if err := refundFailure(op, verdict); err != nil {
		return Duplicate{}, err
	}
	if code := refusalCode(j.row.RefundMade(a.ID, want.Op)); code != "" {
		return Duplicate{}, fail(op, code, nil)
	}
	return duplicateView(j.row.Holder(intent)), nil
}

// holder asks Stripe for a PaymentIntent of this shop, brings what it says to the
// checkout that has made it, and gives that one's attempt.
func (p *Plugin) holder(ctx context.Context, op, intent string) (*job, *checkout.Attempt, error) {
	if err := p.notACopy(ctx, op); err != nil {
		return nil, nil, err
	}
	in, _, err := p.ask(ctx, op, intent)
	if err != nil {
		return nil, nil, err
	}
	if !in.Signed {
		return nil, nil, fail(op, CodeNotFound, nil)
	}
	known, err := p.link(ctx, in, false)
	if err != nil {
		return nil, nil, storeError(op, err)
	}
	j := p.newJob(false)
	if err := j.open(ctx, CheckoutID(in.Checkout)); err != nil {
		return nil, nil, storeError(op, err)
	}
	a := j.row.Holder(in.ID)
	if !known || a == nil {
		return nil, nil, fail(op, CodeNotFound, nil)
	}
	return j, a, nil
}
