package stripesecure_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

// Failures of real shops: double charges (DUP), money without an order (ORP),
// goods without money (UNP). One test for each that has none elsewhere.

func (b *bench) creates() []stripetest.Call { return b.stripe.Calls("POST /v1/payment_intents") }

func TestDUP01_twoTabs_authenticatedInBoth(t *testing.T) {
	with(t, both(placing, automatic), func(b *bench) {
		cart := b.cart("cart-1")
		b.pay(cart, threeDS)
		first := b.stripe.Intents()[0].ID
		second := b.pay(cart, threeDS).Payment.Intent // the other tab
		assert.False(b, b.stripe.Challenge(first, stripetest.Pass), "the first was cancelled before the second could be confirmed")
		require.NotEqual(b, first, second)
		b.stripe.Challenge(second, stripetest.Pass)
		b.resume(cart)
		assert.Equal(b, 1, b.captures())
		assert.Len(b, b.host.orders, 1)
		assert.Equal(b, "https://shop.example/orders/R-cart-1.1", b.resume(cart).URL, "either tab is sent to the order")
	})
}

func TestDUP04_fiveTapsAtOnce(t *testing.T) {
	with(t, both(placing, automatic), func(b *bench) {
		cart, token := b.cart("cart-1"), b.stripe.Token(visa)
		var taps sync.WaitGroup
		for range 5 {
			taps.Go(func() {
				_, err := b.plugin.Pay(b.Context(), cart, stripesecure.Input{Token: token})
				assert.NoError(b, err)
			})
		}
		taps.Wait()
		assert.Len(b, b.creates(), 1)
		assert.Len(b, b.stripe.Calls("POST /v1/customers"), 1)
		assert.Equal(b, 1, b.captures())
		assert.Len(b, b.host.orders, 1)
	})
}

// The host fails after the payment, again and again; every click is the same
// payment.
func TestDUP09_theHostFailsAfterThePayment(t *testing.T) {
	with(t, both(placing, automatic), func(b *bench) {
		cart := b.cart("cart-1")
		b.host.fails = 4
		for range 4 {
			b.pay(cart, visa)
			<-time.After(10 * time.Second)
		}
		b.sweeps(5 * time.Minute)
		assert.Len(b, b.stripe.Intents(), 1)
		assert.Len(b, b.host.orders, 1)
		assert.Equal(b, 1, b.captures())
	})
}

func TestDUP11_theShopsOwnFinishingStepCreatesNothing(t *testing.T) {
	with(t, automatic, func(b *bench) {
		cart := b.cart("cart-1")
		b.pay(cart, threeDS)
		b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
		b.place(b.resume(cart).Payment)
		b.resume(cart)
		assert.Len(b, b.creates(), 1)
		assert.Equal(b, []string{stripetest.StatusSucceeded}, b.statuses())
	})
}

func TestDUP13_theSameSubmitAgainAfterItIsPaid(t *testing.T) {
	with(t, both(placing, automatic), func(b *bench) {
		cart, token := b.cart("cart-1"), b.stripe.Token(visa)
		b.submit(cart, stripesecure.Input{Token: token})
		b.stripe.ForgetCalls()
		for _, again := range []string{token, b.stripe.Token(visa)} {
			res := b.submit(cart, stripesecure.Input{Token: again})
			assert.Equal(b, stripesecure.GoTo, res.Do)
			assert.Equal(b, "https://shop.example/orders/R-cart-1.1", res.URL)
		}
		assert.Empty(b, b.stripe.Calls("POST *"))
	})
}

// losesAnswers commits the order and loses its own answer.
type losesAnswers struct {
	fakeOrders

	lost int
}

func (h *losesAnswers) PlaceOrder(ctx context.Context, p stripesecure.Payment) (stripesecure.Order, error) {
	order, err := h.fakeOrders.PlaceOrder(ctx, p)
	if h.lost > 0 {
		h.lost--
		return stripesecure.Order{}, errHostDown
	}
	return order, err
}

func TestORP12_theOrderWasMadeAndNobodyKnew(t *testing.T) {
	with(t, both(automatic, webhooks, func(o *stripesecure.Options, _ *settings.Settings) {
		o.Orders = &losesAnswers{fakeOrders{o.Host.(*fakeHost)}, 2}
	}), func(b *bench) {
		b.pay(b.cart("cart-1"), visa)
		require.NoError(b, b.deliver())
		b.sweeps(5 * time.Minute)
		assert.Len(b, b.host.orders, 1)
		assert.Equal(b, 1, b.captures())
		current, err := b.plugin.Current(b.Context(), "cart-1")
		require.NoError(b, err)
		assert.Equal(b, "R-cart-1.1", current.Order.Ref)
	})
}

func TestORP13_aNeededEventIsNotSubscribed(t *testing.T) {
	with(t, both(placing, automatic, webhooks), func(b *bench) {
		b.stripe.AddWebhook("https://shop.example"+webhookPath, stripetest.WebhookSecret, "charge.refunded")
		endpoint, err := b.plugin.CheckEndpoint(b.Context(), settings.Test)
		require.NoError(b, err)
		assert.Contains(b, endpoint.Missing, "payment_intent.succeeded")
		b.pay(b.cart("cart-1"), threeDS)
		b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
		b.sweeps(2 * time.Minute)
		assert.Len(b, b.host.orders, 1, "the sweep settles it")
	})
}

func TestUNP01_theReturnAddressTypedByHand(t *testing.T) {
	withShop(t, placing, func(b *bench) {
		b.do("/stripesecure/pay", asHTML, token(b.stripe.Token(threeDS)))
		back := b.stripe.Intents()[0].NextAction.RedirectToURL.ReturnURL
		answer := b.do(back[len("https://shop.example"):]+"?redirect_status=succeeded", asHTML, nil)
		assert.Equal(b, http.StatusSeeOther, answer.StatusCode)
		assert.Empty(b, b.host.orders)
		assert.NotContains(b, b.do("/stripesecure/resume", asHTML, nil).Header.Get("Location"), "/orders/")
	})
}

func TestUNP02_onlyMoneyThatIsHeldMakesAnOrder(t *testing.T) {
	for name, prepare := range map[string]func(*bench, stripesecure.Cart){
		"requires_payment_method": func(b *bench, c stripesecure.Cart) { b.pay(c, declined) },
		"requires_action":         func(b *bench, c stripesecure.Cart) { b.pay(c, threeDS) },
		"canceled": func(b *bench, c stripesecure.Cart) {
			b.pay(c, threeDS)
			require.NoError(b, b.stripe.Dashboard().Cancel(b.stripe.Intents()[0].ID, "abandoned"))
		},
		"nothing yet": func(*bench, stripesecure.Cart) {},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, placing, func(b *bench) {
				cart := b.cart("cart-1")
				prepare(b, cart)
				assert.NotContains(b, []stripesecure.Do{stripesecure.PlaceOrder, stripesecure.GoTo}, b.resume(cart).Do)
				assert.Empty(b, b.host.orders)
			})
		})
	}
}

func saving(_ *stripesecure.Options, s *settings.Settings) { s.SaveCard = settings.SaveOptional }

func TestUNP04_savedCardFails3DSecureOnce(t *testing.T) {
	with(t, both(placing, automatic, saving), func(b *bench) {
		first := b.member("cart-1")
		b.submit(first, stripesecure.Input{Token: b.stripe.Token(threeDS), Save: true})
		b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
		b.resume(first)
		cards, err := b.plugin.Cards(b.Context(), "m-1")
		require.NoError(b, err)
		require.Len(b, cards, 1)

		cart := b.member("cart-2")
		for _, outcome := range []stripetest.Authentication{stripetest.Fail, stripetest.Pass} {
			res := b.submit(cart, stripesecure.Input{SavedCard: cards[0].ID})
			require.Equal(b, stripesecure.HandleAction, res.Do, "the challenge is shown again")
			assert.Len(b, b.host.orders, 1, "no order page before it is proven")
			b.stripe.Challenge(res.Payment.Intent, outcome)
			b.resume(cart)
		}
		assert.Len(b, b.host.orders, 2)
	})
}

func TestUNP05_theBrowserClaimsSuccess(t *testing.T) {
	withShop(t, placing, func(b *bench) {
		b.do("/stripesecure/pay", asJSON, token(b.stripe.Token(threeDS)))
		forged := `{"paymentIntent":{"status":"succeeded","amount":0},"status":null,"do":"go_to","url":"/orders/R-1"}`
		for _, path := range []string{"/stripesecure/resume", "/stripesecure/pay"} {
			answer := b.do(path, asJSON, map[string][]string{"result": {forged}, "status": {"succeeded"}})
			assert.NotContains(b, answer.text, "/orders/", path)
		}
		assert.Empty(b, b.host.orders)
	})
}

func TestCAP02_theHoldIsReleasedByItself(t *testing.T) {
	for name, byWebhook := range map[string]bool{"the event arrives": true, "the event is lost": false} {
		t.Run(name, func(t *testing.T) {
			with(t, webhooks, func(b *bench) {
				p := b.held("cart-1")
				<-time.After(time.Until(p.CaptureBefore) + 10*time.Minute)
				require.Equal(b, []string{stripetest.StatusCanceled}, b.statuses())
				if byWebhook {
					require.NoError(b, b.deliver(b.stripe.Events("charge.expired", "payment_intent.canceled")...))
				}
				b.sweeps(2 * time.Minute)
				told := b.host.lastTold()
				assert.Equal(b, stripesecure.StateExpired, told.State)
				assert.False(b, told.Paid())
				assert.NotNil(b, told.Order, "the order is the host's to decide")
			})
		})
	}
}

// A mode of capture that Stripe does not take is refused before anything is
// stored as paid: the cart stays payable.
func TestCAP15_CAP16_cardsOnly_andARefusalChangesNothing(t *testing.T) {
	with(t, placing, func(b *bench) {
		cart := b.cart("cart-1")
		b.stripe.Fail("POST /v1/payment_intents", stripetest.RateLimit).Times(1)
		b.pay(cart, visa)
		b.resume(cart)
		for _, create := range b.creates() {
			assert.Equal(b, "card", create.Form["payment_method_types[0]"])
			assert.NotContains(b, create.Form, "payment_method_types[1]")
			assert.NotContains(b, create.Form, "automatic_payment_methods[enabled]")
			assert.Equal(b, "manual", create.Form["capture_method"])
		}
		bad := b.cart("cart-2")
		bad.Total = stripesecure.JPY(1)
		assert.Equal(b, stripesecure.Show, b.pay(bad, visa).Do, "less than Stripe takes")
		current, err := b.plugin.Current(b.Context(), "cart-2")
		require.NoError(b, err)
		assert.Equal(b, stripesecure.StateOpen, current.State)
	})
}

func TestSTK01_theLastItemIsBoughtByTwo(t *testing.T) {
	with(t, both(placing, automatic), func(b *bench) {
		b.pay(b.cart("cart-1"), visa)
		b.host.refusal = &stripesecure.Refusal{Reason: stripesecure.OutOfStock, Items: []string{"青磁の湯呑み"}}
		res := b.pay(b.cart("cart-2"), visa)
		assert.Equal(b, stripesecure.CartPage, res.Page)
		assert.Equal(b, wording.OutOfStock, res.Message.Code)
		assert.ElementsMatch(b, []string{stripetest.StatusSucceeded, stripetest.StatusCanceled}, b.statuses())
	})
}

func TestSTK02_soldOutDuring3DSecure(t *testing.T) {
	with(t, both(placing, automatic), func(b *bench) {
		cart := b.cart("cart-1")
		b.pay(cart, threeDS)
		b.host.refusal = &stripesecure.Refusal{Reason: stripesecure.OutOfStock}
		b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
		b.resume(cart)
		assert.Equal(b, []string{stripetest.StatusCanceled}, b.statuses(), "released in the same flow")
		b.host.refusal = nil
		b.pay(cart, visa)
		assert.Len(b, b.stripe.Intents(), 2)
		assert.Len(b, b.host.orders, 1)
	})
}

func TestSTK04_refusedBeforeAnythingIsSent(t *testing.T) {
	with(t, func(o *stripesecure.Options, _ *settings.Settings) {
		o.Hooks = []stripesecure.Hooks{{Name: "stock", BeforePay: func(context.Context, stripesecure.Cart) error {
			return &stripesecure.Refused{Message: wording.For(wording.OutOfStock, wording.Japanese, wording.Facts{})}
		}}}
	}, func(b *bench) {
		res := b.pay(b.cart("cart-1"), visa)
		assert.Equal(b, stripesecure.Show, res.Do)
		assert.Empty(b, b.stripe.Calls("POST *"))
	})
}

func TestSTK05_FRD07_aReviewInEitherOrder(t *testing.T) {
	for name, kinds := range map[string][]string{
		"the review first":  {"review.opened", "payment_intent.amount_capturable_updated"},
		"the payment first": {"payment_intent.amount_capturable_updated", "review.opened"},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, both(automatic, webhooks), func(b *bench) {
				res := b.pay(b.cart("cart-1"), visa)
				intent := b.stripe.Intents()[0].ID
				require.NoError(b, b.stripe.Dashboard().Review(intent))
				for _, kind := range kinds {
					require.NoError(b, b.deliver(b.stripe.Events(kind)...))
				}
				p := b.place(res.Payment).Payment
				b.sweeps(2 * time.Hour)
				assert.Zero(b, b.captures(), "held until the review is closed")
				p, err := b.plugin.Payment(b.Context(), p.ID)
				require.NoError(b, err)
				assert.True(b, p.InReview)
				require.NoError(b, b.stripe.Dashboard().Approve(intent))
				require.NoError(b, b.deliver(b.stripe.Events("review.closed")...))
				b.sweeps(time.Minute)
				assert.Equal(b, 1, b.captures())
				assert.Len(b, b.host.orders, 1)
			})
		})
	}
}
