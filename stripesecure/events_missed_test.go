package stripesecure_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// sold is a captured order that is older than the hourly list of payments looks.
func (b *bench) sold(id stripesecure.CheckoutID, age time.Duration) stripesecure.Payment {
	b.Helper()
	p := b.pay(b.cart(id), visa).Payment
	b.place(p)
	b.sweeps(2 * time.Minute)
	<-time.After(age)
	b.sweeps(time.Hour) // the nightly list is behind us
	b.stripe.ForgetCalls()
	return p
}

// What happens in the Dashboard to an old payment is told within the hour, though
// no webhook comes: the endpoint is off, or the server was down for days.
func TestMissedEvents_ORP13_oldPaymentsWithinTheHour(t *testing.T) {
	for name, age := range map[string]time.Duration{"three days": 72 * time.Hour, "forty days, which no list of payments reaches": 40 * 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			with(t, automatic, func(b *bench) {
				p := b.sold("cart-1", age)
				require.NoError(b, b.stripe.Dashboard().Refund(p.Intent, 500))
				b.sweeps(61 * time.Minute)
				assert.Equal(b, stripesecure.JPY(500), b.host.lastTold().Refunded)
				require.NoError(b, b.stripe.Dashboard().Dispute(p.Intent, "fraudulent"))
				b.sweeps(61 * time.Minute)
				assert.True(b, b.host.lastTold().Disputed)
			})
		})
	}
	t.Run("after two weeks without a server", func(t *testing.T) {
		with(t, automatic, func(b *bench) {
			p := b.sold("cart-1", 40*24*time.Hour)
			require.NoError(b, b.stripe.Dashboard().Refund(p.Intent, 500))
			<-time.After(14 * 24 * time.Hour)
			b.sweeps(2 * time.Minute)
			assert.Equal(b, stripesecure.JPY(500), b.host.lastTold().Refunded)
		})
	})
}

// Where every webhook came, the events cost their list pages and nothing else.
func TestMissedEvents_cheapToSeeAgain(t *testing.T) {
	with(t, both(automatic, webhooks), func(b *bench) {
		b.sweeps(10 * time.Minute) // the first pass
		for i := range 30 {
			b.place(b.pay(b.cart(stripesecure.CheckoutID(fmt.Sprint("cart-", i))), visa).Payment)
		}
		require.NoError(b, b.deliver())
		for range 20 { // and another shop's
			b.stripe.AddIntent(stripetest.PaymentIntent{Amount: 700, Currency: "jpy", Status: stripetest.StatusSucceeded})
		}
		b.stripe.ForgetCalls()
		b.sweeps(61 * time.Minute)
		assert.NotEmpty(b, b.stripe.Calls("GET /v1/events"))
		assert.Empty(b, b.stripe.Calls("GET /v1/payment_intents/*"))
		assert.Empty(b, b.stripe.Calls("GET /v1/refunds"))
		inbox, err := b.plugin.Inbox(b.Context())
		require.NoError(b, err)
		assert.Empty(b, inbox)
	})
}

func TestMissedEvents_oneLease_boundedAndResumed(t *testing.T) {
	t.Run("one pass an hour, however many servers", func(t *testing.T) {
		with(t, nil, func(b *bench) {
			second := stripesecure.NewRunner(b.store, b.plugin)
			for range 120 {
				<-time.After(30 * time.Second)
				require.NoError(b, b.runner.Sweep(b.Context()))
				require.NoError(b, second.Sweep(b.Context()))
			}
			calls := b.stripe.Calls("GET /v1/events")
			require.Len(b, calls, 1)
			assert.LessOrEqual(b, len(calls[0].Form), 20+3)
			assert.Equal(b, 30*24*time.Hour, apart(b, calls[0].Form["created[gte]"], calls[0].Form["created[lt]"]), "all that Stripe has")
			b.sweeps(time.Hour)
			next := b.stripe.Calls("GET /v1/events")[1]
			assert.Equal(b, time.Hour, apart(b, next.Form["created[gte]"], calls[0].Form["created[lt]"]), "then an hour before the last pass")
		})
	})
	t.Run("goes on where it was", func(t *testing.T) {
		with(t, automatic, func(b *bench) {
			p := b.sold("cart-1", 72*time.Hour)
			require.NoError(b, b.stripe.Dashboard().Refund(p.Intent, 500)) // on the last page
			for range 250 {
				b.stripe.AddIntent(stripetest.PaymentIntent{Amount: 700, Currency: "jpy", Status: stripetest.StatusSucceeded})
			}
			b.stripe.Fail("GET /v1/events", stripetest.ServerError).Nth(4) // the second call of a sweep
			b.stripe.Fail("GET /v1/events", stripetest.Slow(15*time.Second)).Always()
			b.sweeps(70 * time.Minute)
			assert.Equal(b, stripesecure.JPY(500), b.host.lastTold().Refunded)
			var after []string
			began := b.stripe.Calls("GET /v1/events")[0].Form["created[lt]"]
			for _, call := range b.stripe.Calls("GET /v1/events") {
				if call.Form["created[lt]"] == began { // of this pass
					after = append(after, call.Form["starting_after"])
				}
			}
			assert.Greater(b, len(after), 5)
			assert.Equal(b, after[3], after[4], "what failed is asked again")
			assert.Len(b, slices.Compact(after), len(slices.Compact(slices.Sorted(slices.Values(after)))), "and nothing else")
		})
	})
	t.Run("rule 10: a copy of a live shop reads nothing", func(t *testing.T) {
		with(t, nil, func(b *bench) {
			b.sweeps(time.Minute)
			b.options.BaseURL = "https://staging.example"
			b.remake()
			b.stripe.ForgetCalls()
			b.sweeps(3 * time.Hour)
			assert.Empty(b, b.stripe.Calls())
		})
	})
	t.Run("buyers first", func(t *testing.T) {
		with(t, automatic, func(b *bench) {
			b.sold("cart-1", 72*time.Hour)
			limited := b.stripe.Fail("GET /v1/events", stripetest.RateLimit).Always()
			b.sweeps(2 * time.Hour)
			assert.Positive(b, limited.Hits())
			assert.Less(b, limited.Hits(), 130, "once a minute at the most")
		})
	})
}

func apart(b *bench, from, to string) time.Duration {
	first, err := strconv.Atoi(from)
	require.NoError(b, err)
	second, err := strconv.Atoi(to)
	require.NoError(b, err)
	return time.Duration(second-first) * time.Second
}

// Stripe did not answer for one of them: it is kept in the inbox, and the pass
// goes on.
func TestMissedEvents_WHK09_aFailureIsStored(t *testing.T) {
	with(t, automatic, func(b *bench) {
		p := b.sold("cart-1", 72*time.Hour)
		require.NoError(b, b.stripe.Dashboard().Refund(p.Intent, 500))
		b.stripe.Fail("GET /v1/payment_intents/*", stripetest.ServerError)
		b.sweeps(65 * time.Minute)
		assert.Equal(b, stripesecure.JPY(500), b.host.lastTold().Refunded)
	})
}

// ⑦ and ⑥ name whose events are read; a pass that has begun for another account
// is not gone on with.
func TestMissedEvents_otherEnvironment_connect(t *testing.T) {
	t.Run("⑦ changes while a pass is under way", func(t *testing.T) {
		var s settings.Settings
		with(t, both(automatic, changing(&s)), func(b *bench) {
			s.Live = settings.Keys{Publishable: stripetest.LivePublishableKey, Secret: settings.NewSecret(stripetest.LiveSecretKey), SweepOnly: true}
			b.sold("cart-1", 72*time.Hour)
			b.stripe.Fail("GET /v1/events", stripetest.Slow(15*time.Second)).Always()
			for range 250 {
				b.stripe.AddIntent(stripetest.PaymentIntent{Amount: 700, Currency: "jpy", Status: stripetest.StatusSucceeded})
			}
			for len(b.stripe.Calls("GET /v1/events")) == 0 {
				b.sweeps(30 * time.Second)
			}
			s.Environment = settings.Live
			b.stripe.ForgetCalls()
			b.sweeps(2 * time.Minute)
			calls := b.stripe.Calls("GET /v1/events")
			require.NotEmpty(b, calls)
			assert.True(b, calls[0].Live)
			assert.Empty(b, calls[0].Form["starting_after"], "an id of the other environment would never be found")
			assert.Equal(b, 200, calls[0].Status)
		})
	})
	t.Run("connect", func(t *testing.T) {
		const account = "acct_1ConnectedShop"
		with(t, both(automatic, func(_ *stripesecure.Options, s *settings.Settings) {
			s.Authentication, s.AccountID = settings.AuthConnect, account
		}), func(b *bench) {
			b.stripe.AddAccount(stripetest.AccountConfig{ID: account})
			res := b.submit(b.cart("cart-1"), stripesecure.Input{Token: b.stripe.View(account).Token(visa)})
			b.place(res.Payment)
			b.sweeps(2 * time.Minute)
			<-time.After(40 * 24 * time.Hour)
			b.sweeps(time.Hour)
			require.NoError(b, b.stripe.Dashboard().Of(b.stripe.View(account)).Refund(res.Payment.Intent, 500))
			b.sweeps(61 * time.Minute)
			assert.Equal(b, stripesecure.JPY(500), b.host.lastTold().Refunded)
			for _, call := range b.stripe.Calls("GET /v1/events") {
				assert.Equal(b, account, call.Account)
			}
		})
	})
}
