package stripesecure_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// automaticUnless captures at once, unless the shop's hook fails so many times.
func automaticUnless(failures *int) func(*stripesecure.Options, *settings.Settings) {
	return func(o *stripesecure.Options, s *settings.Settings) {
		s.Capture = settings.CaptureAutomatic
		o.Hooks = []stripesecure.Hooks{{Name: "fraud", Capture: func(context.Context, stripesecure.Payment) (stripesecure.CaptureWhen, error) {
			if *failures > 0 {
				*failures--
				return 0, errors.New("the fraud service is down")
			}
			return stripesecure.CaptureAsSet, nil
		}}}
	}
}

// A hook that fails once leaves nothing on hold for good: it is asked again, and
// the order's ref is at Stripe meanwhile.
func TestCaptureHook_isAskedAgain(t *testing.T) {
	failures := 5
	with(t, automaticUnless(&failures), func(b *bench) {
		p := b.held("cart-1")
		assert.Equal(b, stripesecure.StateHeld, p.State, "in doubt the money stays on hold")
		assert.Equal(b, p.Order.Ref, b.stripe.Intents()[0].Metadata["order_id"])
		b.sweeps(10 * time.Minute)
		assert.Equal(b, 1, b.captures())
		assert.Equal(b, stripesecure.StateCaptured, b.host.lastTold().State)
	})
}

// It is asked more and more seldom, and no longer than the hold lasts.
func TestCaptureHook_thatNeverAnswers(t *testing.T) {
	failures := 1 << 30
	with(t, automaticUnless(&failures), func(b *bench) {
		p := b.held("cart-1")
		before := failures
		b.sweeps(5 * time.Hour)
		assert.Less(b, before-failures, 5*12+15)
		<-time.After(31 * 24 * time.Hour)
		b.sweeps(time.Hour)
		p, err := b.plugin.Payment(b.Context(), p.ID)
		require.NoError(b, err)
		assert.Equal(b, stripesecure.StateExpired, p.State)
		before = failures
		b.sweeps(time.Hour)
		assert.Equal(b, before, failures)
	})
}

// A server whose clock is ten days ahead has begun a payment and died: nobody
// waits for its clock.
func TestClock_farAhead(t *testing.T) {
	with(t, nil, func(b *bench) {
		ahead := b.options
		ahead.Now = func() time.Time { return time.Now().Add(10 * 24 * time.Hour) }
		wrong, err := stripesecure.New(ahead)
		require.NoError(b, err)
		b.sweeps(time.Minute)
		res, err := wrong.Pay(b.Context(), b.cart("cart-1"), stripesecure.Input{Token: b.stripe.Token(threeDS)})
		require.NoError(b, err)
		require.Equal(b, stripesecure.StateNeedsAction, res.Payment.State)
		b.sweeps(4 * time.Hour)
		assert.Equal(b, []string{stripetest.StatusCanceled}, b.statuses())
	})
}

// ⑥ was empty and its key has become another account's, while nobody knew what
// had become of a create: "not there" is no answer of that account.
func TestAccount_changedWhileACreateIsInDoubt(t *testing.T) {
	const key, account = "sk_" + "test_anotherShopsKey0001", "acct_1AnotherShop"
	var s settings.Settings
	with(t, changing(&s), func(b *bench) {
		b.stripe.AddAccount(stripetest.AccountConfig{ID: account})
		require.True(b, b.stripe.RegisterKey(stripetest.Key{Text: key, Account: account}))
		s.AccountID = ""
		b.stripe.Fail("POST /v1/payment_intents", stripetest.LoseAnswer).Times(9)
		b.stripe.Fail("GET /v1/payment_intents", stripetest.BadGateway).Times(9)
		res := b.pay(b.cart("cart-1"), visa)
		require.Equal(b, stripesecure.StateUnknown, res.Payment.State)
		s.Test.Secret = settings.NewSecret(key)
		b.sweeps(3 * time.Hour)
		p, err := b.plugin.Payment(b.Context(), res.Payment.ID)
		require.NoError(b, err)
		assert.Equal(b, stripesecure.StateUnknown, p.State)
		assert.True(b, found(p, "credentials"))
		health, err := b.plugin.Health(b.Context())
		require.NoError(b, err)
		assert.Equal(b, 1, health.Stuck)
		assert.False(b, health.OK())

		s.Test.Secret = settings.NewSecret(stripetest.TestSecretKey)
		b.sweeps(2 * time.Hour)
		assert.Equal(b, []string{stripetest.StatusCanceled}, b.statuses())
		health, err = b.plugin.Health(b.Context())
		require.NoError(b, err)
		assert.Zero(b, health.Stuck)
	})
}

// What Stripe refuses for ever is asked for ever, and once a day at last.
func TestRefusedForEver_onceADay(t *testing.T) {
	with(t, nil, func(b *bench) {
		p := b.held("cart-1")
		b.stripe.RevokeKey(stripetest.TestSecretKey)
		_, err := b.plugin.OrderRefused(b.Context(), p.ID, stripesecure.Refusal{Reason: stripesecure.Cancelled, Ref: p.Order.Ref})
		require.NoError(b, err)
		asked := func(d time.Duration) int {
			before := len(b.stripe.Calls())
			for end := time.Now().Add(d); time.Now().Before(end); {
				<-time.After(5 * time.Minute)
				require.NoError(b, b.runner.Sweep(b.Context()))
			}
			n := 0
			for _, call := range b.stripe.Calls()[before:] {
				if call.Path == "/v1/payment_intents/"+p.Intent+"/cancel" || call.Path == "/v1/payment_intents/"+p.Intent {
					n++
				}
			}
			return n
		}
		assert.Greater(b, asked(2*time.Hour), 20)
		asked(2 * 24 * time.Hour)
		assert.LessOrEqual(b, asked(3*24*time.Hour), 6, "a read and a try a day")
	})
}
