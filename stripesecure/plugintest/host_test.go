package plugintest

import (
	"context"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

func TestRightShop(t *testing.T) {
	t.Parallel()
	right := func(*testing.T) Shop { return newMemShop(memWrong{}).suite() }
	TestHost(t, right)
	TestHostFirst(t, right)
}

// An engine that only knows orders that are made first is held to what is left.
func TestRightShopFirst(t *testing.T) {
	t.Parallel()
	first := func(*testing.T) Shop {
		s := newMemShop(memWrong{}).suite()
		s.Orders = nil
		return s
	}
	var skipped []string
	for _, rule := range HostRules() {
		if err := rule.Check(t.Context(), first(t)); err != nil {
			require.ErrorIs(t, err, ErrSkipped, rule.ID)
			skipped = append(skipped, rule.ID)
		}
	}
	require.Equal(t, []string{
		"HOST-02", "HOST-03", "HOST-06", "HOST-07", "HOST-09", "HOST-10", "HOST-16", "HOST-17", "HOST-18", "HOST-19",
	}, skipped)
	TestHostFirst(t, first)
}

// A shop that can show nothing is proven in nothing, and passes nothing.
func TestPoorShop(t *testing.T) {
	t.Parallel()
	m := newMemShop(memWrong{})
	poor := Shop{Host: m, NewCart: m.newCart}
	skipped := 0
	for _, rule := range everything() {
		if err := rule.Check(t.Context(), poor); err != nil {
			assert.ErrorIs(t, err, ErrSkipped, rule.ID)
			skipped++
		}
	}
	assert.Equal(t, len(everything())-2, skipped, "but HOST-05 and HOST-14")
}

func everything() []Rule[Shop] { return append(HostRules(), HostFirstRules()...) }

// unlocked lets go of the lock while f runs: what a shop does that reads first
// and writes later.
func (m *memShop) unlocked(f func()) {
	m.mu.Unlock()
	defer m.mu.Lock()
	f()
}

// hostMutants break each rule once.
var hostMutants = map[string]func(*memWrong){
	"HOST-01": func(w *memWrong) { // an order of another amount
		w.place = func(ctx context.Context, m *memShop, p stripesecure.Payment) (stripesecure.Order, error) {
			order, err := m.place(ctx, p)
			order.Total = plus(order.Total, -100)
			return order, err
		}
	},
	"HOST-02": func(w *memWrong) { // forgets what it was asked
		w.place = func(ctx context.Context, m *memShop, p stripesecure.Payment) (stripesecure.Order, error) {
			delete(m.data.keys, p.ID)
			return m.place(ctx, p)
		}
	},
	"HOST-03": func(w *memWrong) { // looks first, inserts later
		w.place = func(ctx context.Context, m *memShop, p stripesecure.Payment) (stripesecure.Order, error) {
			if order := m.data.keys[p.ID]; order != nil {
				return *order, nil
			}
			m.unlocked(runtime.Gosched)
			return m.insert(p.ID), nil
		}
	},
	"HOST-04": func(w *memWrong) { // knows closed keys only
		w.close = func(_ context.Context, m *memShop, id stripesecure.PaymentID) (stripesecure.Order, bool, error) {
			_, _, err := m.closeKey(id)
			return stripesecure.Order{}, false, err
		}
	},
	"HOST-05": func(w *memWrong) { // looks for the order and closes nothing
		w.close = func(_ context.Context, m *memShop, id stripesecure.PaymentID) (stripesecure.Order, bool, error) {
			if order := m.data.keys[id]; order != nil {
				return *order, true, nil
			}
			return stripesecure.Order{}, false, nil
		}
	},
	"HOST-06": func(w *memWrong) { // looks first, closes later
		w.close = func(_ context.Context, m *memShop, id stripesecure.PaymentID) (stripesecure.Order, bool, error) {
			if order := m.data.keys[id]; order != nil {
				return *order, true, nil
			}
			for range 100_000 { // until the order is made meanwhile
				if m.data.keys[id] != nil {
					break
				}
				m.unlocked(runtime.Gosched)
			}
			if m.data.keys[id] == nil {
				m.data.keys[id] = nil
			}
			return stripesecure.Order{}, false, nil
		}
	},
	"HOST-07": func(w *memWrong) { // one key for the cart
		first := func(id stripesecure.PaymentID) stripesecure.PaymentID {
			return stripesecure.PaymentID(id.Checkout() + ".1")
		}
		w.close = func(_ context.Context, m *memShop, id stripesecure.PaymentID) (stripesecure.Order, bool, error) {
			return m.closeKey(first(id))
		}
		w.place = func(ctx context.Context, m *memShop, p stripesecure.Payment) (stripesecure.Order, error) {
			p.ID = first(p.ID)
			return m.place(ctx, p)
		}
	},
	"HOST-08": func(w *memWrong) { // numbers that begin again
		w.place = func(ctx context.Context, m *memShop, p stripesecure.Payment) (stripesecure.Order, error) {
			order, err := m.place(ctx, p)
			order.Ref = "R-20260501"
			return order, err
		}
	},
	"HOST-09": func(w *memWrong) { // trusts the snapshot
		w.place = func(ctx context.Context, m *memShop, p stripesecure.Payment) (stripesecure.Order, error) {
			p.Total = stripesecure.JPY(2400)
			return m.place(ctx, p)
		}
	},
	"HOST-10": func(w *memWrong) { // an error like any other
		w.place = func(ctx context.Context, m *memShop, p stripesecure.Payment) (stripesecure.Order, error) {
			order, err := m.place(ctx, p)
			if m.data.gone[p.Checkout] {
				return order, errLost
			}
			return order, err
		}
	},
	"HOST-11": func(w *memWrong) { // the second capture is an overpayment
		w.change = func(_ context.Context, m *memShop, p stripesecure.Payment) error {
			if was := m.data.shown[p.ID]; was.State == stripesecure.StateCaptured && p.State == was.State {
				p.State, p.Version = stripesecure.StateRefunded, p.Version+1
			}
			return m.change(p)
		}
	},
	"HOST-12": func(w *memWrong) { // the last one to come counts
		w.change = func(_ context.Context, m *memShop, p stripesecure.Payment) error {
			m.data.shown[p.ID] = p
			return nil
		}
	},
	"HOST-13": func(w *memWrong) { // compares first, stores later
		w.change = func(_ context.Context, m *memShop, p stripesecure.Payment) error {
			if m.data.shown[p.ID].Version >= p.Version {
				return nil
			}
			m.unlocked(runtime.Gosched)
			m.data.shown[p.ID] = p
			return nil
		}
	},
	"HOST-14": func(w *memWrong) { // knows no payment without an order
		w.change = func(_ context.Context, m *memShop, p stripesecure.Payment) error {
			if m.data.keys[p.ID] == nil {
				return errLost
			}
			return m.change(p)
		}
	},
	"HOST-15": func(w *memWrong) { // keys in memory
		w.shop = func(s *Shop) {
			s.Restart = func(context.Context) (Shop, error) { return newMemShop(memWrong{}).suite(), nil }
		}
	},
	"HOST-16": func(w *memWrong) { // stops in the middle: the key is taken, the order is not there
		w.place = func(ctx context.Context, m *memShop, p stripesecure.Payment) (stripesecure.Order, error) {
			if ctx.Err() != nil {
				m.data.keys[p.ID] = nil
			}
			return m.place(ctx, p)
		}
	},
	"HOST-17": func(w *memWrong) { // the second time it is not new
		asked := map[stripesecure.PaymentID]bool{}
		w.place = func(ctx context.Context, m *memShop, p stripesecure.Payment) (stripesecure.Order, error) {
			if asked[p.ID] {
				return stripesecure.Order{}, errLost
			}
			asked[p.ID] = true
			return m.place(ctx, p)
		}
	},
	"HOST-18": func(w *memWrong) { // only for a buyer who is there
		w.place = func(ctx context.Context, m *memShop, p stripesecure.Payment) (stripesecure.Order, error) {
			if len(p.Snapshot) == 0 || p.Intent != "pi_1" { // it came from the sweep
				return stripesecure.Order{}, errLost
			}
			return m.place(ctx, p)
		}
	},
	"HOST-19": func(w *memWrong) { // refuses as if it had an order to cancel
		w.place = func(ctx context.Context, m *memShop, p stripesecure.Payment) (stripesecure.Order, error) {
			if m.data.gone[p.Checkout] {
				return stripesecure.Order{}, errLost
			}
			return m.place(ctx, p)
		}
	},
	"FIRST-01": func(w *memWrong) { // makes the id up
		w.commit = func(_ context.Context, m *memShop, cart stripesecure.Cart) (stripesecure.Order, error) {
			m.mu.Lock()
			defer m.mu.Unlock()
			return m.insert(stripesecure.PaymentID(cart.ID + ".1")), nil
		}
	},
	"FIRST-02": func(w *memWrong) { // tries once
		w.retry = func(context.Context, *memShop) error { return nil }
	},
	"FIRST-03": func(w *memWrong) { // its ref is its own business
		w.undo = func(ctx context.Context, m *memShop, _ string) error {
			m.mu.Lock()
			defer m.mu.Unlock()
			for id := range m.data.orders {
				_, _ = m.plugin.OrderRefused(ctx, id, stripesecure.Refusal{Reason: stripesecure.Cancelled})
			}
			return nil
		}
	},
	"FIRST-04": func(w *memWrong) { // tidies up
		w.change = func(_ context.Context, m *memShop, p stripesecure.Payment) error {
			if p.State == stripesecure.StateFailed {
				delete(m.data.orders, p.ID)
			}
			return m.change(p)
		}
	},
	"FIRST-05": func(w *memWrong) { // does not look
		w.commit = func(ctx context.Context, m *memShop, cart stripesecure.Cart) (stripesecure.Order, error) {
			p, err := m.plugin.Current(ctx, cart.ID)
			if err != nil {
				return stripesecure.Order{}, err
			}
			m.mu.Lock()
			defer m.mu.Unlock()
			return m.insert(p.ID), nil
		}
	},
	"FIRST-06": func(w *memWrong) { // never reports
		w.commit = func(ctx context.Context, m *memShop, cart stripesecure.Cart) (stripesecure.Order, error) {
			p, err := m.plugin.Current(ctx, cart.ID)
			if err != nil {
				return stripesecure.Order{}, err
			}
			m.mu.Lock()
			defer m.mu.Unlock()
			return m.insert(p.ID), nil
		}
		w.close = func(context.Context, *memShop, stripesecure.PaymentID) (stripesecure.Order, bool, error) {
			return stripesecure.Order{}, false, nil
		}
	},
	"FIRST-07": func(w *memWrong) { // cancels quietly
		w.undo = func(_ context.Context, m *memShop, ref string) error {
			m.mu.Lock()
			defer m.mu.Unlock()
			for id, orders := range m.data.orders {
				if orders[0].Ref == ref {
					delete(m.data.orders, id)
				}
			}
			return nil
		}
	},
}

// TestHostMutants: a rule that every shop passes proves nothing.
func TestHostMutants(t *testing.T) {
	t.Parallel()
	caught(t, everything(), hostMutants, func(_ *testing.T, mutate func(*memWrong)) Shop {
		wrong := memWrong{}
		mutate(&wrong)
		return newMemShop(wrong).suite()
	})
}
