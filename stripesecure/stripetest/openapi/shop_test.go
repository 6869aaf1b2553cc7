package openapi_test

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/internal/canary/guard"
	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

// Stripe's test cards.
const (
	visa     = "4242424242424242"
	declined = "4000000000000002"
	blocked  = "4100000000000019"
	threeDS  = "4000002760003184"
)

// shop is a host with a plugin whose calls go through the gate.
type shop struct {
	*testing.T
	stripe *stripetest.Stripe
	plugin *stripesecure.Plugin
	runner *stripesecure.Runner
	host   *host
}

// change is what a test wants otherwise.
type change func(*stripesecure.Options, *settings.Settings)

// open runs a test with a shop in a bubble of fake time.
func open(t *testing.T, log *ledger, name string, do func(*shop), changes ...change) {
	t.Helper()
	describe() // outside of the bubble: it is shared
	t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			// stripe-mock makes ids from the years since 2014, and a bubble
			// begins in 2000.
			time.Sleep(time.Until(time.Date(2024, 6, 20, 0, 0, 0, 0, time.UTC)))
			do(newShop(t, log, changes))
		})
	})
}

func newShop(t *testing.T, log *ledger, changes []change) *shop {
	t.Helper()
	s := &shop{T: t, stripe: stripetest.New(stripetest.WithSeed(1)), host: &host{keys: map[stripesecure.PaymentID]*stripesecure.Order{}}}
	set := settings.Default()
	set.Enabled, set.AccountID = true, stripetest.AccountID
	set.Test = settings.Keys{
		Publishable: stripetest.TestPublishableKey, Secret: settings.NewSecret(stripetest.TestSecretKey), SweepOnly: true,
	}
	store := stripesecure.NewMemory()
	options := stripesecure.Options{
		BaseURL: "https://shop.example", ShopID: "shop", Host: s.host, Store: store,
		SigningKeys: [][]byte{bytes.Repeat([]byte("k"), 32)},
		Transport:   gate{next: s.stripe.Transport(), log: log},
	}
	for _, c := range changes {
		c(&options, &set)
	}
	options.Settings = settings.Fixed(set)
	var err error
	s.plugin, err = stripesecure.New(guard.Around(t, options))
	require.NoError(t, err)
	s.runner = stripesecure.NewRunner(store, s.plugin)
	return s
}

func (s *shop) guest(id stripesecure.CheckoutID) stripesecure.Cart {
	return stripesecure.Cart{
		ID: id, Total: stripesecure.JPY(1200), Country: "JP", Language: wording.Japanese,
		Buyer:     stripesecure.Buyer{Name: "山田 花子", Email: "hanako@example.com", Phone: "+819012345678"},
		ReturnURL: "https://shop.example/back",
	}
}

func (s *shop) member(id stripesecure.CheckoutID) stripesecure.Cart {
	cart := s.guest(id)
	cart.Buyer.Member = "m-1"
	return cart
}

func (s *shop) pay(cart stripesecure.Cart, in stripesecure.Input, want stripesecure.Do) stripesecure.Payment {
	s.Helper()
	res, err := s.plugin.Pay(s.Context(), cart, in)
	require.NoError(s, err)
	require.Equal(s, want, res.Do, res.Message.Code)
	return res.Payment
}

func (s *shop) card(number string) stripesecure.Input {
	return stripesecure.Input{Token: s.stripe.Token(number)}
}

func (s *shop) resume(cart stripesecure.Cart, want stripesecure.Do) stripesecure.Payment {
	s.Helper()
	res, err := s.plugin.Resume(s.Context(), cart)
	require.NoError(s, err)
	require.Equal(s, want, res.Do, res.Message.Code)
	return res.Payment
}

// buys pays with a new card and places the order.
func (s *shop) buys(cart stripesecure.Cart, in stripesecure.Input) {
	s.Helper()
	s.place(s.pay(cart, in, stripesecure.PlaceOrder))
}

// place commits the order at the host and reports it.
func (s *shop) place(p stripesecure.Payment) stripesecure.Order {
	s.Helper()
	order := s.host.commit(p)
	_, err := s.plugin.OrderPlaced(s.Context(), p.ID, order)
	require.NoError(s, err)
	return order
}

func (s *shop) refuse(p stripesecure.Payment, ref string) {
	s.Helper()
	res, err := s.plugin.OrderRefused(s.Context(), p.ID, stripesecure.Refusal{Reason: stripesecure.OutOfStock, Ref: ref})
	require.NoError(s, err)
	require.Equal(s, stripesecure.StateVoided, res.Payment.State)
}

// sweeps lets fake time pass with the recovery loop running.
func (s *shop) sweeps(d time.Duration) {
	s.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); {
		<-time.After(30 * time.Second)
		require.NoError(s, s.runner.Sweep(s.Context()))
	}
}

// host keeps orders under their keys.
type host struct {
	mu   sync.Mutex
	keys map[stripesecure.PaymentID]*stripesecure.Order
}

func (h *host) commit(p stripesecure.Payment) stripesecure.Order {
	h.mu.Lock()
	defer h.mu.Unlock()
	order := stripesecure.Order{Ref: "R-" + string(p.ID), Total: p.Total}
	h.keys[p.ID] = &order
	return order
}

// CloseOrderKey implements [stripesecure.Host].
func (h *host) CloseOrderKey(_ context.Context, id stripesecure.PaymentID) (stripesecure.Order, bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if order := h.keys[id]; order != nil {
		return *order, true, nil
	}
	h.keys[id] = nil
	return stripesecure.Order{}, false, nil
}

// Changed implements [stripesecure.Host].
func (h *host) Changed(context.Context, stripesecure.Payment) error { return nil }
