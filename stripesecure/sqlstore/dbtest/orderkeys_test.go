package dbtest_test

import (
	"database/sql"
	"errors"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
)

// Rule 11: the order's own transaction inserts the key; when it is taken, the
// order under it counts.
func TestOnceMakesOneOrder(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		s := newShop(t, d)
		got, err := s.place(t.Context(), payment("c1.1", 1200), yen("A-1", 1200))
		require.NoError(t, err)
		require.Equal(t, yen("A-1", 1200), got)
		// A repeated PlaceOrder (C10) names another ref and another total.
		got, err = s.place(t.Context(), payment("c1.1", 1300), yen("A-2", 1300))
		require.NoError(t, err)
		require.Equal(t, yen("A-1", 1200), got)
		s.wantOrder(t, "c1.1", yen("A-1", 1200))
		s.wantNone(t, "c1.2")
		s.wantNone(t, "C1.1")
	})
}

// Rule 11: a key that was closed without an order stays closed.
func TestOnceOnClosedKey(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		s := newShop(t, d)
		_, found, err := s.CloseOrderKey(t.Context(), "c1.1")
		require.NoError(t, err)
		require.False(t, found)
		_, err = s.Once(t.Context(), payment("c1.1", 1200), func(*sql.Tx) (stripesecure.Order, error) {
			t.Error("place is called although the key is closed")
			return stripesecure.Order{}, nil
		})
		requireClosed(t, err)
		s.wantNone(t, "c1.1")
	})
}

// Rule 11: when the totals differ, nothing is inserted and the reason is
// price_changed.
func TestOnceComparesTheTotal(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		s := newShop(t, d)
		for _, total := range []stripesecure.Money{
			stripesecure.JPY(1199), stripesecure.JPY(1201), stripesecure.JPY(0), stripesecure.FromMinor(1200, "usd"),
		} {
			_, err := s.place(t.Context(), payment("c1.1", 1200), stripesecure.Order{Ref: "A-1", Total: total})
			requirePriceChanged(t, err)
			require.Empty(t, s.refs(t, "c1.1"), "I2")
		}
		// A total of nothing is an amount too (not_needed).
		_, err := s.place(t.Context(), payment("c1.1", 0), yen("A-1", 1))
		requirePriceChanged(t, err)
		// The key is still free: the host may repair the total.
		_, err = s.place(t.Context(), payment("c1.1", 1200), yen("A-1", 1200))
		require.NoError(t, err)
		s.wantOrder(t, "c1.1", yen("A-1", 1200))
		// A host that commits first was told no amount.
		_, err = s.place(t.Context(), stripesecure.Payment{ID: "c2.1"}, yen("A-2", 77))
		require.NoError(t, err)
		s.wantOrder(t, "c2.1", yen("A-2", 77))
	})
}

// Whatever place does but succeed, nothing of it stays.
func TestOnceRollsBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		s := newShop(t, d)
		soldOut := &stripesecure.Refusal{Reason: stripesecure.OutOfStock, Items: []string{"tea"}}
		boom := errors.New("boom")
		for name, end := range map[string]func(*sql.Tx) (stripesecure.Order, error){
			"refusal":   func(*sql.Tx) (stripesecure.Order, error) { return stripesecure.Order{}, soldOut },
			"error":     func(*sql.Tx) (stripesecure.Order, error) { return yen("A-1", 1200), boom },
			"no ref":    func(*sql.Tx) (stripesecure.Order, error) { return yen("", 1200), nil },
			"no total":  func(*sql.Tx) (stripesecure.Order, error) { return stripesecure.Order{Ref: "A-1"}, nil },
			"rollback":  func(tx *sql.Tx) (stripesecure.Order, error) { return yen("A-1", 1200), tx.Rollback() },
			"bad total": func(*sql.Tx) (stripesecure.Order, error) { return yen("A-1", -1200), nil },
		} {
			_, err := s.Once(t.Context(), payment("c1.1", 1200), func(tx *sql.Tx) (stripesecure.Order, error) {
				if err := s.insert(t.Context(), tx, "c1.1", "A-1"); err != nil {
					return stripesecure.Order{}, err
				}
				return end(tx)
			})
			require.Error(t, err, name)
			require.Equal(t, name == "refusal", errors.Is(err, soldOut), name)
			require.Equal(t, name == "error", errors.Is(err, boom), name)
			require.Empty(t, s.refs(t, "c1.1"), name)
		}
		require.PanicsWithValue(t, "boom", func() {
			_, _ = s.Once(t.Context(), payment("c1.1", 1200), func(tx *sql.Tx) (stripesecure.Order, error) {
				require.NoError(t, s.insert(t.Context(), tx, "c1.1", "A-1"))
				panic("boom")
			})
		})
		require.Empty(t, s.refs(t, "c1.1"))
		_, err := s.place(t.Context(), payment("c1.1", 1200), yen("A-1", 1200))
		require.NoError(t, err, "the key is free after each")
	})
}

// A place that commits by itself has lost the protection. That is loud, and is
// never taken for "no order".
func TestOnceCommittedByPlace(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		s := newShop(t, d)
		_, err := s.Once(t.Context(), payment("c1.1", 1200), func(tx *sql.Tx) (stripesecure.Order, error) {
			return yen("A-1", 1200), tx.Commit()
		})
		require.ErrorIs(t, err, sql.ErrTxDone)
		_, _, err = s.CloseOrderKey(t.Context(), "c1.1")
		require.ErrorContains(t, err, "committed by itself")
	})
}

// The total comes back deeply equal, in the decimals of its currency, whatever
// the host's had.
func TestTotalsComeBackEqual(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		s := newShop(t, d)
		for i, minor := range []stripesecure.Money{
			stripesecure.JPY(0), stripesecure.JPY(99_999_999), stripesecure.FromMinor(1250, "eur"), stripesecure.FromMinor(1200, "eur"),
			stripesecure.FromMinor(5, "usd"), stripesecure.FromMinor(5120, "kwd"), stripesecure.FromMinor(500, "isk"),
			stripesecure.FromMinor(500, "ugx"), stripesecure.FromMinor(1<<63-1, "jpy"), stripesecure.FromMinor(1<<63-1, "usd"),
		} {
			id := numbered(i)
			loose := minor // the same amount, written otherwise
			loose.Amount = minor.Amount.Shift(3).Shift(-3)
			order, err := s.place(t.Context(), stripesecure.Payment{ID: id, Total: minor}, stripesecure.Order{Ref: "A", Total: loose})
			require.NoError(t, err, minor)
			for range 2 {
				require.True(t, reflect.DeepEqual(order.Total, minor), "%#v, want %#v", order.Total, minor)
				order, _, err = s.CloseOrderKey(t.Context(), id)
				require.NoError(t, err)
			}
		}
	})
}

// I12: two shops in one database may have the same checkout id.
func TestOrderKeysOfTwoShops(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		main := newShop(t, d)
		other := main
		other.Shop = "MAIN"
		_, found, err := other.CloseOrderKey(t.Context(), "c1.1")
		require.NoError(t, err)
		require.False(t, found)
		_, err = main.place(t.Context(), payment("c1.1", 1200), yen("A-1", 1200))
		require.NoError(t, err)
		main.wantOrder(t, "c1.1", yen("A-1", 1200))
	})
}

// Bad use is an error before anything is begun.
func TestOrderKeysMisuse(t *testing.T) {
	t.Parallel()
	s := newShop(t, dbtest.SQLite(t))
	for name, k := range map[string]sqlstore.OrderKeys{
		"no DB":           {Dialect: sqlstore.SQLite},
		"no dialect":      {DB: s.DB},
		"unknown dialect": {DB: s.DB, Dialect: "oracle"},
		"bad shop":        {DB: s.DB, Dialect: sqlstore.SQLite, Shop: "\x00"},
	} {
		_, _, err := k.CloseOrderKey(t.Context(), "c1.1")
		require.Error(t, err, name)
		_, err = k.Once(t.Context(), payment("c1.1", 1), nil)
		require.Error(t, err, name)
	}
	for _, id := range []stripesecure.PaymentID{"", "c1", "c1.", "c1.0", ".1", "c1.1.x"} {
		_, _, err := s.CloseOrderKey(t.Context(), id)
		require.ErrorContains(t, err, "not a payment id")
	}
}
