package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"iter"
	"net/http"
	"time"

	"github.com/ec-plugins/stripesecure/reconcile"
	"github.com/ec-plugins/stripesecure/stripesecure"
)

// newJob compares the shop's orders with Stripe's payments every night (LC-37).
func (s *Shop) newJob() (*reconcile.Job, error) {
	return reconcile.NewJob(reconcile.JobOptions{
		Store: s.store, ShopID: "demo", Now: s.now, Orders: s.ordersMade,
		Payments: func(ctx context.Context, since, until time.Time) iter.Seq2[reconcile.Payment, error] {
			return reconcile.FromStripe(s.plugin.Intents(ctx, stripesecure.IntentList{Since: since, Until: until}))
		},
		Tell: func(ctx context.Context, found *reconcile.Digest) error {
			s.log.InfoContext(ctx, "orders compared with Stripe", "today", found.Count(reconcile.Today), "this_week", found.Count(reconcile.ThisWeek))
			return nil
		},
	})
}

// ordersMade are the shop's own side. It keeps no PaymentIntent ids: Stripe has
// the orders' refs.
func (s *Shop) ordersMade(ctx context.Context, since, until time.Time) iter.Seq2[reconcile.Order, error] {
	return func(yield func(reconcile.Order, error) bool) {
		orders, err := all(ctx, s.db, scanMade, selectMade+`where o.placed >= ? and o.placed < ? order by o.rowid`,
			stamp(since), stamp(until.Add(time.Second)))
		if err != nil {
			yield(reconcile.Order{}, err)
			return
		}
		for _, o := range orders {
			if !yield(o, nil) {
				return
			}
		}
	}
}

const selectMade = `select o.ref, o.status, o.payment_state, o.total, coalesce(p.captured, 0),
	coalesce(p.refunded, 0), o.placed from orders o left join payments p on p.payment = o.payment `

// orderNow is one order as it is now, for the repairs.
func (s *Shop) orderNow(ctx context.Context, ref string) (reconcile.Order, error) {
	orders, err := all(ctx, s.db, scanMade, selectMade+`where o.ref = ?`, ref)
	if err == nil && len(orders) == 0 {
		err = errNotFound
	}
	if err != nil {
		return reconcile.Order{}, err
	}
	return orders[0], nil
}

func scanMade(rows *sql.Rows) (o reconcile.Order, err error) {
	var status, state, placed string
	var captured int64
	o.Currency = "JPY"
	if err := rows.Scan(&o.ID, &status, &state, &o.Amount, &captured, &o.Refunded, &placed); err != nil {
		return o, err
	}
	if captured > 0 { // a clerk has taken less, and the rest was released
		o.Amount = min(o.Amount, captured)
	}
	o.Status = moneyOf(status, stripesecure.State(state))
	o.Created, err = time.Parse(time.RFC3339, placed)
	return o, err
}

// moneyOf is what the shop says about an order's money.
func moneyOf(status string, state stripesecure.State) reconcile.OrderStatus {
	switch {
	case status == statusCancelled:
		return reconcile.Cancelled
	case status == statusRefunded:
		return reconcile.Refunded
	case status == statusUnpaid:
		return reconcile.Pending
	case state == stripesecure.StateCaptured, status == statusPaid, status == statusPart, status == statusDisputed:
		return reconcile.Paid
	case state == stripesecure.StateHeld:
		return reconcile.Authorized
	}
	return reconcile.Pending
}

// lastFound is the last comparison, for the merchant's page.
func (s *Shop) lastFound(ctx context.Context) (*reconcile.Digest, error) {
	last, err := s.job.Last(ctx)
	if errors.Is(err, reconcile.ErrNoReport) {
		return nil, nil
	}
	return last.Found, err
}

// compareNow is the merchant's button: it compares and keeps the report.
func (s *Shop) compareNow(ctx context.Context) error {
	_, err := s.job.Once(ctx)
	return err
}

// showReconciliation compares now, and shows what was found. While another
// comparison runs, or Stripe does not answer, it shows the last one.
func (s *Shop) showReconciliation(w http.ResponseWriter, r *http.Request) error {
	found, err := s.job.Once(r.Context())
	if err != nil {
		s.log.WarnContext(r.Context(), "comparison failed", "error", err)
		if found, err = s.lastFound(r.Context()); err != nil {
			return err
		}
	}
	if found == nil {
		return errNotFound
	}
	var page bytes.Buffer
	if err := found.WriteHTML(&page, reconcile.HTMLOptions{
		Language: visitorOf(r).Language, Shop: "Awai", Test: true, Back: "/staff/orders", OrderPage: "/staff/orders/{id}",
	}); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", reconcile.HTMLPolicy()+"; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = page.WriteTo(w) // the clerk has gone: nobody to tell
	return nil
}
