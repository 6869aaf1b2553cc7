package reconcile_test

import (
	"context"
	"iter"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/reconcile"
	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/plugintest"
	"github.com/ec-plugins/stripesecure/wording"
)

// Stripe's test cards.
const (
	visa    = "4242424242424242"
	threeDS = "4000002760003184"
)

// shop is a host with its own list of orders, around the real plugin.
type shop struct {
	*plugintest.Bench

	t       *testing.T
	mu      sync.Mutex
	keys    map[stripesecure.PaymentID]*stripesecure.Order
	orders  map[string]*reconcile.Order
	refusal *stripesecure.Refusal
}

func newShop(t *testing.T, change ...func(*settings.Settings)) *shop {
	t.Helper()
	s := &shop{t: t, keys: map[stripesecure.PaymentID]*stripesecure.Order{}, orders: map[string]*reconcile.Order{}}
	s.Bench = plugintest.New(t, s)
	for _, c := range change {
		s.Configure(c)
	}
	return s
}

func manual(s *settings.Settings) { s.Capture = settings.CaptureManual }

// CloseOrderKey implements stripesecure.Host.
func (s *shop) CloseOrderKey(_ context.Context, id stripesecure.PaymentID) (stripesecure.Order, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	order, decided := s.keys[id]
	if !decided {
		s.keys[id] = nil
	}
	if order == nil {
		return stripesecure.Order{}, false, nil
	}
	return *order, true, nil
}

// Changed implements stripesecure.Host: the shop's list says what it was told.
func (s *shop) Changed(_ context.Context, p stripesecure.Payment) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.Order == nil || s.orders[p.Order.Ref] == nil {
		return nil
	}
	o := s.orders[p.Order.Ref]
	status := map[stripesecure.State]reconcile.OrderStatus{
		stripesecure.StateHeld: reconcile.Authorized, stripesecure.StateCaptured: reconcile.Paid,
		stripesecure.StateRefunded: reconcile.Refunded,
	}[p.State]
	if status != 0 {
		o.Status = status
	}
	o.Refunded, _ = p.Refunded.Minor()
	return nil
}

func (s *shop) cart(id stripesecure.CheckoutID) stripesecure.Cart {
	return stripesecure.Cart{
		ID: id, Total: stripesecure.JPY(2400), Country: "JP", Language: wording.Japanese,
		Buyer: stripesecure.Buyer{Name: "山田 花子", Email: "hanako@example.com"}, ReturnURL: "https://shop.example/back",
	}
}

// pay submits a card and does what the plugin says.
func (s *shop) pay(id stripesecure.CheckoutID, card string) stripesecure.Result {
	s.t.Helper()
	res, err := s.Plugin.Pay(s.t.Context(), s.cart(id), stripesecure.Input{Token: s.Stripe.Token(card)})
	require.NoError(s.t, err)
	return res
}

// buy pays and places the order.
func (s *shop) buy(id stripesecure.CheckoutID) stripesecure.Payment {
	s.t.Helper()
	return s.place(s.pay(id, visa))
}

func (s *shop) place(res stripesecure.Result) stripesecure.Payment {
	s.t.Helper()
	require.Equal(s.t, stripesecure.PlaceOrder, res.Do)
	if s.refusal != nil {
		res, err := s.Plugin.OrderRefused(s.t.Context(), res.Payment.ID, *s.refusal)
		require.NoError(s.t, err)
		return res.Payment
	}
	order := stripesecure.Order{Ref: "R-" + string(res.Payment.ID), Total: res.Payment.Total}
	s.mu.Lock()
	s.keys[res.Payment.ID] = &order
	s.orders[order.Ref] = &reconcile.Order{
		ID: order.Ref, PaymentIntent: res.Payment.Intent, Status: reconcile.Authorized, Currency: "JPY", Amount: 2400, Created: s.Now(),
	}
	s.mu.Unlock()
	res, err := s.Plugin.OrderPlaced(s.t.Context(), res.Payment.ID, order)
	require.NoError(s.t, err)
	if res.Payment.State == stripesecure.StateCaptured {
		s.orders[order.Ref].Status = reconcile.Paid
	}
	return res.Payment
}

// list is the shop's own side of the comparison.
func (s *shop) list() iter.Seq2[reconcile.Order, error] {
	return func(yield func(reconcile.Order, error) bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, ref := range slices.Sorted(maps.Keys(s.orders)) {
			if !yield(*s.orders[ref], nil) {
				return
			}
		}
	}
}

// found is a finding without its details.
type found struct {
	Class  string
	Action string
	Order  string
}

// compare reads both sides and returns the findings.
func (s *shop) compare() (*reconcile.Report, []found) {
	s.t.Helper()
	ctx := s.t.Context()
	report, err := reconcile.Compare(ctx, s.list(), reconcile.FromStripe(s.Plugin.Intents(ctx, stripesecure.IntentList{
		Until: s.Now().AddDate(0, 0, 1),
	})), reconcile.Options{At: s.Now()})
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = report.Close() })
	return report, s.findings(report)
}

func (s *shop) findings(report *reconcile.Report) []found {
	s.t.Helper()
	var all []found
	for f, err := range report.Findings() {
		require.NoError(s.t, err)
		all = append(all, found{f.Class.String(), f.Action.String(), f.OrderID})
	}
	return all
}

func (s *shop) sweep(minutes int) {
	s.t.Helper()
	for range minutes {
		require.NoError(s.t, s.Sweep(s.t.Context(), 60e9))
	}
}
