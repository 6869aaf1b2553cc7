package stripesecure_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// Failures of real shops in which a request, an answer or a process was lost
// half-way.

// crashesOnce commits nothing the first time: the request has died.
type crashesOnce struct {
	fakeOrders

	crashed bool
}

func (h *crashesOnce) PlaceOrder(ctx context.Context, p stripesecure.Payment) (stripesecure.Order, error) {
	if !h.crashed {
		h.crashed = true
		return stripesecure.Order{}, errHostDown
	}
	return h.fakeOrders.PlaceOrder(ctx, p)
}

func brokenOnce(o *stripesecure.Options, _ *settings.Settings) {
	o.Orders = &crashesOnce{fakeOrders: fakeOrders{o.Host.(*fakeHost)}}
}

// Another plugin of the shop breaks the request after the card was charged; the
// buyer presses Pay again, and the order's transaction was rolled back.
func TestDUP02_ORP06_theRequestDiesAfterThePayment(t *testing.T) {
	with(t, both(brokenOnce, automatic), func(b *bench) {
		cart := b.cart("cart-1")
		b.pay(cart, visa)
		<-time.After(3 * time.Second)
		res := b.pay(cart, visa)
		assert.Equal(b, stripesecure.GoTo, res.Do)
		assert.Len(b, b.creates(), 1)
		assert.Len(b, b.host.orders, 1)
		assert.Equal(b, 1, b.captures())
		_, err := b.plugin.Refund(b.Context(), res.Payment.ID, stripesecure.Refund{ID: "r-1"})
		require.NoError(b, err, "and it can be refunded")
	})
}

func TestDUP05_theAnswerOfTheCreateIsLost(t *testing.T) {
	for name, fault := range map[string]stripetest.Fault{
		"the answer": stripetest.LoseAnswer, "the request": stripetest.LoseRequest, "a gateway": stripetest.BadGatewayAfterWork, "half of it": stripetest.CutJSON,
	} {
		t.Run(name, func(t *testing.T) {
			with(t, both(placing, automatic), func(b *bench) {
				cart := b.cart("cart-1")
				b.stripe.Fail("POST /v1/payment_intents", fault).Times(1)
				b.pay(cart, visa)
				<-time.After(3 * time.Second)
				b.resume(cart)
				assert.Len(b, b.stripe.Intents(), 1)
				assert.Equal(b, 1, b.captures())
				for _, c := range b.creates() {
					assert.Equal(b, b.creates()[0].IdempotencyKey, c.IdempotencyKey)
				}
			})
		})
	}
}

// The way back from the bank and the event run at the same moment, in both
// orders.
func TestDUP08_ORP03_returnAndEventAtOnce(t *testing.T) {
	for range 20 {
		with(t, both(placing, automatic, webhooks), func(b *bench) {
			cart := b.cart("cart-1")
			b.pay(cart, threeDS)
			b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
			b.stripe.Fail("POST /v1/payment_intents/*/capture", stripetest.Conflict).Times(1)
			var paths sync.WaitGroup
			paths.Go(func() {
				_, err := b.plugin.Resume(b.Context(), cart)
				assert.NoError(b, err)
			})
			paths.Go(func() { assert.NoError(b, b.deliver()) })
			paths.Wait()
			b.sweeps(2 * time.Minute)
			assert.Len(b, b.host.orders, 1)
			assert.Equal(b, 1, b.captures())
			assert.Len(b, b.creates(), 1)
			captures := b.stripe.Calls("POST /v1/payment_intents/*/capture")
			for _, c := range captures {
				assert.Equal(b, captures[0].IdempotencyKey, c.IdempotencyKey)
			}
		})
	}
}

// The process dies before the PaymentIntent's id is stored.
func TestORP04_theIDWasNeverSaved(t *testing.T) {
	with(t, both(placing, automatic, webhooks), func(b *bench) {
		ctx, die := context.WithCancel(b.Context())
		inside := b.stripe.HoldInside("POST /v1/payment_intents")
		gone := make(chan struct{})
		go func() {
			_, _ = b.plugin.Pay(ctx, b.cart("cart-1"), stripesecure.Input{Token: b.stripe.Token(visa)})
			close(gone)
		}()
		<-inside.Caught()
		die()
		<-gone
		inside.Release()
		current, err := b.plugin.Current(b.Context(), "cart-1")
		require.NoError(b, err)
		require.Empty(b, current.Intent)
		require.NoError(b, b.deliver())
		b.sweeps(2 * time.Minute)
		current, err = b.plugin.Current(b.Context(), "cart-1")
		require.NoError(b, err)
		assert.Equal(b, b.stripe.Intents()[0].ID, current.Intent, "found by its signed metadata, and filled in")
		assert.Len(b, b.host.orders, 1)
		assert.Equal(b, 1, b.captures())
	})
}

// The shop's timer wants to cancel an order that looks unpaid.
func TestORP08_theTimerOfUnpaidOrders(t *testing.T) {
	with(t, automatic, func(b *bench) {
		p := b.pay(b.cart("cart-1"), visa).Payment
		order, err := b.host.commit(p)
		require.NoError(b, err)
		b.sweeps(35 * time.Minute) // OrderPlaced never came: the key is asked, and the order wins
		p, err = b.plugin.Payment(b.Context(), p.ID)
		require.NoError(b, err)
		assert.Equal(b, stripesecure.StateCaptured, p.State)
		res, err := b.plugin.OrderRefused(b.Context(), p.ID, stripesecure.Refusal{Reason: stripesecure.Cancelled, Ref: order.Ref})
		require.NoError(b, err)
		assert.Equal(b, stripesecure.StateCaptured, res.Payment.State, "the answer says that it is paid; nothing was cancelled")
		assert.True(b, res.Payment.Paid())
	})
}

// A decline, then the platform makes a new order for the retry: only the order
// that the payment is for is paid.
func TestORP10_anotherOrderForTheRetry(t *testing.T) {
	with(t, func(o *stripesecure.Options, s *settings.Settings) {
		automatic(o, s)
		o.HostCommitsFirst = true
	}, func(b *bench) {
		cart := b.cart("cart-1")
		current, err := b.plugin.Current(b.Context(), cart.ID)
		require.NoError(b, err)
		first := stripesecure.Order{Ref: "R-1", Total: cart.Total}
		cart.Order = &first
		b.pay(cart, declined)
		_, err = b.plugin.OrderRefused(b.Context(), current.ID, stripesecure.Refusal{Reason: stripesecure.Cancelled, Ref: "R-1"})
		require.NoError(b, err)
		second := stripesecure.Order{Ref: "R-2", Total: cart.Total}
		cart.Order = &second
		b.pay(cart, visa)
		b.sweeps(time.Minute)
		paid, err := b.plugin.Current(b.Context(), cart.ID)
		require.NoError(b, err)
		assert.Equal(b, "R-2", paid.Order.Ref)
		assert.Equal(b, stripesecure.StateCaptured, paid.State)
		old, err := b.plugin.Payment(b.Context(), current.ID)
		require.NoError(b, err)
		assert.Equal(b, stripesecure.StateVoided, old.State)
		assert.Equal(b, 1, b.captures())
	})
}

// The same card again after a decline is asked for again, not answered from
// Stripe's memory.
func TestAPI02_theSameCardAgainAfterADecline(t *testing.T) {
	with(t, both(placing, automatic), func(b *bench) {
		cart := b.cart("cart-1")
		b.pay(cart, declined)
		b.pay(cart, declined)
		b.pay(cart, visa)
		keys := map[string]bool{}
		for _, c := range b.stripe.Calls("POST /v1/payment_intents", "POST /v1/payment_intents/*/confirm") {
			assert.False(b, c.Replayed)
			keys[c.IdempotencyKey] = true
		}
		assert.Len(b, keys, 3)
		assert.Len(b, b.stripe.Charges(), 3)
		assert.Equal(b, 1, b.captures())
	})
}

func TestLIM08_emptyFieldsAreNotSent(t *testing.T) {
	with(t, placing, func(b *bench) {
		cart := b.cart("cart-1")
		cart.Buyer = stripesecure.Buyer{}
		b.pay(cart, visa)
		for _, c := range b.stripe.Calls("POST *") {
			for field, value := range c.Form {
				assert.NotEmpty(b, value, "%s %s", c, field)
			}
		}
		assert.Len(b, b.host.orders, 1)
	})
}
