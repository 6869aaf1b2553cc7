package dbtest_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/internal/canary"
	"github.com/ec-plugins/stripesecure/internal/canary/guard"
	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

// engine is a whole shop on one database: the shipped plugin, its store, the
// order keys, and a host whose orders are a table beside them.
type engine struct {
	sqlstore.OrderKeys
	config engineConfig
	plugin *stripesecure.Plugin
	runner *stripesecure.Runner
}

// engineConfig is what differs between the engines of the tests.
type engineConfig struct {
	shop      string
	automatic bool // ⑬
	orders    bool // the plugin places the orders (Options.Orders)
	stripeURL string
	transport http.RoundTripper
	now       func() time.Time
	store     stripesecure.Store // default: sqlstore on the same database
	// refuse says whether the host can make the order of p.
	refuse func(p stripesecure.Payment) *stripesecure.Refusal
	// placeOrder and host replace parts of the host; the engine is the whole one.
	placeOrder func(ctx context.Context, e *engine, p stripesecure.Payment) (stripesecure.Order, error)
	host       func(e *engine) stripesecure.Host
	// guard is the test that looks for secrets in all that leaves the plugin.
	guard canary.TB
	// committed hears of every order after its transaction.
	committed func(o stripesecure.Order)
}

// newEngine does no I/O.
func newEngine(db *sql.DB, dialect sqlstore.Dialect, c engineConfig) (*engine, error) {
	e := &engine{OrderKeys: sqlstore.OrderKeys{DB: db, Dialect: dialect, Shop: c.shop}, config: c}
	if c.store == nil {
		store, err := sqlstore.New(db, dialect)
		if err != nil {
			return nil, err
		}
		c.store = store
	}
	s := settings.Default()
	s.Enabled, s.OrderStatus, s.AccountID = true, "new", stripetest.AccountID
	s.Test = settings.Keys{
		Publishable: stripetest.TestPublishableKey, Secret: settings.NewSecret(stripetest.TestSecretKey), SweepOnly: true,
	}
	if c.automatic {
		s.Capture = settings.CaptureAutomatic
	}
	options := stripesecure.Options{
		BaseURL: "https://shop.example", ShopID: c.shop, Host: e, Store: c.store, Settings: settings.Fixed(s),
		SigningKeys: [][]byte{bytes.Repeat([]byte("k"), 32)}, StripeURL: c.stripeURL, Transport: c.transport, Now: c.now,
		Limits: stripesecure.TryLimits{Off: true}, // fifty tabs of one buyer look like a card tester
	}
	if c.orders {
		options.Orders = e
	}
	if c.placeOrder != nil {
		options.Orders = placing{e, c.placeOrder}
	}
	if c.host != nil {
		options.Host = c.host(e)
	}
	if c.guard != nil {
		options = guard.Around(c.guard, options)
	}
	var err error
	if e.plugin, err = stripesecure.New(options); err != nil {
		return nil, err
	}
	e.runner = stripesecure.NewRunner(c.store, e.plugin)
	return e, nil
}

// openEngine makes the tables in d and an engine on them.
func openEngine(tb testing.TB, d dbtest.Database, c engineConfig) *engine {
	tb.Helper()
	_, db := d.Store(tb)
	makeOrders(tb, db, d.Dialect)
	c.guard = tb
	e, err := newEngine(db, d.Dialect, c)
	require.NoError(tb, err)
	return e
}

// makeOrders makes the host's own tables. Nothing in them keeps a checkout from
// having two orders: that is for the order key.
func makeOrders(tb testing.TB, db *sql.DB, dialect sqlstore.Dialect) {
	tb.Helper()
	collate := ""
	if dialect == sqlstore.MySQL {
		collate = " COLLATE utf8mb4_bin"
	}
	for _, text := range []string{
		"CREATE TABLE shop_orders (ref VARCHAR(64) NOT NULL PRIMARY KEY, shop VARCHAR(64) NOT NULL," +
			" checkout VARCHAR(64) NOT NULL, payment VARCHAR(64) NOT NULL, total BIGINT NOT NULL)" + collate,
		"CREATE INDEX shop_orders_checkout ON shop_orders (shop, checkout)",
		"CREATE TABLE shop_news (shop VARCHAR(64) NOT NULL, payment VARCHAR(64) NOT NULL," +
			" version BIGINT NOT NULL, state VARCHAR(64) NOT NULL)" + collate,
	} {
		_, err := db.ExecContext(tb.Context(), text)
		require.NoError(tb, err)
	}
}

// Changed implements stripesecure.Host.
func (e *engine) Changed(ctx context.Context, p stripesecure.Payment) error {
	_, err := e.DB.ExecContext(ctx, numberFor(e.Dialect, "INSERT INTO shop_news (shop, payment, version, state) VALUES (?, ?, ?, ?)"),
		e.Shop, string(p.ID), p.Version, string(p.State))
	return err
}

// PlaceOrder implements stripesecure.Orders. Each order gets a ref of its own,
// so that one that is made twice is seen.
func (e *engine) PlaceOrder(ctx context.Context, p stripesecure.Payment) (stripesecure.Order, error) {
	if e.config.refuse != nil {
		if refusal := e.config.refuse(p); refusal != nil {
			return stripesecure.Order{}, refusal
		}
	}
	order, err := e.Once(ctx, p, func(tx *sql.Tx) (stripesecure.Order, error) {
		order := stripesecure.Order{Ref: "R-" + rand.Text(), Total: p.Total}
		total, err := p.Total.Minor()
		if err != nil {
			return order, err
		}
		_, err = tx.ExecContext(ctx, numberFor(e.Dialect, "INSERT INTO shop_orders (ref, shop, checkout, payment, total) VALUES (?, ?, ?, ?, ?)"),
			order.Ref, e.Shop, string(p.Checkout), string(p.ID), total)
		return order, err
	})
	if err == nil && e.config.committed != nil {
		e.config.committed(order)
	}
	return order, err
}

// placing is another PlaceOrder for an engine.
type placing struct {
	engine *engine
	place  func(ctx context.Context, e *engine, p stripesecure.Payment) (stripesecure.Order, error)
}

// PlaceOrder implements stripesecure.Orders.
func (p placing) PlaceOrder(ctx context.Context, payment stripesecure.Payment) (stripesecure.Order, error) {
	return p.place(ctx, p.engine, payment)
}

// place is the step of a host that is told to place the order.
func (e *engine) place(ctx context.Context, p stripesecure.Payment) (stripesecure.Result, error) {
	order, err := e.PlaceOrder(ctx, p)
	if refusal := (*stripesecure.Refusal)(nil); asRefusal(err, &refusal) {
		return e.plugin.OrderRefused(ctx, p.ID, *refusal)
	}
	if err != nil {
		return stripesecure.Result{}, err
	}
	return e.plugin.OrderPlaced(ctx, p.ID, order)
}

// numberFor writes the placeholders of a dialect.
func numberFor(d sqlstore.Dialect, text string) string {
	if d != sqlstore.PostgreSQL {
		return text
	}
	for n := 1; strings.Contains(text, "?"); n++ {
		text = strings.Replace(text, "?", fmt.Sprintf("$%d", n), 1)
	}
	return text
}

// cartOf is the cart that a guest, or a member, pays.
func cartOf(id stripesecure.CheckoutID, total int64, member string) stripesecure.Cart {
	return stripesecure.Cart{
		ID: id, Total: stripesecure.JPY(total), Country: "JP", Language: wording.Japanese,
		Buyer:    stripesecure.Buyer{Member: member, Name: "山田 花子", Email: "hanako@example.com"},
		Snapshot: []byte("snapshot of " + id), ReturnURL: "https://shop.example/back",
	}
}

// Test cards of Stripe.
const (
	visa     = "4242424242424242"
	threeDS  = "4000002760003184"
	declined = "4000000000000002"
)
