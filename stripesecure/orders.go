package stripesecure

import (
	"context"
	"fmt"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/wording"
)

// OrderPlaced says that the host has committed the order under id: see [PaymentPlugin].
func (p *Plugin) OrderPlaced(ctx context.Context, id PaymentID, order Order) (Result, error) {
	const op = "OrderPlaced"
	stored, faults := minorOrder(order)
	if len(faults) > 0 {
		return Result{}, invalid(op, faults)
	}
	j, gen, err := p.hostJob(ctx, op, id)
	if err != nil {
		return Result{}, err
	}
	if gen < j.row.Gen {
		return p.ended(ctx, j.row, gen), nil
	}
	verdict := checkout.OrderTaken
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), placeBudget)
	defer cancel()
	err = j.run(ctx, func(r *checkout.Row) bool {
		if r.Gen == gen {
			verdict = r.Place(stored, p.opts.HostCommitsFirst, p.now())
		}
		return true
	})
	switch {
	case err != nil:
		return Result{}, storeError(op, err)
	case verdict == checkout.OrderConflict:
		return Result{}, j.conflict(op, order.Ref)
	case verdict == checkout.OrderWithdrawn:
		return Result{}, fail(op, CodeRefused, nil)
	case gen < j.row.Gen:
		return p.ended(ctx, j.row, gen), nil
	}
	return j.result(ctx, nil, true), nil
}

// OrderRefused says that there is no order, or that it is cancelled (the merchant's void):
// see [PaymentPlugin], above all for money that is captured already.
func (p *Plugin) OrderRefused(ctx context.Context, id PaymentID, refusal Refusal) (Result, error) {
	const op = "OrderRefused"
	if faults := refusal.check(); len(faults) > 0 {
		return Result{}, invalid(op, faults)
	}
	if refusal.Ref != "" { // a clerk's void; what buyers do is not stopped
		if err := p.notACopy(ctx, op); err != nil {
			return Result{}, err
		}
	}
	j, gen, err := p.hostJob(ctx, op, id)
	if err != nil {
		return Result{}, err
	}
	verdict := checkout.OrderTaken
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), payBudget)
	defer cancel()
	err = j.run(ctx, func(r *checkout.Row) bool {
		if r.Gen == gen {
			verdict = r.Refuse(checkout.Refusal{Reason: string(refusal.Reason), Items: refusal.Items, Ref: refusal.Ref, Allotted: refusal.Allotted}, p.now())
		}
		return verdict != checkout.OrderTaken || r.Gen > gen || r.End == nil
	})
	switch {
	case err != nil:
		return Result{}, storeError(op, err)
	case verdict == checkout.OrderConflict:
		return Result{}, j.conflict(op, refusal.Ref)
	case gen < j.row.Gen:
		return p.ended(ctx, j.row, gen), nil
	}
	res := j.result(ctx, nil, true)
	if res.Payment.State == StateCaptured { // the page of the order says the same
		res.Message = wording.For(wording.AlreadyPaid, j.language(), wording.Facts{})
	}
	return res, nil
}

// conflict names both orders, for the host's own log.
func (j *job) conflict(op, ref string) *Error {
	has := ""
	if j.row.Order != nil {
		has = j.row.Order.Ref
	}
	return fail(op, CodeOrderConflict, fmt.Errorf("the checkout has order %q, not %q", has, ref))
}

// ended answers a call for a generation that is over: nothing changes.
func (p *Plugin) ended(ctx context.Context, r *checkout.Row, gen int) Result {
	res := Result{Payment: p.payment(ctx, r, gen), Do: Show, Page: CheckoutPage, Message: wording.Message{}}
	if n := r.Notice; n != nil && r.Gen == gen+1 {
		res.Page = Page(n.Page)
		res.Message = res.Payment.Notice
	}
	return res
}

// hostJob loads the row of a payment that the host names.
func (p *Plugin) hostJob(ctx context.Context, op string, id PaymentID) (*job, int, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, fail(op, CodeCanceled, err)
	}
	name, gen, ok := id.split()
	if !ok {
		return nil, 0, fail(op, CodeNotFound, nil)
	}
	j := p.newJob(false)
	if err := j.open(ctx, name); err != nil {
		return nil, 0, storeError(op, err)
	}
	if gen > j.row.Gen {
		return nil, 0, fail(op, CodeNotFound, nil)
	}
	return j, gen, nil
}

// Payment returns the stored state without asking Stripe: see [PaymentPlugin].
func (p *Plugin) Payment(ctx context.Context, id PaymentID) (Payment, error) {
	j, gen, err := p.hostJob(ctx, "Payment", id)
	if err != nil {
		return Payment{}, err
	}
	if j.row.Version == 0 {
		return Payment{}, fail("Payment", CodeNotFound, nil)
	}
	return p.payment(ctx, j.row, gen), nil
}

// Current returns the checkout's present payment, also before the first Pay: see
// [PaymentPlugin].
func (p *Plugin) Current(ctx context.Context, id CheckoutID) (Payment, error) {
	const op = "Current"
	if !id.valid() {
		return Payment{}, invalid(op, []Fault{{"checkout", "malformed"}})
	}
	j := p.newJob(false)
	if err := j.open(ctx, id); err != nil {
		return Payment{}, storeError(op, err)
	}
	return p.payment(ctx, j.row, j.row.Gen), nil
}
