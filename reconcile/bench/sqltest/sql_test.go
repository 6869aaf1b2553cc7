package sqltest_test

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // driver "duckdb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/reconcile"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var now = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// finding is a row of both.
type finding struct {
	class, action, intent, order, currency, rival string
	amount, differences                           int64
}

// database is one that the statement runs on.
type database struct {
	*sql.DB

	dialect reconcile.Dialect
	text    string // the type of ids
}

// each runs a test on DuckDB and PostgreSQL. PostgreSQL's ids sort by a language,
// as they may in a warehouse: the statement must not depend on it.
func each(t *testing.T, test func(t *testing.T, db database)) {
	t.Helper()
	t.Run("DuckDB", func(t *testing.T) {
		db, err := sql.Open("duckdb", "")
		require.NoError(t, err)
		t.Cleanup(func() { _ = db.Close() })
		db.SetMaxOpenConns(1)
		test(t, database{db, reconcile.DuckDB, "text"})
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		test(t, database{dbtest.PostgreSQL(t).Open(t), reconcile.PostgreSQL, `text collate "und-x-icu"`})
	})
}

func (db database) load(t *testing.T, orders []reconcile.Order, payments []reconcile.Payment) {
	t.Helper()
	db.exec(t, "drop table if exists payments")
	db.exec(t, "drop table if exists orders")
	db.exec(t, "create table payments (id "+db.text+", order_id "+db.text+", status text, currency text, amount_minor bigint,"+
		" amount_received_minor bigint, amount_refunded_minor bigint, created bigint, capture_before bigint)")
	db.exec(t, "create table orders (order_id "+db.text+", payment_intent_id "+db.text+", status text, currency text,"+
		" amount_minor bigint, amount_refunded_minor bigint, created bigint)")
	var rows []string
	for i, p := range payments {
		currency := p.Currency
		if i%2 == 0 {
			currency = strings.ToLower(currency) // as Stripe writes it
		}
		rows = append(rows, tuple(p.ID, orNull(p.OrderID, i), p.Status, currency, p.Amount, p.Received, orZero(p.Refunded, i), unix(p.Created), unix(p.CaptureBefore)))
	}
	db.insert(t, "payments", rows)
	rows = nil
	for i, o := range orders {
		rows = append(rows, tuple(o.ID, orNull(o.PaymentIntent, i), o.Status, o.Currency, o.Amount, orZero(o.Refunded, i), unix(o.Created)))
	}
	db.insert(t, "orders", rows)
}

func (db database) exec(t *testing.T, statement string) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), statement)
	require.NoError(t, err)
}

func (db database) insert(t *testing.T, table string, rows []string) {
	t.Helper()
	const most = 500
	for len(rows) > 0 {
		n := min(most, len(rows))
		db.exec(t, "insert into "+table+" values "+strings.Join(rows[:n], ", "))
		rows = rows[n:]
	}
}

// null is no value.
type null struct{}

// orNull writes no id in both ways.
func orNull(id string, i int) any {
	if id == "" && i%2 == 0 {
		return null{}
	}
	return id
}

func orZero(n int64, i int) any {
	if n == 0 && i%2 == 0 {
		return null{}
	}
	return n
}

func unix(t time.Time) any {
	if t.IsZero() {
		return null{}
	}
	return t.Unix()
}

// tuple writes a row of literals; the test's own ids have no quotes.
func tuple(values ...any) string {
	texts := make([]string, len(values))
	for i, value := range values {
		switch value := value.(type) {
		case null:
			texts[i] = "null"
		case int64:
			texts[i] = fmt.Sprint(value)
		default:
			texts[i] = fmt.Sprintf("'%v'", value)
		}
	}
	return "(" + strings.Join(texts, ", ") + ")"
}

func (db database) findings(t *testing.T) []finding {
	t.Helper()
	statement, err := reconcile.SQL(db.dialect)
	require.NoError(t, err)
	rows, err := db.QueryContext(t.Context(), statement, now.Unix())
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	var all []finding
	for rows.Next() {
		var f finding
		require.NoError(t, rows.Scan(&f.class, &f.action, &f.intent, &f.order, &f.amount, &f.currency, &f.rival, &f.differences))
		all = append(all, f)
	}
	require.NoError(t, rows.Err())
	return all
}

func source[T any](rows []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// goFindings is what the package says.
func goFindings(t *testing.T, orders []reconcile.Order, payments []reconcile.Payment) []finding {
	t.Helper()
	report, err := reconcile.Compare(context.Background(), source(orders), source(payments), reconcile.Options{At: now})
	require.NoError(t, err)
	defer func() { _ = report.Close() }()
	var all []finding
	for f, err := range report.Findings() {
		require.NoError(t, err)
		all = append(all, finding{
			f.Class.String(), f.Action.String(), f.PaymentIntent, f.OrderID, f.Currency, f.Rival, f.Amount, int64(f.Differences),
		})
	}
	return all
}

// TestSameFindings_LC37: DuckDB, PostgreSQL and the Go code give the same
// findings to the row, on lists in which everything happens: orders that contest
// a payment, payments that contest an order, every status against every other.
func TestSameFindings_LC37(t *testing.T) {
	each(t, func(t *testing.T, db database) {
		seen := map[string]bool{}
		for seed := range uint64(3) {
			orders, payments := lists(rand.New(rand.NewPCG(seed, 6)), 600)
			db.load(t, orders, payments)
			want := goFindings(t, orders, payments)
			for _, f := range want {
				seen[f.class] = true
			}
			have := db.findings(t)
			require.Len(t, have, len(want), "seed %d", seed)
			for i := range want {
				require.Equal(t, want[i], have[i], "seed %d, row %d of %d", seed, i, len(want))
			}
		}
		for _, class := range reconcile.Classes() {
			if class != reconcile.Matched && class != reconcile.BadLine {
				assert.True(t, seen[class.String()], "the lists have no %s", class)
			}
		}
	})
}

// TestEmpty: no rows, no findings, and one side alone.
func TestEmpty(t *testing.T) {
	each(t, func(t *testing.T, db database) {
		orders, payments := lists(rand.New(rand.NewPCG(9, 9)), 20)
		db.load(t, nil, nil)
		assert.Empty(t, db.findings(t))
		for _, c := range []struct {
			orders   []reconcile.Order
			payments []reconcile.Payment
		}{{orders, nil}, {nil, payments}} {
			db.load(t, c.orders, c.payments)
			want := goFindings(t, c.orders, c.payments)
			assert.Equal(t, want, db.findings(t))
		}
	})
}

// letters tell an order by bytes from an order by a language.
var letters = []string{"a", "B", "b", "-", "_", "A", "é", "1"}

// lists makes groups of a few orders and payments with few ids, so that those of
// a group meet, contest and miss each other.
func lists(r *rand.Rand, groups int) (orders []reconcile.Order, payments []reconcile.Payment) {
	for g := range groups {
		size := 1 + r.IntN(6)
		id := func(prefix string, i int) string {
			return fmt.Sprintf("%s%s%d%s", prefix, letters[(i+g)%len(letters)], g, letters[i%len(letters)])
		}
		pick := func(prefix string) string {
			if r.IntN(4) == 0 {
				return ""
			}
			return id(prefix, r.IntN(size+1))
		}
		currency := func() string { return []string{"JPY", "JPY", "JPY", "USD"}[r.IntN(4)] }
		amount := func() int64 { return []int64{1000, 1000, 1000, 2000}[r.IntN(4)] }
		created := func() time.Time {
			if r.IntN(20) == 0 {
				return time.Time{}
			}
			return now.Add(-time.Duration(r.IntN(40*24*60)) * time.Minute / time.Duration(1+r.IntN(2)*500))
		}
		for _, i := range r.Perm(size) {
			o := reconcile.Order{
				ID: id("o", i), PaymentIntent: pick("pi_"), Status: reconcile.OrderStatus(1 + r.IntN(5)),
				Currency: currency(), Amount: amount(), Created: created(),
			}
			if r.IntN(5) == 0 {
				o.Refunded = amount() / 2
			}
			orders = append(orders, o)
		}
		for _, i := range r.Perm(1 + r.IntN(6)) {
			p := reconcile.Payment{
				ID: id("pi_", i), OrderID: pick("o"), Status: reconcile.PaymentStatus(1 + r.IntN(7)),
				Currency: currency(), Amount: amount(), Created: created(),
			}
			if r.IntN(2) == 0 {
				p.Status = reconcile.Succeeded
			}
			if p.Status == reconcile.Succeeded {
				p.Received = amount()
				p.Refunded = []int64{0, 0, 500, p.Received}[r.IntN(4)]
			}
			if r.IntN(4) == 0 {
				p.CaptureBefore = now.AddDate(0, 0, r.IntN(9)-4)
			}
			payments = append(payments, p)
		}
	}
	return orders, payments
}
