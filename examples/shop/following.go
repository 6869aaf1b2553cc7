package main

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// The order follows its payment. Whatever happens to the money (a clerk here, a
// person in Stripe's Dashboard, a bank, the end of a hold) comes here as the
// whole Payment, perhaps twice and perhaps late: the newest version counts.

// The statuses of an order after ③, the one that it begins with.
const (
	statusPaid      = "paid"
	statusPart      = "part_refunded"
	statusRefunded  = "refunded"
	statusCancelled = "cancelled"
	statusUnpaid    = "unpaid" // the money was never taken: it is to be paid again
	statusDisputed  = "disputed"
)

func (s *Shop) paymentChanged(ctx context.Context, p stripesecure.Payment) error {
	return inTx(ctx, s.db, func(tx *sql.Tx) error { return follow(ctx, tx, p) })
}

func follow(ctx context.Context, tx *sql.Tx, p stripesecure.Payment) error {
	news, err := tx.ExecContext(ctx, `insert into payments (payment, version, news, state, captured, refunded, hold_until, due)
		values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do update set version = excluded.version, news = excluded.news,
		state = excluded.state, captured = excluded.captured, refunded = excluded.refunded,
		hold_until = excluded.hold_until, due = excluded.due where excluded.version > version`,
		string(p.ID), p.Version, p.News, string(p.State), whole(p.Captured), whole(p.Refunded), stamp(p.CaptureBefore), stamp(answerBy(p)))
	if err != nil {
		return err
	}
	if n, err := news.RowsAffected(); err != nil || n == 0 {
		return err // old, or the same again
	}
	if err := keepFindings(ctx, tx, p); err != nil {
		return err
	}
	return followOrder(ctx, tx, p)
}

// followOrder changes the order's status. What was cancelled goes back on the
// shelf, once; what was refunded may have been shipped, so a person decides.
func followOrder(ctx context.Context, tx *sql.Tx, p stripesecure.Payment) error {
	var ref, was, first string
	err := tx.QueryRowContext(ctx, `select o.ref, o.status, case p.first when '' then o.status else p.first end
		from orders o join payments p on p.payment = o.payment where o.payment = ?`, string(p.ID)).Scan(&ref, &was, &first)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	now := statusOf(p, was, first)
	if _, err := tx.ExecContext(ctx, `update orders set status = ?, payment_state = ?, payment_version = ? where ref = ?`,
		now, string(p.State), p.Version, ref); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `update payments set ref = ?, first = ? where payment = ?`, ref, first, string(p.ID)); err != nil {
		return err
	}
	if now != statusCancelled || was == statusCancelled {
		return nil
	}
	_, err = tx.ExecContext(ctx, `update products set stock = stock + l.quantity from order_lines l
		where l.ref = ? and l.product = products.id`, ref)
	return err
}

// statusOf is the order's status for where its payment stands.
func statusOf(p stripesecure.Payment, was, first string) string {
	switch {
	case p.Disputed:
		return statusDisputed
	case p.State == stripesecure.StateVoided:
		return statusCancelled
	case p.State == stripesecure.StateExpired, p.State == stripesecure.StateFailed:
		return statusUnpaid
	case p.State == stripesecure.StateRefunded:
		return statusRefunded
	case p.State == stripesecure.StateCaptured && !p.Refunded.IsZero():
		return statusPart
	case p.State == stripesecure.StateCaptured:
		return statusPaid
	case p.State == stripesecure.StateHeld:
		return first
	}
	return was
}

// keepFindings remembers what a person should know, and closes what is over.
func keepFindings(ctx context.Context, tx *sql.Tx, p stripesecure.Payment) error {
	if _, err := tx.ExecContext(ctx, `update findings set over = 1 where payment = ?`, string(p.ID)); err != nil {
		return err
	}
	for _, f := range p.Findings {
		if _, err := tx.ExecContext(ctx, `insert into findings (payment, code, at, over) values (?, ?, ?, ?)
			on conflict do update set over = excluded.over`, string(p.ID), f.Code, stamp(f.At), !urgent(p, f.Code)); err != nil {
			return err
		}
	}
	return nil
}

// urgent reports whether something is still to be done about a finding.
func urgent(p stripesecure.Payment, code string) bool {
	switch code {
	case "cancelled_but_captured":
		return p.Refundable().Amount.Sign() > 0
	case "hold_expiring":
		return p.State == stripesecure.StateHeld
	case "disputed":
		return slices.ContainsFunc(p.Disputes, waits)
	case "fraud_warning":
		return slices.ContainsFunc(p.Warnings, func(w stripesecure.FraudWarning) bool { return w.Actionable })
	}
	return true
}

// waits reports whether the bank waits for the merchant's answer.
func waits(d stripesecure.Dispute) bool { return strings.HasSuffix(d.Status, "needs_response") }

// answerBy is when the first open dispute has to be answered.
func answerBy(p stripesecure.Payment) (first time.Time) {
	for _, d := range p.Disputes {
		if waits(d) && (first.IsZero() || d.DueBy.Before(first)) {
			first = d.DueBy
		}
	}
	return first
}

// whole is an amount in yen, the shop's only currency.
func whole(m stripesecure.Money) int64 {
	minor, err := m.Minor()
	if err != nil {
		return 0 // no amount
	}
	return minor
}
