package dbtest_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// A host that needs longer than the 20 seconds it is given, whether it has
// committed by then or not, is asked again, and there is one order. SQLite works
// in fake time, because it opens no socket.
func TestLateHost(t *testing.T) {
	t.Parallel()
	for name, commits := range map[string]bool{"before it has committed": false, "after it has committed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stripe := stripetest.New()
				var asked atomic.Int64
				late := func(ctx context.Context, o *engine, p stripesecure.Payment) (stripesecure.Order, error) {
					if asked.Add(1) > 1 {
						return o.PlaceOrder(ctx, p)
					}
					if commits {
						_, err := o.PlaceOrder(ctx, p)
						require.NoError(t, err)
					}
					<-ctx.Done()
					return stripesecure.Order{}, ctx.Err()
				}
				e := openEngine(t, dbtest.SQLite(t), engineConfig{
					shop: "shop", automatic: true, orders: true, transport: stripe.Transport(), placeOrder: late,
				})
				began := time.Now()
				res, err := e.plugin.Pay(t.Context(), cartOf("c1", 1200, ""), stripesecure.Input{Token: stripe.Token(visa)})
				require.NoError(t, err)
				require.LessOrEqual(t, time.Since(began), 25*time.Second)
				require.NotEqual(t, stripesecure.Show, res.Do, "nothing has failed")
				for end := time.Now().Add(5 * time.Minute); time.Now().Before(end); <-time.After(30 * time.Second) {
					require.NoError(t, e.runner.Sweep(t.Context()))
				}
				holdPromise(t, e, stripe, "c1", 1)
			})
		})
	}
}

// holdPromise holds the promise for one checkout of an engine.
func holdPromise(t *testing.T, e *engine, stripe *stripetest.Stripe, id string, orders int) {
	t.Helper()
	all, err := gather(t.Context(), e.DB, stripe)
	require.NoError(t, err)
	found := all[place{e.Shop, id}]
	require.NotNil(t, found)
	require.Len(t, found.orders, orders)
	require.Empty(t, found.promise(e.config.automatic))
}

// A host that is asked by several servers at once, and answers each of them.
func TestHostAskedTwice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		stripe := stripetest.New()
		config := engineConfig{shop: "shop", automatic: true, orders: true, transport: stripe.Transport()}
		first := openEngine(t, d, config)
		res, err := first.plugin.Pay(t.Context(), cartOf("c1", 1200, ""), stripesecure.Input{Token: stripe.Token(threeDS)})
		require.NoError(t, err)
		require.True(t, stripe.Challenge(res.Payment.Intent, stripetest.Pass))
		var all sync.WaitGroup
		for range 8 {
			server, err := newEngine(d.Open(t), d.Dialect, config)
			require.NoError(t, err)
			all.Go(func() {
				if _, err := server.plugin.Resume(t.Context(), cartOf("c1", 1200, "")); err != nil {
					t.Error(err)
				}
				p, err := server.plugin.Current(t.Context(), "c1")
				if err == nil {
					_, err = server.PlaceOrder(t.Context(), p)
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		require.NoError(t, first.runner.Sweep(t.Context()))
		holdPromise(t, first, stripe, "c1", 1)
		require.Len(t, stripe.Calls("POST /v1/payment_intents/*/capture"), 1)
	})
}

// Another order ref for one checkout is an error that names both, and changes
// nothing.
func TestHostAnswersDifferently(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		stripe := stripetest.New()
		e := openEngine(t, d, engineConfig{shop: "shop", automatic: true, transport: stripe.Transport()})
		res, err := e.plugin.Pay(t.Context(), cartOf("c1", 1200, ""), stripesecure.Input{Token: stripe.Token(visa)})
		require.NoError(t, err)
		order, err := e.PlaceOrder(t.Context(), res.Payment)
		require.NoError(t, err)
		_, err = e.plugin.OrderPlaced(t.Context(), res.Payment.ID, order)
		require.NoError(t, err)

		other := stripesecure.Order{Ref: "another", Total: order.Total}
		_, err = e.plugin.OrderPlaced(t.Context(), res.Payment.ID, other)
		require.Equal(t, stripesecure.CodeOrderConflict, stripesecure.CodeOf(err))
		require.ErrorIs(t, err, stripesecure.ErrOrderConflict)
		again, same := e.plugin.OrderPlaced(t.Context(), res.Payment.ID, order)
		require.NoError(t, same)
		require.Equal(t, stripesecure.StateCaptured, again.Payment.State)
		require.NoError(t, e.runner.Sweep(t.Context()))
		holdPromise(t, e, stripe, "c1", 1)
		require.Len(t, stripe.Calls("POST /v1/payment_intents/*/capture"), 1)
		t.Run("the error names both", func(t *testing.T) {
			text := errors.Join(err, causeOf(err)).Error()
			require.Contains(t, text, order.Ref)
			require.Contains(t, text, other.Ref)
		})
	})
}

// lyingKeys are order keys that know another order than the one reported.
type lyingKeys struct{ *engine }

func (lyingKeys) CloseOrderKey(context.Context, stripesecure.PaymentID) (stripesecure.Order, bool, error) {
	return yen("another", 1200), true, nil
}

// A host whose key names another order than it has reported: the reported one
// stays, and a person is told.
func TestKeyAnswersDifferently(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		stripe := stripetest.New()
		e := openEngine(t, d, engineConfig{
			shop: "shop", transport: stripe.Transport(), host: func(e *engine) stripesecure.Host { return lyingKeys{e} },
		})
		res, err := e.plugin.Pay(t.Context(), cartOf("c1", 1200, ""), stripesecure.Input{Token: stripe.Token(visa)})
		require.NoError(t, err)
		_, err = e.place(t.Context(), res.Payment)
		require.NoError(t, err)
		res, err = e.plugin.OrderRefused(t.Context(), res.Payment.ID, stripesecure.Refusal{Reason: stripesecure.OutOfStock})
		require.NoError(t, err)
		require.True(t, slices.ContainsFunc(res.Payment.Findings, func(f stripesecure.Finding) bool { return f.Code == "order_conflict" }))
		holdPromise(t, e, stripe, "c1", 1)
	})
}
