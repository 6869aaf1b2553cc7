package stripesecure_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// entry is the only one of the inbox.
func (b *bench) entry() stripesecure.Pending {
	inbox, err := b.plugin.Inbox(b.Context())
	require.NoError(b, err)
	require.Len(b, inbox, 1)
	return inbox[0]
}

// WHK-09: while Stripe does not answer it is asked more and more seldom, and
// after a day and a half a person is asked.
func TestWebhook_WHK09_anOutageOfHalfADayParksNothing(t *testing.T) {
	with(t, both(placing, webhooks), func(b *bench) {
		b.pay(b.cart("cart-1"), threeDS)
		b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
		b.stripe.Fail("GET /v1/payment_intents/*", stripetest.ServerError).Always()
		require.NoError(b, b.deliver(b.stripe.Events("payment_intent.amount_capturable_updated")...))
		b.sweeps(12 * time.Hour)
		half := b.entry()
		assert.False(b, half.Parked)
		assert.Less(b, half.Tries, 12)
		assert.True(b, half.Due.After(time.Now()), "there is a pause")
		b.sweeps(60 * time.Hour)
		parked := b.entry()
		assert.True(b, parked.Parked)
		assert.Equal(b, 12, parked.Tries)
		assert.Zero(b, parked.Due)
	})
}

// A new event of the same payment wakes what was parked.
func TestWebhook_WHK09_aNewEventWakesItsPayment(t *testing.T) {
	with(t, both(automatic, webhooks), func(b *bench) {
		p := b.pay(b.cart("cart-1"), visa).Payment
		b.place(p)
		require.NoError(b, b.stripe.Dashboard().Refund(p.Intent, 300))
		broken := b.stripe.Fail("GET /v1/payment_intents/*", stripetest.ServerError).Always()
		require.Equal(b, 200, b.event(b.posted("charge.refunded", nil)))
		b.sweeps(72 * time.Hour)
		require.True(b, b.entry().Parked)
		require.Equal(b, 200, b.event(b.posted("payment_intent.succeeded", nil)))
		assert.False(b, b.entry().Parked)
		assert.False(b, b.entry().Due.After(time.Now()))
		broken.Stop()
		b.sweeps(time.Minute)
		inbox, err := b.plugin.Inbox(b.Context())
		require.NoError(b, err)
		assert.Empty(b, inbox)
	})
}
