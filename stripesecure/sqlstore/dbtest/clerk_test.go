package dbtest_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// plan is what the clerks of a shop do with an order: the same for everybody who
// looks at it, however often.
type plan struct {
	capture int64            // 0: leave it
	refunds map[string]int64 // by the operation's id
}

// planOf an order. Of the shops with ⑬ automatic nobody captures by hand.
func planOf(order hostOrder, automatic bool) plan {
	sum := fnv.New32a()
	_, _ = io.WriteString(sum, order.ref)
	p := plan{capture: order.total, refunds: map[string]int64{}}
	switch sum.Sum32() % 4 {
	case 0:
		p.capture = 0
	case 1:
		p.capture = order.total - 100
		p.refunds["damaged"] = 50
	case 2:
		p.refunds["damaged"], p.refunds["returned"] = 200, 300
	case 3:
		p.refunds["damaged"] = order.total
	}
	if automatic {
		p.capture = order.total
	}
	return p
}

// clerk does what is planned for an order, all of it again when somebody has
// begun. What a call has taken over is said: it must be done in the end.
func (w *worker) clerk(ctx context.Context, shop *engine, p stripesecure.Payment, random *rand.Rand) error {
	if p.Order == nil {
		return nil
	}
	minor, err := p.Order.Total.Minor()
	if err != nil {
		return err
	}
	automatic := isAutomatic(shop.Shop)
	todo := planOf(hostOrder{ref: p.Order.Ref, total: minor}, automatic)
	if todo.capture > 0 && !automatic {
		_, err := shop.plugin.Capture(ctx, p.ID, stripesecure.JPY(todo.capture))
		if err != nil {
			return fmt.Errorf("capture %s: %w", p.ID, errors.Join(err, causeOf(err)))
		}
		sayf("asked %s %s capture", shop.Shop, p.Checkout)
	}
	for op, amount := range todo.refunds {
		if random.IntN(3) == 0 {
			continue // later, or another clerk
		}
		_, err := shop.plugin.Refund(ctx, p.ID, stripesecure.Refund{ID: op, Amount: stripesecure.JPY(amount)})
		switch {
		case errors.Is(err, stripesecure.ErrNotHeld): // the capture is not through
		case err != nil:
			return fmt.Errorf("refund %s: %w", p.ID, errors.Join(err, causeOf(err)))
		default:
			sayf("asked %s %s %s", shop.Shop, p.Checkout, op)
		}
	}
	return nil
}

// clerks compares an order's money with what was asked for: nothing is captured
// or refunded that was not planned, nothing twice, and everything that a call
// has taken over.
func (e *evidence) clerks(order hostOrder, intent stripetest.PaymentIntent, automatic bool) (faults []string) {
	bad := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	todo := planOf(order, automatic)
	captured := intent.Status == stripetest.StatusSucceeded
	switch {
	case automatic:
	case captured && (todo.capture == 0 || intent.AmountReceived != todo.capture):
		bad("order %s: %d captured, %d planned", order.ref, intent.AmountReceived, todo.capture)
	case !captured && e.asked["capture"]:
		bad("order %s: a capture was taken over, and %s is %s", order.ref, intent.ID, intent.Status)
	}
	made := map[string]int{}
	for _, r := range e.refunds {
		op := r.Metadata["stripesecure_operation"]
		if op == "" {
			continue // what a partial capture has released
		}
		made[op]++
		if r.Amount != todo.refunds[op] {
			bad("order %s: refund %s of %d, planned %d", order.ref, op, r.Amount, todo.refunds[op])
		}
	}
	for op, n := range made {
		if n > 1 {
			bad("order %s: %s was refunded %d times", order.ref, op, n)
		}
	}
	for op := range todo.refunds {
		if e.asked[op] && made[op] == 0 {
			bad("order %s: refund %s was taken over and never made", order.ref, op)
		}
	}
	return faults
}
