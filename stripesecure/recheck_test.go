package stripesecure_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// inspect asks what Recheck would do, and proves that asking does nothing.
func (b *bench) inspect(intent string) stripesecure.Rechecked {
	b.Helper()
	posts, writes, told := len(b.stripe.Calls("POST *")), b.store.Writes(), len(b.host.told)
	found, err := b.plugin.Inspect(b.Context(), intent)
	require.NoError(b, err)
	assert.Len(b, b.stripe.Calls("POST *"), posts)
	assert.Equal(b, writes, b.store.Writes())
	assert.Len(b, b.host.told, told)
	return found
}

func (b *bench) recheck(intent string) stripesecure.Rechecked {
	b.Helper()
	found, err := b.plugin.Recheck(b.Context(), intent)
	require.NoError(b, err)
	return found
}

// A hold of a known checkout without an order: the key is closed, and it is
// released, by the protocol and not before its time.
func TestRecheck_LC39_holdWithoutOrder(t *testing.T) {
	with(t, nil, func(b *bench) {
		b.pay(b.cart("cart-1"), visa)
		pi := b.stripe.Intents()[0].ID
		assert.Equal(b, stripesecure.StepNone, b.inspect(pi).Next, "the host may still place the order")
		b.recheck(pi)
		assert.Equal(b, []string{stripetest.StatusRequiresCapture}, b.statuses())

		<-time.After(31 * time.Minute)
		found := b.inspect(pi)
		assert.True(b, found.Known)
		assert.True(b, found.Current)
		assert.Equal(b, stripesecure.StepCloseKey, found.Next)
		assert.Equal(b, stripesecure.PaymentID("cart-1.1"), found.Payment.ID)
		assert.Equal(b, stripesecure.StateHeld, found.Payment.State)

		found = b.recheck(pi)
		assert.Equal(b, []string{stripetest.StatusCanceled}, b.statuses())
		assert.Equal(b, "canceled", found.Intent.Status)
		assert.Equal(b, stripesecure.StateVoided, found.Payment.State)
		assert.Equal(b, stripesecure.StepNone, found.Next)
	})
}

// A create whose answer was lost, and a row that was closed: the stray is
// linked and cancelled because its row is closed (rule 3).
func TestRecheck_stray(t *testing.T) {
	with(t, nil, func(b *bench) {
		late := lateCreate(b, b.cart("cart-1"))
		b.sweeps(20 * time.Minute)
		late.Release()
		require.Equal(b, []string{stripetest.StatusRequiresCapture}, b.statuses())
		pi := b.stripe.Intents()[0].ID
		assert.Equal(b, stripesecure.StepCancel, b.inspect(pi).Next)
		b.recheck(pi)
		assert.Equal(b, []string{stripetest.StatusCanceled}, b.statuses())
	})
}

// What was done in the Dashboard is brought to the order, and the host is told.
func TestRecheck_statusMismatch(t *testing.T) {
	with(t, nil, func(b *bench) {
		pay := b.place(b.pay(b.cart("cart-1"), visa).Payment).Payment
		require.NoError(b, b.stripe.Dashboard().Capture(pay.Intent, 0))
		require.NoError(b, b.stripe.Dashboard().Refund(pay.Intent, 300))
		found := b.inspect(pay.Intent)
		assert.True(b, found.New)
		assert.Equal(b, stripesecure.StateCaptured, found.Payment.State)
		assert.Equal(b, stripesecure.JPY(300), found.Payment.Refunded)
		assert.Equal(b, stripesecure.StateHeld, b.current("cart-1").State, "looking stores nothing")

		found = b.recheck(pay.Intent)
		assert.True(b, found.New)
		assert.False(b, b.inspect(pay.Intent).New)
		assert.Equal(b, stripesecure.StepNone, found.Next)
		assert.Equal(b, stripesecure.StateCaptured, b.current("cart-1").State)
		assert.Len(b, b.current("cart-1").Refunds, 1, "refunds are read, too")
		assert.Equal(b, stripesecure.JPY(300), b.host.lastTold().Refunded)
	})
}

// An earlier attempt of a checkout that was paid by another one.
func TestRecheck_earlierAttempt(t *testing.T) {
	with(t, automatic, func(b *bench) {
		b.pay(b.cart("cart-1"), threeDS)
		pay := b.place(b.pay(b.cart("cart-1"), visa).Payment).Payment
		first := b.stripe.Intents()[0].ID
		require.NotEqual(b, pay.Intent, first)
		found := b.recheck(first)
		assert.True(b, found.Known)
		assert.False(b, found.Current)
		assert.Equal(b, "canceled", found.Intent.Status)
		assert.True(b, b.recheck(pay.Intent).Current)
	})
}

// Rule 10: no money moves for a PaymentIntent without a row.
func TestRecheck_rule10(t *testing.T) {
	with(t, nil, func(b *bench) {
		b.pay(b.cart("cart-1"), visa)
		ours := b.stripe.Intents()[0].ID
		foreign := b.stripe.AddIntent(stripetest.PaymentIntent{Amount: 500, Currency: "jpy", Status: stripetest.StatusRequiresCapture})
		b.options.Store = stripesecure.NewMemory() // restored from an old backup
		b.remake()
		<-time.After(3 * time.Hour)
		posts := len(b.stripe.Calls("POST *"))
		for _, pi := range []string{ours, foreign} {
			for _, found := range []stripesecure.Rechecked{b.inspect(pi), b.recheck(pi)} {
				assert.False(b, found.Known)
				assert.Equal(b, "requires_capture", found.Intent.Status)
				assert.Zero(b, found.Payment.ID)
			}
		}
		assert.Len(b, b.stripe.Calls("POST *"), posts)
		b.options.SigningKeys = [][]byte{bytes.Repeat([]byte("x"), 32)} // another shop's signature
		b.remake()
		assert.False(b, b.recheck(ours).Known)
	})
}

func TestRecheck_errors(t *testing.T) {
	with(t, nil, func(b *bench) {
		for _, call := range []func(string) error{
			func(id string) error { _, err := b.plugin.Inspect(b.Context(), id); return err },
			func(id string) error { _, err := b.plugin.Recheck(b.Context(), id); return err },
		} {
			require.ErrorIs(b, call("ch_1"), stripesecure.ErrInvalid)
			require.ErrorIs(b, call("pi_1/../cancel"), stripesecure.ErrInvalid)
			require.ErrorIs(b, call("pi_none"), stripesecure.ErrNotFound)
			down := b.stripe.Fail("GET /v1/payment_intents/*", stripetest.BadGateway).Always()
			require.ErrorIs(b, call("pi_none"), stripesecure.ErrStripe)
			down.Stop()
		}
		b.pay(b.cart("cart-1"), visa)
		pi := b.stripe.Intents()[0].ID
		b.sweeps(time.Minute)
		b.options.BaseURL = "https://staging.example"
		b.remake()
		_, err := b.plugin.Recheck(b.Context(), pi)
		require.ErrorIs(b, err, stripesecure.ErrCopy)
		assert.True(b, b.inspect(pi).Known, "a copy may look")
		b.stripe.RevokeKey(stripetest.TestSecretKey)
		_, err = b.plugin.Inspect(b.Context(), pi)
		require.ErrorIs(b, err, stripesecure.ErrNotReady)
	})
}
