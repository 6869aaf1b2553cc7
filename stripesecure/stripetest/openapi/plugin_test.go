package openapi_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// requests is every kind of request that the library sends. A new kind is added
// here together with a path below that sends it.
var requests = []string{
	"GET /v1/account",
	"GET /v1/charges/{charge}",
	"GET /v1/customers/{customer}",
	"GET /v1/customers/{customer}/payment_methods",
	"GET /v1/disputes",
	"GET /v1/events",
	"GET /v1/events/{id}",
	"GET /v1/payment_intents",
	"GET /v1/payment_intents/{intent}",
	"GET /v1/radar/early_fraud_warnings",
	"GET /v1/radar/early_fraud_warnings/{early_fraud_warning}",
	"GET /v1/refunds",
	"GET /v1/reviews/{review}",
	"GET /v1/webhook_endpoints",
	"POST /v1/customers",
	"POST /v1/customers/{customer}",
	"POST /v1/disputes/{dispute}",
	"POST /v1/payment_intents",
	"POST /v1/payment_intents/{intent}",
	"POST /v1/payment_intents/{intent}/cancel",
	"POST /v1/payment_intents/{intent}/capture",
	"POST /v1/payment_intents/{intent}/confirm",
	"POST /v1/payment_methods/{payment_method}",
	"POST /v1/payment_methods/{payment_method}/detach",
	"POST /v1/refunds",
	"POST /v1/refunds/{refund}",
	"POST /v1/webhook_endpoints",
	"POST /v1/webhook_endpoints/{webhook_endpoint}",
}

// parameters are those that only some paths send.
var parameters = []string{
	"POST /v1/payment_intents confirmation_token",
	"POST /v1/payment_intents payment_method",
	"POST /v1/payment_intents metadata[order_id]",
	"POST /v1/payment_intents metadata[campaign]",
	"POST /v1/payment_intents setup_future_usage=off_session",
	"POST /v1/payment_intents statement_descriptor_suffix",
	"POST /v1/payment_intents payment_method_options[card][statement_descriptor_suffix_kana]",
	"POST /v1/payment_intents payment_method_options[card][statement_descriptor_suffix_kanji]",
	"POST /v1/payment_intents payment_method_options[card][request_three_d_secure]=automatic",
	"POST /v1/payment_intents payment_method_options[card][request_three_d_secure]=any",
	"POST /v1/payment_intents payment_method_options[card][request_three_d_secure]=challenge",
	"POST /v1/payment_intents use_stripe_sdk=false",
	"POST /v1/payment_intents use_stripe_sdk=true",
	"POST /v1/payment_intents/{intent}/capture amount_to_capture",
	"POST /v1/refunds amount",
	"POST /v1/refunds reason=duplicate",
	"POST /v1/refunds metadata[stripesecure_operation]",
	"POST /v1/disputes/{dispute} submit=false",
	"POST /v1/disputes/{dispute} submit=true",
	"POST /v1/disputes/{dispute} evidence[uncategorized_text]",
	"POST /v1/payment_intents/{intent}/confirm confirmation_token",
	"POST /v1/payment_intents/{intent}/confirm payment_method",
	"POST /v1/payment_intents/{intent}/confirm setup_future_usage=",
	"POST /v1/payment_intents/{intent}/confirm setup_future_usage=off_session",
	"GET /v1/payment_intents starting_after",
	"GET /v1/payment_intents created[gte]",
	"GET /v1/events created[gte]",
	"GET /v1/events types[0]",
	"POST /v1/webhook_endpoints api_version",
	"POST /v1/webhook_endpoints connect=true",
	"POST /v1/webhook_endpoints metadata[stripesecure_shop]",
	"POST /v1/webhook_endpoints/{webhook_endpoint} disabled=false",
}

// answers are the failures that the description has to allow as well.
var answers = []string{
	"402 POST /v1/payment_intents",
	"402 POST /v1/payment_intents/{intent}/confirm",
	"404 GET /v1/payment_intents/{intent}",
	"400 POST /v1/payment_intents",
}

// Every request that the plugin sends is accepted by stripe-mock v0.189.0, and
// every answer that stripetest gives to it is one that Stripe could give.
func TestEveryPathIsAsDescribed(t *testing.T) {
	log := newLedger()
	for _, paths := range []func(*testing.T, *ledger){
		saving, authentication, orders, declines, describing, reading, recovery, accounts, endpoints, merchant,
	} {
		paths(t, log)
	}
	log.verdict(t)
	assert.Equal(t, requests, slices.Sorted(maps.Keys(log.requests)), "each kind of request was seen, and no other")
	for _, p := range parameters {
		assert.Positive(t, log.values[p], "never sent: %s", p)
	}
	for _, a := range answers {
		assert.Positive(t, log.answers[a], "never answered: %s", a)
	}
}

// saving: the nine cells of LC-25, each bought and captured, and what became of
// the card.
func saving(t *testing.T, log *ledger) {
	for _, mode := range settings.SaveCards() {
		with := func(_ *stripesecure.Options, s *settings.Settings) {
			s.SaveCard, s.Capture = mode, settings.CaptureAutomatic
		}
		for name, save := range map[string]bool{"member with consent": true, "member without consent": false} {
			open(t, log, "LC-25 "+string(mode)+", "+name, func(s *shop) {
				in := s.card(visa)
				in.Save = save
				s.buys(s.member("cart-1"), in)
				saved := mode == settings.SaveRequired || mode == settings.SaveOptional && save
				s.again(saved)
			}, with)
		}
		open(t, log, "LC-25 "+string(mode)+", guest", func(s *shop) { s.buys(s.guest("cart-1"), s.card(visa)) }, with)
	}
}

// again buys with the saved card of an earlier purchase, if there is one, and
// removes it.
func (s *shop) again(saved bool) {
	s.Helper()
	offer, err := s.plugin.Offer(s.Context(), s.member("cart-2"))
	require.NoError(s, err)
	if !saved {
		require.Empty(s, offer.Cards)
		return
	}
	require.Len(s, offer.Cards, 1)
	card := stripesecure.Input{SavedCard: offer.Cards[0].ID}
	s.buys(s.member("cart-2"), card)

	other := s.member("cart-3")
	s.pay(other, s.card(declined), stripesecure.Show)
	s.buys(other, card)
	require.NoError(s, s.plugin.SetDefaultCard(s.Context(), "m-1", card.SavedCard))
	_, err = s.plugin.CustomerPayment(s.Context(), s.stripe.Customers()[0].ID)
	require.NoError(s, err)
	require.NoError(s, s.plugin.RemoveCard(s.Context(), "m-1", card.SavedCard))
}

// authentication: ⑭ at each level, in the page and by redirect, passed and
// failed, and left alone (LC-18, LC-31).
func authentication(t *testing.T, log *ledger) {
	for _, level := range settings.ThreeDSecures() {
		with := func(_ *stripesecure.Options, s *settings.Settings) { s.ThreeDSecure = level }
		open(t, log, "LC-18 "+string(level)+", no prompt or prompt", func(s *shop) {
			res, err := s.plugin.Pay(s.Context(), s.guest("cart-1"), s.card(visa))
			require.NoError(s, err)
			require.Contains(s, []stripesecure.Do{stripesecure.PlaceOrder, stripesecure.HandleAction}, res.Do)
		}, with)
		for redirect, do := range map[bool]stripesecure.Do{false: stripesecure.HandleAction, true: stripesecure.GoTo} {
			open(t, log, "LC-18 "+string(level)+", "+string(do), func(s *shop) {
				cart := s.guest("cart-1")
				cart.Redirect = redirect
				s.pay(cart, s.card(threeDS), do)
				require.True(s, s.stripe.Challenge(s.stripe.Intents()[0].ID, stripetest.Fail))
				s.resume(cart, stripesecure.Show)
				s.pay(cart, s.card(threeDS), do)
				require.True(s, s.stripe.Challenge(s.stripe.Intents()[0].ID, stripetest.Pass))
				s.place(s.resume(cart, stripesecure.PlaceOrder))
			}, with)
		}
	}
	open(t, log, "LC-31 the buyer leaves", func(s *shop) {
		s.pay(s.guest("cart-1"), s.card(threeDS), stripesecure.HandleAction)
		s.sweeps(61 * time.Minute)
		require.Equal(s, stripetest.StatusCanceled, s.stripe.Intents()[0].Status)
	})
}

// orders: ⑬ both, the order before and after the payment, and its refusals
// (LC-17, LC-33).
func orders(t *testing.T, log *ledger) {
	for _, capture := range settings.Captures() {
		with := func(_ *stripesecure.Options, s *settings.Settings) { s.Capture = capture }
		open(t, log, "LC-17 "+string(capture)+", order after", func(s *shop) { s.buys(s.guest("cart-1"), s.card(visa)) }, with)
		open(t, log, "LC-17 "+string(capture)+", order first", func(s *shop) {
			cart := s.guest("cart-1")
			first, err := s.plugin.Current(s.Context(), cart.ID)
			require.NoError(s, err)
			first.Total = cart.Total
			order := s.host.commit(first)
			cart.Order = &order
			_, err = s.plugin.Pay(s.Context(), cart, s.card(visa))
			require.NoError(s, err)
		}, with, func(o *stripesecure.Options, _ *settings.Settings) { o.HostCommitsFirst = true })
		open(t, log, "LC-33 "+string(capture), func(s *shop) {
			s.refuse(s.pay(s.guest("cart-1"), s.card(visa), stripesecure.PlaceOrder), "")
			s.refuse(s.pay(s.guest("cart-2"), s.card(visa), stripesecure.PlaceOrder), "R-17")
		}, with)
	}
	open(t, log, "the merchant cancels the order", func(s *shop) {
		p := s.pay(s.guest("cart-1"), s.card(visa), stripesecure.PlaceOrder)
		s.refuse(p, s.place(p).Ref)
	})
}

// declines: another card on the same PaymentIntent, with and without saving,
// a card that is not there,
// and a token that was used.
func declines(t *testing.T, log *ledger) {
	for _, number := range []string{declined, blocked} {
		open(t, log, "declined "+number, func(s *shop) {
			cart := s.member("cart-1")
			s.pay(cart, s.card(number), stripesecure.Show)
			s.pay(cart, s.card(number), stripesecure.Show)
			in := s.card(visa)
			in.Save = true
			s.buys(cart, in)
		}, optional)
	}
	open(t, log, "a card that is not the member's", func(s *shop) {
		s.pay(s.member("cart-1"), stripesecure.Input{SavedCard: "pm_1NotThere"}, stripesecure.Show)
	}, optional)
	open(t, log, "a token that was used", func(s *shop) {
		in := s.card(visa)
		s.buys(s.member("cart-1"), in)
		s.pay(s.member("cart-2"), in, stripesecure.Show)
	})
}

func optional(_ *stripesecure.Options, s *settings.Settings) { s.SaveCard = settings.SaveOptional }

// describing: everything that a hook and the options write to Stripe, and
// currencies without decimals, with two, and in steps of a hundred (LIM-01 to LIM-08).
func describing(t *testing.T, log *ledger) {
	text := stripesecure.Descriptor{Latin: "SHOP 7", Kana: "ショップ", Kanji: "商店"}
	open(t, log, "description, descriptor, metadata", func(s *shop) { s.buys(s.guest("cart-1"), s.card(visa)) },
		func(o *stripesecure.Options, _ *settings.Settings) {
			o.Descriptor = text
			o.Hooks = []stripesecure.Hooks{{
				Name: "campaign",
				Describe: func(_ context.Context, _ stripesecure.Cart, d *stripesecure.Description) error {
					d.Text, d.Metadata = "本 2 冊", map[string]string{"campaign": "秋"}
					return nil
				},
			}}
		})
	for currency, amount := range map[string]int64{"JPY": 1200, "USD": 1200, "ISK": 120000, "TWD": 120000} {
		open(t, log, "currency "+currency, func(s *shop) {
			cart := s.guest("cart-1")
			cart.Total = stripesecure.FromMinor(amount, currency)
			s.buys(cart, s.card(visa))
		})
	}
}

// reading: an account, its restricted key, a platform's key on behalf of the
// account, and what is not there.
func reading(t *testing.T, log *ledger) {
	open(t, log, "LC-12 restricted key", func(s *shop) { s.buys(s.guest("cart-1"), s.card(visa)) },
		func(_ *stripesecure.Options, set *settings.Settings) {
			set.Authentication = settings.AuthRestrictedKey
			set.Test.Secret = settings.NewSecret(stripetest.TestRestrictedKey)
		})
	open(t, log, "LC-12 connect", func(s *shop) { s.buys(s.guest("cart-1"), s.card(visa)) },
		func(_ *stripesecure.Options, set *settings.Settings) { set.Authentication = settings.AuthConnect })
	open(t, log, "what is not there", func(s *shop) {
		_, err := client(s, log).Read(s.Context(), "pi_1NotThere")
		require.Error(s, err)
	})
}

// recovery: a create whose answer was lost is looked for in the customer's
// list, page after page (rule 3).
func recovery(t *testing.T, log *ledger) {
	open(t, log, "lost answers", func(s *shop) {
		s.stripe.Fail("POST /v1/payment_intents", stripetest.LoseAnswer).Times(100)
		s.pay(s.guest("cart-1"), s.card(visa), stripesecure.Wait)
		s.sweeps(2 * time.Hour)
		require.Equal(s, stripetest.StatusCanceled, s.stripe.Intents()[0].Status)
	})
	open(t, log, "a list of two pages", func(s *shop) {
		for range 3 {
			s.buys(s.member(stripesecure.CheckoutID("cart-"+time.Now().Format("050000"))), s.card(visa))
			<-time.After(time.Second)
		}
		pi := s.stripe.Intents()[0]
		narrow := gate{next: &page{next: s.stripe.Transport()}, log: log}
		found, err := connect(narrow).FindAttempt(s.Context(), pi.Customer, pi.Metadata["stripesecure_attempt"])
		require.NoError(s, err)
		require.Equal(s, pi.ID, found.ID)
	})
}

// accounts: whose key it is (LC-10).
func accounts(t *testing.T, log *ledger) {
	open(t, log, "LC-10 account", func(s *shop) {
		id, err := client(s, log).Account(s.Context())
		require.NoError(s, err)
		require.Equal(s, stripetest.AccountID, id)
	})
	// A restricted key: each permission is tried on an id that does not exist.
	open(t, log, "test of a restricted key", func(s *shop) {
		require.Empty(s, testConnection(s).Missing)
	}, func(_ *stripesecure.Options, set *settings.Settings) {
		set.Authentication, set.Test.Secret = settings.AuthRestrictedKey, settings.NewSecret(stripetest.TestRestrictedKey)
	})
}

func testConnection(s *shop) stripesecure.Connection {
	s.Helper()
	set, err := s.plugin.Settings(s.Context())
	require.NoError(s, err)
	c := s.plugin.TestConnection(s.Context(), set)
	require.True(s, c.Accepted)
	return c
}

// endpoints: the webhook endpoint is made, and mended when somebody has changed
// it, for a shop and for a platform.
func endpoints(t *testing.T, log *ledger) {
	for name, mode := range map[string]settings.Authentication{"a shop": settings.AuthSecretKey, "a platform": settings.AuthConnect} {
		open(t, log, "webhook endpoint of "+name, func(s *shop) {
			made, err := s.plugin.EnsureEndpoint(s.Context(), settings.Test)
			require.NoError(s, err)
			require.True(s, made.Secret.SignsEvents())
		}, func(_ *stripesecure.Options, set *settings.Settings) { set.Authentication = mode })
	}
	open(t, log, "a foreign webhook endpoint", func(s *shop) {
		s.stripe.AddWebhook("https://shop.example/stripesecure/webhook", stripetest.WebhookSecret, "charge.refunded")
		mended, err := s.plugin.EnsureEndpoint(s.Context(), settings.Test)
		require.NoError(s, err)
		require.Contains(s, mended.Mended, stripesecure.EndpointEvents)
	})
}

// merchant: a part is captured, some of it goes back, and the rest is disputed.
func merchant(t *testing.T, log *ledger) {
	open(t, log, "capture, refund, dispute", func(s *shop) {
		p := s.pay(s.guest("cart-1"), s.card(visa), stripesecure.PlaceOrder)
		s.place(p)
		_, err := s.plugin.Capture(s.Context(), p.ID, stripesecure.JPY(700))
		require.NoError(s, err)
		_, err = s.plugin.Refund(s.Context(), p.ID, stripesecure.Refund{
			ID: "op-1", Amount: stripesecure.JPY(200), Reason: stripesecure.RefundDuplicate, Note: "二重注文",
		})
		require.NoError(s, err)
		require.NoError(s, s.stripe.Dashboard().Warn(p.Intent))
		require.NoError(s, s.stripe.Dashboard().Dispute(p.Intent, "fraudulent"))
		s.sweeps(2 * time.Hour)
		p, err = s.plugin.Payment(s.Context(), p.ID)
		require.NoError(s, err)
		require.Len(s, p.Disputes, 1)
		for _, submit := range []bool{false, true} {
			p, err = s.plugin.SubmitEvidence(s.Context(), p.ID, p.Disputes[0].ID, stripesecure.Evidence{
				CustomerName: "山田 花子", Text: "delivered", Submit: submit,
			})
			require.NoError(s, err)
		}
		require.Equal(s, 1, p.Disputes[0].Submissions)
	})
}

// client is the library's own, for calls that the plugin does not make yet.
func client(s *shop, log *ledger) stripeapi.Client {
	return connect(gate{next: s.stripe.Transport(), log: log})
}
