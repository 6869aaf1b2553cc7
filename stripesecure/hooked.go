package stripesecure

import (
	"context"
	"slices"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// hookStatus lets hooks change the status ③ of a payment.
func (p *Plugin) hookStatus(ctx context.Context, pay *Payment) {
	for _, h := range p.opts.Hooks {
		if h.OrderStatus == nil {
			continue
		}
		status, err := h.OrderStatus(ctx, *pay)
		if err != nil {
			p.log(ctx, "hook", "hook", h.Name, "call", "order_status", "answer", "error")
			continue
		}
		pay.OrderStatus = status
	}
}

// hookStray tells of a payment that stands for nothing.
func (p *Plugin) hookStray(ctx context.Context, s Stray) {
	for _, h := range p.opts.Hooks {
		if h.Stray == nil {
			continue
		}
		if err := h.Stray(ctx, s); err != nil {
			p.log(ctx, "hook", "hook", h.Name, "call", "stray", "answer", "error")
		}
	}
}

// closedTries are the attempts that were closed without a PaymentIntent: one that
// has one later is a stray.
func closedTries(r *checkout.Row) map[string]bool {
	var closed map[string]bool
	for _, a := range r.Attempts {
		if a.Intent == "" && (a.State == checkout.Vanished || a.State == checkout.Refused) {
			if closed == nil {
				closed = map[string]bool{}
			}
			closed[a.ID] = true
		}
	}
	return closed
}

// tellStrays tells of the strays that the row has just learned of.
func (j *job) tellStrays(ctx context.Context) {
	for _, a := range j.row.Attempts {
		if !j.closed[a.ID] || a.Intent == "" {
			continue
		}
		delete(j.closed, a.ID)
		j.p.hookStray(ctx, Stray{Closed: true, Unknown: Unknown{
			Intent: a.Intent, Checkout: CheckoutID(j.row.ID), Amount: FromMinor(a.Amount, a.Currency),
			Status: a.Seen.Status, Created: a.At, Found: j.p.now(),
		}})
	}
}

// tellUnknown tells of what a complete pass of the second janitor has found and
// the one before has not.
func (p *Plugin) tellUnknown(ctx context.Context, r scanRecord) {
	for _, u := range r.Pass.Unknown {
		if !slices.ContainsFunc(r.Unknown, func(before Unknown) bool { return before.Intent == u.Intent }) {
			p.hookStray(ctx, Stray{Unknown: u})
		}
	}
}
