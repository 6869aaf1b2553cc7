package stripesecure_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
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
	"github.com/ec-plugins/stripesecure/wording"
)

// api makes a call to Stripe's API that the plugin does not know of.
func (b *bench) api(method, path string, form url.Values) map[string]any {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), method, "https://api.stripe.com"+path, strings.NewReader(form.Encode()))
	require.NoError(b, err)
	req.Header.Set("Authorization", "Bearer "+stripetest.TestSecretKey)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := b.stripe.Client().Do(req)
	require.NoError(b, err)
	defer answer.Body.Close()
	var object map[string]any
	require.NoError(b, json.NewDecoder(answer.Body).Decode(&object))
	require.Equal(b, http.StatusOK, answer.StatusCode, object)
	return object
}

func (b *bench) endpoints() []any {
	b.Helper()
	return b.api("GET", "/v1/webhook_endpoints?limit=100", nil)["data"].([]any)
}

func (b *bench) check() stripesecure.Endpoint {
	b.Helper()
	e, err := b.plugin.CheckEndpoint(b.Context(), settings.Test)
	require.NoError(b, err)
	return e
}

func (b *bench) ensure() stripesecure.Endpoint {
	b.Helper()
	e, err := b.plugin.EnsureEndpoint(b.Context(), settings.Test)
	require.NoError(b, err)
	return e
}

const hookURL = "https://shop.example/stripesecure/webhook"

// changing gives settings that a test changes; Forget makes a change count.
func changing(s *settings.Settings) func(*stripesecure.Options, *settings.Settings) {
	return func(o *stripesecure.Options, given *settings.Settings) {
		*s = given.Clone()
		o.Settings = settings.Cached(sourceOf(s), time.Nanosecond, nil)
	}
}

func TestEnsureEndpoint_SIG03_createsOnceAndTellsTheSecretOnce(t *testing.T) {
	var s settings.Settings
	with(t, both(func(_ *stripesecure.Options, s *settings.Settings) {
		s.Enabled, s.Test.SweepOnly = false, false // not ready: no secret yet
	}, changing(&s)), func(b *bench) {
		other := b.stripe.AddWebhook("https://other.example/hook", oldSecret, "invoice.paid")
		before := fmt.Sprint(b.endpoints())

		check := b.check()
		assert.Equal(b, []stripesecure.EndpointFault{stripesecure.EndpointMissing, stripesecure.EndpointNoSecret}, check.Faults)
		assert.Equal(b, hookURL, check.URL)
		assert.Equal(b, before, fmt.Sprint(b.endpoints()), "a check changes nothing")
		assert.Empty(b, b.stripe.Calls("POST /v1/webhook_endpoints"))

		made := b.ensure()
		assert.True(b, made.OK(), made.Faults)
		assert.Equal(b, []stripesecure.EndpointFault{stripesecure.EndpointMissing, stripesecure.EndpointNoSecret}, made.Mended)
		require.True(b, made.Secret.SignsEvents())
		assert.NotContains(b, fmt.Sprintf("%v %+v %#v", made, made, made), made.Secret.Reveal())
		text, err := json.Marshal(made)
		require.NoError(b, err)
		assert.NotContains(b, string(text), made.Secret.Reveal())
		assert.NotContains(b, b.log.String(), "whsec_")
		object := b.api("GET", "/v1/webhook_endpoints/"+made.ID, nil)
		assert.Equal(b, "2024-06-20", object["api_version"])
		assert.Equal(b, "enabled", object["status"])
		assert.Len(b, object["enabled_events"], 20)
		assert.Equal(b, hookURL, object["url"])

		assert.Equal(b, []stripesecure.EndpointFault{stripesecure.EndpointNoSecret}, b.check().Faults, "until it is stored")
		s.Test.WebhookSecrets = []settings.Secret{made.Secret}
		<-time.After(time.Second)
		again := b.ensure()
		assert.True(b, again.OK())
		assert.Equal(b, made.ID, again.ID)
		assert.True(b, again.Secret.IsZero(), "told once")
		assert.Empty(b, again.Mended)
		assert.Len(b, b.endpoints(), 2)
		assert.Contains(b, before, other)
	})
}

// What was registered is what works: an event comes through it.
func TestEnsureEndpoint_eventsArrive(t *testing.T) {
	var s settings.Settings
	var shop http.Handler
	deliver := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		shop.ServeHTTP(w, r)
		return w.Result(), nil
	})}
	with(t, changing(&s), func(b *bench) {
		b.stripe = stripetest.New(stripetest.WithSeed(1), stripetest.WithWebhookClient(deliver))
		b.options.Transport = b.stripe.Transport()
		b.remake()
		shop = b.handler()
		s.Test.WebhookSecrets = []settings.Secret{b.ensure().Secret}
		<-time.After(time.Second)
		b.place(b.pay(b.cart("cart-1"), visa).Payment)
		b.stripe.Dashboard().Capture(b.stripe.Intents()[0].ID, 0)
		require.NoError(b, b.stripe.Flush(b.Context()))
		assert.Equal(b, stripesecure.StateCaptured, b.host.lastTold().State, "without Run")
		report := b.plugin.Webhooks()
		assert.Positive(b, report.Answers["applied"])
		assert.Zero(b, report.Answers["refused"])
	})
}

func TestEnsureEndpoint_repairs(t *testing.T) {
	with(t, webhooks, func(b *bench) {
		id := b.stripe.AddWebhook(hookURL+"/", oldSecret, "charge.refunded", "invoice.paid")
		b.api("POST", "/v1/webhook_endpoints/"+id, url.Values{"disabled": {"true"}})
		want := []stripesecure.EndpointFault{stripesecure.EndpointDisabled, stripesecure.EndpointEvents, stripesecure.EndpointVersion}
		check := b.check()
		assert.Equal(b, want, check.Faults)
		assert.Len(b, check.Missing, 19)
		assert.NotContains(b, check.Missing, "charge.refunded")

		mended := b.ensure()
		assert.Equal(b, []stripesecure.EndpointFault{stripesecure.EndpointVersion}, mended.Faults, "Stripe sets it at creation only")
		assert.Equal(b, want[:2], mended.Mended)
		assert.True(b, mended.Secret.IsZero())
		object := b.api("GET", "/v1/webhook_endpoints/"+id, nil)
		assert.Equal(b, "enabled", object["status"])
		assert.Len(b, object["enabled_events"], 21, "invoice.paid is somebody's and stays")
		calls := len(b.stripe.Calls("POST /v1/webhook_endpoints/*"))
		b.ensure()
		assert.Len(b, b.stripe.Calls("POST /v1/webhook_endpoints/*"), calls, "nothing is left to mend")
	})
	with(t, webhooks, func(b *bench) {
		b.stripe.AddWebhook(hookURL, oldSecret) // "*"
		assert.NotContains(b, b.check().Faults, stripesecure.EndpointEvents)
	})
}

func TestCheckEndpoint_WHK05_duplicateIsReported(t *testing.T) {
	with(t, webhooks, func(b *bench) {
		b.ensure()
		off := b.stripe.AddWebhook("https://SHOP.example:443/stripesecure/webhook", oldSecret)
		b.api("POST", "/v1/webhook_endpoints/"+off, url.Values{"disabled": {"true"}})
		assert.Equal(b, []stripesecure.EndpointFault{stripesecure.EndpointDuplicate}, b.check().Faults, "the enabled one counts")
		assert.Equal(b, []stripesecure.EndpointFault{stripesecure.EndpointDuplicate}, b.ensure().Faults)
		assert.Len(b, b.endpoints(), 2, "none is deleted")
	})
}

func TestEnsureEndpoint_refusals(t *testing.T) {
	t.Run("sixteen endpoints", func(t *testing.T) {
		with(t, webhooks, func(b *bench) {
			for i := range 16 {
				b.stripe.AddWebhook(fmt.Sprintf("https://other.example/%d", i), oldSecret)
			}
			assert.Equal(b, []stripesecure.EndpointFault{stripesecure.EndpointMissing, stripesecure.EndpointTooMany}, b.ensure().Faults)
			assert.Empty(b, b.stripe.Calls("POST /v1/webhook_endpoints"))
		})
	})
	for base, environment := range map[string]settings.Environment{
		"http://localhost:8080": settings.Test, "http://127.0.0.1": settings.Test, "https://192.168.1.7": settings.Test,
		"https://shop.local": settings.Test, "http://shop.example": settings.Live,
	} {
		t.Run(base, func(t *testing.T) {
			with(t, both(webhooks, func(o *stripesecure.Options, s *settings.Settings) {
				o.BaseURL, s.Live.Secret = base, settings.NewSecret(stripetest.LiveSecretKey)
			}), func(b *bench) {
				e, err := b.plugin.EnsureEndpoint(b.Context(), environment)
				require.NoError(b, err)
				assert.Contains(b, e.Faults, stripesecure.EndpointNotPublic)
				assert.Empty(b, b.stripe.Calls("POST /v1/webhook_endpoints"))
			})
		})
	}
	t.Run("errors have codes", func(t *testing.T) {
		with(t, webhooks, func(b *bench) {
			_, err := b.plugin.EnsureEndpoint(b.Context(), "staging")
			require.ErrorIs(b, err, stripesecure.ErrInvalid)
			assert.Equal(b, "environment unknown", faults(err))
			_, err = b.plugin.EnsureEndpoint(b.Context(), settings.Live)
			require.ErrorIs(b, err, stripesecure.ErrNotReady, "there is no live key")
			b.stripe.Fail("GET /v1/webhook_endpoints", stripetest.ServerError)
			_, err = b.plugin.CheckEndpoint(b.Context(), settings.Test)
			require.ErrorIs(b, err, stripesecure.ErrStripe)
			b.stripe.Fail("POST /v1/webhook_endpoints", stripetest.RateLimit)
			_, err = b.plugin.EnsureEndpoint(b.Context(), settings.Test)
			require.ErrorIs(b, err, stripesecure.ErrStripe)
			b.stripe.RevokeKey(stripetest.TestSecretKey)
			_, err = b.plugin.EnsureEndpoint(b.Context(), settings.Test)
			require.ErrorIs(b, err, stripesecure.ErrNotReady)
		})
	})
	t.Run("CUS-08 a copy of a live shop makes none", func(t *testing.T) {
		with(t, webhooks, func(b *bench) {
			b.sweeps(time.Minute)
			b.options.BaseURL = "https://staging.example"
			b.remake()
			_, err := b.plugin.EnsureEndpoint(b.Context(), settings.Test)
			require.ErrorIs(b, err, stripesecure.ErrCopy)
			assert.Equal(b, stripesecure.CodeCopy, stripesecure.CodeOf(err))
			assert.Empty(b, b.endpoints())
		})
	})
}

func TestEnsureEndpoint_lostAnswer_andTwoClerks(t *testing.T) {
	t.Run("the secret is had again", func(t *testing.T) {
		with(t, webhooks, func(b *bench) {
			b.stripe.Fail("POST /v1/webhook_endpoints", stripetest.LoseAnswer)
			_, err := b.plugin.EnsureEndpoint(b.Context(), settings.Test)
			require.ErrorIs(b, err, stripesecure.ErrStripe)
			require.Len(b, b.endpoints(), 1, "it was made")
			<-time.After(time.Hour)
			again := b.ensure()
			assert.True(b, again.Secret.SignsEvents())
			assert.Len(b, b.endpoints(), 1)
			assert.True(b, b.ensure().Secret.IsZero())
		})
	})
	t.Run("deleted by hand, made anew", func(t *testing.T) {
		with(t, webhooks, func(b *bench) {
			first := b.ensure()
			<-time.After(time.Minute)
			b.api("DELETE", "/v1/webhook_endpoints/"+first.ID, nil)
			second := b.ensure()
			assert.NotEqual(b, first.ID, second.ID)
			assert.False(b, second.Secret.Equal(first.Secret))
			assert.Len(b, b.endpoints(), 1)
		})
	})
	t.Run("a restricted key that may only read, then one that may write", func(t *testing.T) {
		var s settings.Settings
		with(t, both(webhooks, changing(&s)), func(b *bench) {
			for _, may := range []string{"read", "write"} {
				key := "rk_" + "test_" + may
				require.True(b, b.stripe.RegisterKey(stripetest.Key{Text: key, Permissions: map[string]string{"webhook_endpoints": may}}))
				s.Test.Secret = settings.NewSecret(key)
				<-time.After(time.Second)
				e, err := b.plugin.EnsureEndpoint(b.Context(), settings.Test)
				if may == "read" {
					require.ErrorIs(b, err, stripesecure.ErrNotReady)
					continue
				}
				require.NoError(b, err)
				assert.True(b, e.Secret.SignsEvents())
			}
		})
	})
	t.Run("two clerks make one", func(t *testing.T) {
		with(t, webhooks, func(b *bench) {
			var clerks sync.WaitGroup
			var mu sync.Mutex
			var secrets []string
			for range 5 {
				clerks.Go(func() {
					for range 3 { // a key in use is answered with "ask again"
						e, err := b.plugin.EnsureEndpoint(b.Context(), settings.Test)
						if err == nil && !e.Secret.IsZero() {
							mu.Lock()
							secrets = append(secrets, e.Secret.Reveal())
							mu.Unlock()
						}
					}
				})
			}
			clerks.Wait()
			assert.Len(b, b.endpoints(), 1)
			require.NotEmpty(b, secrets)
			assert.Len(b, slices.Compact(slices.Sorted(slices.Values(secrets))), 1)
		})
	})
}

// Connect: the platform's endpoint hears connected accounts (stripe-facts §5).
func TestEnsureEndpoint_connect(t *testing.T) {
	const account = "acct_1ConnectedShop"
	with(t, both(webhooks, func(_ *stripesecure.Options, s *settings.Settings) {
		s.Authentication, s.AccountID = settings.AuthConnect, account
	}), func(b *bench) {
		b.stripe.AddAccount(stripetest.AccountConfig{ID: account})
		b.stripe.AddWebhook(hookURL, oldSecret)
		assert.Equal(b, []stripesecure.EndpointFault{stripesecure.EndpointNotConnect, stripesecure.EndpointVersion}, b.check().Faults)
		b.api("DELETE", "/v1/webhook_endpoints/"+b.check().ID, nil)
		assert.True(b, b.ensure().OK())
		calls := b.stripe.Calls("POST /v1/webhook_endpoints")
		require.Len(b, calls, 1)
		assert.Equal(b, "true", calls[0].Form["connect"])
		assert.Equal(b, stripetest.AccountID, calls[0].Account, "on the platform, without Stripe-Account")
		assert.True(b, b.check().OK())
	})
}

func TestEndpointFault_textsInBothLanguages(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range []stripesecure.EndpointFault{
		stripesecure.EndpointMissing, stripesecure.EndpointDisabled, stripesecure.EndpointEvents, stripesecure.EndpointNoSecret,
		stripesecure.EndpointVersion, stripesecure.EndpointDuplicate, stripesecure.EndpointTooMany, stripesecure.EndpointNotPublic,
		stripesecure.EndpointNotConnect,
	} {
		ja, en := f.Text(wording.Japanese), f.Text(wording.English)
		assert.NotEmpty(t, ja)
		assert.NotEmpty(t, en)
		assert.False(t, seen[ja] || seen[en] || ja == en, f)
		seen[ja], seen[en] = true, true
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
