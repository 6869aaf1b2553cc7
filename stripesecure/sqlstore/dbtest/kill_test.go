package dbtest_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
)

const victimEnv = "STRIPESECURE_DBTEST_VICTIM"

// TestVictim is the process that TestKill kills. It says each number after it
// has stored it, in a row and as an order.
func TestVictim(t *testing.T) {
	parts := strings.SplitN(os.Getenv(victimEnv), "|", 4)
	if len(parts) != 4 {
		return // it is a part of TestKill
	}
	from, err := strconv.Atoi(parts[0])
	require.NoError(t, err)
	d := dbtest.Database{Dialect: sqlstore.Dialect(parts[1]), Driver: parts[2], DSN: parts[3]}
	db := d.Open(t)
	store := newStore(t, db, d)
	s := shop{sqlstore.OrderKeys{DB: db, Dialect: d.Dialect, Shop: "main"}}
	for n := from; ; n++ {
		row := stripesecure.Row{Shop: "main", Checkout: "c", Version: int64(n - 1), Body: []byte(strconv.Itoa(n))}
		require.NoError(t, store.Put(t.Context(), row))
		id := numbered(n)
		_, err := s.place(t.Context(), payment(id, int64(n)), yen(strconv.Itoa(n), int64(n)))
		require.NoError(t, err)
		fmt.Printf("stored %d\n", n)
	}
}

// What was confirmed is there after kill -9, and what was not is there whole or
// not at all: the key and the order together (rule 11, C10, C11).
func TestKill(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		s := newShop(t, d)
		store := newStore(t, s.DB, d)
		stored := 0
		doubtful := map[int]bool{} // the victim was killed before it confirmed them
		for round := range 10 {
			stored = killAfter(t, d, stored+1, 3+round*7%11)
			row, err := store.Get(t.Context(), "main", "c")
			require.NoError(t, err)
			require.Contains(t, []int64{int64(stored), int64(stored) + 1}, row.Version)
			require.Equal(t, strconv.FormatInt(row.Version, 10), string(row.Body))
			for n := max(1, stored-30); n <= stored; n++ {
				if doubtful[n] {
					continue
				}
				s.wantOrder(t, numbered(n), yen(strconv.Itoa(n), int64(n)))
			}
			next := numbered(stored + 1)
			_, found, err := s.CloseOrderKey(t.Context(), next)
			require.NoError(t, err)
			if found {
				s.wantOrder(t, next, yen(strconv.Itoa(stored+1), int64(stored+1)))
			} else {
				s.wantNone(t, next)
			}
			stored++ // the next victim goes on after this one
			doubtful[stored] = true
			if row.Version < int64(stored) {
				row.Body = []byte(strconv.Itoa(stored))
				require.NoError(t, ignoreConflict(store.Put(t.Context(), row)), "the server may have finished the victim's")
			}
		}
	})
}

func ignoreConflict(err error) error {
	if errors.Is(err, stripesecure.ErrConflict) {
		return nil
	}
	return err
}

// killAfter starts a victim, kills it after it has stored count numbers, and
// returns the last one that it has confirmed.
func killAfter(t *testing.T, d dbtest.Database, from, count int) int {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	victim := exec.CommandContext(t.Context(), program, "-test.run=^TestVictim$")
	victim.Env = append(os.Environ(), fmt.Sprintf("%s=%d|%s|%s|%s", victimEnv, from, d.Dialect, d.Driver, d.DSN))
	out, err := victim.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, victim.Start())
	last := 0
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		number, ok := strings.CutPrefix(lines.Text(), "stored ")
		require.True(t, ok, lines.Text())
		if last, err = strconv.Atoi(number); err != nil {
			continue // cut off
		}
		if last == from+count {
			require.NoError(t, victim.Process.Kill())
		}
	}
	require.Error(t, victim.Wait())
	require.GreaterOrEqual(t, last, from+count)
	return last
}
