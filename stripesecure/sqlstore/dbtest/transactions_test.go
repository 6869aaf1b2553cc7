package dbtest_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// alone is a RoundTripper that fails the test when a transaction is open, or a
// connection is in use, while a call to Stripe is under way.
type alone struct {
	*testing.T
	next    http.RoundTripper
	counter *counter
	db      *sql.DB
	look    *sql.DB // another pool, to ask the server itself
	dialect sqlstore.Dialect
	calls   int
}

func (a *alone) RoundTrip(r *http.Request) (*http.Response, error) {
	a.calls++
	a.hold(r)
	response, err := a.next.RoundTrip(r)
	a.hold(r)
	return response, err
}

func (a *alone) hold(r *http.Request) {
	a.Helper()
	require.Zero(a, a.counter.opened(), "transaction open at %s %s", r.Method, r.URL.Path)
	require.Zero(a, a.db.Stats().InUse, "connection in use at %s %s", r.Method, r.URL.Path)
	text := map[sqlstore.Dialect]string{
		sqlstore.PostgreSQL: "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()" +
			" AND pid <> pg_backend_pid() AND state <> 'idle'",
		sqlstore.MySQL: "SELECT COUNT(*) FROM information_schema.innodb_trx x JOIN information_schema.processlist p" +
			" ON p.id = x.trx_mysql_thread_id WHERE p.db = DATABASE() AND p.id <> CONNECTION_ID()",
	}[a.dialect]
	if text == "" {
		return
	}
	var open int
	require.NoError(a, a.look.QueryRowContext(a.Context(), text).Scan(&open))
	require.Zero(a, open, "the server has a transaction open at %s %s", r.Method, r.URL.Path)
}

// The library's own transactions of a checkout: 5 for a guest, 4 for a member
// who has paid before, one more with 3-D Secure. Each is one statement, so none
// is open while Stripe is asked. The order is one transaction of the host's.
func TestTransactions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		_, plain := d.Store(t)
		makeOrders(t, plain, d.Dialect)
		for _, automatic := range []bool{false, true} {
			for _, orders := range []bool{false, true} {
				t.Run(fmt.Sprintf("automatic=%t orders=%t", automatic, orders), func(t *testing.T) {
					stripe, count := stripetest.New(), &counter{}
					db := openCounted(t, d, count)
					watch := &alone{T: t, next: stripe.Transport(), counter: count, db: db, look: plain, dialect: d.Dialect}
					e, err := newEngine(db, d.Dialect, engineConfig{
						shop: fmt.Sprintf("%t%t", automatic, orders), automatic: automatic, orders: orders, transport: watch,
					})
					require.NoError(t, err)
					e.transactions(t, count, stripe)
					require.Greater(t, watch.calls, 10)
				})
			}
		}
	})
}

func (e *engine) transactions(t *testing.T, count *counter, stripe *stripetest.Stripe) {
	t.Helper()
	// With Options.Orders the library itself tells the host of a capture, and
	// stores that it has. A hold alone is no news.
	told := 0
	if e.config.orders && e.config.automatic {
		told = 1
	}
	for i, step := range []struct {
		name, member, card string
		want               int
	}{
		{"guest", "", visa, 5},
		{"new member", "m", visa, 6}, // and the customer is kept
		{"member", "m", visa, 4},
		{"guest with 3-D Secure", "", threeDS, 6},
		{"member with 3-D Secure", "m", threeDS, 5},
	} {
		cart := cartOf(stripesecure.CheckoutID(fmt.Sprintf("%s-%d-%d", step.member, i, step.want)), 1200, step.member)
		count.take()
		e.checkout(t, cart, step.card, stripe)
		reads, writes, txs := count.take()
		news := e.news(t, cart.ID)
		count.take()
		require.Equal(t, 1, txs, "%s: the order is one transaction", step.name)
		t.Logf("%s: %d statements: %d read, %d write, %d is the host's news", step.name, reads+writes, reads, writes-news, news)
		require.Equal(t, told, news)
		require.Equal(t, step.want+told, writes-news, "%s: transactions of the library", step.name)
	}
}

// checkout is a buyer who pays and gets the order.
func (e *engine) checkout(t testing.TB, cart stripesecure.Cart, card string, stripe *stripetest.Stripe) {
	t.Helper()
	res, err := e.plugin.Pay(t.Context(), cart, stripesecure.Input{Token: stripe.Token(card)})
	require.NoError(t, err)
	if res.Do == stripesecure.HandleAction {
		require.True(t, stripe.Challenge(res.Payment.Intent, stripetest.Pass))
		res, err = e.plugin.Resume(t.Context(), cart)
		require.NoError(t, err)
	}
	if res.Do == stripesecure.PlaceOrder {
		res, err = e.place(t.Context(), res.Payment)
		require.NoError(t, err)
	}
	require.Equal(t, stripesecure.GoTo, res.Do)
	require.True(t, res.Payment.Paid())
}

// news is how often the host was told.
func (e *engine) news(t testing.TB, id stripesecure.CheckoutID) (n int) {
	t.Helper()
	require.NoError(t, e.DB.QueryRowContext(t.Context(),
		"SELECT COUNT(*) FROM shop_news WHERE shop = '"+e.Shop+"' AND payment = '"+string(id)+".1'").Scan(&n))
	return n
}
