package dbtest_test

import (
	"database/sql"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
)

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
