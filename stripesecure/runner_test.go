package stripesecure_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

func TestCopyOfALiveShop_rule10_CUS08(t *testing.T) {
	with(t, placing, func(b *bench) {
		b.sweeps(time.Minute) // the live shop records its address
		cart := b.cart("cart-1")
		b.pay(cart, threeDS)
		b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)

		o := b.options
		o.BaseURL = "https://staging.example"
		staging, err := stripesecure.New(o)
		require.NoError(b, err)
		b.stripe.ForgetCalls()
		copied := stripesecure.NewRunner(b.store, staging)
		for range 200 {
			<-time.After(30 * time.Second)
			require.NoError(b, copied.Sweep(b.Context()))
		}
		assert.Empty(b, b.stripe.Calls(), "nothing is cancelled or captured by the copy")
		assert.Empty(b, b.host.orders)
		site, err := staging.Site(b.Context())
		require.NoError(b, err)
		assert.Equal(b, stripesecure.Site{Recorded: "https://shop.example", Here: "https://staging.example", Copy: true}, site)

		require.NoError(b, staging.ConfirmSite(b.Context()), "the merchant moved to another domain")
		require.NoError(b, copied.Sweep(b.Context()))
		assert.NotEmpty(b, b.stripe.Calls())
	})
}

func TestSecondJanitor_rule10(t *testing.T) {
	t.Run("C21 a lost row is a finding, and its money is left alone", func(t *testing.T) {
		with(t, nil, func(b *bench) {
			paid := b.pay(b.cart("cart-1"), visa)
			b.place(paid.Payment)
			fresh := stripesecure.NewMemory() // the store of a backup from yesterday
			o := b.options
			o.Store = fresh
			restored, err := stripesecure.New(o)
			require.NoError(b, err)
			b.runner, b.store = stripesecure.NewRunner(fresh, restored), fresh
			b.sweeps(3 * time.Hour)
			unknown, err := restored.Unknown(b.Context())
			require.NoError(b, err)
			require.Len(b, unknown, 1)
			assert.Equal(b, stripesecure.CheckoutID("cart-1"), unknown[0].Checkout)
			assert.Equal(b, "R-cart-1.1", unknown[0].Ref)
			assert.Equal(b, stripesecure.JPY(1200), unknown[0].Amount)
			assert.Equal(b, []string{stripetest.StatusRequiresCapture}, b.statuses())
		})
	})
	t.Run("what happens in the Dashboard is seen within the hour", func(t *testing.T) {
		with(t, nil, func(b *bench) {
			b.place(b.pay(b.cart("cart-1"), visa).Payment)
			b.sweeps(2 * time.Minute)
			b.stripe.Dashboard().Capture(b.stripe.Intents()[0].ID, 0)
			b.sweeps(61 * time.Minute)
			assert.Equal(b, stripesecure.StateCaptured, b.host.lastTold().State)
			assert.Equal(b, stripesecure.JPY(1200), b.host.lastTold().Captured)
		})
	})
	t.Run("other shops of the account are not touched", func(t *testing.T) {
		with(t, nil, func(b *bench) {
			o := b.options
			o.ShopID, o.Store = "other", stripesecure.NewMemory()
			other, err := stripesecure.New(o)
			require.NoError(b, err)
			_, err = other.Pay(b.Context(), b.cart("cart-9"), stripesecure.Input{Token: b.stripe.Token(visa)})
			require.NoError(b, err)
			b.sweeps(2 * time.Hour)
			unknown, err := b.plugin.Unknown(b.Context())
			require.NoError(b, err)
			assert.Empty(b, unknown)
			assert.Equal(b, []string{stripetest.StatusRequiresCapture}, b.statuses())
		})
	})
	t.Run("one pass an hour, however many servers", func(t *testing.T) {
		with(t, nil, func(b *bench) {
			second := stripesecure.NewRunner(b.store, b.plugin)
			for range 120 {
				<-time.After(30 * time.Second)
				require.NoError(b, b.runner.Sweep(b.Context()))
				require.NoError(b, second.Sweep(b.Context()))
			}
			assert.Len(b, b.stripe.Calls("GET /v1/payment_intents"), 1)
		})
	})
}

func TestSweep_manyRowsByListPages(t *testing.T) {
	with(t, nil, func(b *bench) {
		for i := range 60 {
			b.pay(b.cart(stripesecure.CheckoutID(fmt.Sprintf("cart-%d", i))), threeDS)
		}
		b.sweeps(time.Minute)
		b.stripe.ForgetCalls()
		b.sweeps(10 * time.Minute)
		reads := len(b.stripe.Calls("GET /v1/payment_intents/*"))
		lists := len(b.stripe.Calls("GET /v1/payment_intents"))
		assert.Zero(b, reads, "no GET for a row that a list page has shown")
		assert.Positive(b, lists)
		assert.LessOrEqual(b, lists, 13, "sixty rows are one page, each time that the sweep looks")
		b.sweeps(time.Hour)
		for _, status := range b.statuses() {
			require.Equal(b, stripetest.StatusCanceled, status)
		}
	})
}

func TestSweep_oneShopDoesNotStarveAnother_I12(t *testing.T) {
	with(t, placing, func(b *bench) {
		o := b.options
		o.ShopID = "dead"
		dead, err := stripesecure.New(o)
		require.NoError(b, err)
		for i := range 150 {
			cart := b.cart(stripesecure.CheckoutID(fmt.Sprintf("dead-%d", i)))
			_, err := dead.Pay(b.Context(), cart, stripesecure.Input{Token: b.stripe.Token(threeDS)})
			require.NoError(b, err)
		}
		cart := b.cart("cart-1")
		b.pay(cart, threeDS)
		intents := b.stripe.Intents()
		b.stripe.Challenge(intents[len(intents)-1].ID, stripetest.Pass)
		b.sweeps(2 * time.Minute) // nobody runs the dead shop
		assert.Len(b, b.host.orders, 1)
	})
}

func TestBackgroundRestsAfter429_buyersFirst(t *testing.T) {
	with(t, nil, func(b *bench) {
		b.pay(b.cart("cart-0"), visa)
		limited := b.stripe.Fail("GET /v1/payment_intents", stripetest.RateLimit).Always()
		start := time.Now()
		b.sweeps(10 * time.Minute)
		assert.Positive(b, limited.Hits())
		assert.Less(b, limited.Hits(), 15, "one try per pass, with rests")
		assert.Equal(b, stripesecure.PlaceOrder, b.pay(b.cart("cart-1"), visa).Do)
		assert.Less(b, time.Since(start), time.Hour)
	})
}

func TestSettingsChangeWhileABuyerPays(t *testing.T) {
	var s settings.Settings
	with(t, func(o *stripesecure.Options, given *settings.Settings) {
		s = given.Clone()
		o.Settings = settings.SourceFunc(func(context.Context) (settings.Settings, error) { return s.Clone(), nil })
	}, func(b *bench) {
		cart := b.cart("cart-1")
		res := b.pay(cart, threeDS)
		require.Equal(b, stripesecure.HandleAction, res.Do)
		// The merchant makes ⑬ automatic: this buyer was told "at shipping".
		s.Capture = settings.CaptureAutomatic
		<-time.After(10 * time.Second)
		b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
		b.place(b.resume(cart).Payment)
		assert.Equal(b, []string{stripetest.StatusRequiresCapture}, b.statuses())
		b.place(b.pay(b.cart("cart-2"), visa).Payment)
		assert.Equal(b, []string{stripetest.StatusRequiresCapture, stripetest.StatusSucceeded}, b.statuses())
	})
}

// A row that nobody can read, of a newer version for example, is one row's trouble.
func TestSecondJanitor_aRowThatCannotBeReadHoldsUpNoOther(t *testing.T) {
	with(t, nil, func(b *bench) {
		older := b.held("cart-1")
		<-time.After(time.Minute)
		b.held("cart-2") // the list has it first
		b.sweeps(2 * time.Hour)
		row, err := b.store.Get(b.Context(), "shop", "cart-2")
		require.NoError(b, err)
		row.Body = []byte(`{"gen":"of a newer version"}`)
		require.NoError(b, b.store.Put(b.Context(), row))
		require.NoError(b, b.stripe.Dashboard().Capture(older.Intent, 0))
		began := time.Now()
		b.sweeps(3 * time.Hour)
		older, err = b.plugin.Payment(b.Context(), older.ID)
		require.NoError(b, err)
		assert.Equal(b, stripesecure.StateCaptured, older.State)
		health, err := b.plugin.Health(b.Context())
		require.NoError(b, err)
		assert.True(b, health.ScannedAt.After(began))
		assert.Contains(b, b.log.String(), `"checkout":"cart-2","answer":"row"`)
	})
}

// A restricted key that may not read events, and an event that nobody can read:
// the payments are looked at all the same.
func TestSecondJanitor_withoutEvents(t *testing.T) {
	for name, answer := range map[string]struct {
		status int
		body   string
	}{
		"forbidden":  {403, `{"error":{"type":"invalid_request_error","message":"no permission"}}`},
		"unreadable": {200, `{"object":"list","has_more":false,"data":[{"id":"evt_1","ID":"evt_2","type":"charge.refunded"}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, func(o *stripesecure.Options, _ *settings.Settings) {
				stripe := o.Transport
				o.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
					if r.URL.Path != "/v1/events" {
						return stripe.RoundTrip(r)
					}
					return &http.Response{
						StatusCode: answer.status, Header: http.Header{"Content-Type": {"application/json"}},
						Body: io.NopCloser(strings.NewReader(answer.body)), Request: r,
					}, nil
				})
			}, func(b *bench) {
				p := b.held("cart-1")
				b.sweeps(3 * time.Hour)
				require.NoError(b, b.stripe.Dashboard().Capture(p.Intent, 0))
				b.sweeps(2 * time.Hour)
				p, err := b.plugin.Payment(b.Context(), p.ID)
				require.NoError(b, err)
				assert.Equal(b, stripesecure.StateCaptured, p.State)
			})
		})
	}
}

// One sweep of a server whose clock was a year ahead must not send the janitor to
// sleep for a year.
func TestSecondJanitor_aClockThatWasWrong(t *testing.T) {
	ahead := time.Duration(0)
	with(t, func(o *stripesecure.Options, _ *settings.Settings) {
		o.Now = func() time.Time { return time.Now().Add(ahead) }
	}, func(b *bench) {
		recent, old := b.held("cart-1"), b.captured("cart-2")
		<-time.After(3 * 24 * time.Hour) // behind the hourly list
		b.sweeps(2 * time.Hour)
		ahead = 365 * 24 * time.Hour
		b.sweeps(2 * time.Minute)
		require.NoError(b, b.stripe.Dashboard().Capture(recent.Intent, 0))
		require.NoError(b, b.stripe.Dashboard().Refund(old.Intent, 500))
		ahead = 0
		b.sweeps(2 * time.Minute)
		recent, err := b.plugin.Payment(b.Context(), recent.ID)
		require.NoError(b, err)
		assert.Equal(b, stripesecure.StateCaptured, recent.State)
		old, err = b.plugin.Payment(b.Context(), old.ID)
		require.NoError(b, err)
		assert.Equal(b, yen(500), old.Refunded)
	})
}
