package stripesecure_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// A shop whose Stripe does not answer keeps no other shop's buyers waiting.
func TestRunner_aShopThatHangsHoldsUpNoOther(t *testing.T) {
	with(t, both(placing, automatic), func(b *bench) {
		for i := range 60 {
			b.pay(b.cart(stripesecure.CheckoutID(fmt.Sprint("cart-", i))), threeDS)
		}
		b.stripe.Fail("* *", stripetest.HangRequest).Always()

		host, stripe := newFakeHost(), stripetest.New(stripetest.WithSeed(2))
		o := b.options
		o.ShopID, o.Host, o.Orders, o.Transport = "second", host, fakeOrders{host}, stripe.Transport()
		second, err := stripesecure.New(o)
		require.NoError(b, err)
		ctx, stop := context.WithCancel(b.Context())
		ended := make(chan error, 1)
		go func() { ended <- stripesecure.NewRunner(b.store, b.plugin, second).Run(ctx) }()
		<-time.After(5 * time.Second) // the first sweep is at work

		_, err = second.Pay(b.Context(), b.cart("cart-1"), stripesecure.Input{Token: stripe.Token(threeDS)})
		require.NoError(b, err)
		stripe.Challenge(stripe.Intents()[0].ID, stripetest.Pass) // and the buyer is gone
		<-time.After(2 * time.Minute)
		assert.Len(b, host.orders, 1)
		stop()
		require.ErrorIs(b, <-ended, context.Canceled)
	})
}
