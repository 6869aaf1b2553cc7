package dbtest_test

import (
	"database/sql"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
)

// Transient knows the real errors of the real drivers: two transactions that
// take two keys in opposite order stand in each other's way.
func TestTransient(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		s := newShop(t, d)
		var errs [2]error
		var both sync.WaitGroup
		var txs [2]*sql.Tx
		ids := [2]stripesecure.PaymentID{"c1.1", "c2.1"}
		for i := range txs {
			var err error
			txs[i], err = s.DB.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			_, errs[i] = s.Take(t.Context(), txs[i], payment(ids[i], 1), yen("A", 1))
		}
		for i := range txs {
			both.Go(func() {
				if errs[i] == nil {
					_, errs[i] = s.Take(t.Context(), txs[i], payment(ids[1-i], 1), yen("A", 1))
				}
				if errs[i] != nil {
					_ = txs[i].Rollback()
				}
			})
		}
		both.Wait()
		lost := 0
		for i, err := range errs {
			if err == nil {
				require.NoError(t, txs[i].Commit())
				continue
			}
			t.Log(err)
			require.True(t, sqlstore.Transient(err))
			lost++
		}
		require.Equal(t, 1, lost)
	})
}

// Once bears a deadlock in place.
func TestOnceRepeatsAfterDeadlock(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		s := newShop(t, d)
		mustExec(t, s.DB, "CREATE TABLE stock (goods VARCHAR(9) PRIMARY KEY, sold INT)")
		mustExec(t, s.DB, "INSERT INTO stock (goods, sold) VALUES ('tea', 0), ('rice', 0)")
		var all sync.WaitGroup
		for i := range 4 {
			all.Go(func() {
				cart := []string{"tea", "rice"}
				if i%2 == 1 {
					cart = []string{"rice", "tea"}
				}
				id := numbered(i)
				_, err := s.Once(t.Context(), payment(id, 1), func(tx *sql.Tx) (stripesecure.Order, error) {
					for _, goods := range cart {
						_, err := tx.ExecContext(t.Context(), "UPDATE stock SET sold = sold + 1 WHERE goods = '"+goods+"'")
						if err != nil {
							return stripesecure.Order{}, err
						}
					}
					return yen("A", 1), s.insert(t.Context(), tx, id, "A")
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		require.Equal(t, "rice 4 \ntea 4 \n", query(t, s.DB, "SELECT goods, sold FROM stock ORDER BY goods"))
	})
}
