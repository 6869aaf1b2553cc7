package stripesecure_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// staging is a copy of the shop, made now, that has kept store and keys.
func (b *bench) staging() *stripesecure.Plugin {
	b.Helper()
	require.NoError(b, b.runner.Sweep(b.Context())) // the live shop has recorded its address
	o := b.options
	o.BaseURL = "https://staging.example"
	staging, err := stripesecure.New(o)
	require.NoError(b, err)
	return staging
}

// The live shop has made the order meanwhile, and the copy knows nothing of it: an
// event that reaches the copy must not make it release the live shop's money.
func TestCopyOfALiveShop_eventsMoveNothing_rule10(t *testing.T) {
	with(t, webhooks, func(b *bench) {
		b.pay(b.cart("cart-1"), threeDS)
		b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
		staging := b.staging()
		<-time.After(2 * time.Hour)
		b.stripe.ForgetCalls()
		events := b.stripe.Events("payment_intent.amount_capturable_updated")
		require.NoError(b, b.stripe.DeliverTo(b.Context(), staging.Handler(), webhookPath, events...))
		assert.Empty(b, b.stripe.Calls("*"))
		assert.Equal(b, []string{stripetest.StatusRequiresCapture}, b.statuses())
		assert.Equal(b, map[string]int64{"copy": 1}, staging.Webhooks().Answers)

		// It is no copy, the shop has moved: what was missed is read.
		require.NoError(b, staging.ConfirmSite(b.Context()))
		require.NoError(b, stripesecure.NewRunner(b.store, staging).Sweep(b.Context()))
		assert.Equal(b, []string{stripetest.StatusCanceled}, b.statuses(), "nobody has made an order of it for two hours")
	})
}

func TestCopyOfALiveShop_toldNewsMovesNothing_rule10(t *testing.T) {
	with(t, nil, func(b *bench) {
		offered := b.pay(b.cart("cart-1"), visa).Payment
		staging := b.staging()
		<-time.After(2 * time.Hour)
		require.ErrorIs(b, staging.RetryNews(b.Context(), offered.ID), stripesecure.ErrCopy)
		assert.Equal(b, []string{stripetest.StatusRequiresCapture}, b.statuses())
	})
}

// Nothing stands still because somebody wrote the address otherwise.
func TestCopyOfALiveShop_theSameAddressWrittenOtherwise(t *testing.T) {
	with(t, nil, func(b *bench) {
		b.staging()
		for address, copied := range map[string]bool{
			"https://shop.example/": false, "https://Shop.example": false, "https://shop.example:443": false,
			"https://shop.example/staging": true, "http://shop.example": true, "https://shop.example:8443": true,
		} {
			o := b.options
			o.BaseURL = address
			p, err := stripesecure.New(o)
			require.NoError(b, err)
			site, err := p.Site(b.Context())
			require.NoError(b, err)
			assert.Equal(b, copied, site.Copy, address)
		}
	})
}
