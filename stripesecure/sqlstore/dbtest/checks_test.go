package dbtest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// check is one rule of stripesecure.Store. It gets an empty store.
type check struct {
	id     string
	breaks string // what goes wrong in a shop when the rule does not hold
	run    func(ctx context.Context, s stripesecure.Store) error
}

var checks = []check{
	{"ST-01", "a checkout that was never stored is taken for a stored one", checkMissing},
	{"ST-02", "a payment comes back other than it was stored", checkRoundTrip},
	{"ST-03", "a paused server writes over newer news (C19, I8)", checkStale},
	{"ST-04", "two tabs both become the one live attempt (I1, I6)", checkOneWinner},
	{"ST-05", "a server reads a state that was already left", checkLinear},
	{"ST-06", "the sweep misses due rows, or starves the oldest (I10)", checkDue},
	{"ST-07", "one shop reads or changes the rows of another (I12)", checkShops},
	{"ST-08", "two checkouts whose ids look alike share one row", checkExactIDs},
	{"ST-09", "a large or binary body is cut", checkBodies},
	{"ST-10", "a row is due at another time than it said", checkTimes},
	{"ST-11", "a member gets another member's customer, or loses the own one (CUS-01)", checkCustomers},
	{"ST-12", "two customers are made for one member, and one is lost (CUS-03)", checkOneCustomer},
	{"ST-13", "a caller who has gone still writes, or waits", checkContext},
	{"ST-14", "a caller that reuses its buffer changes what is stored", checkBuffers},
	{"ST-15", "a shop's sweep starves behind the rows of another, or works on them (I12)", checkDueOfShop},
	{"ST-16", "an event that waits is never worked on, or another shop's is", checkList},
	{"ST-17", "what another server has just changed is thrown away", checkDelete},
}

func checkMissing(ctx context.Context, s stripesecure.Store) error {
	_, err := s.Get(ctx, "shop", "none")
	if !errors.Is(err, stripesecure.ErrNoRow) {
		return fmt.Errorf("Get of nothing: %v, want ErrNoRow", err)
	}
	err = s.Put(ctx, stripesecure.Row{Shop: "shop", Checkout: "none", Version: 3, Body: []byte("x")})
	if !errors.Is(err, stripesecure.ErrConflict) {
		return fmt.Errorf("Put of version 3 onto nothing: %v, want ErrConflict", err)
	}
	if _, err = s.Get(ctx, "shop", "none"); !errors.Is(err, stripesecure.ErrNoRow) {
		return fmt.Errorf("Get after a refused Put: %v, want ErrNoRow", err)
	}
	due, err := s.Due(ctx, "shop", time.Now(), 10)
	if err != nil || len(due) > 0 {
		return fmt.Errorf("Due of an empty store: %v, %v", due, err)
	}
	return nil
}

func checkRoundTrip(ctx context.Context, s stripesecure.Store) error {
	row := stripesecure.Row{Shop: "shop", Checkout: "c:1_A-z", Body: []byte("one")}
	for version := range int64(5) {
		row.Version = version
		row.Body = fmt.Appendf(nil, "body %d", version)
		row.Due = time.Time{}
		if version%2 == 0 {
			row.Due = time.Date(2026, 5, 1, 12, 0, int(version), 123456000, time.UTC)
		}
		if err := s.Put(ctx, row); err != nil {
			return fmt.Errorf("Put version %d: %w", version, err)
		}
		if err := want(ctx, s, row, version+1); err != nil {
			return err
		}
	}
	return nil
}

// want compares the stored row with row, at a version.
func want(ctx context.Context, s stripesecure.Store, row stripesecure.Row, version int64) error {
	got, err := s.Get(ctx, row.Shop, row.Checkout)
	if err != nil {
		return fmt.Errorf("Get %q: %w", row.Checkout, err)
	}
	if got.Shop != row.Shop || got.Checkout != row.Checkout || got.Version != version ||
		!got.Due.Equal(row.Due) || got.Due.IsZero() != row.Due.IsZero() || !bytes.Equal(got.Body, row.Body) {
		row.Version = version
		return fmt.Errorf("Get %q: %s, want %s", row.Checkout, brief(got), brief(row))
	}
	return nil
}

// brief describes a row on one line, whatever its size.
func brief(row stripesecure.Row) string {
	return fmt.Sprintf("{%q %q version %d, due %v, %d bytes %.20q}",
		row.Shop, row.Checkout, row.Version, row.Due, len(row.Body), row.Body)
}

func checkStale(ctx context.Context, s stripesecure.Store) error {
	first := stripesecure.Row{Shop: "shop", Checkout: "c1", Body: []byte("first")}
	second := first
	second.Version, second.Body = 1, []byte("second")
	if err := errors.Join(s.Put(ctx, first), s.Put(ctx, second)); err != nil {
		return err
	}
	for _, version := range []int64{0, 1, 3, -1} {
		stale := first
		stale.Version, stale.Body = version, []byte("stale")
		if err := s.Put(ctx, stale); !errors.Is(err, stripesecure.ErrConflict) {
			return fmt.Errorf("Put version %d onto 2: %v, want ErrConflict", version, err)
		}
	}
	return want(ctx, s, second, 2)
}

func checkDue(ctx context.Context, s stripesecure.Store) error {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	due := map[string]time.Duration{"later": time.Microsecond, "now": 0, "old": -time.Hour, "older": -48 * time.Hour, "same": -time.Hour}
	rows := map[string]stripesecure.Row{}
	for id, after := range due {
		rows[id] = stripesecure.Row{Shop: "shop", Checkout: id, Due: now.Add(after), Body: []byte(id)}
	}
	rows["never"] = stripesecure.Row{Shop: "shop", Checkout: "never", Body: []byte("never")}
	for _, row := range rows {
		if err := s.Put(ctx, row); err != nil {
			return err
		}
	}
	order := []string{"older", "old", "same", "now"}
	for _, limit := range []int{100, 4, 2, 1, 0} {
		if err := wantDue(ctx, s, now, limit, order[:min(limit, len(order))]); err != nil {
			return err
		}
	}
	// The longest due row is finished, the next one put off: both give way.
	finished, later := rows["older"], rows["old"]
	finished.Version, finished.Due = 1, time.Time{}
	later.Version, later.Due = 1, now.Add(time.Hour)
	if err := errors.Join(s.Put(ctx, finished), s.Put(ctx, later)); err != nil {
		return err
	}
	if err := wantDue(ctx, s, now, 100, []string{"same", "now"}); err != nil {
		return err
	}
	return wantDue(ctx, s, now.Add(time.Hour), 100, []string{"same", "now", "later", "old"})
}

func wantDue(ctx context.Context, s stripesecure.Store, now time.Time, limit int, ids []string) error {
	rows, err := s.Due(ctx, "shop", now, limit)
	if err != nil {
		return fmt.Errorf("Due: %w", err)
	}
	got := make([]string, len(rows))
	for i, row := range rows {
		got[i] = row.Checkout
		if row.Shop != "shop" {
			return fmt.Errorf("Due: row %q of shop %q", row.Checkout, row.Shop)
		}
		if !bytes.HasPrefix([]byte(row.Checkout), row.Body) {
			return fmt.Errorf("Due: row %q has body %q", row.Checkout, row.Body)
		}
		if err := want(ctx, s, row, row.Version); err != nil {
			return fmt.Errorf("Due gives another row than Get: %w", err)
		}
	}
	if !slices.Equal(got, ids) {
		return fmt.Errorf("Due, limit %d: %q, want %q", limit, got, ids)
	}
	return nil
}

func checkShops(ctx context.Context, s stripesecure.Store) error {
	a := stripesecure.Row{Shop: "a", Checkout: "c", Body: []byte("of a"), Due: time.Unix(1, 0)}
	b := stripesecure.Row{Shop: "b", Checkout: "c", Body: []byte("of b"), Due: time.Unix(2, 0)}
	joined := stripesecure.Row{Shop: "ac", Checkout: "", Body: []byte("of ac")}
	if err := errors.Join(s.Put(ctx, a), s.Put(ctx, b), s.Put(ctx, joined)); err != nil {
		return err
	}
	changed := a
	changed.Version, changed.Body = 1, []byte("of a, again")
	if err := s.Put(ctx, changed); err != nil {
		return err
	}
	return errors.Join(want(ctx, s, changed, 2), want(ctx, s, b, 1), want(ctx, s, joined, 1))
}

// checkDueOfShop: another shop with many more rows, all of them due for longer,
// takes no place in the answer, whatever the limit.
func checkDueOfShop(ctx context.Context, s stripesecure.Store) error {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for n := range 20 {
		for _, other := range []string{"other", "Shop", "shop ", "sho", "shop2", ""} {
			row := stripesecure.Row{Shop: other, Checkout: fmt.Sprint("c", n), Due: now.Add(-time.Hour), Body: []byte("of another")}
			if err := s.Put(ctx, row); err != nil {
				return err
			}
		}
	}
	if err := wantDue(ctx, s, now, 100, []string{}); err != nil {
		return fmt.Errorf("a shop without rows: %w", err)
	}
	for _, id := range []string{"c1", "c2"} {
		if err := s.Put(ctx, stripesecure.Row{Shop: "shop", Checkout: id, Due: now, Body: []byte(id)}); err != nil {
			return err
		}
	}
	if err := wantDue(ctx, s, now, 1, []string{"c1"}); err != nil {
		return err
	}
	return wantDue(ctx, s, now, 100, []string{"c1", "c2"})
}

func checkContext(ctx context.Context, s stripesecure.Store) error {
	row := stripesecure.Row{Shop: "shop", Checkout: "c1", Body: []byte("first")}
	key := stripesecure.CustomerKey{Shop: "shop", Member: "m"}
	if err := errors.Join(s.Put(ctx, row), s.SetCustomer(ctx, key, "", "cus_1")); err != nil {
		return err
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	row.Version, row.Body = 1, []byte("second")
	_, get := s.Get(gone, "shop", "c1")
	_, due := s.Due(gone, "shop", time.Now(), 10)
	_, customer := s.Customer(gone, key)
	for call, err := range map[string]error{
		"Get": get, "Put": s.Put(gone, row), "Due": due, "Customer": customer, "SetCustomer": s.SetCustomer(gone, key, "cus_1", "cus_2"),
	} {
		if !errors.Is(err, context.Canceled) {
			return fmt.Errorf("%s with a cancelled context: %v, want context.Canceled", call, err)
		}
	}
	row.Body = []byte("first")
	if id, err := s.Customer(ctx, key); id != "cus_1" || err != nil {
		return fmt.Errorf("Customer after a cancelled SetCustomer: %q, %v", id, err)
	}
	return want(ctx, s, row, 1)
}
