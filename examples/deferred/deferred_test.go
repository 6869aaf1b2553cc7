package deferred_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ec-plugins/stripesecure/examples/deferred"
	"github.com/ec-plugins/stripesecure/internal/canary/guard"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/plugintest"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

func newPlugin(o stripesecure.Options) (stripesecure.PaymentPlugin, plugintest.Sweeper, error) {
	p, err := deferred.New(deferred.Options{Options: o, Department: "tea"})
	if err != nil {
		return nil, nil, err
	}
	return p, stripesecure.NewRunner(o.Store, p.Plugin), nil
}

// It is a payment plugin like any other, and loses no hook of its host.
func TestPlugin(t *testing.T) { plugintest.TestPlugin(t, newPlugin) }
func TestHooks(t *testing.T)  { plugintest.TestHooks(t, newPlugin) }

const visa = "4242424242424242"

// shop is a host with the plugin, on a bench that has everything else.
type shop struct {
	*plugintest.Bench
	*plugintest.MemoryHost

	plugin *deferred.Plugin
	runner *stripesecure.Runner
	alerts []string
}

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{MemoryHost: plugintest.NewMemoryHost()}
	s.Bench = plugintest.New(t, s.MemoryHost, func(o *stripesecure.Options) {
		o.Orders = s.MemoryHost
		*o = guard.Around(t, *o)
	})
	var err error
	s.plugin, err = deferred.New(deferred.Options{
		Options: s.Options, GuestLimit: stripesecure.JPY(10_000), LargeFrom: stripesecure.JPY(8_000), Department: "tea",
		Alert: func(_ context.Context, text string) { s.alerts = append(s.alerts, text) },
	})
	if err != nil {
		t.Fatal(err)
	}
	s.runner = stripesecure.NewRunner(s.Options.Store, s.plugin.Plugin)
	return s
}

func (s *shop) pay(t *testing.T, total int64) stripesecure.Result {
	t.Helper()
	cart := plugintest.Cart("cart-1")
	cart.Total = stripesecure.JPY(total)
	res, err := s.plugin.Pay(t.Context(), cart, stripesecure.Input{Token: s.Stripe.Token(visa)})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// ⑬ is automatic on the bench, and nothing is taken until the goods leave.
func TestShip(t *testing.T) {
	s := newShop(t)
	p := s.pay(t, 2400).Payment
	for range 3 {
		s.Advance(time.Hour)
		if err := s.runner.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	pi := s.Stripe.Intents()[0]
	if pi.Status != stripetest.StatusRequiresCapture || pi.Metadata["department"] != "tea" ||
		!strings.HasSuffix(pi.Description, "charged when shipped") {
		t.Fatalf("%s, %q, %q", pi.Status, pi.Metadata["department"], pi.Description)
	}
	for range 2 { // a clerk's double click
		shipped, err := s.plugin.Ship(t.Context(), p.ID, stripesecure.JPY(2000))
		if err != nil || !shipped.Captured.Equal(stripesecure.JPY(2000)) {
			t.Fatalf("shipped: %v, %v", shipped.Captured, err)
		}
	}
	if _, err := s.plugin.Ship(t.Context(), p.ID, stripesecure.JPY(400)); !errors.Is(err, stripesecure.ErrCaptured) {
		t.Errorf("a second parcel: %v", err)
	}
}

func TestShip_nothing(t *testing.T) {
	s := newShop(t)
	s.pay(t, 2400)
	_, err := s.plugin.OrderRefused(t.Context(), "cart-1.1", stripesecure.Refusal{Reason: stripesecure.Cancelled, Ref: "R-cart-1.1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.plugin.Ship(t.Context(), "cart-1.1", stripesecure.Money{}); !errors.Is(err, deferred.ErrNothingToShip) {
		t.Errorf("shipping a cancelled order: %v", err)
	}
}

func TestRiskAndStatus(t *testing.T) {
	for total, want := range map[int64]string{2400: "new", 8000: deferred.StatusToCheck, 10_000: deferred.StatusToCheck} {
		s := newShop(t)
		if res := s.pay(t, total); res.Do != stripesecure.GoTo {
			t.Fatalf("%d: %s", total, res.Do)
		}
		if got := s.Asked()[0].OrderStatus; got != want {
			t.Errorf("an order of %d begins as %q, want %q", total, got, want)
		}
	}
	s := newShop(t)
	if res := s.pay(t, 10_001); res.Message.Code != "sign_in_to_pay" || len(s.Stripe.Calls("POST *")) > 0 {
		t.Errorf("a guest with 10,001: %q, %v", res.Message.Code, s.Stripe.Calls("POST *"))
	}
}

// A backup was restored: somebody is called, and the money is left alone.
func TestAlert(t *testing.T) {
	s := newShop(t)
	s.pay(t, 2400)
	row, err := s.Options.Store.Get(t.Context(), "shop", "cart-1")
	if err == nil {
		err = s.Options.Store.Delete(t.Context(), "shop", "cart-1", row.Version)
	}
	for range 2 {
		s.Advance(time.Hour)
		err = errors.Join(err, s.runner.Sweep(t.Context()))
	}
	if err != nil || len(s.alerts) != 1 || !strings.Contains(s.alerts[0], s.Stripe.Intents()[0].ID) {
		t.Errorf("%q, %v", s.alerts, err)
	}
}
