package dbtest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/internal/canary"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

func asRefusal(err error, refusal **stripesecure.Refusal) bool { return errors.As(err, refusal) }

// place is one checkout of one shop.
type place struct{ shop, checkout string }

// evidence is what database and Stripe know of one checkout.
type evidence struct {
	row     bool
	secrets []canary.Kind // in the row
	orders  []hostOrder
	keys    []string // refs of the order keys; closed ones are not here
	intents []stripetest.PaymentIntent
	told    []string // states that the host was told, as "payment state"
	refunds []stripetest.Refund
	asked   map[string]bool // what a clerk's call has taken over; nil: there are no clerks
}

type hostOrder struct {
	ref, payment string
	total        int64
}

// gather reads everything once, after the work has ended.
func gather(ctx context.Context, db *sql.DB, stripe *stripetest.Stripe) (map[place]*evidence, error) {
	all := map[place]*evidence{}
	at := func(shop, checkout string) *evidence {
		p := place{shop, checkout}
		if all[p] == nil {
			all[p] = &evidence{}
		}
		return all[p]
	}
	err := errors.Join(
		each(ctx, db, "SELECT shop, checkout, body, '', version FROM stripesecure_checkouts", func(c cells) {
			if found := canary.Find(c.c, canary.Row); len(found) > 0 {
				at(c.a, c.b).secrets = found
			}
			if !strings.HasPrefix(c.b, "#") { // the library's own
				at(c.a, c.b).row = true
			}
		}),
		each(ctx, db, "SELECT shop, checkout, ref, payment, total FROM shop_orders", func(c cells) {
			e := at(c.a, c.b)
			e.orders = append(e.orders, hostOrder{c.c, c.d, c.n})
		}),
		each(ctx, db, "SELECT shop, payment_id, ref, '', 0 FROM stripesecure_order_keys WHERE ref IS NOT NULL", func(c cells) {
			e := at(c.a, string(stripesecure.PaymentID(c.b).Checkout()))
			e.keys = append(e.keys, c.c)
		}),
		each(ctx, db, "SELECT shop, payment, state, '', version FROM shop_news", func(c cells) {
			e := at(c.a, string(stripesecure.PaymentID(c.b).Checkout()))
			e.told = append(e.told, c.b+" "+c.c)
		}),
	)
	byIntent := map[string]*evidence{}
	for _, intent := range stripe.Intents() {
		e := at(intent.Metadata["stripesecure_shop"], intent.Metadata["stripesecure_checkout"])
		e.intents = append(e.intents, intent)
		byIntent[intent.ID] = e
	}
	for _, r := range stripe.Refunds() {
		if e := byIntent[r.PaymentIntent]; e != nil {
			e.refunds = append(e.refunds, r)
		}
	}
	return all, err
}

type cells struct {
	a, b, c, d string
	n          int64
}

func each(ctx context.Context, db *sql.DB, text string, f func(cells)) error {
	rows, err := db.QueryContext(ctx, text)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var c cells
		if err := rows.Scan(&c.a, &c.b, &c.c, &c.d, &c.n); err != nil {
			return err
		}
		f(c)
	}
	return rows.Err()
}

// promise returns what is wrong with one checkout that has come to rest: it has
// one order with its money, or no order and every PaymentIntent cancelled.
// automatic is ⑬.
func (e *evidence) promise(automatic bool) (faults []string) {
	bad := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if !e.row {
		bad("no row")
	}
	if len(e.secrets) > 0 {
		bad("SEC: %v in the row", e.secrets)
	}
	var live []stripetest.PaymentIntent
	for _, intent := range e.intents {
		if intent.Status != stripetest.StatusCanceled {
			live = append(live, intent)
		}
		if intent.CaptureMethod != "manual" {
			bad("%s is captured by Stripe itself", intent.ID)
		}
	}
	if len(live) > 1 {
		bad("I1: %d PaymentIntents are not cancelled", len(live))
	}
	if len(e.orders) > 1 {
		bad("I11: %d orders", len(e.orders))
	}
	if len(faults) > 0 {
		return faults
	}
	if len(e.orders) == 0 {
		if len(live) > 0 {
			bad("I4: no order, and %s is %s", live[0].ID, live[0].Status)
		}
		if len(e.keys) > 0 {
			bad("an order key without its order: %q", e.keys)
		}
		return faults
	}
	order := e.orders[0]
	if !slices.Equal(e.keys, []string{order.ref}) {
		bad("order %s has the order keys %q", order.ref, e.keys)
	}
	if len(live) == 0 {
		bad("I5: order %s has no money", order.ref)
		return faults
	}
	if e.asked != nil {
		faults = append(faults, e.clerks(order, live[0], automatic)...)
	}
	return append(faults, e.money(order, live[0], automatic)...)
}

// money compares an order with its PaymentIntent.
func (e *evidence) money(order hostOrder, intent stripetest.PaymentIntent, automatic bool) (faults []string) {
	bad := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	want, received, capturable := stripetest.StatusRequiresCapture, int64(0), order.total
	switch {
	case automatic:
		want, received, capturable = stripetest.StatusSucceeded, order.total, 0
	case e.asked != nil && intent.Status == stripetest.StatusSucceeded: // by a clerk
		want, received, capturable = stripetest.StatusSucceeded, planOf(order, automatic).capture, 0
	}
	if intent.Status != want {
		bad("order %s: %s is %s, want %s", order.ref, intent.ID, intent.Status, want)
	}
	if intent.Amount != order.total || intent.AmountReceived != received || intent.AmountCapturable != capturable {
		bad("order %s of %d: %s of %d, received %d, can be captured %d",
			order.ref, order.total, intent.ID, intent.Amount, intent.AmountReceived, intent.AmountCapturable)
	}
	if intent.Metadata["order_id"] != order.ref {
		bad("order %s: %s says order_id %q", order.ref, intent.ID, intent.Metadata["order_id"])
	}
	if got := intent.Metadata["stripesecure_payment"]; got != order.payment {
		bad("order %s is of payment %s, %s of payment %q", order.ref, order.payment, intent.ID, got)
	}
	told := slices.Contains(e.told, order.payment+" captured") || slices.Contains(e.told, order.payment+" refunded")
	if automatic && !told {
		bad("C15: the host was not told that %s is captured, only %q", order.payment, e.told)
	}
	return faults
}

// overdue are the rows that are due before a time. The library's own rows, of
// the second janitor, are due for ever.
func overdue(ctx context.Context, db *sql.DB, before time.Time) (late []string, err error) {
	err = each(ctx, db, fmt.Sprintf("SELECT shop, checkout, '', '', due FROM stripesecure_checkouts WHERE due <= %d", before.UnixMicro()),
		func(c cells) {
			if !strings.HasPrefix(c.b, "#") {
				late = append(late, fmt.Sprintf("%s %s at %v", c.a, c.b, time.UnixMicro(c.n).UTC()))
			}
		})
	return late, err
}
