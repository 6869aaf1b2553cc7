package stripesecure_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

// What looks odd and is right, each with the reason why.

// A create that was closed as not found may still come, so "you have not been
// charged" stays unsaid (rule 8). The answer's state is voided all the same: it
// says that this payment will not be paid, and it will not: what comes late is
// cancelled.
func TestOrderRefused_whileACreateMayStillCome(t *testing.T) {
	for _, lang := range []wording.Language{wording.English, wording.Japanese} {
		with(t, nil, func(b *bench) {
			cart := b.cart("cart-1")
			cart.Language = lang
			late := lateCreate(b, cart)
			id := b.current("cart-1").ID
			res, err := b.plugin.OrderRefused(b.Context(), id, stripesecure.Refusal{Reason: stripesecure.OutOfStock, Items: []string{"tea"}})
			require.NoError(b, err)
			assert.Equal(b, stripesecure.StateVoided, res.Payment.State)
			sentence := wording.For(wording.OutOfStock, lang, wording.Facts{Items: []string{"tea"}, NotCharged: true}).Text
			require.Equal(b, wording.OutOfStock, res.Message.Code)
			assert.NotEqual(b, sentence, res.Message.Text)
			assert.Equal(b, wording.For(wording.OutOfStock, lang, wording.Facts{Items: []string{"tea"}}).Text, res.Message.Text)

			late.Release()
			require.Equal(b, []string{stripetest.StatusRequiresCapture}, b.statuses())
			assert.Equal(b, res.Message.Text, b.current("cart-1").Notice.Text, "the stray lives")
			b.sweeps(11 * time.Minute)
			require.Equal(b, []string{stripetest.StatusCanceled}, b.statuses())
			assert.NotEqual(b, res.Message.Text, b.current("cart-1").Notice.Text, "now it is proven")
		})
	}
}

func (b *bench) current(id stripesecure.CheckoutID) stripesecure.Payment {
	b.Helper()
	p, err := b.plugin.Current(b.Context(), id)
	require.NoError(b, err)
	return p
}

// Rule 4: too many confirms end the checkout's payment, not in n+1, however
// long the buyer waits. The host has the way out, and only the host.
func TestTooManyAttempts_theHostLetsTheBuyerBeginAgain(t *testing.T) {
	var strict *stripetest.Stripe
	with(t, func(o *stripesecure.Options, _ *settings.Settings) {
		strict = stripetest.New(stripetest.WithSeed(1), stripetest.WithMaxConfirms(2))
		o.Transport = strict.Transport()
	}, func(b *bench) {
		b.stripe = strict
		cart := b.cart("cart-1")
		for range 2 {
			b.pay(cart, noFunds)
		}
		require.Equal(b, []string{stripetest.StatusCanceled}, b.statuses())
		for _, later := range []time.Duration{0, time.Hour, 30 * 24 * time.Hour} {
			time.Sleep(later)
			res := b.pay(cart, visa)
			assert.Equal(b, wording.TooManyAttempts, res.Message.Code)
			assert.Equal(b, stripesecure.Show, res.Do)
		}
		require.Len(b, b.stripe.Intents(), 1, "not n+1")

		_, err := b.plugin.OrderRefused(b.Context(), b.current("cart-1").ID, stripesecure.Refusal{Reason: stripesecure.Other})
		require.NoError(b, err)
		res := b.pay(cart, visa)
		assert.Equal(b, stripesecure.PlaceOrder, res.Do, "the next generation")
		b.place(res.Payment)
		assert.Len(b, b.host.orders, 1)
	})
}
