package stripesecure_test

import (
	"context"
	"fmt"
	"sync"
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

// dueTimes notes when each shop is swept.
type dueTimes struct {
	stripesecure.Store

	mu    sync.Mutex
	swept map[string][]time.Time
}

func (d *dueTimes) Due(ctx context.Context, shop string, now time.Time, limit int) ([]stripesecure.Row, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.swept[shop] = append(d.swept[shop], time.Now())
	return d.Store.Due(ctx, shop, now, limit)
}

// Each shop of a thousand is swept every half minute, and they do not ask the
// store at once: a database has a hundred connections.
func TestRunner_aThousandShopsTakeTurns(t *testing.T) {
	with(t, nil, func(b *bench) {
		const shops = 1000
		store := &dueTimes{Store: b.store, swept: map[string][]time.Time{}}
		var plugins []*stripesecure.Plugin
		for i := range shops {
			o := b.options
			o.ShopID, o.Store = fmt.Sprint("shop-", i), store
			p, err := stripesecure.New(o)
			require.NoError(b, err)
			plugins = append(plugins, p)
		}
		ctx, stop := context.WithTimeout(b.Context(), 2*time.Minute)
		defer stop()
		require.ErrorIs(b, stripesecure.NewRunner(store, plugins...).Run(ctx), context.DeadlineExceeded)
		at := map[time.Time]int{}
		require.Len(b, store.swept, shops)
		for shop, times := range store.swept {
			assert.GreaterOrEqual(b, len(times), 3, shop)
			for _, when := range times {
				at[when.Truncate(time.Second)]++
			}
		}
		for when, n := range at {
			assert.LessOrEqual(b, n, 2*shops/30, when)
		}
	})
}
