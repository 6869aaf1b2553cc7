// Package guard stands around a plugin under test and looks at everything that it
// gives to others: rows, logs, calls, news, metrics. See package canary for what it
// looks for.
package guard

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/ec-plugins/stripesecure/internal/canary"
	"github.com/ec-plugins/stripesecure/stripesecure"
)

// Around returns the options with a look at whatever leaves through them. It is
// the last change of a bench's options, and may be repeated.
func Around(t canary.TB, o stripesecure.Options) stripesecure.Options {
	if _, around := o.Store.(store); around {
		return o
	}
	if o.Store != nil {
		o.Store = Store(t, o.Store)
	}
	if o.Host != nil {
		o.Host = host{o.Host, t}
	}
	if o.Orders != nil {
		o.Orders = orders{o.Orders, t}
	}
	if o.Transport != nil {
		o.Transport = canary.Transport(t, o.Transport)
	}
	next := slog.DiscardHandler
	if o.Logger != nil {
		next = o.Logger.Handler()
	}
	o.Logger = slog.New(canary.Handler(t, next))
	o.Watch = watch(t, o.Watch)
	return o
}

// Rows looks at all that a shop has stored.
func Rows(ctx context.Context, t canary.TB, s stripesecure.Store, shop string) {
	t.Helper()
	rows, err := s.List(ctx, shop, "", "", 1<<20)
	if err != nil {
		t.Errorf("canary: the rows cannot be listed: %v", err)
	}
	for _, row := range rows {
		lookAtRow(t, row)
	}
}

func lookAtRow(t canary.TB, row stripesecure.Row) {
	t.Helper()
	canary.Look(t, canary.Row, "name", row.Checkout)
	canary.Look(t, canary.Row, row.Checkout, string(row.Body))
}

// Store looks at every row before it is stored.
func Store(t canary.TB, next stripesecure.Store) stripesecure.Store { return store{next, t} }

type store struct {
	stripesecure.Store
	t canary.TB
}

func (s store) Put(ctx context.Context, row stripesecure.Row) error {
	lookAtRow(s.t, row)
	return s.Store.Put(ctx, row)
}

func (s store) SetCustomer(ctx context.Context, key stripesecure.CustomerKey, was, id string) error {
	canary.Look(s.t, canary.Row, "customer", fmt.Sprintf("%+v %s", key, id))
	return s.Store.SetCustomer(ctx, key, was, id)
}

type host struct {
	stripesecure.Host
	t canary.TB
}

func (h host) Changed(ctx context.Context, p stripesecure.Payment) error {
	told(h.t, p)
	return h.Host.Changed(ctx, p)
}

type orders struct {
	stripesecure.Orders
	t canary.TB
}

func (o orders) PlaceOrder(ctx context.Context, p stripesecure.Payment) (stripesecure.Order, error) {
	told(o.t, p)
	return o.Orders.PlaceOrder(ctx, p)
}

// told: the host's own ref of the order may look like anything.
func told(t canary.TB, p stripesecure.Payment) {
	p.Order = nil
	canary.Look(t, canary.News, string(p.ID), fmt.Sprintf("%+v", p))
}

func watch(t canary.TB, next stripesecure.Watch) stripesecure.Watch {
	return stripesecure.Watch{
		StripeCall: watched(t, next.StripeCall), Transition: watched(t, next.Transition),
		Event: watched(t, next.Event), Sweep: watched(t, next.Sweep),
	}
}

func watched[T any](t canary.TB, next func(context.Context, T)) func(context.Context, T) {
	return func(ctx context.Context, what T) {
		canary.Look(t, canary.Watch, fmt.Sprintf("%T", what), fmt.Sprintf("%+v", what))
		if next != nil {
			next(ctx, what)
		}
	}
}
