package stripesecure

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// News for the host waits on the payment's own row, in order, and is told again
// until the host takes it. A checkout whose host refuses it is listed here as
// well, so that a person can see it.
const (
	untoldRow  = "#out:"
	untoldSoon = 3 // failures before it is listed
)

// Untold is news that the host has not taken.
type Untold struct {
	Payment PaymentID
	News    string // the id that [Host].Changed gets
	Tries   int
	Parked  bool // not tried any more until RetryNews, or until there is other news
	Due     time.Time
}

// Outbox lists up to 1000 payments whose news the host has refused at least
// three times. Errors: store, canceled.
func (p *Plugin) Outbox(ctx context.Context) ([]Untold, error) {
	const op = "Outbox"
	rows, err := p.opts.Store.List(ctx, p.opts.ShopID, untoldRow, "", 1000)
	if err != nil {
		return nil, storeError(op, err)
	}
	var outbox []Untold
	for _, row := range rows {
		j := p.newJob(false)
		if err := j.open(ctx, CheckoutID(strings.TrimPrefix(row.Checkout, untoldRow))); err != nil {
			return nil, storeError(op, err)
		}
		r := j.row
		if len(r.Untold) == 0 {
			if err := p.opts.Store.Delete(ctx, row.Shop, row.Checkout, row.Version); err != nil && !errors.Is(err, ErrConflict) {
				return nil, storeError(op, err)
			}
			continue
		}
		first := r.Untold[0]
		outbox = append(outbox, Untold{
			Payment: paymentID(r.ID, first.Gen), News: newsID(r.ID, first.Gen, first.Seq), Tries: r.TellFails, Parked: r.Parked, Due: r.TellAt,
		})
	}
	return outbox, nil
}

// RetryNews tells the host again what it has not taken, now. Errors: not_found,
// copy (see [Plugin.Site]), store, canceled.
func (p *Plugin) RetryNews(ctx context.Context, id PaymentID) error {
	const op = "RetryNews"
	if err := p.notACopy(ctx, op); err != nil {
		return err
	}
	j, _, err := p.hostJob(ctx, op, id)
	if err != nil {
		return err
	}
	if j.row.Version == 0 {
		return fail(op, CodeNotFound, nil)
	}
	j.tell = true
	var retried *checkout.Row
	err = j.run(ctx, func(r *checkout.Row) bool {
		if retried != r { // once, and again on a row that was loaded anew
			r.RetryNews()
		}
		retried = r
		return true
	})
	if err != nil {
		return storeError(op, err)
	}
	return nil
}

// listUntold puts the checkout on the list, where it stays until somebody looks
// and finds nothing untold.
func (p *Plugin) listUntold(ctx context.Context, checkout string) {
	err := p.opts.Store.Put(ctx, Row{Shop: p.opts.ShopID, Checkout: untoldRow + checkout, Body: []byte("{}")})
	if err != nil && !errors.Is(err, ErrConflict) {
		p.log(ctx, "outbox", "answer", "store")
	}
}
