package dbtest_test

import (
	"database/sql"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
)

// inTx is a host that has transactions of its own and joins them with Take, as
// the documentation of Take shows it.
func (s shop) inTx(t *testing.T, p stripesecure.Payment, order stripesecure.Order) (stripesecure.Order, error) {
	for {
		got, err := s.tryInTx(t, p, order)
		switch {
		case sqlstore.Transient(err):
			continue
		case errors.Is(err, sqlstore.ErrKeyTaken):
			return got, nil
		}
		return got, err
	}
}

func (s shop) tryInTx(t *testing.T, p stripesecure.Payment, order stripesecure.Order) (stripesecure.Order, error) {
	tx, err := s.DB.BeginTx(t.Context(), nil)
	if err != nil {
		return stripesecure.Order{}, err
	}
	defer func() { _ = tx.Rollback() }()
	if order, err = s.Take(t.Context(), tx, p, order); err != nil {
		return order, err
	}
	if err := s.insert(t.Context(), tx, p.ID, order.Ref); err != nil {
		return stripesecure.Order{}, err
	}
	return order, tx.Commit()
}

// Rule 11: Take joins a transaction of the host.
func TestTake(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		s := newShop(t, d)
		got, err := s.tryInTx(t, payment("c1.1", 1200), yen("A-1", 1200))
		require.NoError(t, err)
		require.Equal(t, yen("A-1", 1200), got)
		for _, ref := range []string{"A-1", "A-2"} {
			got, err = s.tryInTx(t, payment("c1.1", 1200), yen(ref, 1200))
			require.ErrorIs(t, err, sqlstore.ErrKeyTaken)
			require.Equal(t, yen("A-1", 1200), got)
		}
		s.wantOrder(t, "c1.1", yen("A-1", 1200))

		_, err = s.tryInTx(t, payment("c2.1", 1200), yen("A-2", 1300))
		requirePriceChanged(t, err)
		s.wantNone(t, "c2.1")
		_, err = s.tryInTx(t, payment("c2.1", 1200), yen("A-2", 1200))
		requireClosed(t, err)

		// A transaction that is rolled back leaves the key free.
		tx, err := s.DB.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		_, err = s.Take(t.Context(), tx, payment("c3.1", 1200), yen("A-3", 1200))
		require.NoError(t, err)
		require.NoError(t, tx.Rollback())
		_, err = s.tryInTx(t, payment("c3.1", 1200), yen("A-4", 1200))
		require.NoError(t, err)
		s.wantOrder(t, "c3.1", yen("A-4", 1200))

		_, err = s.Take(t.Context(), tx, payment("c4.1", 1200), yen("A-5", 1200))
		require.ErrorIs(t, err, sql.ErrTxDone)
	})
}

// I11: two transactions of the host on one key, and one that closes it.
func TestTakeRace(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		s := newShop(t, d)
		for i := range 20 {
			id := numbered(i)
			var all sync.WaitGroup
			var got [6]stripesecure.Order
			var errs [6]error
			for j := range got {
				all.Go(func() {
					order := yen("A-"+string(rune('a'+j)), 1200)
					got[j], errs[j] = s.inTx(t, payment(id, 1200), order)
				})
			}
			var found bool
			var closing error
			all.Go(func() { _, found, closing = s.CloseOrderKey(t.Context(), id) })
			all.Wait()
			require.NoError(t, closing)
			if !found {
				for _, err := range errs {
					requireClosed(t, err)
				}
				s.wantNone(t, id)
				continue
			}
			require.NoError(t, errors.Join(errs[:]...))
			for _, order := range got {
				require.Equal(t, got[0], order)
			}
			s.wantOrder(t, id, got[0])
		}
	})
}

// A transaction that has looked at the database before another one took the key
// is told the truth, or that it has to begin again; never that there is none.
func TestTakeAfterReading(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		s := newShop(t, d)
		for _, level := range []sql.IsolationLevel{sql.LevelDefault, sql.LevelRepeatableRead, sql.LevelSerializable} {
			if d.Dialect == sqlstore.SQLite && level == sql.LevelRepeatableRead {
				continue // the driver has no such level
			}
			id := numbered(int(level))
			tx, err := s.DB.BeginTx(t.Context(), &sql.TxOptions{Isolation: level})
			require.NoError(t, err)
			var n int
			require.NoError(t, tx.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM stripesecure_order_keys").Scan(&n))
			done := make(chan error, 1)
			go func() {
				_, err := s.tryInTx(t, payment(id, 1200), yen("A-1", 1200))
				done <- err
			}()
			if level == sql.LevelSerializable && d.Dialect == sqlstore.MySQL {
				// Here reading locks: the other one waits for this transaction.
				_, err = s.Take(t.Context(), tx, payment(id, 1200), yen("A-2", 1200))
				_ = tx.Rollback()
				require.Condition(t, func() bool { return err == nil || sqlstore.Transient(err) }, "%v", err)
				require.NoError(t, <-done)
				continue
			}
			require.NoError(t, <-done)
			got, err := s.Take(t.Context(), tx, payment(id, 1200), yen("A-2", 1200))
			_ = tx.Rollback()
			if !sqlstore.Transient(err) {
				require.ErrorIs(t, err, sqlstore.ErrKeyTaken)
				require.Equal(t, yen("A-1", 1200), got)
			}
			t.Logf("%v: %v", level, err)
			s.wantOrder(t, id, yen("A-1", 1200))
		}
	})
}
