package main

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/plugintest"
	"github.com/ec-plugins/stripesecure/wording"
)

// TestHost holds this shop to every rule of a host.
func TestHost(t *testing.T) {
	plugintest.TestHost(t, func(t *testing.T) plugintest.Shop {
		return suiteShop(t, filepath.Join(t.TempDir(), "shop.db"))
	})
}

// suiteShop says to the suite how this shop is used and looked at.
func suiteShop(t *testing.T, file string) plugintest.Shop {
	s := reopen(t, file)
	return plugintest.Shop{
		Host: s.host(), Orders: s.host(),
		NewCart: s.suiteCart,
		Find: func(ctx context.Context, id stripesecure.PaymentID) ([]stripesecure.Order, error) {
			return all(ctx, s.db, func(rows *sql.Rows) (o stripesecure.Order, err error) {
				var total int64
				err = rows.Scan(&o.Ref, &total)
				o.Total = stripesecure.JPY(total)
				return o, err
			}, `select ref, total from orders where payment = ?`, string(id))
		},
		SellOut: func(ctx context.Context, _ stripesecure.Cart) error {
			_, err := s.db.ExecContext(ctx, `update products set stock = 0 where id = 'bowl'`)
			return err
		},
		State: func(ctx context.Context, id stripesecure.PaymentID) (state stripesecure.State, err error) {
			err = s.db.QueryRowContext(ctx, `select payment_state from orders where payment = ?`, string(id)).Scan(&state)
			return state, err
		},
		Restart: func(context.Context) (plugintest.Shop, error) { return suiteShop(t, file), nil },
	}
}

// suiteCart is a buyer of their own who puts a bowl into the cart.
func (s *Shop) suiteCart(ctx context.Context) (stripesecure.Cart, error) {
	session := newRef(s.now())
	for _, text := range []string{
		`insert into sessions (id) values ('` + session + `')`,
		`update products set stock = 1000 where id = 'bowl'`,
	} {
		if _, err := s.db.ExecContext(ctx, text); err != nil {
			return stripesecure.Cart{}, err
		}
	}
	if err := s.putInCart(ctx, session, "bowl", 2); err != nil {
		return stripesecure.Cart{}, err
	}
	c, err := openCart(ctx, s.db, session)
	if err == nil {
		c.Address = demoMembers[0].Address
		err = setAddress(ctx, s.db, c.ID, c.Address)
	}
	return stripesecure.Cart{
		ID: stripesecure.CheckoutID(c.ID), Total: stripesecure.JPY(c.Bill().Total), Country: c.Address.Country,
		Language: wording.Japanese, Snapshot: c.snapshot(wording.Japanese),
	}, err
}
