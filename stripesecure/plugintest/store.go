package plugintest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// TestStore holds a store to every rule of [stripesecure.Store]. newStore returns
// a new, empty store for each of them.
//
// What the rules cannot see from inside a process is yours to test: that what Put
// has confirmed is still there after the power went.
func TestStore(t *testing.T, newStore func(t *testing.T) stripesecure.Store) {
	t.Helper()
	runRules(t, StoreRules(), newStore)
}

// StoreRules are the rules of TestStore. Each wants an empty store.
func StoreRules() []Rule[stripesecure.Store] {
	return []Rule[stripesecure.Store]{
		{"STORE-01", "what was never stored is ErrNoRow, and nothing can be changed into being",
			"a checkout that was never stored is taken for a stored one", checkMissing},
		{"STORE-02", "a row comes back as it was stored, at the next version",
			"a payment comes back other than it was: its order or its hold is lost", checkRoundTrip},
		{"STORE-03", "Put with any version but the stored one is ErrConflict and changes nothing",
			"a server that slept writes over newer news; a captured payment becomes open again (C19, I8)", checkStale},
		{"STORE-04", "of many Puts with the same version exactly one is taken",
			"two tabs both become the one live attempt, and the buyer pays twice (I1, I6)", checkOneWinner},
		{"STORE-05", "what several servers see of a row is one story (linearizable)",
			"a server reads a state that was already left, and cancels the hold of an order", checkLinear},
		{"STORE-06", "Due gives the rows that are due, the longest due first, up to limit",
			"interrupted payments are never finished, or the oldest starve (I10)", checkDue},
		{"STORE-07", "the rows of one shop are not those of another",
			"one shop reads or changes the payments of another (I12)", checkShops},
		{"STORE-08", "ids that look alike are different ids",
			"two buyers share one checkout: one pays for the other", checkExactIDs},
		{"STORE-09", "a body of any bytes, up to 1 MiB, comes back as it was",
			"a payment with a long history can no longer be read", checkBodies},
		{"STORE-10", "Due keeps its microsecond, from the year 1 to 9999",
			"a payment is swept too early or never; a deadline is missed", checkTimes},
		{"STORE-11", "a member's customer belongs to one shop, environment and account",
			"a member sees another member's saved cards, or loses the own ones (CUS-01)", checkCustomers},
		{"STORE-12", "of many SetCustomers with the same old value exactly one is taken",
			"a member has two customers at Stripe, and cards saved at one are lost (CUS-03)", checkOneCustomer},
		{"STORE-13", "a call whose context has ended is context.Canceled and changes nothing",
			"a caller who has gone still writes, or hangs a server at its stop", checkContext},
		{"STORE-14", "the store keeps bytes of its own",
			"a caller that reuses its buffer changes what is stored", checkBuffers},
		{"STORE-15", "other shops take no place in the answer of Due, however many rows they have",
			"a small shop's payments are never finished beside a large one (I12)", checkDueOfShop},
		{"STORE-16", "List gives the rows of a prefix by pages, in the order of their bytes",
			"an event that waits is never worked on; the merchant's page leaves rows out", checkList},
		{"STORE-17", "Delete removes the version it names and no other",
			"what another server has just changed is thrown away, and an event with it", checkDelete},
	}
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
	_, list := s.List(gone, "shop", "", "", 10)
	_, customer := s.Customer(gone, key)
	for call, err := range map[string]error{
		"Get": get, "Put": s.Put(gone, row), "Due": due, "List": list, "Delete": s.Delete(gone, "shop", "c1", 1),
		"Customer": customer, "SetCustomer": s.SetCustomer(gone, key, "cus_1", "cus_2"),
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
