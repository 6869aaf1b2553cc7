package main

import (
	"context"
	"database/sql"
	"net/http"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
)

// payment is all that this shop does to take cards. It embeds the order key: for
// each payment the shop decides once, in the order's own transaction.
type payment struct {
	sqlstore.OrderKeys
	shop *Shop
}

// newPlugin wires the payment method. Its Handler is mounted at /pay/.
func newPlugin(s *Shop) (*stripesecure.Plugin, error) {
	p := payment{s.store.OrderKeys("demo"), s}
	return stripesecure.New(stripesecure.Options{
		BaseURL: s.baseURL, Prefix: "/pay", ShopID: "demo",
		Pages: stripesecure.Pages{Checkout: "/checkout", Cart: "/cart", Order: "/orders/{ref}"},
		Host:  p, Orders: p, Carts: p,
		Settings: s.settings, Wording: s.office, Store: s.store, SigningKeys: [][]byte{s.signingKey}, Logger: s.log,
		Transport: s.stripe.transport, StripeJS: s.stripe.js, // only to bring a Stripe of one's own
	})
}

// Cart says what the request pays for: the shop's own numbers, nothing that the
// browser sent.
func (p payment) Cart(r *http.Request) (stripesecure.Cart, error) {
	c, err := p.shop.payingCart(r)
	return stripesecure.Cart{
		ID:       stripesecure.CheckoutID(c.ID), // made with the cart, and never changed
		Total:    stripesecure.JPY(c.Bill().Total),
		Country:  c.Address.Country,
		Language: language(r),
		Buyer: stripesecure.Buyer{
			Member: c.Member, Name: c.Address.Name, Email: c.Address.Email, Phone: c.Address.Phone,
			IP: r.RemoteAddr, Session: c.Session, // behind a proxy: the address that it tells
		},
		Snapshot: c.snapshot(language(r)), // enough to make the order when the buyer has gone
	}, err
}

// PlaceOrder makes the order when the money is held, and takes the goods off the
// shelf. When something has sold out meanwhile, the money is released.
func (p payment) PlaceOrder(ctx context.Context, paid stripesecure.Payment) (stripesecure.Order, error) {
	return p.Once(ctx, paid, func(tx *sql.Tx) (stripesecure.Order, error) {
		return p.shop.placeOrder(ctx, tx, paid)
	})
}

// Changed keeps what becomes of the money later: captured, released, refunded.
func (p payment) Changed(ctx context.Context, news stripesecure.Payment) error {
	return p.shop.paymentChanged(ctx, news)
}
