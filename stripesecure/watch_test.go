package stripesecure_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// watched is everything that a Watch was told.
type watched struct {
	mu          sync.Mutex
	calls       []stripesecure.StripeCall
	transitions []string
	events      []stripesecure.EventSeen
	sweeps      []stripesecure.SweepDone
}

func (w *watched) watch() stripesecure.Watch {
	return stripesecure.Watch{
		StripeCall: func(_ context.Context, c stripesecure.StripeCall) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.calls = append(w.calls, c)
		},
		Transition: func(_ context.Context, t stripesecure.Transition) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.transitions = append(w.transitions, fmt.Sprintf("%s %s→%s", t.Payment, t.From, t.To))
		},
		Event: func(_ context.Context, e stripesecure.EventSeen) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.events = append(w.events, e)
		},
		Sweep: func(_ context.Context, s stripesecure.SweepDone) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.sweeps = append(w.sweeps, s)
		},
	}
}

func TestWatch(t *testing.T) {
	w := &watched{}
	with(t, both(webhooks, func(o *stripesecure.Options, _ *settings.Settings) { o.Watch = w.watch() }), func(b *bench) {
		cart := b.cart("cart-1")
		b.pay(cart, declined)
		p := b.place(b.pay(cart, visa).Payment).Payment
		b.stripe.Fail("POST /v1/payment_intents/*/capture", stripetest.LoseRequest).Times(1)
		_, err := b.plugin.Capture(b.Context(), p.ID, all)
		require.NoError(b, err)
		_, err = b.plugin.Refund(b.Context(), p.ID, stripesecure.Refund{ID: "r-1"})
		require.NoError(b, err)
		require.NoError(b, b.deliver(b.stripe.Events("charge.refunded")...))
		assert.Equal(b, 400, b.hook("{}", "t=1,v1=00"))
		b.sweeps(time.Minute)

		assert.Equal(b, []string{
			"cart-1.1 open→unknown", "cart-1.1 unknown→open", "cart-1.1 open→unknown", "cart-1.1 unknown→held", "cart-1.1 held→captured", "cart-1.1 captured→refunded",
		}, w.transitions)
		routes := map[string]int{}
		for _, c := range w.calls {
			routes[fmt.Sprintf("%s %s %d %s", c.Method, c.Route, c.Status, c.Code)]++
			assert.Equal(b, "shop", c.Shop)
		}
		assert.Equal(b, 1, routes["POST /v1/payment_intents 402 card_declined/generic_decline"])
		assert.Equal(b, 1, routes["POST /v1/payment_intents/*/capture 0 no_answer"])
		assert.Equal(b, 1, routes["POST /v1/payment_intents/*/capture 200 "])
		assert.Equal(b, 1, routes["POST /v1/refunds 200 "])
		require.Len(b, w.events, 2)
		assert.Equal(b, "charge.refunded", w.events[0].Type)
		assert.Equal(b, "applied", w.events[0].Answer)
		assert.Equal(b, stripesecure.EventSeen{Shop: "shop", Answer: "refused"}, w.events[1])
		assert.Len(b, w.sweeps, 2)
	})
}

func TestHealth(t *testing.T) {
	with(t, webhooks, func(b *bench) {
		health := func() stripesecure.Health {
			h, err := b.plugin.Health(b.Context())
			require.NoError(b, err)
			return h
		}
		assert.False(b, health().OK(), "nobody has swept yet")
		b.sweeps(time.Minute)
		assert.True(b, health().OK(), "%+v", health())
		assert.False(b, health().ScannedAt.IsZero())

		b.pay(b.cart("cart-1"), threeDS)
		<-time.After(time.Hour)
		assert.Equal(b, 1, health().Overdue, "the loop stands still")
		assert.False(b, health().OK())
		b.sweeps(time.Minute)
		assert.Zero(b, health().Overdue)

		assert.Equal(b, 400, b.hook("{}", "t=1,v1=00"))
		assert.False(b, health().RefusedSince.IsZero())
		assert.False(b, health().OK())
	})
	with(t, func(_ *stripesecure.Options, s *settings.Settings) { s.Enabled = false }, func(b *bench) {
		h, err := b.plugin.Health(b.Context())
		require.NoError(b, err)
		assert.Equal(b, stripesecure.CodeNotReady, h.NotReady)
	})
}

func (b *bench) health() stripesecure.Health {
	b.Helper()
	h, err := b.plugin.Health(b.Context())
	require.NoError(b, err)
	return h
}

// A scan of Stripe that does not come to its end is seen, and does not ask every
// minute of a night.
func TestHealth_scanIsLate(t *testing.T) {
	with(t, nil, func(b *bench) {
		b.sweeps(2 * time.Hour)
		require.True(b, b.health().OK())
		outage := b.stripe.Fail("GET /v1/payment_intents", stripetest.ServerError).Always()
		b.stripe.ForgetCalls()
		b.sweeps(5 * time.Hour)
		h := b.health()
		assert.True(b, h.OK(), "an hour or two are nothing")
		assert.Equal(b, stripesecure.CodeStripe, h.ScanTrouble)
		assert.Less(b, len(b.stripe.Calls("GET /v1/payment_intents")), 30, "more and more seldom")
		b.sweeps(2 * time.Hour)
		assert.True(b, b.health().ScanLate)
		assert.False(b, b.health().OK())
		outage.Stop()
		b.sweeps(time.Hour)
		assert.True(b, b.health().OK())
		assert.Empty(b, b.health().ScanTrouble)
	})
	with(t, nil, func(b *bench) { // it never was complete
		b.stripe.RevokeKey(stripetest.TestSecretKey)
		b.sweeps(7 * time.Hour)
		h := b.health()
		assert.True(b, h.ScanLate)
		assert.Equal(b, stripesecure.CodeNotReady, h.ScanTrouble)
	})
}

// A failure of the store has the name of the call that was made.
func TestHealth_storeFails(t *testing.T) {
	var store *dead
	with(t, func(o *stripesecure.Options, _ *settings.Settings) {
		store = &dead{Store: o.Store}
		o.Store = store
	}, func(b *bench) {
		store.down = true
		_, err := b.plugin.Health(b.Context())
		require.ErrorIs(b, err, stripesecure.ErrStore)
		assert.Contains(b, err.Error(), "stripesecure: Health: store")
		err = stripesecure.NewRunner(store, b.plugin).Sweep(b.Context())
		require.ErrorIs(b, err, stripesecure.ErrStore)
		assert.Contains(b, err.Error(), "stripesecure: Sweep: store")
		_, err = b.plugin.Site(b.Context())
		assert.Contains(b, err.Error(), "stripesecure: Site: store")
	})
}
