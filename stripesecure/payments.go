package stripesecure

import (
	"context"
	"iter"
	"strings"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// Payments lists the present payment of every stored checkout, in the order of
// their ids, beginning after the one called after ("" for the first), without
// asking Stripe. Checkouts that begin meanwhile may be left out. Errors: store,
// canceled; the list ends with one.
func (p *Plugin) Payments(ctx context.Context, after CheckoutID) iter.Seq2[Payment, error] {
	const page = 100
	return func(yield func(Payment, error) bool) {
		last := string(after)
		for {
			rows, err := p.opts.Store.List(ctx, p.opts.ShopID, "", last, page)
			if err != nil {
				yield(Payment{}, storeError("Payments", err))
				return
			}
			for _, stored := range rows {
				last = stored.Checkout
				if strings.HasPrefix(stored.Checkout, reserved) {
					continue
				}
				row := &checkout.Row{}
				if err := p.decode(stored.Body, row); err != nil {
					yield(Payment{}, storeError("Payments", err))
					return
				}
				row.Shop, row.ID, row.Version = stored.Shop, stored.Checkout, stored.Version
				if !yield(p.payment(ctx, row, row.Gen), nil) {
					return
				}
			}
			if len(rows) < page {
				return
			}
		}
	}
}
