package dbtest_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
)

var someTime = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// castEmpty makes empty text a blob where the column insists.
func castEmpty(d dbtest.Database, values string) string {
	if d.Dialect == sqlstore.SQLite {
		return strings.ReplaceAll(values, "'')", "x'')")
	}
	return values
}

// query returns all cells as text.
func query(t *testing.T, db *sql.DB, text string) string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), text)
	require.NoError(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(t, err)
	var b strings.Builder
	for rows.Next() {
		cells := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		require.NoError(t, rows.Scan(into...))
		for _, cell := range cells {
			b.WriteString(cell.String + " ")
		}
		b.WriteString("\n")
	}
	require.NoError(t, rows.Err())
	return b.String()
}

// requireFailure holds that a write has failed with an error that says what was
// done, and is none of the answers.
func requireFailure(t *testing.T, err error) {
	t.Helper()
	require.ErrorContains(t, err, "sqlstore: ")
	require.NotErrorIs(t, err, stripesecure.ErrConflict)
	require.NotErrorIs(t, err, stripesecure.ErrNoRow)
	require.NotErrorIs(t, err, sqlstore.ErrKeyTaken)
	require.NotErrorIs(t, err, sqlstore.ErrKeyClosed)
}

func TestReadOnlyDatabase(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		s, _ := d.Store(t)
		row := stripesecure.Row{Shop: "shop", Checkout: "c1", Body: []byte("first"), Due: someTime}
		require.NoError(t, s.Put(t.Context(), row))

		only := d
		only.DSN += map[sqlstore.Dialect]string{
			sqlstore.SQLite:     "&mode=ro",
			sqlstore.PostgreSQL: " default_transaction_read_only=on",
			sqlstore.MySQL:      "?tx_read_only=1",
		}[d.Dialect]
		db := only.Open(t)
		r := newStore(t, db, only)
		require.NoError(t, r.Validate(t.Context()))
		got, err := r.Get(t.Context(), "shop", "c1")
		require.NoError(t, err)
		require.Equal(t, []byte("first"), got.Body)

		got.Body = []byte("second")
		requireFailure(t, r.Put(t.Context(), got))
		requireFailure(t, r.Put(t.Context(), stripesecure.Row{Shop: "shop", Checkout: "c2"}))
		requireFailure(t, r.SetCustomer(t.Context(), stripesecure.CustomerKey{Member: "m"}, "", "cus_1"))
		requireFailure(t, r.MigrateTo(t.Context(), 0))
		keys := sqlstore.OrderKeys{DB: db, Dialect: d.Dialect}
		_, _, err = keys.CloseOrderKey(t.Context(), "c1.1")
		requireFailure(t, err)
		_, err = keys.Once(t.Context(), payment("c1.1", 1), func(*sql.Tx) (stripesecure.Order, error) { return yen("A-1", 1), nil })
		requireFailure(t, err)
		require.NoError(t, want(t.Context(), s, row, 1))
	})
}

// A full disk, as SQLite reports it.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	d.DSN += "&_pragma=max_page_count(64)"
	s, _ := d.Store(t)
	row := stripesecure.Row{Shop: "shop", Checkout: "c1", Body: []byte("first")}
	require.NoError(t, s.Put(t.Context(), row))
	big := row
	big.Version, big.Body = 1, make([]byte, 1<<20)
	err := s.Put(t.Context(), big)
	requireFailure(t, err)
	require.ErrorContains(t, err, "full")
	require.NoError(t, want(t.Context(), s, row, 1))
	row.Version, row.Body = 1, []byte("second")
	require.NoError(t, s.Put(t.Context(), row), "the store works on")
}

func TestClosedDatabase(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		s, db := d.Store(t)
		require.NoError(t, db.Close())
		_, err := s.Get(t.Context(), "shop", "c1")
		requireFailure(t, err)
		_, err = s.Due(t.Context(), "shop", someTime, 1)
		requireFailure(t, err)
		requireFailure(t, s.Put(t.Context(), stripesecure.Row{Shop: "shop", Checkout: "c1"}))
		requireFailure(t, s.Validate(t.Context()))
		requireFailure(t, s.Migrate(t.Context()))
		keys := sqlstore.OrderKeys{DB: db, Dialect: d.Dialect}
		_, _, err = keys.CloseOrderKey(t.Context(), "c1.1")
		requireFailure(t, err)
		_, err = keys.Once(t.Context(), payment("c1.1", 1), nil)
		requireFailure(t, err)
	})
}

// Ids that the databases would keep differently are refused by all of them.
func TestTextThatIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		s, _ := d.Store(t)
		for _, id := range []string{strings.Repeat("x", 256), strings.Repeat("あ", 86), "a\x00b", "a\xffb"} {
			require.ErrorIs(t, s.Put(t.Context(), stripesecure.Row{Shop: id, Checkout: "c"}), sqlstore.ErrText)
			require.ErrorIs(t, s.Put(t.Context(), stripesecure.Row{Shop: "s", Checkout: id, Version: 1}), sqlstore.ErrText)
			_, err := s.Get(t.Context(), "s", id)
			require.ErrorIs(t, err, sqlstore.ErrText)
			err = s.SetCustomer(t.Context(), stripesecure.CustomerKey{Member: id}, "", "cus_1")
			require.ErrorIs(t, err, sqlstore.ErrText)
			require.NotContains(t, err.Error(), id, "it may be personal data")
			err = s.SetCustomer(t.Context(), stripesecure.CustomerKey{Member: "m"}, "", id)
			require.ErrorIs(t, err, sqlstore.ErrText)
		}
		longest := strings.Repeat("あ", 85)
		row := stripesecure.Row{Shop: longest, Checkout: longest}
		require.NoError(t, s.Put(t.Context(), row))
		require.NoError(t, want(t.Context(), s, row, 1))
		key := stripesecure.CustomerKey{Shop: longest, Environment: longest, Account: longest, Member: longest}
		require.NoError(t, s.SetCustomer(t.Context(), key, "", longest))
		require.NoError(t, wantCustomer(t.Context(), s, key, longest))
	})
}

// A call that has to wait for another transaction ends with its context.
func TestDeadlineWhileWaiting(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		s := newShop(t, d)
		store := newStore(t, s.DB, d)
		tx, err := s.DB.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		defer func() { _ = tx.Rollback() }()
		_, err = s.Take(t.Context(), tx, payment("c1.1", 1), yen("A-1", 1))
		require.NoError(t, err)
		text := fmt.Sprintf("INSERT INTO stripesecure_checkouts (shop, checkout, version, body) VALUES ('s', 'c', 1, %s)",
			map[bool]string{true: "x''", false: "''"}[d.Dialect == sqlstore.SQLite])
		_, err = tx.ExecContext(t.Context(), text)
		require.NoError(t, err)

		begun := time.Now()
		short, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		_, _, err = s.CloseOrderKey(short, "c1.1")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		requireFailure(t, err)
		short, cancel = context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		err = store.Put(short, stripesecure.Row{Shop: "s", Checkout: "c"})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		requireFailure(t, err)
		require.Less(t, time.Since(begun), 5*time.Second)

		require.NoError(t, tx.Rollback())
		s.wantNone(t, "c1.1")
		// The server may yet do what the caller has given up: the answer was
		// "not known".
		if err := store.Put(t.Context(), stripesecure.Row{Shop: "s", Checkout: "c"}); err != nil {
			require.ErrorIs(t, err, stripesecure.ErrConflict)
		}
	})
}
