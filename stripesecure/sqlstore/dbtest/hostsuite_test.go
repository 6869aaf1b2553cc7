package dbtest_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"sync"
	"testing"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/plugintest"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
)

// priced is a shop that sells one thing for ¥1200, on the order keys of this
// package. It asks for nothing that a shop with a real catalogue would not do.
type priced struct {
	*engine
	gone *sync.Map // CheckoutIDs whose goods are gone
}

// PlaceOrder implements stripesecure.Orders.
func (s priced) PlaceOrder(ctx context.Context, p stripesecure.Payment) (stripesecure.Order, error) {
	return s.Once(ctx, p, func(tx *sql.Tx) (stripesecure.Order, error) {
		if _, gone := s.gone.Load(p.Checkout); gone {
			return stripesecure.Order{}, &stripesecure.Refusal{Reason: stripesecure.OutOfStock, Items: []string{"茶碗"}}
		}
		order := yen("R-"+rand.Text(), 1200)
		_, err := tx.ExecContext(ctx, numberFor(s.Dialect, "INSERT INTO shop_orders (ref, shop, checkout, payment, total) VALUES (?, ?, ?, ?, ?)"),
			order.Ref, s.Shop, string(p.Checkout), string(p.ID), 1200)
		return order, err
	})
}

func (s priced) suite(tb testing.TB, d dbtest.Database) plugintest.Shop {
	return plugintest.Shop{
		Host: s, Orders: s,
		NewCart: func(context.Context) (stripesecure.Cart, error) {
			return cartOf(stripesecure.CheckoutID(rand.Text()), 1200, ""), nil
		},
		Find: func(ctx context.Context, id stripesecure.PaymentID) (found []stripesecure.Order, err error) {
			rows, err := s.DB.QueryContext(ctx, numberFor(s.Dialect, "SELECT ref, total FROM shop_orders WHERE payment = ?"), string(id))
			if err != nil {
				return nil, err
			}
			defer rows.Close()
			for rows.Next() {
				var ref string
				var total int64
				if err := rows.Scan(&ref, &total); err != nil {
					return nil, err
				}
				found = append(found, yen(ref, total))
			}
			return found, rows.Err()
		},
		SellOut: func(_ context.Context, cart stripesecure.Cart) error {
			s.gone.Store(cart.ID, true)
			return nil
		},
		State: func(ctx context.Context, id stripesecure.PaymentID) (state stripesecure.State, err error) {
			err = s.DB.QueryRowContext(ctx, numberFor(s.Dialect,
				"SELECT state FROM shop_news WHERE payment = ? ORDER BY version DESC LIMIT 1"), string(id)).Scan(&state)
			if errors.Is(err, sql.ErrNoRows) {
				return "", nil
			}
			return state, err
		},
		Restart: func(context.Context) (plugintest.Shop, error) {
			return priced{&engine{OrderKeys: sqlstore.OrderKeys{DB: d.Open(tb), Dialect: d.Dialect, Shop: s.Shop}}, s.gone}.suite(tb, d), nil
		},
	}
}

// TestHostSuite holds the order keys to the rules of a host, on every database.
func TestHostSuite(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		_, db := d.Store(t)
		makeOrders(t, db, d.Dialect)
		shop := priced{&engine{OrderKeys: sqlstore.OrderKeys{DB: db, Dialect: d.Dialect, Shop: "main"}}, &sync.Map{}}
		plugintest.TestHost(t, func(t *testing.T) plugintest.Shop { return shop.suite(t, d) })
	})
}
