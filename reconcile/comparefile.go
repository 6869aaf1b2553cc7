package reconcile

import (
	"context"
	"iter"
	"sync/atomic"
)

// CompareFile compares a file of orders with any source of payments, such as a
// list from Stripe ([FromStripe]). It is [CompareFiles] on one side and [Compare]
// on the other: errors and options are theirs.
func CompareFile(ctx context.Context, orders string, payments iter.Seq2[Payment, error], options Options) (*Report, error) {
	s, err := options.work(0)
	if err != nil {
		return nil, err
	}
	from, faults := openFile(orders, &orderForm, &s)
	defer from.close()
	if len(faults) > 0 {
		return nil, joined(faults)
	}
	c := &comparison{join: newJoin(s), settings: s, read: [2]*atomic.Int64{from.read}}
	c.join.ordersName, c.join.paymentsName = orders, "payments"
	return c.run(ctx,
		func() (int64, error) { return readFile(ctx, c, from, &orderReader, (*worker).addOrder) },
		func() (int64, error) { return addAll(ctx, c, payments, checkPayment, (*worker).takePayment) })
}
