package dbtest_test

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// switched opens every connection to the database that it is set to now.
type switched struct {
	driver driver.Driver
	mu     sync.Mutex
	dsn    string
}

func (s *switched) Driver() driver.Driver { return s.driver }

func (s *switched) Connect(context.Context) (driver.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.driver.Open(s.dsn)
}

func (s *switched) set(dsn string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dsn = dsn
}

// storeFault is one way a database can be unusable.
type storeFault struct {
	name string
	on   sqlstore.Dialect // "" for all
	// dsn is of the broken database.
	dsn func(t *testing.T, d dbtest.Database) string
	// some says that only what needs more room fails.
	some bool
}

var storeFaults = []storeFault{
	{name: "schema missing", dsn: func(t *testing.T, d dbtest.Database) string { return sameKind(t, d).DSN }},
	{name: "schema older", dsn: func(t *testing.T, d dbtest.Database) string { // has no column for the body yet
		return otherSchema(t, d, "ALTER TABLE stripesecure_checkouts DROP COLUMN body")
	}},
	{name: "schema newer", dsn: func(t *testing.T, d dbtest.Database) string { // it has another name
		return otherSchema(t, d, "ALTER TABLE stripesecure_checkouts RENAME COLUMN body TO content",
			"INSERT INTO stripesecure_migrations (version, applied) VALUES (2, 0)")
	}},
	{name: "read-only", dsn: func(_ *testing.T, d dbtest.Database) string {
		return d.DSN + map[sqlstore.Dialect]string{
			sqlstore.SQLite: "&mode=ro", sqlstore.PostgreSQL: " default_transaction_read_only=on", sqlstore.MySQL: "?tx_read_only=1",
		}[d.Dialect]
	}},
	{name: "gone", dsn: func(_ *testing.T, d dbtest.Database) string {
		return map[sqlstore.Dialect]string{
			sqlstore.SQLite: "file:/no/such/folder/shop.db", sqlstore.PostgreSQL: "host=/no/such/folder user=shop password=canary dbname=shop",
			sqlstore.MySQL: "root:canary@unix(/no/such/socket)/shop",
		}[d.Dialect]
	}},
	{name: "full", on: sqlstore.SQLite, some: true, dsn: func(_ *testing.T, d dbtest.Database) string {
		return d.DSN + "&_pragma=max_page_count(1)" // as many as it has now
	}},
}

// sameKind is another database of the same server.
func sameKind(t *testing.T, d dbtest.Database) dbtest.Database {
	t.Helper()
	switch d.Dialect {
	case sqlstore.SQLite:
		return dbtest.SQLite(t)
	case sqlstore.PostgreSQL:
		return dbtest.PostgreSQL(t)
	default:
		return dbtest.MariaDB(t)
	}
}

// otherSchema is a database that another version of the program has made.
func otherSchema(t *testing.T, d dbtest.Database, change ...string) string {
	t.Helper()
	other := sameKind(t, d)
	_, db := other.Store(t)
	for _, text := range change {
		mustExec(t, db, text)
	}
	return other.DSN
}

// badStore is a shop whose database breaks.
type badStore struct {
	*testing.T
	*engine
	stripe *stripetest.Stripe
	db     *switched
	offset atomic.Int64
	watch  *bank               // holds I2 and I7 through a connection of its own
	hook   func(*http.Request) // after Stripe has done the work
}

func (b *badStore) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPost {
		body, err := io.ReadAll(r.Body)
		require.NoError(b, err)
		r.Body = io.NopCloser(bytes.NewReader(body))
		b.watch.inspect(r, body)
		require.Empty(b, b.watch.faults)
	}
	response, err := b.stripe.Transport().RoundTrip(r)
	if b.hook != nil {
		b.hook(r)
	}
	return response, err
}

func newBadStore(t *testing.T, d dbtest.Database) *badStore {
	t.Helper()
	_, plain := d.Store(t)
	makeOrders(t, plain, d.Dialect)
	b := &badStore{T: t, stripe: stripetest.New(), db: &switched{driver: plain.Driver(), dsn: d.DSN}}
	b.watch = &bank{Stripe: b.stripe, db: plain, dialect: d.Dialect}
	db := sql.OpenDB(b.db)
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxIdleConns(-1)
	var err error
	b.engine, err = newEngine(db, d.Dialect, engineConfig{
		shop: "shop", automatic: true, transport: b,
		now: func() time.Time { return time.Now().Add(time.Duration(b.offset.Load())) },
	})
	require.NoError(t, err)
	require.NoError(t, b.runner.Sweep(t.Context()), "records whose store this is")
	return b
}

func (b *badStore) pass(d time.Duration) {
	b.offset.Add(int64(d))
	b.stripe.Advance(d)
}

// big carts need room for themselves.
func big(id stripesecure.CheckoutID) stripesecure.Cart {
	cart := cartOf(id, 1200, "")
	cart.Snapshot = []byte(strings.Repeat(string(id), 60<<10/len(id)))
	return cart
}

// TestBadStore breaks the database under checkouts of every stage: clear errors
// with code "store", nothing sent to Stripe that is not stored, and when the
// database is back the sweep finishes the work.
func TestBadStore(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		for _, fault := range storeFaults {
			if fault.on != "" && fault.on != d.Dialect {
				continue
			}
			t.Run(fault.name, func(t *testing.T) {
				b := newBadStore(t, sameKind(t, d))
				healthy := b.db.dsn
				broken := fault.dsn(t, dbtest.Database{Dialect: d.Dialect, Driver: d.Driver, DSN: healthy})
				committed := b.breakIn(func() { b.db.set(broken) })
				b.unusable(fault, committed)
				b.db.set(healthy)
				b.healed()
			})
		}
	})
}

// breakIn brings checkouts to every stage, and breaks the database while a
// create is under way. It returns the order that the host has committed and
// could not yet report.
func (b *badStore) breakIn(breakDown func()) (committed stripesecure.Order) {
	b.Helper()
	pay := func(id stripesecure.CheckoutID, card string) (stripesecure.Result, error) {
		return b.plugin.Pay(b.Context(), big(id), stripesecure.Input{Token: b.stripe.Token(card)})
	}
	res, err := pay("held", visa)
	require.NoError(b, err)
	require.Equal(b, stripesecure.PlaceOrder, res.Do)
	res, err = pay("bank", threeDS)
	require.NoError(b, err)
	require.True(b, b.stripe.Challenge(res.Payment.Intent, stripetest.Pass))
	res, err = pay("committed", visa)
	require.NoError(b, err)
	committed, err = b.PlaceOrder(b.Context(), res.Payment)
	require.NoError(b, err)

	b.hook = func(r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == "/v1/payment_intents" {
			breakDown()
		}
	}
	_, err = pay("midway", visa)
	b.hook = nil
	if err != nil { // with a full disk it may have had room
		require.Equal(b, stripesecure.CodeStore, stripesecure.CodeOf(err), "%v", err)
	}
	return committed
}

// unusable holds what the calls say while the database is broken.
func (b *badStore) unusable(fault storeFault, committed stripesecure.Order) {
	b.Helper()
	b.pass(2 * time.Minute)
	before := b.posts()
	_, pay := b.plugin.Pay(b.Context(), big("fresh"), stripesecure.Input{Token: b.stripe.Token(visa)})
	errs := map[string]error{"Pay": pay}
	if !fault.some {
		_, errs["Resume"] = b.plugin.Resume(b.Context(), big("bank"))
		_, errs["OrderPlaced"] = b.plugin.OrderPlaced(b.Context(), "committed.1", committed)
		_, errs["OrderRefused"] = b.plugin.OrderRefused(b.Context(), "held.1", stripesecure.Refusal{Reason: stripesecure.OutOfStock})
		errs["Sweep"] = b.runner.Sweep(b.Context())
	}
	for call, err := range errs {
		require.Equal(b, stripesecure.CodeStore, stripesecure.CodeOf(err), "%s: %v", call, err)
		require.ErrorIs(b, err, stripesecure.ErrStore, call)
		require.Contains(b, err.Error(), "store", call)
		require.NotContains(b, err.Error(), "canary", "%s: the text is for logs, and a password is not", call)
	}
	if !fault.some { // else a call may have had room to be stored, and its answer none
		require.Equal(b, before, b.posts(), "sent without being stored")
	}
}

func (b *badStore) posts() (n int) {
	for _, call := range b.stripe.Calls() {
		if call.Method == http.MethodPost {
			n++
		}
	}
	return n
}

// healed lets the sweep finish the work: the committed order gets its money,
// what has no order is released, and the buyer who could not pay can.
func (b *badStore) healed() {
	b.Helper()
	for range 40 {
		require.NoError(b, b.runner.Sweep(b.Context()))
		b.pass(5 * time.Minute)
	}
	b.engine.checkout(b, big("fresh"), visa, b.stripe)
	all, err := gather(b.Context(), b.DB, b.stripe)
	require.NoError(b, err)
	for p, e := range all {
		faults := e.promise(true)
		if p.checkout == "fresh" { // its buyer is told, the host by the next sweep
			require.NoError(b, b.runner.Sweep(b.Context()))
			continue
		}
		require.Empty(b, faults, "%v", p)
		want := map[string]int{"committed": 1}[p.checkout]
		require.Len(b, e.orders, want, "%v", p)
	}
	all, err = gather(b.Context(), b.DB, b.stripe)
	require.NoError(b, err)
	require.Len(b, all, 5, fmt.Sprint(all))
	require.Empty(b, all[place{"shop", "fresh"}].promise(true))
	late, err := overdue(b.Context(), b.DB, b.stripe.Now())
	require.NoError(b, err)
	require.Empty(b, late)
}
