package stripesecure_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

func TestGuestPays_LC17_LC28_callsAndTransactions(t *testing.T) {
	for name, auto := range map[string]bool{"manual": false, "automatic": true} {
		t.Run(name, func(t *testing.T) {
			var change = both()
			if auto {
				change = automatic
			}
			with(t, change, func(b *bench) {
				res := b.pay(b.cart("cart-1"), visa)
				require.Equal(b, stripesecure.PlaceOrder, res.Do)
				require.Equal(b, stripesecure.StateHeld, res.Payment.State)
				assert.Equal(b, stripesecure.PaymentID("cart-1.1"), res.Payment.ID)
				assert.Equal(b, stripesecure.JPY(1200), res.Payment.Total)
				assert.Len(b, b.stripe.Calls(), 2, "a guest's answer costs two calls")
				assert.Equal(b, 3, b.store.Writes())

				res = b.place(res.Payment)
				assert.Len(b, b.stripe.Calls(), 3, "settling costs one")
				assert.Equal(b, 5, b.store.Writes(), "five transactions for a guest")
				assert.Equal(b, stripesecure.GoTo, res.Do)
				assert.Equal(b, "https://shop.example/orders/R-cart-1.1", res.URL)
				assert.True(b, res.Payment.Paid())
				assert.Equal(b, "new", res.Payment.OrderStatus)

				pi := b.stripe.Intents()[0]
				want := stripetest.StatusRequiresCapture
				if auto {
					want = stripetest.StatusSucceeded
				}
				assert.Equal(b, want, pi.Status)
				assert.Equal(b, "R-cart-1.1", pi.Metadata["order_id"])
				assert.Equal(b, "shop", pi.Metadata["stripesecure_shop"])
			})
		})
	}
}

func TestReturningMember_calls(t *testing.T) {
	with(t, automatic, func(b *bench) {
		b.place(b.pay(b.member("cart-1"), visa).Payment)
		b.stripe.ForgetCalls()
		writes := b.store.Writes()

		res := b.pay(b.member("cart-2"), visa)
		require.Equal(b, stripesecure.PlaceOrder, res.Do)
		assert.Len(b, b.stripe.Calls(), 1, "a returning member's answer costs one call")
		b.place(res.Payment)
		assert.Len(b, b.stripe.Calls(), 2)
		assert.Equal(b, 4, b.store.Writes()-writes, "four transactions for a member")
		assert.Len(b, b.stripe.Customers(), 1, "LC-30: one customer per member")
	})
}

func TestAnotherCardAfterDecline_samePaymentIntent(t *testing.T) {
	with(t, nil, func(b *bench) {
		res := b.pay(b.cart("cart-1"), declined)
		require.Equal(b, stripesecure.Show, res.Do)
		assert.Equal(b, stripesecure.StateOpen, res.Payment.State)
		assert.Equal(b, wording.DeclinedGeneric, res.Message.Code)
		b.stripe.ForgetCalls()

		res = b.pay(b.cart("cart-1"), visa)
		require.Equal(b, stripesecure.PlaceOrder, res.Do)
		assert.Len(b, b.stripe.Calls(), 1, "another card costs one call")
		assert.Empty(b, b.stripe.Calls()[0].Form["setup_future_usage"])
		assert.Contains(b, b.stripe.Calls()[0].Form, "setup_future_usage", "always sent")
		assert.Len(b, b.stripe.Intents(), 1)
	})
}

func TestThreeDSecure(t *testing.T) {
	t.Run("passed", func(t *testing.T) {
		with(t, automatic, func(b *bench) {
			cart := b.cart("cart-1")
			res := b.pay(cart, threeDS)
			require.Equal(b, stripesecure.HandleAction, res.Do)
			require.False(b, res.ClientSecret.IsZero())
			require.True(b, b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass))
			res = b.resume(cart)
			require.Equal(b, stripesecure.PlaceOrder, res.Do)
			assert.Equal(b, 4, b.store.Writes(), "one transaction more with 3-D Secure")
			b.place(res.Payment)
			assert.Equal(b, []string{stripetest.StatusSucceeded}, b.statuses())
		})
	})
	t.Run("failed, then another card", func(t *testing.T) {
		with(t, nil, func(b *bench) {
			cart := b.cart("cart-1")
			b.pay(cart, threeDS)
			require.True(b, b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Fail))
			res := b.resume(cart)
			assert.Equal(b, stripesecure.Show, res.Do)
			assert.Equal(b, wording.ThreeDSFailed, res.Message.Code)
			assert.NotContains(b, res.Message.Text, "請求は発生していません", "rule 8: the PaymentIntent is not cancelled")
			assert.Equal(b, stripesecure.PlaceOrder, b.pay(cart, visa).Do)
			assert.Len(b, b.stripe.Intents(), 1)
		})
	})
	t.Run("LC-31 closed: returned, and cancelled at Stripe within the hour", func(t *testing.T) {
		with(t, nil, func(b *bench) {
			cart := b.cart("cart-1")
			b.pay(cart, threeDS)
			res := b.resume(cart)
			assert.Equal(b, stripesecure.Show, res.Do)
			assert.Equal(b, stripesecure.CheckoutPage, res.Page)
			assert.Equal(b, wording.Returned, res.Message.Code)
			b.sweeps(61 * time.Minute)
			assert.Equal(b, []string{stripetest.StatusCanceled}, b.statuses())
			assert.Empty(b, b.host.orders)
		})
	})
	t.Run("LC-31 closed, then another card: cancelled first", func(t *testing.T) {
		with(t, nil, func(b *bench) {
			cart := b.cart("cart-1")
			b.pay(cart, threeDS)
			res := b.pay(cart, visa)
			require.Equal(b, stripesecure.PlaceOrder, res.Do)
			assert.Equal(b, []string{stripetest.StatusCanceled, stripetest.StatusRequiresCapture}, b.statuses())
			assert.Equal(b, stripesecure.PaymentID("cart-1.1"), res.Payment.ID)
		})
	})
}

func TestSameToken_sameTry(t *testing.T) {
	with(t, nil, func(b *bench) {
		cart, token := b.cart("cart-1"), b.stripe.Token(visa)
		first := b.submit(cart, stripesecure.Input{Token: token})
		calls := len(b.stripe.Calls())
		second := b.submit(cart, stripesecure.Input{Token: token})
		assert.Equal(b, first.Payment.ID, second.Payment.ID)
		assert.Equal(b, stripesecure.PlaceOrder, second.Do)
		assert.Len(b, b.stripe.Calls(), calls, "nothing is sent for a repetition")
	})
}

func TestOutOfStock_LC33(t *testing.T) {
	for name, change := range map[string]func(*testing.T, func(*bench, stripesecure.Cart)){
		"manual": func(t *testing.T, f func(*bench, stripesecure.Cart)) {
			with(t, nil, func(b *bench) { f(b, b.cart("cart-1")) })
		},
		"automatic": func(t *testing.T, f func(*bench, stripesecure.Cart)) {
			with(t, automatic, func(b *bench) { f(b, b.cart("cart-1")) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			change(t, func(b *bench, cart stripesecure.Cart) {
				paid := b.pay(cart, visa)
				res, err := b.plugin.OrderRefused(b.Context(), paid.Payment.ID,
					stripesecure.Refusal{Reason: stripesecure.OutOfStock, Items: []string{"湯呑"}, Allotted: "R-17"})
				require.NoError(b, err)
				assert.Equal(b, stripesecure.Show, res.Do)
				assert.Equal(b, stripesecure.CartPage, res.Page)
				assert.Equal(b, stripesecure.StateVoided, res.Payment.State)
				assert.Contains(b, res.Message.Text, "湯呑")
				assert.Contains(b, res.Message.Text, "請求は発生していません", "proven: read back as cancelled")

				pi := b.stripe.Intents()[0]
				assert.Equal(b, stripetest.StatusCanceled, pi.Status)
				assert.Equal(b, "R-17", pi.Metadata["order_id"], "the manual: cancelled, with the order id set")
				assert.Empty(b, b.host.orders)

				again := b.pay(cart, visa)
				assert.Equal(b, stripesecure.PaymentID("cart-1.2"), again.Payment.ID, "a new generation")
			})
		})
	}
}

func TestOrders_placesForTheBuyer(t *testing.T) {
	with(t, both(placing, automatic), func(b *bench) {
		res := b.pay(b.cart("cart-1"), visa)
		assert.Equal(b, stripesecure.GoTo, res.Do)
		assert.Equal(b, "https://shop.example/orders/R-cart-1.1", res.URL)
		assert.Equal(b, stripesecure.StateCaptured, res.Payment.State)
		assert.Len(b, b.host.orders, 1)
		assert.Equal(b, stripesecure.StateCaptured, b.host.lastTold().State)
	})
}

func TestPaidButGone_rule13(t *testing.T) {
	t.Run("with Orders the order is made 30 s later", func(t *testing.T) {
		with(t, placing, func(b *bench) {
			cart := b.cart("cart-1")
			b.pay(cart, threeDS)
			b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
			b.sweeps(5 * time.Minute)
			require.Len(b, b.host.orders, 1)
			assert.Equal(b, []string{stripetest.StatusRequiresCapture}, b.statuses())
		})
	})
	t.Run("without, the hold is released after 30 minutes", func(t *testing.T) {
		with(t, nil, func(b *bench) {
			res := b.pay(b.cart("cart-1"), visa)
			require.Equal(b, stripesecure.PlaceOrder, res.Do)
			b.sweeps(29 * time.Minute)
			assert.Equal(b, []string{stripetest.StatusRequiresCapture}, b.statuses())
			b.sweeps(2 * time.Minute)
			assert.Equal(b, []string{stripetest.StatusCanceled}, b.statuses())
			_, closed := b.host.keys[res.Payment.ID]
			assert.True(b, closed, "no order can come under the key any more")
		})
	})
}

func TestTwoTabs_LC32(t *testing.T) {
	with(t, nil, func(b *bench) {
		cart := b.cart("cart-1")
		one := b.pay(cart, threeDS)
		two := b.pay(cart, threeDS)
		require.Equal(b, stripesecure.HandleAction, two.Do)
		assert.Equal(b, []string{stripetest.StatusCanceled, stripetest.StatusRequiresAction}, b.statuses())

		loser := cart
		loser.Tab = one.Tab
		res := b.resume(loser)
		assert.Equal(b, wording.DuplicateTab, res.Message.Code)
		assert.Equal(b, stripesecure.CheckoutPage, res.Page)

		b.stripe.Challenge(b.stripe.Intents()[1].ID, stripetest.Pass)
		winner := cart
		winner.Tab = two.Tab
		paid := b.resume(winner)
		require.Equal(b, stripesecure.PlaceOrder, paid.Do)
		b.place(paid.Payment)
		assert.Equal(b, stripesecure.GoTo, b.resume(loser).Do, "the losing tab is sent to the order that exists")
	})
}

func TestLostAnswers(t *testing.T) {
	for name, fault := range map[string]stripetest.Fault{
		"answer lost": stripetest.LoseAnswer, "request lost": stripetest.LoseRequest,
		"500 before the work": stripetest.ServerError, "500 after the work": stripetest.ServerErrorAfterWork,
		"rate limit": stripetest.RateLimit, "lock timeout": stripetest.LockTimeout,
	} {
		for _, call := range []string{"POST /v1/customers", "POST /v1/payment_intents", "POST /v1/payment_intents/*/capture"} {
			t.Run(name+" at "+call, func(t *testing.T) {
				with(t, both(placing, automatic), func(b *bench) {
					b.stripe.Fail(call, fault)
					cart := b.cart("cart-1")
					b.pay(cart, visa)
					for range 10 {
						<-time.After(2 * time.Second)
						b.resume(cart)
					}
					b.sweeps(2 * time.Hour)
					held := 0
					for _, pi := range b.stripe.Intents() {
						if pi.Status != stripetest.StatusCanceled {
							held++
						}
					}
					assert.Equal(b, len(b.host.orders), held, "one order and its money, or neither")
				})
			})
		}
	}
}

func TestMessagesInThePagesLanguage(t *testing.T) {
	with(t, nil, func(b *bench) {
		cart := b.cart("cart-1")
		b.pay(cart, threeDS)
		cart.Language = wording.English // the buyer has switched meanwhile
		assert.Contains(b, b.resume(cart).Message.Text, "Your checkout was not completed")
	})
}
