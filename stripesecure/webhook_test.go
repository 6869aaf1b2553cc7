package stripesecure_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

const (
	webhookPath = "/stripesecure/webhook"
	oldSecret   = "whsec_" + "anOlderSecretThatIsBeingRolled01"
)

// webhooks turns the endpoint on, with two secrets during a roll.
func webhooks(_ *stripesecure.Options, s *settings.Settings) {
	s.Test.SweepOnly = false
	s.Test.WebhookSecrets = []settings.Secret{settings.NewSecret(stripetest.WebhookSecret), settings.NewSecret(oldSecret)}
}

func (b *bench) deliver(events ...stripetest.Event) error {
	return b.stripe.DeliverTo(b.Context(), b.handler(), webhookPath, events...)
}

// hook posts raw bytes as Stripe would.
func (b *bench) hook(body, signature string) int {
	r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "https://shop.example"+webhookPath, strings.NewReader(body))
	r.Header.Set("Stripe-Signature", signature)
	w := httptest.NewRecorder()
	b.handler().ServeHTTP(w, r)
	return w.Code
}

func TestWebhook_C7_ORP01_buyerClosesTheWindow(t *testing.T) {
	with(t, both(placing, automatic, webhooks), func(b *bench) {
		b.pay(b.cart("cart-1"), threeDS)
		b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
		require.NoError(b, b.deliver())
		b.until(61*time.Second, "30 s after the authorisation, rule 13", func() bool { return len(b.host.orders) == 1 })
		assert.Equal(b, []string{stripetest.StatusSucceeded}, b.statuses())
	})
}

func TestWebhook_order_duplicates_WHK01_WHK04_WHK06(t *testing.T) {
	with(t, both(placing, automatic, webhooks), func(b *bench) {
		cart := b.cart("cart-1")
		b.pay(cart, declined)
		b.pay(cart, visa)
		events := b.stripe.Events()
		for range 3 {
			for _, event := range slices.Backward(events) { // the newest first, each three times
				require.NoError(b, b.deliver(event))
			}
		}
		<-time.After(time.Hour)
		require.NoError(b, b.deliver(b.stripe.Events("charge.failed")...))
		b.sweeps(time.Hour)
		assert.Len(b, b.host.orders, 1)
		assert.Equal(b, 1, b.host.placed)
		assert.Equal(b, []string{stripetest.StatusSucceeded}, b.statuses())
		current, err := b.plugin.Current(b.Context(), cart.ID)
		require.NoError(b, err)
		assert.Equal(b, stripesecure.StateCaptured, current.State, "a late failure of an earlier try changes nothing")
	})
}

func TestWebhook_signatures_SIG(t *testing.T) {
	with(t, webhooks, func(b *bench) {
		b.pay(b.cart("cart-1"), visa)
		body := string(b.stripe.Events("payment_intent.amount_capturable_updated")[0].JSON())
		now := time.Now()
		signed := func(at time.Time, secrets ...string) string {
			return stripetest.Signature(at, []byte(body), secrets...)
		}
		for name, c := range map[string]struct {
			body, signature string
			want            int
		}{
			"good":                         {body, signed(now, stripetest.WebhookSecret), 200},
			"the older secret of a roll":   {body, signed(now, oldSecret), 200},
			"one of several":               {body, signed(now, "whsec_anotherEndpointsSecret000001", oldSecret), 200},
			"SIG-02 another secret":        {body, signed(now, "whsec_anotherEndpointsSecret000001"), 400},
			"SIG-04 empty secret":          {body, signed(now, ""), 400},
			"SIG-09 299 s old":             {body, signed(now.Add(-299*time.Second), stripetest.WebhookSecret), 200},
			"SIG-09 301 s old":             {body, signed(now.Add(-301*time.Second), stripetest.WebhookSecret), 400},
			"301 s in the future":          {body, signed(now.Add(301*time.Second), stripetest.WebhookSecret), 400},
			"no header":                    {body, "", 400},
			"only v0":                      {body, strings.ReplaceAll(signed(now, stripetest.WebhookSecret), "v1=", "v0="), 400},
			"two times":                    {body, "t=1," + signed(now, stripetest.WebhookSecret), 400},
			"no time":                      {body, strings.SplitN(signed(now, stripetest.WebhookSecret), ",", 2)[1], 400},
			"header too long":              {body, signed(now, stripetest.WebhookSecret) + strings.Repeat(",v1=00", 2000), 400},
			"SIG-01 re-encoded":            {strings.Replace(body, ":", ": ", 1), signed(now, stripetest.WebhookSecret), 400},
			"a changed byte":               {strings.Replace(body, "1200", "1201", 1), signed(now, stripetest.WebhookSecret), 400},
			"signed but no event":          {"[]", stripetest.Signature(now, []byte("[]"), stripetest.WebhookSecret), 400},
			"signed but truncated":         {body[:40], stripetest.Signature(now, []byte(body[:40]), stripetest.WebhookSecret), 400},
			"over 1 MiB":                   {strings.Repeat(" ", 1<<20+1), signed(now, stripetest.WebhookSecret), 413},
			"WHK-10 somebody else's event": {`{"id":"evt_1","type":"invoice.paid","livemode":false,"data":{"object":{"object":"invoice"}}}`, stripetest.Signature(now, []byte(`{"id":"evt_1","type":"invoice.paid","livemode":false,"data":{"object":{"object":"invoice"}}}`), stripetest.WebhookSecret), 200},
		} {
			assert.Equal(b, c.want, b.hook(c.body, c.signature), name)
		}
		assert.NotContains(b, b.log.String(), "whsec_")
	})
	with(t, webhooks, func(b *bench) {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "https://shop.example"+webhookPath, nil)
		w := httptest.NewRecorder()
		b.handler().ServeHTTP(w, r)
		assert.Equal(b, http.StatusMethodNotAllowed, w.Code, "POST only")
	})
}

func TestWebhook_SIG07_otherMode_WHK10_notOurs(t *testing.T) {
	with(t, webhooks, func(b *bench) {
		b.pay(b.cart("cart-1"), threeDS)
		pi := b.stripe.Intents()[0].ID
		send := func(live bool, intent string) int {
			body := fmt.Sprintf(`{"id":"evt_1","type":"payment_intent.succeeded","livemode":%t,"data":{"object":{"object":"payment_intent","id":%q}}}`, live, intent)
			return b.hook(body, stripetest.Signature(time.Now(), []byte(body), stripetest.WebhookSecret))
		}
		b.stripe.ForgetCalls()
		assert.Equal(b, 200, send(true, pi), "SIG-07: another mode is ignored")
		assert.Empty(b, b.stripe.Calls())
		assert.Equal(b, 200, send(false, "pi_doesNotExist"))
		foreign := b.stripe.AddIntent(stripetest.PaymentIntent{Amount: 500, Currency: "jpy"})
		assert.Equal(b, 200, send(false, foreign), "WHK-10: without our signature it is ignored")
		rows, err := b.store.Due(b.Context(), "shop", time.Now().Add(time.Hour), 10)
		require.NoError(b, err)
		for _, row := range rows {
			assert.Equal(b, "cart-1", row.Checkout, "nothing of theirs is stored")
		}
		assert.Empty(b, b.host.orders, "the payload is not believed")
	})
}

func TestWebhook_early_ORP02_C17(t *testing.T) {
	with(t, both(placing, webhooks), func(b *bench) {
		cart := b.cart("cart-1")
		b.pay(cart, visa)
		lost := stripesecure.NewMemory() // as if the row were not there yet
		o := b.options
		o.Store = lost
		early, err := stripesecure.New(o)
		require.NoError(b, err)
		event := b.stripe.Events("payment_intent.amount_capturable_updated")[0]
		require.NoError(b, b.stripe.DeliverTo(b.Context(), early.Handler(), webhookPath, event), "2xx after it was stored")
		row, err := b.store.Get(b.Context(), "shop", "cart-1")
		require.NoError(b, err)
		row.Version = 0
		require.NoError(b, lost.Put(b.Context(), row)) // the row appears
		b.runner = stripesecure.NewRunner(lost, early)
		b.sweeps(2 * time.Minute)
		inbox, err := early.Inbox(b.Context())
		require.NoError(b, err)
		assert.Empty(b, inbox)
	})
}

func TestWebhook_WHK08_WHK09_WHK11_failuresAreStored(t *testing.T) {
	with(t, both(placing, webhooks), func(b *bench) {
		b.pay(b.cart("cart-1"), threeDS)
		b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
		b.stripe.Fail("GET /v1/payment_intents/*", stripetest.Slow(40*time.Second))
		start := time.Now()
		require.NoError(b, b.deliver(b.stripe.Events("payment_intent.amount_capturable_updated")...))
		assert.LessOrEqual(b, time.Since(start), 2*time.Second, "answered soon, stored")
		b.sweeps(2 * time.Minute)
		assert.Len(b, b.host.orders, 1)
	})
	t.Run("store down: not acknowledged", func(t *testing.T) {
		var store *dead
		with(t, both(webhooks, func(o *stripesecure.Options, _ *settings.Settings) {
			store = &dead{Store: o.Store}
			o.Store = store
		}), func(b *bench) {
			b.pay(b.cart("cart-1"), threeDS)
			b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
			store.down = true
			require.Error(b, b.deliver(b.stripe.Events("payment_intent.amount_capturable_updated")...))
			store.down = false
			require.NoError(b, b.deliver(b.stripe.Events("payment_intent.amount_capturable_updated")...))
		})
	})
	t.Run("poison is parked, seen, and can be retried", func(t *testing.T) {
		with(t, both(placing, webhooks), func(b *bench) {
			b.pay(b.cart("cart-1"), threeDS)
			b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
			broken := b.stripe.Fail("GET /v1/payment_intents/*", stripetest.ServerError).Always()
			require.NoError(b, b.deliver(b.stripe.Events("payment_intent.amount_capturable_updated")...))
			b.sweeps(72 * time.Hour)
			inbox, err := b.plugin.Inbox(b.Context())
			require.NoError(b, err)
			require.Len(b, inbox, 1)
			assert.True(b, inbox[0].Parked)
			broken.Stop()
			require.NoError(b, b.plugin.RetryInbox(b.Context(), inbox[0].Intent))
			b.sweeps(time.Minute)
			inbox, err = b.plugin.Inbox(b.Context())
			require.NoError(b, err)
			assert.Empty(b, inbox)
			require.ErrorIs(b, b.plugin.RetryInbox(b.Context(), "pi_other"), stripesecure.ErrNotFound)
		})
	})
}

// dead is a store that can be switched off.
type dead struct {
	stripesecure.Store
	down bool
}

func (d *dead) Get(ctx context.Context, shop, checkout string) (stripesecure.Row, error) {
	if d.down {
		return stripesecure.Row{}, errCrash
	}
	return d.Store.Get(ctx, shop, checkout)
}

func (d *dead) Put(ctx context.Context, row stripesecure.Row) error {
	if d.down {
		return errCrash
	}
	return d.Store.Put(ctx, row)
}

func FuzzWebhook(f *testing.F) {
	f.Add([]byte(`{"id":"evt_1","type":"x","data":{"object":{}}}`), "t=1,v1=00")
	b := newBench(&testing.T{}, webhooks)
	f.Fuzz(func(t *testing.T, body []byte, signature string) {
		code := func() int {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "https://shop.example"+webhookPath, strings.NewReader(string(body)))
			r.Header.Set("Stripe-Signature", signature)
			w := httptest.NewRecorder()
			b.handler().ServeHTTP(w, r)
			return w.Code
		}()
		require.Contains(t, []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge}, code)
	})
}
