package dbtest_test

import (
	"bytes"
	"context"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/plugintest"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// idleShops are a thousand shops in which nothing happens.
type idleShops struct {
	store  stripesecure.Store
	stripe *stripetest.Stripe
}

func (s idleShops) Shops(context.Context) (map[string]string, error) {
	versions := map[string]string{}
	for i := range 1000 {
		versions["shop-"+strconv.Itoa(i)] = "1"
	}
	return versions, nil
}

func (s idleShops) Options(_ context.Context, id string) (stripesecure.Options, error) {
	return stripesecure.Options{
		BaseURL: "https://shop.example", ShopID: id, Host: plugintest.NewMemoryHost(), Store: s.store,
		Settings:    settings.Fixed(plugintest.Settings()),
		SigningKeys: [][]byte{bytes.Repeat([]byte("k"), 32)}, Transport: s.stripe.Transport(),
	}, nil
}

// BenchmarkIdleShops is one sweep of a thousand idle shops, every 30 seconds.
func BenchmarkIdleShops(b *testing.B) {
	for _, kind := range []struct {
		name string
		make func(testing.TB) dbtest.Database
	}{{"SQLite", dbtest.SQLite}, {"PostgreSQL", dbtest.PostgreSQL}, {"MariaDB", dbtest.MariaDB}} {
		b.Run(kind.name, func(b *testing.B) {
			store, _ := kind.make(b).Store(b)
			shops := stripesecure.NewShops(store, idleShops{store, stripetest.New()}, nil)
			require.NoError(b, shops.Sweep(b.Context())) // makes the rows that every shop has
			for b.Loop() {
				require.NoError(b, shops.Sweep(b.Context()))
			}
		})
	}
}
