package stripesecure_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// collect reads a list to its end, or to its error.
func collect[T any](list iter.Seq2[T, error]) (all []T, err error) {
	for one, err := range list {
		if err != nil {
			return all, err
		}
		all = append(all, one)
	}
	return all, nil
}

const listCall = "GET /v1/payment_intents"

// fillStripe makes so many foreign payments, a minute apart.
func fillStripe(b *bench, n int) {
	for i := range n {
		b.stripe.AddIntent(stripetest.PaymentIntent{
			ID: fmt.Sprintf("pi_%04d", i), Amount: 1000 + int64(i), Currency: "jpy", Status: stripetest.StatusRequiresCapture,
			Metadata: map[string]string{"order_id": fmt.Sprintf("A%d", i), "ORDER": fmt.Sprintf("B%d", i)},
		})
		<-time.After(time.Minute)
	}
}

// LC-37: Stripe's side of the comparison, by pages of 100.
func TestIntents(t *testing.T) {
	with(t, automatic, func(b *bench) {
		began := time.Now()
		fillStripe(b, 250)
		ours := b.place(b.pay(b.cart("cart-1"), visa).Payment).Payment
		require.NoError(b, b.stripe.Dashboard().Refund(ours.Intent, 200))
		<-time.After(time.Second)
		b.stripe.ForgetCalls()

		all, err := collect(b.plugin.Intents(b.Context(), stripesecure.IntentList{}))
		require.NoError(b, err)
		require.Len(b, all, 251)
		assert.Len(b, b.stripe.Calls(listCall), 3)
		assert.Equal(b, "100", b.stripe.Calls(listCall)[0].Form["limit"])
		first := all[0]
		assert.Equal(b, stripesecure.Intent{
			ID: ours.Intent, Status: "succeeded", Currency: "JPY", Amount: 1200, Received: 1200, Refunded: 200,
			Created: first.Created, CaptureBefore: first.CaptureBefore, Order: "R-cart-1.1", Checkout: "cart-1",
		}, first)
		for i, in := range all[1:] {
			n := 249 - i
			require.Equal(b, fmt.Sprintf("pi_%04d", n), in.ID, "the newest first, each once")
			require.Equal(b, fmt.Sprintf("A%d", n), in.Order)
			require.Empty(b, in.Checkout, "somebody else's")
			require.Equal(b, began.Add(time.Duration(n)*time.Minute).Unix(), in.Created.Unix())
			require.Zero(b, in.Received)
			require.False(b, in.CaptureBefore.IsZero())
		}

		some, err := collect(b.plugin.Intents(b.Context(), stripesecure.IntentList{
			Since: began.Add(10 * time.Minute), Until: began.Add(20 * time.Minute), OrderKey: "ORDER",
		}))
		require.NoError(b, err)
		require.Len(b, some, 10)
		assert.Equal(b, "pi_0019", some[0].ID)
		assert.Equal(b, "B19", some[0].Order)
		assert.Equal(b, "pi_0010", some[9].ID)

		key := stripesecure.StripeKey{Secret: settings.NewSecret(stripetest.TestSecretKey), Transport: b.stripe.Transport()}
		bare, err := collect(key.Intents(b.Context(), stripesecure.IntentList{}))
		require.NoError(b, err)
		first.Checkout = "" // signatures are the plugin's
		assert.Equal(b, append([]stripesecure.Intent{first}, all[1:]...), bare)
		for range b.stripe.Calls("POST *") {
			b.Error("a list changes nothing")
		}
	})
}

// A page that is not answered is asked for again; a list that ended goes on
// where it was.
func TestIntents_faults(t *testing.T) {
	for _, fault := range []stripetest.Fault{stripetest.RateLimit, stripetest.LoseAnswer, stripetest.BadGateway, stripetest.NotJSON, stripetest.ServerError} {
		with(t, nil, func(b *bench) {
			fillStripe(b, 250)
			b.stripe.Fail(listCall, fault).Nth(2).Times(3)
			all, err := collect(b.plugin.Intents(b.Context(), stripesecure.IntentList{}))
			require.NoError(b, err)
			assert.Len(b, all, 250)
		})
	}
	with(t, nil, func(b *bench) {
		fillStripe(b, 250)
		until := time.Now()
		b.stripe.Fail(listCall, stripetest.BadGateway).Nth(2).Always()
		began := time.Now()
		some, err := collect(b.plugin.Intents(b.Context(), stripesecure.IntentList{Until: until}))
		require.ErrorIs(b, err, stripesecure.ErrStripe)
		assert.Len(b, some, 100)
		assert.Greater(b, time.Since(began), 30*time.Second)
		assert.Less(b, time.Since(began), 2*time.Minute)
	})
	with(t, nil, func(b *bench) {
		fillStripe(b, 250)
		until := time.Now()
		down := b.stripe.Fail(listCall, stripetest.BadGateway).Nth(2).Always()
		some, err := collect(b.plugin.Intents(b.Context(), stripesecure.IntentList{Until: until}))
		require.Error(b, err)
		down.Stop()
		rest, err := collect(b.plugin.Intents(b.Context(), stripesecure.IntentList{Until: until, After: some[99].ID}))
		require.NoError(b, err)
		require.Len(b, rest, 150)
		assert.Equal(b, "pi_0149", rest[0].ID)
	})
}

func TestIntents_refused(t *testing.T) {
	with(t, nil, func(b *bench) {
		b.stripe.RevokeKey(stripetest.TestSecretKey)
		_, err := collect(b.plugin.Intents(b.Context(), stripesecure.IntentList{}))
		require.ErrorIs(b, err, stripesecure.ErrNotReady)
		assert.Len(b, b.stripe.Calls(listCall), 1, "a key that is refused is not tried again")
		_, err = collect(stripesecure.StripeKey{Transport: b.stripe.Transport()}.Intents(b.Context(), stripesecure.IntentList{}))
		require.ErrorIs(b, err, stripesecure.ErrNotReady)
	})
	with(t, nil, func(b *bench) {
		b.stripe.Fail(listCall, stripetest.BadGateway).Always()
		ctx, cancel := context.WithTimeout(b.Context(), 3*time.Second)
		defer cancel()
		began := time.Now()
		_, err := collect(b.plugin.Intents(ctx, stripesecure.IntentList{}))
		require.ErrorIs(b, err, stripesecure.ErrCanceled)
		assert.Equal(b, 3*time.Second, time.Since(began))
	})
}

// The plugin's own side of the comparison.
func TestPayments(t *testing.T) {
	with(t, automatic, func(b *bench) {
		for i := range 130 {
			b.place(b.pay(b.cart(stripesecure.CheckoutID(fmt.Sprintf("cart-%03d", i))), visa).Payment)
		}
		b.pay(b.cart("cart-200"), declined)
		b.sweeps(time.Minute) // rows of the library's own
		all, err := collect(b.plugin.Payments(b.Context(), ""))
		require.NoError(b, err)
		require.Len(b, all, 131)
		assert.Equal(b, stripesecure.CheckoutID("cart-000"), all[0].Checkout)
		assert.Equal(b, "R-cart-129.1", all[129].Order.Ref)
		assert.Equal(b, stripesecure.StateCaptured, all[129].State)
		assert.Equal(b, stripesecure.StateOpen, all[130].State)
		one, err := b.plugin.Payment(b.Context(), all[7].ID)
		require.NoError(b, err)
		assert.Equal(b, one, all[7])

		rest, err := collect(b.plugin.Payments(b.Context(), "cart-099"))
		require.NoError(b, err)
		assert.Len(b, rest, 31)
		for range b.plugin.Payments(b.Context(), "") {
			break // whoever has seen enough may leave
		}
	})
	with(t, nil, func(b *bench) {
		b.options.Store = brokenList{b.store}
		b.remake()
		_, err := collect(b.plugin.Payments(b.Context(), ""))
		require.ErrorIs(b, err, stripesecure.ErrStore)
		require.ErrorIs(b, err, errBroken)
	})
}

var errBroken = errors.New("broken")

type brokenList struct{ *stripesecure.Memory }

func (brokenList) List(context.Context, string, string, string, int) ([]stripesecure.Row, error) {
	return nil, errBroken
}
