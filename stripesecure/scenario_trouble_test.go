package stripesecure_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
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

// Failures of real shops: Stripe's errors and limits (API), redirects (RED),
// fraud (FRD), configuration (CFG), events about what is not here (WHK).

func TestAPI01_aKeyIsForOneBody(t *testing.T) {
	with(t, placing, func(b *bench) {
		cart := b.cart("cart-1")
		b.stripe.Fail("POST /v1/payment_intents", stripetest.LoseAnswer).Times(1)
		b.pay(cart, visa) // sent twice: the answer was lost
		cart.Total = yen(900)
		b.host.refusal = &stripesecure.Refusal{Reason: stripesecure.PriceChanged}
		bodies := map[string]map[string]string{}
		for _, c := range b.stripe.Calls("POST *") {
			require.NotEmpty(b, c.IdempotencyKey)
			if before, sent := bodies[c.IdempotencyKey]; sent {
				assert.Equal(b, before, c.Form, "the same key carries the same body")
			}
			bodies[c.IdempotencyKey] = c.Form
		}
		assert.Len(b, b.stripe.Intents(), 1)
	})
}

func TestAPI03_keyInUse(t *testing.T) {
	with(t, both(placing, automatic), func(b *bench) {
		b.stripe.Fail("POST /v1/payment_intents", stripetest.Conflict).Times(2)
		b.pay(b.cart("cart-1"), visa)
		b.sweeps(5 * time.Minute)
		creates := b.creates()
		for _, c := range creates {
			assert.Equal(b, creates[0].IdempotencyKey, c.IdempotencyKey, "never another key because of a conflict")
		}
		assert.LessOrEqual(b, len(b.stripe.Intents()), 1)
		assert.NotContains(b, b.log.String(), "declined")
	})
}

func TestAPI06_anObjectIsLocked(t *testing.T) {
	with(t, placing, func(b *bench) {
		for _, pattern := range []string{"POST /v1/payment_intents", "POST /v1/payment_intents/*/capture", "POST /v1/refunds", "GET /v1/payment_intents/*"} {
			b.stripe.Fail(pattern, stripetest.LockTimeout).Times(2)
		}
		cart := b.cart("cart-1")
		b.pay(cart, visa)
		for range 5 {
			<-time.After(3 * time.Second)
			b.resume(cart)
		}
		p, err := b.plugin.Current(b.Context(), cart.ID)
		require.NoError(b, err)
		require.Equal(b, stripesecure.StateHeld, p.State)
		_, err = b.plugin.Capture(b.Context(), p.ID, all)
		require.NoError(b, err)
		_, err = b.plugin.Refund(b.Context(), p.ID, stripesecure.Refund{ID: "r-1"})
		require.NoError(b, err)
		b.sweeps(2 * time.Minute)
		p, err = b.plugin.Payment(b.Context(), p.ID)
		require.NoError(b, err)
		assert.Equal(b, stripesecure.StateRefunded, p.State)
		assert.Equal(b, 1, b.captures())
		assert.Len(b, b.stripe.Refunds(), 1)
	})
}

// Stripe is out for a minute: pages are drawn, buyers are told to wait, and
// nobody is told that a card was declined.
func TestAPI07_anOutage(t *testing.T) {
	for name, fault := range map[string]stripetest.Fault{"429": stripetest.RateLimit, "502": stripetest.BadGateway} {
		t.Run(name, func(t *testing.T) {
			with(t, both(placing, automatic), func(b *bench) {
				outage := b.stripe.Fail("*", fault).Always()
				began := time.Now()
				for i := range 50 {
					offer, err := b.plugin.Offer(b.Context(), b.cart(stripesecure.CheckoutID(fmt.Sprint("page-", i))))
					require.NoError(b, err)
					assert.True(b, offer.Available)
				}
				assert.Zero(b, time.Since(began), "no page waits for Stripe")
				var buyers sync.WaitGroup
				for i := range 5 {
					buyers.Go(func() {
						res, err := b.plugin.Pay(b.Context(), b.cart(stripesecure.CheckoutID(fmt.Sprint("cart-", i))), stripesecure.Input{Token: b.stripe.Token(visa)})
						assert.NoError(b, err)
						assert.Contains(b, []stripesecure.State{stripesecure.StateUnknown, stripesecure.StateOpen, stripesecure.StateProcessing}, res.Payment.State)
						assert.NotEqual(b, wording.DeclinedGeneric, res.Message.Code)
					})
				}
				buyers.Wait()
				<-time.After(time.Minute)
				outage.Stop()
				b.sweeps(2 * time.Hour)
				for _, pi := range b.stripe.Intents() {
					assert.Contains(b, []string{stripetest.StatusSucceeded, stripetest.StatusCanceled}, pi.Status)
				}
				assert.Equal(b, len(b.host.orders), b.captures(), "an order with its money, or neither")
			})
		})
	}
}

func TestAPI08_looksWhileStripeIsOut(t *testing.T) {
	with(t, automatic, func(b *bench) {
		p := b.place(b.pay(b.cart("cart-1"), visa).Payment).Payment
		b.stripe.Fail("*", stripetest.HangRequest).Always()
		seen, err := b.plugin.Payment(b.Context(), p.ID)
		require.NoError(b, err)
		assert.Equal(b, stripesecure.StateCaptured, seen.State)
		b.sweeps(10 * time.Minute)
		seen, err = b.plugin.Payment(b.Context(), p.ID)
		require.NoError(b, err)
		assert.Equal(b, stripesecure.StateCaptured, seen.State)
	})
}

// A restricted key without one permission loses that one thing.
func TestAPI10_aRestrictedKeyLacksAPermission(t *testing.T) {
	needs := map[string]string{"payment_intents": "write", "customers": "write", "refunds": "write", "disputes": "write", "radar": "read"}
	key := "rk_" + "test_lacksOnePermission00001"
	for missing := range needs {
		t.Run("without "+missing, func(t *testing.T) {
			with(t, both(placing, automatic, func(_ *stripesecure.Options, s *settings.Settings) {
				s.Authentication = settings.AuthRestrictedKey
				s.Test.Secret = settings.NewSecret(key)
			}), func(b *bench) {
				has := map[string]string{}
				for resource, right := range needs {
					if resource != missing {
						has[resource] = right
					}
				}
				require.True(b, b.stripe.RegisterKey(stripetest.Key{Text: key, Permissions: has}))
				res := b.pay(b.cart("cart-1"), visa)
				if missing == "payment_intents" || missing == "customers" {
					assert.Equal(b, wording.TemporarilyUnavailable, res.Message.Code, "never the card's fault")
					assert.Empty(b, b.host.orders)
					return
				}
				assert.Equal(b, stripesecure.StateCaptured, res.Payment.State, "payments keep working")
				p, err := b.plugin.Refund(b.Context(), res.Payment.ID, stripesecure.Refund{ID: "r-1"})
				if missing == "refunds" {
					require.ErrorIs(b, err, stripesecure.ErrStripe)
					b.sweeps(time.Minute)
					assert.Contains(b, fmt.Sprint(b.host.lastTold().Findings), "credentials")
					return
				}
				require.NoError(b, err)
				assert.Equal(b, stripesecure.StateRefunded, p.State)
			})
		})
	}
}

func TestRED04_RED05_3DSecureFailsThenPasses(t *testing.T) {
	with(t, both(placing, automatic), func(b *bench) {
		cart := b.cart("cart-1")
		b.pay(cart, threeDS)
		b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Fail)
		res := b.resume(cart)
		assert.Equal(b, stripesecure.Show, res.Do)
		assert.Equal(b, wording.ThreeDSFailed, res.Message.Code)
		again := b.resume(cart)
		assert.Equal(b, res.Message, again.Message, "also when the page is drawn again")
		assert.Equal(b, "snapshot of cart-1", string(again.Payment.Snapshot))

		second := b.pay(cart, threeDS).Payment.Intent
		b.stripe.Challenge(second, stripetest.Pass)
		b.resume(cart)
		b.sweeps(time.Hour)
		assert.Len(b, b.host.orders, 1)
		assert.Equal(b, stripesecure.StateCaptured, b.host.lastTold().State, "the earlier failure is history")
	})
}

func TestRED07_theReturnAddressTwiceAtOnce(t *testing.T) {
	withShop(t, both(placing, automatic), func(b *bench) {
		b.do("/stripesecure/pay", asHTML, token(b.stripe.Token(threeDS)))
		back, err := url.Parse(b.stripe.Intents()[0].NextAction.RedirectToURL.ReturnURL)
		require.NoError(b, err)
		b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
		var loads sync.WaitGroup
		for range 2 {
			loads.Go(func() { assert.Equal(b, http.StatusSeeOther, b.do(back.Path, asHTML, nil).StatusCode) })
		}
		loads.Wait()
		assert.Len(b, b.host.orders, 1)
		assert.Equal(b, 1, b.captures())
	})
}

// No call of a browser names a checkout: the host's session does, so there is
// none to put another's id into.
func TestRED11_FRD03_nobodyAsksForAnothersCart(t *testing.T) {
	withShop(t, placing, func(b *bench) {
		b.pay(b.cart("cart-2"), visa) // somebody else's
		for _, form := range []url.Values{
			{"checkout": {"cart-2"}}, {"stripesecure_tab": {"cart-2"}}, {"id": {"cart-2.1"}}, {"payment_intent": {b.stripe.Intents()[0].ID}},
		} {
			answer := b.do("/stripesecure/resume", asJSON, form)
			assert.NotContains(b, answer.text, "cart-2", "%v", form)
			assert.NotContains(b, answer.text, "held", "%v", form)
		}
		b.stripe.ForgetCalls()
		answer := b.do("/stripesecure/pay", asJSON, token(b.stripe.Token(visa)), "Cookie", "")
		assert.Equal(b, http.StatusNotFound, answer.StatusCode, "without a cart of the session's")
		assert.Empty(b, b.stripe.Calls("POST *"))
	})
}

func TestRED15_backFromTheBankBeforeItIsDecided(t *testing.T) {
	with(t, both(placing, automatic, webhooks), func(b *bench) {
		cart := b.cart("cart-1")
		b.pay(cart, threeDS)
		confirms := len(b.stripe.Calls("POST *"))
		for range 10 {
			<-time.After(2 * time.Second)
			assert.NotEqual(b, stripesecure.HandleAction, b.resume(cart).Do, "not sent to the bank again")
		}
		assert.Len(b, b.stripe.Calls("POST *"), confirms, "nothing is confirmed again")
		b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
		require.NoError(b, b.deliver())
		assert.Equal(b, stripesecure.GoTo, b.resume(cart).Do)
		assert.Len(b, b.host.orders, 1)
	})
	t.Run("never decided", func(t *testing.T) {
		with(t, placing, func(b *bench) {
			b.pay(b.cart("cart-1"), threeDS)
			b.sweeps(61 * time.Minute)
			assert.Equal(b, []string{stripetest.StatusCanceled}, b.statuses())
			assert.Empty(b, b.host.orders)
		})
	})
}

func TestFRD05_aDeclineLeavesATrace(t *testing.T) {
	with(t, placing, func(b *bench) {
		b.pay(b.cart("cart-1"), noFunds)
		assert.Contains(b, b.log.String(), `"answer":"card_declined/insufficient_funds"`)
		assert.Contains(b, b.log.String(), `"checkout":"cart-1"`)
		assert.NotContains(b, b.log.String(), noFunds)
		moments, err := b.plugin.Timeline(b.Context(), "cart-1.1")
		require.NoError(b, err)
		assert.Equal(b, "card_declined/insufficient_funds", moments[1].Detail)
	})
}

// The shop has moved; Stripe still posts to the old address.
func TestCFG01_CFG03_theEndpointIsElsewhereOrOff(t *testing.T) {
	with(t, both(placing, automatic, webhooks), func(b *bench) {
		b.stripe.AddWebhook("https://staging.example"+webhookPath, stripetest.WebhookSecret, "*")
		endpoint, err := b.plugin.CheckEndpoint(b.Context(), settings.Test)
		require.NoError(b, err)
		assert.False(b, endpoint.OK())
		assert.Contains(b, endpoint.Faults, stripesecure.EndpointMissing)

		b.pay(b.cart("cart-1"), threeDS)
		b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
		b.sweeps(2 * time.Minute)
		assert.Len(b, b.host.orders, 1, "the sweep settles it meanwhile")
		assert.Equal(b, 1, b.captures())
	})
}

// An order id that means something else here proves nothing: the signature of
// the metadata does.
func TestWHK16_anOrderIDOfSomebodyElse(t *testing.T) {
	with(t, webhooks, func(b *bench) {
		ours := b.held("cart-1")
		foreign := b.stripe.AddIntent(stripetest.PaymentIntent{
			Amount: 1200, Currency: "jpy", Status: stripetest.StatusSucceeded,
			Metadata: map[string]string{"order_id": ours.Order.Ref, "stripesecure_checkout": "cart-1", "stripesecure_shop": "shop"},
		})
		require.NotEmpty(b, foreign)
		require.NoError(b, b.deliver(), "2xx")
		p, err := b.plugin.Payment(b.Context(), ours.ID)
		require.NoError(b, err)
		assert.Equal(b, stripesecure.StateHeld, p.State)
		assert.Empty(b, p.Findings)
	})
}

// The store was restored from a backup: the payment is ours by its signature,
// and no checkout knows it.
func TestWHK18_refundOfACheckoutThatIsGone(t *testing.T) {
	with(t, webhooks, func(b *bench) {
		p := b.captured("cart-1")
		row, err := b.store.Get(b.Context(), "shop", "cart-1")
		require.NoError(b, err)
		require.NoError(b, b.store.Delete(b.Context(), "shop", "cart-1", row.Version))
		require.NoError(b, b.stripe.Dashboard().Refund(p.Intent, 200))
		require.NoError(b, b.deliver(b.stripe.Events("charge.refunded")...), "2xx")
		b.sweeps(3 * 24 * time.Hour)
		inbox, err := b.plugin.Inbox(b.Context())
		require.NoError(b, err)
		require.Len(b, inbox, 1)
		assert.True(b, inbox[0].Parked)
		assert.Equal(b, p.Intent, inbox[0].Intent)
		unknown, err := b.plugin.Unknown(b.Context())
		require.NoError(b, err)
		assert.Len(b, unknown, 1)
	})
}

// pending makes every PaymentIntent that waits for the bank look like one whose
// outcome Stripe does not know yet: stripetest's cards are never so.
type pending struct {
	http.RoundTripper
	on bool
}

func (p *pending) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := p.RoundTripper.RoundTrip(r)
	if err != nil || !p.on {
		return res, err
	}
	body, err := io.ReadAll(res.Body)
	body = bytes.ReplaceAll(body, []byte(`"status":"requires_action"`), []byte(`"status":"processing"`))
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return res, err
}

// The buyer waits, and nothing that is submitted meanwhile is paid a second time.
func TestASY02_pendingIsNoError(t *testing.T) {
	stripe := &pending{}
	with(t, both(placing, automatic, func(o *stripesecure.Options, _ *settings.Settings) {
		stripe.RoundTripper, o.Transport = o.Transport, stripe
	}), func(b *bench) {
		cart := b.cart("cart-1")
		b.pay(cart, threeDS)
		stripe.on = true
		<-time.After(2 * time.Second)
		confirms := len(b.stripe.Calls("POST *"))
		for range 3 {
			res := b.resume(cart)
			assert.Equal(b, stripesecure.Wait, res.Do)
			assert.Equal(b, wording.Processing, res.Message.Code)
			assert.Equal(b, stripesecure.Wait, b.pay(cart, visa).Do, "no other card while this one may be paid")
			<-time.After(2 * time.Second)
		}
		assert.Len(b, b.stripe.Calls("POST *"), confirms)
		assert.Len(b, b.stripe.Intents(), 1)
		stripe.on = false
		b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
		assert.Equal(b, stripesecure.GoTo, b.resume(cart).Do)
		assert.Len(b, b.host.orders, 1)
	})
}
