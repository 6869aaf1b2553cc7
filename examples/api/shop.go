// Package api is a shop for a front end of its own, such as a single-page shop:
// JSON in and out, described by openapi.yaml, which the tests hold against the
// real answers.
//
// The front end draws the card form itself, with Stripe's Payment Element and what
// GET /api/carts/{id}/payment gives; it posts the confirmation token, and does the
// one thing that each answer names. A cart's token, given out once, authorises
// every call for it: what is not yours and what is not there look the same.
package api

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"database/sql"
	"errors"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
	"github.com/ec-plugins/stripesecure/wording"
)

// Shop sells tea for ¥1,200, tax included.
type Shop struct {
	sqlstore.OrderKeys // CloseOrderKey of the port

	baseURL string
	plugin  payments
}

// payments is what this shop calls; *stripesecure.Plugin has it.
type payments interface {
	stripesecure.PaymentPlugin
	resultServer
}

const price = 1200

const schema = `
create table if not exists carts (id text primary key, token text not null, quantity integer not null, language text not null);
create table if not exists stock (product text primary key, quantity integer not null check (quantity >= 0));
create table if not exists orders (
	ref text primary key, payment text not null unique, cart text not null, yen integer not null, status text not null,
	payment_state text not null, payment_version integer not null, placed text not null);
insert into stock values ('tea', 1000) on conflict do nothing`

// NewShop makes the shop's tables. The tables of the order key are sqlstore's.
func NewShop(ctx context.Context, keys sqlstore.OrderKeys, baseURL string) (*Shop, error) {
	_, err := keys.DB.ExecContext(ctx, schema)
	return &Shop{OrderKeys: keys, baseURL: baseURL}, err
}

// Use gives the shop its payments.
func (s *Shop) Use(plugin *stripesecure.Plugin) { s.plugin = plugin }

// cart is what the buyer is about to buy. Its id is the CheckoutID.
type cart struct {
	id, token string
	quantity  int64
	language  wording.Language
}

func (s *Shop) newCart(ctx context.Context, quantity int64, language wording.Language) (cart, error) {
	c := cart{rand.Text(), rand.Text(), quantity, language}
	_, err := s.DB.ExecContext(ctx, `insert into carts values (?, ?, ?, ?)`, c.id, c.token, c.quantity, c.language)
	return c, err
}

var errNotFound = errors.New("no such cart, or not yours")

// cartOf authorises a call.
func (s *Shop) cartOf(ctx context.Context, id, token string) (cart, error) {
	c := cart{id: id}
	err := s.DB.QueryRowContext(ctx, `select token, quantity, language from carts where id = ?`, id).Scan(&c.token, &c.quantity, &c.language)
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && subtle.ConstantTimeCompare([]byte(token), []byte(c.token)) != 1:
		return cart{}, errNotFound
	}
	return c, err
}

func (c cart) total() stripesecure.Money { return stripesecure.JPY(c.quantity * price) }

// paying is the cart as the payment needs it.
func (s *Shop) paying(c cart) stripesecure.Cart {
	return stripesecure.Cart{
		ID: stripesecure.CheckoutID(c.id), Total: c.total(), Country: "JP", Language: c.language,
		Snapshot: []byte(c.id), ReturnURL: s.baseURL + "/checkout/return",
	}
}

// PlaceOrder makes the order when the money is held, also for a buyer who is gone.
func (s *Shop) PlaceOrder(ctx context.Context, p stripesecure.Payment) (stripesecure.Order, error) {
	return s.Once(ctx, p, func(tx *sql.Tx) (stripesecure.Order, error) {
		var quantity, left int64
		err := tx.QueryRowContext(ctx, `select quantity from carts where id = ?`, string(p.Snapshot)).Scan(&quantity)
		if err == nil {
			err = tx.QueryRowContext(ctx, `select quantity from stock where product = 'tea'`).Scan(&left)
		}
		if err != nil {
			return stripesecure.Order{}, err
		}
		if left < quantity {
			return stripesecure.Order{}, &stripesecure.Refusal{Reason: stripesecure.OutOfStock, Items: []string{"Sencha"}}
		}
		ref := "A-" + rand.Text()[:10]
		if _, err := tx.ExecContext(ctx, `update stock set quantity = quantity - ? where product = 'tea'`, quantity); err != nil {
			return stripesecure.Order{}, err
		}
		_, err = tx.ExecContext(ctx, `insert into orders values (?, ?, ?, ?, ?, ?, ?, ?)`, ref, string(p.ID), string(p.Checkout),
			quantity*price, p.OrderStatus, string(p.State), p.Version, time.Now().UTC().Format(time.RFC3339))
		return stripesecure.Order{Ref: ref, Total: stripesecure.JPY(quantity * price)}, err
	})
}

// Changed keeps what becomes of the money. News may come twice and late.
func (s *Shop) Changed(ctx context.Context, p stripesecure.Payment) error {
	_, err := s.DB.ExecContext(ctx, `update orders set payment_state = ?1, payment_version = ?2 where payment = ?3 and payment_version < ?2`,
		string(p.State), p.Version, string(p.ID))
	return err
}

// order is what a buyer has bought.
type order struct {
	ref, cart, state, placed string
	yen                      int64
}

func (s *Shop) findOrder(ctx context.Context, ref string) (o order, err error) {
	err = s.DB.QueryRowContext(ctx, `select ref, cart, payment_state, placed, yen from orders where ref = ?`, ref).
		Scan(&o.ref, &o.cart, &o.state, &o.placed, &o.yen)
	if errors.Is(err, sql.ErrNoRows) {
		err = errNotFound
	}
	return o, err
}

var (
	_ stripesecure.Host   = (*Shop)(nil)
	_ stripesecure.Orders = (*Shop)(nil)
)
