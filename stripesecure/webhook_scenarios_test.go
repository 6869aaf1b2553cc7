package stripesecure_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
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

// The scenarios of the groups WHK and SIG that webhook_test.go does not tell.
// WHK-14 (metadata of a hosted Checkout Session) cannot happen: this library
// makes PaymentIntents only, and signs each one's own metadata.

// event posts a body that Stripe has signed.
func (b *bench) event(body string) int {
	return b.hook(body, stripetest.Signature(time.Now(), []byte(body), stripetest.WebhookSecret))
}

// posted is an event of a type with a change to its JSON.
func (b *bench) posted(kind string, change func(map[string]any)) string {
	b.Helper()
	events := b.stripe.Events(kind)
	require.NotEmpty(b, events)
	var event map[string]any
	require.NoError(b, json.Unmarshal(events[len(events)-1].JSON(), &event))
	if change != nil {
		change(event)
	}
	body, err := json.Marshal(event)
	require.NoError(b, err)
	return string(body)
}

func about(event map[string]any) map[string]any {
	return event["data"].(map[string]any)["object"].(map[string]any)
}

func TestWebhook_WHK04_threeDeliveriesAtOnce(t *testing.T) {
	with(t, both(placing, automatic, webhooks), func(b *bench) {
		cart := b.cart("cart-1")
		b.pay(cart, visa)
		b.stripe.Dashboard().Refund(b.stripe.Intents()[0].ID, 200)
		body := b.posted("charge.refunded", nil)
		var workers sync.WaitGroup
		codes := make([]int, 3)
		for i := range codes {
			workers.Go(func() { codes[i] = b.event(body) })
		}
		workers.Wait()
		assert.Equal(b, []int{200, 200, 200}, codes)
		b.sweeps(5 * time.Minute)
		assert.Equal(b, 1, b.host.placed)
		refunds := map[string]bool{}
		for _, news := range b.host.told {
			if news.Refunded.Equal(stripesecure.JPY(200)) {
				refunds[news.News] = true
			}
		}
		assert.Len(b, refunds, 1, "one piece of news, however many workers tell it")
	})
}

func TestWebhook_WHK05_twoEndpointsOneURL(t *testing.T) {
	with(t, both(placing, automatic, webhooks), func(b *bench) {
		b.pay(b.cart("cart-1"), visa)
		b.stripe.Dashboard().Refund(b.stripe.Intents()[0].ID, 200)
		body := b.posted("charge.refunded", nil)
		for _, secret := range []string{stripetest.WebhookSecret, oldSecret} {
			assert.Equal(b, 200, b.hook(body, stripetest.Signature(time.Now(), []byte(body), secret)))
		}
		told := len(b.host.told)
		assert.Equal(b, 200, b.event(body))
		b.sweeps(5 * time.Minute)
		assert.Len(b, b.host.told, told, "seen again, it changes nothing")
		// The duplicate endpoint is reported: TestCheckEndpoint_WHK05.
	})
}

func TestWebhook_WHK06_returnAndWebhookAtOnce(t *testing.T) {
	for _, first := range []string{"return", "webhook"} {
		t.Run(first+" first", func(t *testing.T) {
			with(t, both(placing, automatic, webhooks), func(b *bench) {
				cart := b.cart("cart-1")
				b.pay(cart, threeDS)
				b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
				body := b.posted("payment_intent.amount_capturable_updated", nil)
				paths := map[string]func(){
					"return":  func() { _, _ = b.plugin.Resume(b.Context(), cart) },
					"webhook": func() { assert.Equal(b, 200, b.event(body)) },
				}
				var both sync.WaitGroup
				for name, enter := range paths {
					both.Go(func() {
						if name != first {
							<-time.After(10 * time.Millisecond)
						}
						enter()
					})
				}
				both.Wait()
				b.sweeps(5 * time.Minute)
				assert.Equal(b, 1, b.host.placed)
				assert.Len(b, b.host.orders, 1)
				assert.Len(b, b.stripe.Calls("POST /v1/payment_intents/*/capture"), 1)
			})
		})
	}
}

// Neither the id of an order that stands in a foreign event, nor an id of
// another type where ours would be, touches anything here.
func TestWebhook_WHK16_collidingIDs(t *testing.T) {
	with(t, both(automatic, webhooks), func(b *bench) {
		cart := b.cart("cart-1")
		b.place(b.pay(cart, visa).Payment)
		before, err := b.plugin.Current(b.Context(), cart.ID)
		require.NoError(b, err)
		foreign := b.stripe.AddIntent(stripetest.PaymentIntent{
			Amount: 500, Currency: "jpy", Status: stripetest.StatusSucceeded,
			Metadata: map[string]string{"order_id": "R-cart-1.1", "stripesecure_checkout": "cart-1", "stripesecure_shop": "shop"},
		})
		b.stripe.Dashboard().Refund(foreign, 500)
		for _, body := range []string{
			b.posted("charge.refunded", nil),
			b.posted("charge.refunded", func(e map[string]any) { about(e)["payment_intent"] = "re_" + foreign }),
			b.posted("charge.refunded", func(e map[string]any) { about(e)["payment_intent"] = 7 }),
			b.posted("charge.refunded", func(e map[string]any) { about(e)["object"] = "order"; about(e)["id"] = "cart-1" }),
			b.posted("payment_intent.succeeded", func(e map[string]any) { about(e)["id"] = "../payment_intents/" + foreign }),
		} {
			assert.Equal(b, 200, b.event(body), body)
		}
		b.sweeps(time.Minute)
		after, err := b.plugin.Current(b.Context(), cart.ID)
		require.NoError(b, err)
		before.Version, after.Version = 0, 0
		assert.Equal(b, before, after)
		inbox, err := b.plugin.Inbox(b.Context())
		require.NoError(b, err)
		assert.Empty(b, inbox)
	})
}

// The checkout of a refund is not there any more: stored, tried again, and shown
// to the merchant as a payment that belongs to nothing.
func TestWebhook_WHK18_deletedOrder(t *testing.T) {
	with(t, both(automatic, webhooks), func(b *bench) {
		p := b.pay(b.cart("cart-1"), visa).Payment
		b.place(p)
		b.stripe.Dashboard().Refund(p.Intent, 300)
		row, err := b.store.Get(b.Context(), "shop", "cart-1")
		require.NoError(b, err)
		require.NoError(b, b.store.Delete(b.Context(), "shop", "cart-1", row.Version))
		assert.Equal(b, 200, b.event(b.posted("charge.refunded", nil)))
		b.sweeps(2 * time.Hour)
		inbox, err := b.plugin.Inbox(b.Context())
		require.NoError(b, err)
		require.Len(b, inbox, 1)
		assert.Equal(b, p.Intent, inbox[0].Intent)
		assert.Equal(b, "early", inbox[0].Outcome)
		unknown, err := b.plugin.Unknown(b.Context())
		require.NoError(b, err)
		require.Len(b, unknown, 1)
		assert.Equal(b, "R-cart-1.1", unknown[0].Ref)
	})
}

// Unusual blanks, escapes and another order of the keys are Stripe's business;
// the same event encoded anew has another signature.
func TestWebhook_SIG01_rawBytes(t *testing.T) {
	with(t, both(automatic, webhooks), func(b *bench) {
		p := b.pay(b.cart("cart-1"), visa).Payment
		b.place(p)
		b.stripe.Dashboard().Refund(p.Intent, 300)
		var odd bytes.Buffer
		require.NoError(b, json.Indent(&odd, []byte(b.posted("charge.refunded", nil)), "\r\n", " \t "))
		body := strings.Replace(odd.String(), `"charge.refunded"`, `"\u0063harge.refunded"`, 1)
		signature := stripetest.Signature(time.Now(), []byte(body), stripetest.WebhookSecret)
		var plain bytes.Buffer
		require.NoError(b, json.Compact(&plain, []byte(body)))
		assert.Equal(b, 400, b.hook(plain.String(), signature))
		assert.Equal(b, 200, b.hook(body, signature))
		assert.Equal(b, stripesecure.JPY(300), b.host.lastTold().Refunded)
	})
}

// The merchant sees since when and why events are refused.
func TestWebhook_SIG02_SIG09_report(t *testing.T) {
	with(t, webhooks, func(b *bench) {
		assert.True(b, b.plugin.Webhooks().Since.IsZero())
		body := `{"id":"evt_1","type":"x","data":{"object":{}}}`
		began := time.Now().UTC()
		for range 2 {
			assert.Equal(b, 400, b.hook(body, stripetest.Signature(time.Now(), []byte(body), "whsec_anotherEndpointsSecret000001")))
			<-time.After(time.Hour)
		}
		report := b.plugin.Webhooks()
		assert.Equal(b, map[string]int64{"refused": 2}, report.Answers)
		assert.Equal(b, "signature", report.Reason)
		assert.Equal(b, began, report.RefusedSince)
		assert.Equal(b, 400, b.hook(body, stripetest.Signature(time.Now().Add(-301*time.Second), []byte(body), stripetest.WebhookSecret)))
		report = b.plugin.Webhooks()
		assert.Equal(b, "time", report.Reason)
		assert.Equal(b, 301*time.Second, report.Skew)
		assert.Contains(b, b.log.String(), `"skew_s":301`)
		for want, refuse := range map[string]func(){
			"header": func() { b.hook(body, "") },
			"body":   func() { b.event("[]") },
			"size":   func() { b.event(strings.Repeat(" ", 1<<20+1)) },
		} {
			refuse()
			assert.Equal(b, want, b.plugin.Webhooks().Reason)
		}
		assert.Equal(b, 200, b.event(body))
		report = b.plugin.Webhooks()
		assert.True(b, report.RefusedSince.IsZero(), "all is well again")
		assert.Equal(b, int64(1), report.Answers["no_payment"])
	})
}

// Secrets belong to the environment: without one for live the shop is not ready,
// and the test secret does not speak for live.
func TestWebhook_SIG03_SIG07_otherEnvironment(t *testing.T) {
	var s settings.Settings
	with(t, both(webhooks, changing(&s)), func(b *bench) {
		res := b.pay(b.cart("cart-1"), threeDS)
		require.Equal(b, stripesecure.HandleAction, res.Do)
		assert.True(b, b.offer(b.cart("cart-2")).Available)
		s.Environment = settings.Live
		s.Live.Publishable, s.Live.Secret = stripetest.LivePublishableKey, settings.NewSecret(stripetest.LiveSecretKey)
		<-time.After(time.Second)
		assert.False(b, b.offer(b.cart("cart-2")).Available, "no live secret: not ready")
		s.Live.WebhookSecrets = []settings.Secret{settings.NewSecret("whsec_theLiveEndpointsSecret000001")}
		<-time.After(time.Second)
		assert.True(b, b.offer(b.cart("cart-2")).Available)

		b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
		b.stripe.ForgetCalls()
		forged := b.posted("payment_intent.amount_capturable_updated", func(e map[string]any) { e["livemode"] = true })
		assert.Equal(b, 200, b.event(forged), "signed by the test endpoint, says live")
		live := b.posted("payment_intent.amount_capturable_updated", nil)
		assert.Equal(b, 200, b.hook(live, stripetest.Signature(time.Now(), []byte(live), "whsec_theLiveEndpointsSecret000001")), "and the other way round")
		assert.Empty(b, b.stripe.Calls())
		assert.Equal(b, int64(2), b.plugin.Webhooks().Answers["other_mode"])
		assert.Equal(b, 200, b.event(live), "a payment that was begun in test is finished there")
		assert.Equal(b, int64(1), b.plugin.Webhooks().Answers["applied"])
	})
}

// An unset secret is no key (SIG-04): also when a source gives settings that
// nobody has checked.
func TestWebhook_SIG04_blankSecret(t *testing.T) {
	for _, secret := range []string{"", " ", "whsec_", "whsec_short"} {
		with(t, func(_ *stripesecure.Options, s *settings.Settings) {
			s.Test.WebhookSecrets = []settings.Secret{settings.NewSecret(secret)}
		}, func(b *bench) {
			body := `{"id":"evt_1","type":"payment_intent.succeeded","livemode":false,"data":{"object":{"object":"payment_intent","id":"pi_1"}}}`
			assert.Equal(b, 400, b.hook(body, stripetest.Signature(time.Now(), []byte(body), secret)), "%q", secret)
			assert.Empty(b, b.stripe.Calls())
			assert.Equal(b, "signature", b.plugin.Webhooks().Reason)
		})
	}
}

func TestWebhook_SIG05_anotherInstallationsEvents(t *testing.T) {
	with(t, webhooks, func(b *bench) {
		o := b.options
		o.SigningKeys, o.Store = [][]byte{bytes.Repeat([]byte("z"), 32)}, stripesecure.NewMemory()
		other, err := stripesecure.New(o) // the same shop id, on another machine
		require.NoError(b, err)
		_, err = other.Pay(b.Context(), b.cart("cart-1"), stripesecure.Input{Token: b.stripe.Token(visa)})
		require.NoError(b, err)
		body := b.posted("payment_intent.amount_capturable_updated", nil)
		b.stripe.ForgetCalls()
		writes := b.store.Writes()
		for range 1000 {
			require.Equal(b, 200, b.event(body))
		}
		assert.Empty(b, b.stripe.Calls(), "cheap")
		assert.Equal(b, writes, b.store.Writes())
		assert.Equal(b, map[string]int64{"not_ours": 1000}, b.plugin.Webhooks().Answers)
	})
}

// An event of an older or a newer API version has the same result: only ids are
// read of it.
func TestWebhook_SIG06_SIG13_apiVersions(t *testing.T) {
	versions := map[string]func(map[string]any){
		"2019-02-19": func(o map[string]any) {
			delete(o, "latest_charge")
			o["charges"] = map[string]any{"object": "list", "data": []any{}}
			o["source"] = nil
		},
		"2024-06-20": func(map[string]any) {},
		"2030-01-01.future": func(o map[string]any) {
			o["amount"] = map[string]any{"value": "1200", "currency": "jpy"}
			o["status"] = "done"
			delete(o, "client_secret")
		},
	}
	for version, change := range versions {
		t.Run(version, func(t *testing.T) {
			with(t, webhooks, func(b *bench) {
				p := b.pay(b.cart("cart-1"), visa).Payment
				b.place(p)
				b.stripe.Dashboard().Capture(p.Intent, 0)
				body := b.posted("payment_intent.succeeded", func(e map[string]any) {
					e["api_version"] = version
					change(about(e))
				})
				for range 3 {
					assert.Equal(b, 200, b.event(body))
				}
				assert.Equal(b, stripesecure.StateCaptured, b.host.lastTold().State)
				assert.Equal(b, stripesecure.JPY(1200), b.host.lastTold().Captured)
				want := 1
				if version == stripesecure.APIVersion {
					want = 0
				}
				assert.Equal(b, want, strings.Count(b.log.String(), "other_version"), "logged once")
			})
		})
	}
}

// The route answers itself: no session, no token, no slash keeps Stripe away,
// and a proxy that adds an Origin does not either.
func TestWebhook_SIG11_nothingStandsInFront(t *testing.T) {
	with(t, webhooks, func(b *bench) {
		body := `{"id":"evt_1","type":"x","data":{"object":{}}}`
		for _, path := range []string{webhookPath, webhookPath + "/"} {
			for signature, want := range map[string]int{
				"": 400, stripetest.Signature(time.Now(), []byte(body), stripetest.WebhookSecret): 200,
			} {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "https://shop.example"+path, strings.NewReader(body))
				r.Header.Set("Origin", "https://proxy.example")
				r.Header.Set("Sec-Fetch-Site", "cross-site")
				r.Header.Set("Stripe-Signature", signature)
				w := httptest.NewRecorder()
				b.handler().ServeHTTP(w, r)
				assert.Equal(b, want, w.Code, path)
				assert.Empty(b, w.Header().Get("Location"))
				assert.Empty(b, w.Header().Get("Set-Cookie"))
			}
		}
	})
}

func TestProbeEndpoint_SIG11(t *testing.T) {
	with(t, webhooks, func(b *bench) {
		var shop http.Handler
		client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if shop == nil {
				return nil, errCrash
			}
			w := httptest.NewRecorder()
			shop.ServeHTTP(w, r)
			return w.Result(), nil
		})}
		for name, c := range map[string]struct {
			shop http.Handler
			want stripesecure.EndpointFault
		}{
			"well":             {b.handler(), ""},
			"to https, or www": {http.RedirectHandler("https://www.shop.example/", http.StatusMovedPermanently), stripesecure.EndpointRedirected},
			"a login":          {http.RedirectHandler("/login", http.StatusFound), stripesecure.EndpointRedirected},
			"a CSRF check":     {status(http.StatusForbidden), stripesecure.EndpointBlocked},
			"maintenance":      {status(http.StatusServiceUnavailable), stripesecure.EndpointBlocked},
			"not mounted":      {http.NotFoundHandler(), stripesecure.EndpointBlocked},
			"a page for all":   {status(http.StatusOK), stripesecure.EndpointBlocked},
			"somebody's 400":   {status(http.StatusBadRequest), stripesecure.EndpointBlocked},
			"nobody":           {nil, stripesecure.EndpointSilent},
		} {
			shop = c.shop
			got, err := b.plugin.ProbeEndpoint(b.Context(), client)
			require.NoError(b, err, name)
			assert.Equal(b, c.want, got, name)
			if got != "" {
				assert.NotEqual(b, got.Text(wording.Japanese), got.Text(wording.English))
			}
		}
		assert.Empty(b, b.stripe.Calls())
	})
}

type status int

func (s status) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(int(s))
	fmt.Fprint(w, "some page")
}

// Whatever is posted, an answer comes, nothing is changed and nothing is asked of
// Stripe.
func TestWebhook_badBodies(t *testing.T) {
	with(t, both(automatic, webhooks), func(b *bench) {
		p := b.pay(b.cart("cart-1"), visa).Payment
		b.place(p)
		b.stripe.Dashboard().Refund(p.Intent, 300)
		good := b.posted("charge.refunded", nil)
		b.stripe.ForgetCalls()
		writes := b.store.Writes()
		foreign := `{"id":"evt_2","type":"invoice.paid","livemode":false,"data":{"object":{"object":"invoice","id":"in_1"}}}`
		for name, c := range map[string]struct {
			body, signature string // "": signed as it should be
			want            int
		}{
			"truncated":                {good[:len(good)-1], "", 400},
			"truncated after signing":  {good[:len(good)-1], stripetest.Signature(time.Now(), []byte(good), stripetest.WebhookSecret), 400},
			"doubled":                  {good + good, "", 400},
			"doubled after signing":    {good + good, stripetest.Signature(time.Now(), []byte(good), stripetest.WebhookSecret), 400},
			"oversized":                {good + strings.Repeat(" ", 1<<20), "", 413},
			"unsigned":                 {good, " ", 400},
			"mis-signed":               {good, stripetest.Signature(time.Now(), []byte(good), "whsec_anotherEndpointsSecret000001"), 400},
			"empty":                    {"", "", 400},
			"no JSON":                  {"id=evt_1&type=x", "", 400},
			"deep":                     {strings.Repeat("[", 100_000), "", 400},
			"id twice":                 {strings.Replace(good, `"id":"evt_`, `"id":"evt_0","id":"evt_`, 1), "", 400},
			"id in another case":       {strings.Replace(good, `"id":"evt_`, `"ID":"evt_0","id":"evt_`, 1), "", 400},
			"somebody else's":          {foreign, "", 200},
			"about nothing":            {`{"id":"evt_3","type":"balance.available","livemode":false,"data":{"object":{"object":"balance"}}}`, "", 200},
			"data of another type":     {`{"id":"evt_4","type":"x","livemode":false,"data":[1,2]}`, "", 200},
			"a PaymentIntent's id odd": {strings.ReplaceAll(good, p.Intent, "pi_../../x"), "", 200},
		} {
			if c.signature == "" {
				c.signature = stripetest.Signature(time.Now(), []byte(c.body), stripetest.WebhookSecret)
			}
			assert.Equal(b, c.want, b.hook(c.body, c.signature), name)
		}
		assert.Empty(b, b.stripe.Calls("POST *", "GET /v1/payment_intents/*"))
		assert.Equal(b, writes, b.store.Writes())
	})
}

// Without Run what the Dashboard does is applied in the request; with it, what
// the request could not do.
func TestWebhook_withAndWithoutRun(t *testing.T) {
	for _, running := range []bool{false, true} {
		with(t, webhooks, func(b *bench) {
			p := b.pay(b.cart("cart-1"), visa).Payment
			b.place(p)
			b.stripe.Dashboard().Capture(p.Intent, 0)
			if running {
				b.stripe.Fail("GET /v1/payment_intents/*", stripetest.Slow(40*time.Second))
			}
			start := time.Now()
			assert.Equal(b, 200, b.event(b.posted("payment_intent.succeeded", nil)))
			assert.LessOrEqual(b, time.Since(start), 2*time.Second)
			if running {
				assert.Empty(b, b.host.told)
				b.sweeps(time.Minute)
			}
			assert.Equal(b, stripesecure.StateCaptured, b.host.lastTold().State)
		})
	}
}
