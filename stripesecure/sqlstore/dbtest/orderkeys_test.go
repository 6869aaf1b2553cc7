package dbtest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
)

// shop is a host: a table of orders, and the order keys by embedding.
type shop struct {
	sqlstore.OrderKeys
}

// newShop makes the tables in d.
func newShop(t *testing.T, d dbtest.Database) shop {
	t.Helper()
	_, db := d.Store(t)
	text := "CREATE TABLE orders (ref VARCHAR(128) NOT NULL, payment VARCHAR(128) NOT NULL)"
	if d.Dialect == sqlstore.MySQL {
		text += " COLLATE utf8mb4_bin"
	}
	_, err := db.ExecContext(t.Context(), text)
	require.NoError(t, err)
	return shop{sqlstore.OrderKeys{DB: db, Dialect: d.Dialect, Shop: "main"}}
}

// insert is the host's own part of the transaction. The ref and the payment id
// are made by the tests, so they may stand in the text.
func (s shop) insert(ctx context.Context, tx *sql.Tx, id stripesecure.PaymentID, ref string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO orders (ref, payment) VALUES ('"+ref+"', '"+string(id)+"')")
	return err
}

// place makes the order of p once.
func (s shop) place(ctx context.Context, p stripesecure.Payment, order stripesecure.Order) (stripesecure.Order, error) {
	return s.Once(ctx, p, func(tx *sql.Tx) (stripesecure.Order, error) {
		return order, s.insert(ctx, tx, p.ID, order.Ref)
	})
}

// refs are the orders that the host has for a payment.
func (s shop) refs(t *testing.T, id stripesecure.PaymentID) []string {
	t.Helper()
	rows, err := s.DB.QueryContext(t.Context(), "SELECT ref FROM orders WHERE payment = '"+string(id)+"'")
	require.NoError(t, err)
	defer rows.Close()
	var refs []string
	for rows.Next() {
		var ref string
		require.NoError(t, rows.Scan(&ref))
		refs = append(refs, ref)
	}
	require.NoError(t, rows.Err())
	return refs
}

// wantOrder holds what the host has, what the key says and that it stays so.
func (s shop) wantOrder(t *testing.T, id stripesecure.PaymentID, want stripesecure.Order) {
	t.Helper()
	require.Equal(t, []string{want.Ref}, s.refs(t, id), "I11")
	for range 2 {
		got, found, err := s.CloseOrderKey(t.Context(), id)
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, want, got)
	}
}

// wantNone holds that there is no order and can be none.
func (s shop) wantNone(t *testing.T, id stripesecure.PaymentID) {
	t.Helper()
	for range 2 {
		got, found, err := s.CloseOrderKey(t.Context(), id)
		require.NoError(t, err)
		require.False(t, found)
		require.Equal(t, stripesecure.Order{}, got)
		_, err = s.place(t.Context(), stripesecure.Payment{ID: id}, yen("late", 1))
		requireClosed(t, err)
	}
	require.Empty(t, s.refs(t, id))
}

func requireClosed(t *testing.T, err error) {
	t.Helper()
	require.ErrorIs(t, err, sqlstore.ErrKeyClosed)
	var refusal *stripesecure.Refusal
	require.ErrorAs(t, err, &refusal, "PlaceOrder returns it as it is")
	require.Equal(t, stripesecure.Closed, refusal.Reason)
	require.Empty(t, refusal.Ref)
}

func yen(ref string, amount int64) stripesecure.Order {
	return stripesecure.Order{Ref: ref, Total: stripesecure.FromMinor(amount, "jpy")}
}

// numbered is the first payment of the checkout with a number.
func numbered(n int) stripesecure.PaymentID {
	return stripesecure.PaymentID(fmt.Sprintf("c%d.1", n))
}

func payment(id stripesecure.PaymentID, amount int64) stripesecure.Payment {
	return stripesecure.Payment{ID: id, Total: stripesecure.JPY(amount)}
}

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

func requirePriceChanged(t *testing.T, err error) {
	t.Helper()
	var refusal *stripesecure.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, stripesecure.PriceChanged, refusal.Reason)
	require.Empty(t, refusal.Ref)
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

// I11: many servers place the order of one payment at once.
func TestOnceRace(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		s := newShop(t, d)
		var all sync.WaitGroup
		var mu sync.Mutex
		answers := map[string]int{}
		for i := range 30 {
			all.Go(func() {
				order, err := s.place(t.Context(), payment("c1.1", 1200), yen("A-"+string(rune('a'+i)), 1200))
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				answers[order.Ref]++
			})
		}
		all.Wait()
		refs := s.refs(t, "c1.1")
		require.Len(t, refs, 1)
		require.Equal(t, map[string]int{refs[0]: 30}, answers, "all are told the same order")
	})
}

// The first ones fail after they have taken the key; one of those that wait for
// them makes the order. On MySQL two that wait for a rollback deadlock.
func TestOnceRaceWithRollbacks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		s := newShop(t, d)
		refusal := &stripesecure.Refusal{Reason: stripesecure.OutOfStock}
		var calls, placed atomic.Int64
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				_, err := s.Once(t.Context(), payment("c1.1", 1200), func(tx *sql.Tx) (stripesecure.Order, error) {
					if err := s.insert(t.Context(), tx, "c1.1", "A-1"); err != nil {
						return stripesecure.Order{}, err
					}
					if calls.Add(1) <= 10 {
						return stripesecure.Order{}, refusal
					}
					return yen("A-1", 1200), nil
				})
				if err == nil {
					placed.Add(1)
				} else if !errors.Is(err, refusal) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		require.EqualValues(t, 10, placed.Load())
		s.wantOrder(t, "c1.1", yen("A-1", 1200))
	})
}

// Rule 11: CloseOrderKey beside Once gives the order or none, for ever.
func TestCloseRace(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		s := newShop(t, d)
		closed := 0
		for i := range 40 {
			id := numbered(i)
			var all sync.WaitGroup
			var found [3]bool
			var errs [5]error
			for j := range found {
				all.Go(func() { _, found[j], errs[j] = s.CloseOrderKey(t.Context(), id) })
			}
			for j := range 2 {
				all.Go(func() { _, errs[3+j] = s.place(t.Context(), payment(id, 1200), yen("A-1", 1200)) })
			}
			all.Wait()
			require.NoError(t, errors.Join(errs[:3]...))
			require.Equal(t, found[0], found[1])
			require.Equal(t, found[0], found[2])
			if found[0] {
				require.NoError(t, errors.Join(errs[3:]...))
				s.wantOrder(t, id, yen("A-1", 1200))
				continue
			}
			closed++
			requireClosed(t, errs[3])
			requireClosed(t, errs[4])
			s.wantNone(t, id)
		}
		t.Logf("%d of 40 keys were closed first", closed)
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
