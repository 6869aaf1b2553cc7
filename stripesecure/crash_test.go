package stripesecure_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// crashing is a store that fails at its n-th write, before or after the write
// was done, as a server that dies there would leave it.
type crashing struct {
	stripesecure.Store
	mu         sync.Mutex
	at, writes int
	after      bool
}

var errCrash = errors.New("the server has died")

func (c *crashing) Put(ctx context.Context, row stripesecure.Row) error {
	if strings.HasPrefix(row.Checkout, "#") {
		return c.Store.Put(ctx, row)
	}
	c.mu.Lock()
	c.writes++
	dies := c.writes == c.at
	c.mu.Unlock()
	if !dies {
		return c.Store.Put(ctx, row)
	}
	if c.after {
		if err := c.Store.Put(ctx, row); err != nil {
			return err
		}
	}
	return errCrash
}

// promise checks the promise at rest: one order and its money, or neither.
func (b *bench) promise() {
	b.Helper()
	var alive []string
	for _, pi := range b.stripe.Intents() {
		if pi.Status != stripetest.StatusCanceled {
			alive = append(alive, pi.Status)
			assert.Equal(b, int64(1200), pi.Amount)
		}
	}
	require.Len(b, alive, len(b.host.orders), "one order and its money, or neither")
	for _, status := range alive {
		assert.Contains(b, []string{stripetest.StatusRequiresCapture, stripetest.StatusSucceeded}, status)
	}
}

// TestCrashTable kills the server at every write of every kind of checkout (the
// rows C1 to C15 of the crash table), before and after the write, with a buyer
// who tries again and with one who has left.
func TestCrashTable_C1_to_C15(t *testing.T) {
	n := 0
	for _, auto := range []bool{false, true} {
		for _, orders := range []bool{false, true} {
			for _, card := range []string{visa, threeDS, declined} {
				for _, after := range []bool{false, true} {
					for _, stays := range []bool{false, true} {
						for at := 1; at <= 7; at++ {
							name := fmt.Sprintf("auto=%t orders=%t card=%s write=%d after=%t buyer stays=%t", auto, orders, card[:8], at, after, stays)
							if n++; n%stripesecure.RaceEvery > 0 {
								continue
							}
							t.Run(name, func(t *testing.T) { crashAt(t, auto, orders, card, at, after, stays) })
						}
					}
				}
			}
		}
	}
}

func crashAt(t *testing.T, auto, orders bool, card string, at int, after, stays bool) {
	t.Helper()
	var store *crashing
	with(t, func(o *stripesecure.Options, s *settings.Settings) {
		store = &crashing{Store: o.Store, at: at, after: after}
		o.Store = store
		if auto {
			s.Capture = settings.CaptureAutomatic
		}
		if orders {
			placing(o, s)
		}
	}, func(b *bench) {
		b.runner = stripesecure.NewRunner(store, b.plugin)
		cart, token := b.cart("cart-1"), b.stripe.Token(card)
		buyer(b, cart, token, orders)
		if stays {
			for range 4 {
				<-time.After(15 * time.Second)
				buyer(b, cart, token, orders)
			}
		}
		b.sweeps(2 * time.Hour)
		b.promise()
		rows, err := b.store.Due(b.Context(), "shop", time.Now().Add(24*time.Hour), 10)
		require.NoError(b, err)
		for _, row := range rows {
			assert.True(b, strings.HasPrefix(row.Checkout, "#"), "at rest: %s is due at %s", row.Checkout, row.Due)
		}
		if stays && card != declined && at > 1 {
			assert.Len(b, b.host.orders, 1, "the buyer who stays gets the order")
		}
	})
}

// buyer goes as far as errors allow: pays, authenticates, comes back, and has
// the order placed.
func buyer(b *bench, cart stripesecure.Cart, token string, orders bool) {
	b.Helper()
	res, err := b.plugin.Pay(b.Context(), cart, stripesecure.Input{Token: token})
	if err == nil && res.Do == stripesecure.HandleAction {
		intents := b.stripe.Intents()
		b.stripe.Challenge(intents[len(intents)-1].ID, stripetest.Pass)
		res, err = b.plugin.Resume(b.Context(), cart)
	}
	if err != nil || res.Do != stripesecure.PlaceOrder || orders {
		return
	}
	order, err := b.host.commit(res.Payment)
	if err != nil {
		return
	}
	_, _ = b.plugin.OrderPlaced(b.Context(), res.Payment.ID, order)
}

// until counts the sweeps that pass until a condition holds, in virtual time.
func (b *bench) until(limit time.Duration, what string, holds func() bool) {
	b.Helper()
	for begin := time.Now(); !holds(); {
		require.LessOrEqual(b, time.Since(begin), limit, what)
		b.sweeps(30 * time.Second)
	}
}

func TestC3_createWithoutAnswer_buyerGone(t *testing.T) {
	with(t, nil, func(b *bench) {
		b.stripe.Fail("POST /v1/payment_intents", stripetest.LoseAnswer).Always()
		b.pay(b.cart("cart-1"), visa)
		b.until(65*time.Minute, "cancelled within 60 minutes", func() bool {
			return slices.Equal(b.statuses(), []string{stripetest.StatusCanceled})
		})
		assert.Len(b, b.stripe.Intents(), 1, "never sent again under another key")
	})
}

func TestC5_C9_authorisedButNotSeen(t *testing.T) {
	with(t, placing, func(b *bench) {
		cart := b.cart("cart-1")
		b.pay(cart, declined)
		b.stripe.Fail("POST /v1/payment_intents/*/confirm", stripetest.LoseAnswer)
		b.pay(cart, visa)
		b.until(time.Minute, "order within a minute", func() bool { return len(b.host.orders) == 1 })
	})
}

func TestC7_buyerClosesTheTabAfter3DSecure(t *testing.T) {
	with(t, both(placing, automatic), func(b *bench) {
		b.pay(b.cart("cart-1"), threeDS)
		b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
		b.until(5*time.Minute, "order and capture within 5 minutes, without webhooks", func() bool {
			return len(b.host.orders) == 1 && b.statuses()[0] == stripetest.StatusSucceeded
		})
	})
}

func TestC8_neverFinished3DSecure(t *testing.T) {
	with(t, nil, func(b *bench) {
		b.pay(b.cart("cart-1"), threeDS)
		b.until(61*time.Minute, "cancelled at Stripe within 60 minutes", func() bool { return b.statuses()[0] == stripetest.StatusCanceled })
		current, err := b.plugin.Current(b.Context(), "cart-1")
		require.NoError(b, err)
		assert.Equal(b, stripesecure.StateOpen, current.State)
	})
}

func TestC10_hostCommitsButItsAnswerIsLost(t *testing.T) {
	with(t, automatic, func(b *bench) {
		paid := b.pay(b.cart("cart-1"), visa)
		_, err := b.host.commit(paid.Payment) // and the server dies before OrderPlaced
		require.NoError(b, err)
		assert.Equal(b, stripesecure.PlaceOrder, b.resume(b.cart("cart-1")).Do, "the same PaymentID again")
		b.until(31*time.Minute, "the key tells", func() bool { return b.statuses()[0] == stripetest.StatusSucceeded })
		assert.Len(b, b.host.orders, 1)
	})
}

func TestC12_hostRefuses_voidLost(t *testing.T) {
	with(t, nil, func(b *bench) {
		paid := b.pay(b.cart("cart-1"), visa)
		b.stripe.Fail("POST /v1/payment_intents/*/cancel", stripetest.LoseRequest).Times(3)
		res, err := b.plugin.OrderRefused(b.Context(), paid.Payment.ID, stripesecure.Refusal{Reason: stripesecure.OutOfStock})
		require.NoError(b, err)
		if b.statuses()[0] != stripetest.StatusCanceled {
			assert.NotContains(b, res.Message.Text, "請求は発生していません", "not before it is proven")
		}
		b.until(5*time.Minute, "void within 5 minutes", func() bool { return b.statuses()[0] == stripetest.StatusCanceled })
	})
}

func TestC13_captureWithoutAnswer(t *testing.T) {
	for name, fault := range map[string]stripetest.Fault{"answer lost": stripetest.LoseAnswer, "request lost": stripetest.LoseRequest, "500": stripetest.ServerError} {
		t.Run(name, func(t *testing.T) {
			with(t, automatic, func(b *bench) {
				paid := b.pay(b.cart("cart-1"), visa)
				b.stripe.Fail("POST /v1/payment_intents/*/capture", fault)
				b.place(paid.Payment)
				limit := time.Minute
				if name == "500" {
					limit = 5 * time.Minute // stored under the key, which is given up
				}
				b.until(limit, "captured", func() bool { return b.statuses()[0] == stripetest.StatusSucceeded })
				assert.Len(b, b.host.orders, 1)
				b.until(2*time.Minute, "C14, C15: the host is told", func() bool { return b.host.lastTold().State == stripesecure.StateCaptured })
			})
		})
	}
}

func TestC15_newsIsRepeatedUntilTheHostTakesIt(t *testing.T) {
	with(t, automatic, func(b *bench) {
		b.place(b.pay(b.cart("cart-1"), visa).Payment)
		b.host.fails = 3
		b.until(5*time.Minute, "told", func() bool { return b.host.lastTold().State == stripesecure.StateCaptured })
		told := len(b.host.told)
		b.sweeps(time.Hour)
		assert.Len(b, b.host.told, told, "and then no more")
	})
}

func TestC19_pausedServerWakes(t *testing.T) {
	with(t, placing, func(b *bench) {
		held := b.stripe.HoldInside("POST /v1/payment_intents") // the work is done, the answer waits
		cart := b.cart("cart-1")
		done := make(chan stripesecure.Result)
		token := b.stripe.Token(visa)
		go func() {
			res, _ := b.plugin.Pay(context.WithoutCancel(b.Context()), cart, stripesecure.Input{Token: token})
			done <- res
		}()
		<-held.Caught()
		b.sweeps(10 * time.Minute) // far beyond the lease
		held.Release()
		<-done
		b.sweeps(2 * time.Hour)
		b.promise()
	})
}

func TestC20_sweepIsDownFor25Hours(t *testing.T) {
	with(t, both(placing, automatic), func(b *bench) {
		b.stripe.Fail("POST /v1/payment_intents", stripetest.LoseAnswer)
		ctx, cancel := context.WithTimeout(b.Context(), time.Second)
		defer cancel()
		_, _ = b.plugin.Pay(ctx, b.cart("cart-1"), stripesecure.Input{Token: b.stripe.Token(visa)})
		b.pay(b.cart("cart-2"), threeDS)
		<-time.After(25 * time.Hour)
		b.stripe.ForgetCalls()
		require.NoError(b, b.runner.Sweep(b.Context()))
		assert.Empty(b, b.stripe.Calls("POST /v1/payment_intents"), "no create with a key that Stripe has forgotten")
		b.sweeps(2 * time.Hour)
		b.promise()
	})
}

func TestC22_holdNearItsEnd(t *testing.T) {
	with(t, nil, func(b *bench) {
		b.place(b.pay(b.cart("cart-1"), visa).Payment)
		current, err := b.plugin.Current(b.Context(), "cart-1")
		require.NoError(b, err)
		require.False(b, current.CaptureBefore.IsZero())
		<-time.After(time.Until(current.CaptureBefore.Add(-47 * time.Hour)))
		b.sweeps(time.Minute)
		told := b.host.lastTold()
		require.NotEmpty(b, told.Findings)
		assert.Equal(b, "hold_expiring", told.Findings[0].Code, "two days before its end")
		assert.Equal(b, stripesecure.StateHeld, told.State)
		<-time.After(49 * time.Hour)
		b.sweeps(10 * time.Minute)
		assert.Equal(b, stripesecure.StateExpired, b.host.lastTold().State)
		assert.Equal(b, []string{stripetest.StatusCanceled}, b.statuses())
		assert.Len(b, b.host.orders, 1, "the order stays for the host to decide")
	})
}
