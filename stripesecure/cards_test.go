package stripesecure_test

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

const (
	mastercard = "5555555555554444"
	jcb        = "3566002020360505"
)

func savingAs(mode settings.SaveCard) func(*stripesecure.Options, *settings.Settings) {
	return func(_ *stripesecure.Options, s *settings.Settings) { s.SaveCard = mode }
}

func (b *bench) cards() []stripesecure.Card {
	b.Helper()
	cards, err := b.plugin.Cards(b.Context(), "m-1")
	require.NoError(b, err)
	return cards
}

func (b *bench) last4s() (last4s []string) {
	b.Helper()
	for _, c := range b.cards() {
		last4s = append(last4s, c.Last4)
	}
	return last4s
}

// saves buys with each card as the member m-1, who agrees to saving it.
func (b *bench) saves(cards ...string) {
	b.Helper()
	for _, card := range cards {
		id := stripesecure.CheckoutID("saves-" + card[len(card)-4:] + time.Now().Format("-150405"))
		res := b.submit(b.member(id), stripesecure.Input{Token: b.stripe.Token(card), Save: true})
		require.Equal(b, stripesecure.PlaceOrder, res.Do)
		b.place(res.Payment)
		<-time.After(time.Second)
	}
}

func TestSavedCards_SAV01_onlyWithConsent(t *testing.T) {
	with(t, savingAs(settings.SaveOptional), func(b *bench) {
		b.place(b.pay(b.member("cart-1"), visa).Payment)
		assert.NotContains(b, b.stripe.Calls("POST /v1/payment_intents")[0].Form, "setup_future_usage")
		assert.Empty(b, b.cards())
		b.saves(visa)
		require.Len(b, b.cards(), 1)
		assert.Equal(b, "off_session", b.stripe.Calls("POST /v1/payment_intents")[1].Form["setup_future_usage"])
		row, err := b.store.List(b.Context(), "shop", "saves-", "", 1)
		require.NoError(b, err)
		assert.Regexp(b, `"save":true,"at":"2000-01-01T`, string(row[0].Body), "when the buyer agreed")
		require.NoError(b, b.plugin.RemoveCard(b.Context(), "m-1", b.cards()[0].ID))
		assert.Empty(b, b.cards())
	})
}

func TestSavedCards_SAV02_anotherCardOnce(t *testing.T) {
	with(t, savingAs(settings.SaveOptional), func(b *bench) {
		b.saves(visa, jcb)
		require.NoError(b, b.plugin.SetDefaultCard(b.Context(), "m-1", b.cards()[1].ID))
		require.Equal(b, []string{"4242", "0505"}, b.last4s())
		b.place(b.pay(b.member("cart-9"), mastercard).Payment)
		intents := b.stripe.Intents()
		charged := b.stripe.Charge(intents[len(intents)-1].LatestCharge)
		assert.Equal(b, "4444", charged.PaymentMethodDetails.Card.Last4)
		assert.Equal(b, []string{"4242", "0505"}, b.last4s(), "not saved, and the default is as it was")
	})
}

func TestSavedCards_SAV03_reusable(t *testing.T) {
	with(t, savingAs(settings.SaveOptional), func(b *bench) {
		b.saves(visa)
		first := b.stripe.Calls("POST /v1/payment_intents")[0].Form
		assert.NotEmpty(b, first["customer"], "before the confirm")
		res := b.submit(b.member("cart-2"), stripesecure.Input{SavedCard: b.cards()[0].ID})
		assert.Equal(b, stripesecure.PlaceOrder, res.Do)
		res = b.submit(b.member("cart-3"), stripesecure.Input{Token: b.stripe.Token(declined), Save: true})
		require.Equal(b, stripesecure.Show, res.Do)
		assert.Len(b, b.cards(), 1, "what was declined was not attached, and is not listed")
	})
}

func TestSavedCards_SAV04_sameTokenAgain(t *testing.T) {
	for name, card := range map[string]string{"declined": declined, "3-D Secure was closed": threeDS} {
		t.Run(name, func(t *testing.T) {
			with(t, savingAs(settings.SaveOptional), func(b *bench) {
				cart, token := b.member("cart-1"), b.stripe.Token(card)
				b.submit(cart, stripesecure.Input{Token: token, Save: true})
				b.resume(cart)
				again := b.submit(cart, stripesecure.Input{Token: token, Save: true})
				assert.NotContains(b, again.Message.Text, "Stripe")
				assert.NotContains(b, again.Message.Text, "PaymentMethod")
				assert.Len(b, b.stripe.Intents(), 1, "nothing was sent with the consumed token")
				assert.Equal(b, stripesecure.PlaceOrder, b.pay(cart, visa).Do, "another card works on the same page")
			})
		})
	}
}

func TestSavedCards_SAV05_eachCardOnce(t *testing.T) {
	with(t, savingAs(settings.SaveRequired), func(b *bench) {
		b.saves(visa, jcb)
		<-time.After(40 * 24 * time.Hour) // the bank has sent a new one, with another expiry
		b.saves(visa)
		cards := b.cards()
		require.Equal(b, []string{"4242", "0505"}, b.last4s())
		newest := b.stripe.PaymentMethods()
		assert.Equal(b, newest[len(newest)-1].ID, cards[0].ID)
		assert.EqualValues(b, newest[len(newest)-1].Card.ExpMonth, cards[0].ExpMonth)
		assert.Len(b, b.stripe.Cards(b.stripe.Customers()[0].ID), 3, "hidden, not detached: a subscription may use it")
	})
	t.Run("without a fingerprint nothing is merged", func(t *testing.T) {
		var stripe *stripetest.Stripe
		with(t, both(savingAs(settings.SaveRequired), func(o *stripesecure.Options, _ *settings.Settings) {
			o.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
				answer, err := stripe.Transport().RoundTrip(r)
				if err != nil {
					return nil, err
				}
				body, err := io.ReadAll(answer.Body)
				answer.Body = io.NopCloser(bytes.NewReader(regexp.MustCompile(`"fingerprint":"[^"]*"`).ReplaceAll(body, []byte(`"fingerprint":null`))))
				answer.Header.Del("Content-Length")
				answer.ContentLength = -1
				return answer, err
			})
		}), func(b *bench) {
			stripe = b.stripe
			b.saves(visa, jcb, mastercard)
			assert.Equal(b, []string{"4444", "0505", "4242"}, b.last4s())
			require.NoError(b, b.plugin.RemoveCard(b.Context(), "m-1", b.cards()[1].ID))
			assert.Equal(b, []string{"4444", "4242"}, b.last4s(), "and only one is removed")
		})
	})
}

// SAV-06 (an off-session charge needs authentication) cannot happen: this library
// charges only with the buyer there. A saved card that the bank wants to see
// authenticated asks the buyer.
func TestSavedCards_SAV06_theBuyerIsAsked(t *testing.T) {
	with(t, savingAs(settings.SaveRequired), func(b *bench) {
		cart := b.member("cart-1")
		b.pay(cart, threeDS)
		b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
		b.place(b.resume(cart).Payment)
		again := b.member("cart-2")
		res := b.submit(again, stripesecure.Input{SavedCard: b.cards()[0].ID})
		require.Equal(b, stripesecure.HandleAction, res.Do)
		b.stripe.Challenge(b.stripe.Intents()[1].ID, stripetest.Pass)
		assert.Equal(b, stripesecure.PlaceOrder, b.resume(again).Do)
		assert.NotContains(b, b.stripe.Calls("POST /v1/payment_intents")[1].Form, "off_session")
	})
}

func TestDefaultCard(t *testing.T) {
	with(t, savingAs(settings.SaveRequired), func(b *bench) {
		assert.Empty(b, b.cards())
		b.saves(visa, mastercard, jcb)
		assert.Equal(b, []string{"0505", "4444", "4242"}, b.last4s(), "the newest, until one is chosen")
		set := func(last4 string) {
			for _, c := range b.cards() {
				if c.Last4 == last4 {
					require.NoError(b, b.plugin.SetDefaultCard(b.Context(), "m-1", c.ID))
				}
			}
			<-time.After(time.Second)
		}
		set("4242")
		assert.Equal(b, []string{"4242", "0505", "4444"}, b.last4s())
		set("4444")
		assert.Equal(b, "4444", b.last4s()[0])
		set("4242")
		offer := b.offer(b.member("cart-8"))
		assert.Equal(b, "4242", offer.Cards[0].Last4)
		assert.Contains(b, string(offer.HTML()), `value="`+offer.Cards[0].ID+`" checked`, "preselected")
		assert.Empty(b, b.stripe.Customers()[0].InvoiceSettings.DefaultPaymentMethod, "what invoices charge is not ours")

		b.saves(visa) // the same card again: it stays the default
		assert.Equal(b, []string{"4242", "0505", "4444"}, b.last4s())
		require.NoError(b, b.plugin.RemoveCard(b.Context(), "m-1", b.cards()[0].ID))
		assert.Equal(b, []string{"4444", "0505"}, b.last4s(), "then the one that was chosen before")

		<-time.After(2 * 366 * 24 * time.Hour)
		cards := b.cards()
		assert.True(b, cards[0].Expired && cards[1].Expired)
		err := b.plugin.SetDefaultCard(b.Context(), "m-1", cards[0].ID)
		require.ErrorIs(b, err, stripesecure.ErrInvalid)
		assert.Equal(b, "card expired", faults(err))
		b.saves(visa)
		assert.Equal(b, "4242", b.last4s()[0], "an expired default is none")
		assert.Len(b, b.offer(b.member("cart-9")).Cards, 1)
	})
}

func TestRemoveCard_twinsFailuresAndForeignCards(t *testing.T) {
	t.Run("twins go with it, and a failure can be repeated", func(t *testing.T) {
		with(t, savingAs(settings.SaveRequired), func(b *bench) {
			b.saves(visa, jcb, visa, visa)
			customer, shown := b.stripe.Customers()[0].ID, b.cards()[0].ID
			b.stripe.Fail("POST /v1/payment_methods/*/detach", stripetest.ServerError).Nth(2)
			require.ErrorIs(b, b.plugin.RemoveCard(b.Context(), "m-1", shown), stripesecure.ErrStripe)
			assert.Len(b, b.stripe.Cards(customer), 3)
			require.NoError(b, b.plugin.RemoveCard(b.Context(), "m-1", shown), "the same call again")
			assert.Equal(b, []string{"0505"}, b.last4s())
			assert.Len(b, b.stripe.Cards(customer), 1)
			require.ErrorIs(b, b.plugin.RemoveCard(b.Context(), "m-1", shown), stripesecure.ErrNotFound)
		})
	})
	t.Run("removed in another tab meanwhile", func(t *testing.T) {
		with(t, savingAs(settings.SaveRequired), func(b *bench) {
			b.saves(visa)
			id := b.cards()[0].ID
			held := b.stripe.Hold("POST /v1/payment_methods/*/detach")
			done := make(chan error, 2)
			for range 2 {
				go func() { done <- b.plugin.RemoveCard(b.Context(), "m-1", id) }()
			}
			<-time.After(time.Second) // both have seen the card
			held.Release()
			require.NoError(b, <-done)
			require.NoError(b, <-done)
			assert.Len(b, b.stripe.Calls("POST /v1/payment_methods/*/detach"), 2)
			assert.Empty(b, b.cards())
		})
	})
	t.Run("not there and not yours are the same", func(t *testing.T) {
		with(t, savingAs(settings.SaveRequired), func(b *bench) {
			b.saves(visa)
			id := b.cards()[0].ID
			for _, c := range []struct{ member, card string }{{"m-2", id}, {"", id}, {"m-1", "pm_other"}, {"m-1", ""}, {"m-1", "../cus_1"}} {
				require.ErrorIs(b, b.plugin.RemoveCard(b.Context(), c.member, c.card), stripesecure.ErrNotFound)
				require.ErrorIs(b, b.plugin.SetDefaultCard(b.Context(), c.member, c.card), stripesecure.ErrNotFound)
			}
			assert.Len(b, b.cards(), 1)
		})
	})
	t.Run("also while the method is not offered", func(t *testing.T) {
		var s settings.Settings
		with(t, both(savingAs(settings.SaveRequired), changing(&s)), func(b *bench) {
			b.saves(visa)
			s.Enabled = false
			<-time.After(time.Second)
			require.NoError(b, b.plugin.RemoveCard(b.Context(), "m-1", b.cards()[0].ID))
			s.Test.Secret = settings.Secret{}
			<-time.After(time.Second)
			_, err := b.plugin.Cards(b.Context(), "m-1")
			require.ErrorIs(b, err, stripesecure.ErrNotReady)
		})
	})
	t.Run("more than a page of them", func(t *testing.T) {
		with(t, savingAs(settings.SaveRequired), func(b *bench) {
			b.saves(visa)
			customer := b.stripe.Customers()[0].ID
			for range 105 {
				b.stripe.AddCard(customer, jcb, "")
			}
			assert.Equal(b, []string{"0505", "4242"}, b.last4s())
			require.NoError(b, b.plugin.RemoveCard(b.Context(), "m-1", b.cards()[0].ID))
			assert.Equal(b, []string{"4242"}, b.last4s())
		})
	})
}

// LC-25: ⑮ required saves a guest's card too, and the guest has no page for it.
func TestGuestsSavedCard_LC25_supportFindsAndDeletesIt(t *testing.T) {
	with(t, savingAs(settings.SaveRequired), func(b *bench) {
		p := b.pay(b.cart("cart-1"), visa).Payment
		b.place(p)
		b.place(b.pay(b.cart("cart-2"), jcb).Payment) // the same person's next one: another customer
		none, err := b.plugin.Cards(b.Context(), "")
		require.NoError(b, err)
		assert.Empty(b, none)

		customer := b.stripe.Customers()[0].ID
		id, err := b.plugin.CustomerPayment(b.Context(), customer)
		require.NoError(b, err)
		assert.Equal(b, p.ID, id)
		cards, err := b.plugin.PaymentCards(b.Context(), id)
		require.NoError(b, err)
		require.Len(b, cards, 1)
		assert.Equal(b, "4242", cards[0].Last4)

		require.ErrorIs(b, b.plugin.RemovePaymentCard(b.Context(), "cart-2.1", cards[0].ID), stripesecure.ErrNotFound, "another payment's")
		require.NoError(b, b.plugin.RemovePaymentCard(b.Context(), id, cards[0].ID))
		assert.Empty(b, b.stripe.Cards(customer))
		require.ErrorIs(b, b.plugin.RemovePaymentCard(b.Context(), id, cards[0].ID), stripesecure.ErrNotFound)

		foreign := b.stripe.AddCustomer(stripetest.Customer{Metadata: map[string]string{"stripesecure_shop": "shop", "stripesecure_checkout": "cart-1"}})
		others := b.stripe.AddCustomer(stripetest.Customer{Metadata: map[string]string{"stripesecure_shop": "other", "stripesecure_checkout": "cart-1"}})
		for _, who := range []string{"cus_none", foreign, others, "", "pm_1", "cus_1/../x"} {
			_, err := b.plugin.CustomerPayment(b.Context(), who)
			require.ErrorIs(b, err, stripesecure.ErrNotFound, who)
		}
		for _, id := range []stripesecure.PaymentID{"cart-1.2", "cart-7.1", "x"} {
			_, err := b.plugin.PaymentCards(b.Context(), id)
			require.ErrorIs(b, err, stripesecure.ErrNotFound, string(id))
		}
	})
}

func TestCustomers_CUS01_fromTestToLive(t *testing.T) {
	var s settings.Settings
	with(t, both(savingAs(settings.SaveRequired), changing(&s)), func(b *bench) {
		b.saves(visa)
		s.Environment = settings.Live
		s.Live = settings.Keys{Publishable: stripetest.LivePublishableKey, Secret: settings.NewSecret(stripetest.LiveSecretKey), SweepOnly: true}
		<-time.After(time.Second)
		assert.Empty(b, b.cards(), "ids belong to one environment")
		live := b.stripe.View("").Live()
		res := b.submit(b.member("cart-2"), stripesecure.Input{Token: live.Token(jcb)})
		require.Equal(b, stripesecure.PlaceOrder, res.Do)
		assert.Len(b, live.Customers(), 1)
		assert.Equal(b, []string{"0505"}, b.last4s())
		s.Environment = settings.Test
		<-time.After(time.Second)
		assert.Equal(b, []string{"4242"}, b.last4s(), "and the other ones are still there")
	})
}

func TestCustomers_CUS02_deletedInTheDashboard(t *testing.T) {
	with(t, savingAs(settings.SaveRequired), func(b *bench) {
		b.saves(visa)
		id := b.cards()[0].ID
		require.NoError(b, b.stripe.Dashboard().DeleteCustomer(b.stripe.Customers()[0].ID))
		assert.Empty(b, b.cards())
		require.ErrorIs(b, b.plugin.RemoveCard(b.Context(), "m-1", id), stripesecure.ErrNotFound)
		require.ErrorIs(b, b.plugin.SetDefaultCard(b.Context(), "m-1", id), stripesecure.ErrNotFound)
		res := b.submit(b.member("cart-2"), stripesecure.Input{SavedCard: id})
		assert.Equal(b, stripesecure.Show, res.Do)
		assert.Equal(b, wording.SavedCardUnavailable, res.Message.Code)
		assert.Equal(b, stripesecure.PlaceOrder, b.pay(b.member("cart-2"), visa).Do, "the next card pays, with a new customer")
	})
}

// The merchant moves to another Stripe account (CUS-03), or its database was
// copied to a developer with other keys (CUS-09): what belongs to the old account
// is left alone, and comes back with it.
func TestCustomers_CUS03_CUS09_anotherAccount(t *testing.T) {
	const account = "acct_1AnotherShop"
	var s settings.Settings
	with(t, both(savingAs(settings.SaveRequired), automatic, changing(&s)), func(b *bench) {
		b.saves(visa)
		old := s.Clone()
		var sold stripesecure.PaymentID
		for id := range b.host.keys {
			sold = id
		}
		b.stripe.AddAccount(stripetest.AccountConfig{ID: account})
		key := "sk_" + "test_anotherShopsKey0001"
		require.True(b, b.stripe.RegisterKey(stripetest.Key{Text: key, Account: account}))
		s.AccountID, s.Test.Secret = account, settings.NewSecret(key)
		<-time.After(time.Second)
		b.stripe.ForgetCalls()

		assert.Empty(b, b.cards())
		assert.Empty(b, b.offer(b.member("cart-2")).Cards)
		_, err := b.plugin.PaymentCards(b.Context(), sold)
		require.ErrorIs(b, err, stripesecure.ErrNotReady, "the old account's keys are not here")
		there := b.stripe.View(account)
		res := b.submit(b.member("cart-2"), stripesecure.Input{Token: there.Token(jcb)})
		require.Equal(b, stripesecure.PlaceOrder, res.Do)
		assert.Len(b, there.Customers(), 1)
		paid, err := b.plugin.Payment(b.Context(), sold)
		require.NoError(b, err, "the merchant's page of an old order")
		assert.Equal(b, stripesecure.StateCaptured, paid.State)
		b.sweeps(5 * time.Minute)
		for _, call := range b.stripe.Calls() {
			assert.Equal(b, account, call.Account, "no call to the old account")
		}

		s.AccountID, s.Test.Secret = old.AccountID, old.Test.Secret
		<-time.After(time.Second)
		assert.Equal(b, []string{"4242"}, b.last4s())
	})
}

func TestCustomers_CUS05_guestLogsInAfterADecline(t *testing.T) {
	with(t, savingAs(settings.SaveOptional), func(b *bench) {
		b.pay(b.cart("cart-1"), declined)
		res := b.pay(b.member("cart-1"), visa)
		assert.Equal(b, stripesecure.PlaceOrder, res.Do)
		assert.Equal(b, 1, strings.Count(strings.Join(b.statuses(), " "), stripetest.StatusRequiresCapture))
	})
}

func TestCustomers_CUS06_guestWithAMembersMail(t *testing.T) {
	with(t, savingAs(settings.SaveRequired), func(b *bench) {
		b.saves(visa)
		member := b.stripe.Customers()[0].ID
		b.place(b.pay(b.cart("cart-2"), jcb).Payment) // the same mail, not logged in
		customers := b.stripe.Customers()
		require.Len(b, customers, 2)
		assert.Equal(b, customers[0].Email, customers[1].Email)
		assert.Len(b, b.stripe.Cards(member), 1, "the guest's card is not attached to the member")
		assert.Equal(b, []string{"4242"}, b.last4s())
		assert.Empty(b, b.offer(b.cart("cart-3")).Cards)
		res := b.submit(b.cart("cart-3"), stripesecure.Input{SavedCard: b.cards()[0].ID})
		assert.Equal(b, wording.SavedCardUnavailable, res.Message.Code)
	})
}

func TestCustomers_CUS08_aCloneDeletesNoCards(t *testing.T) {
	with(t, savingAs(settings.SaveRequired), func(b *bench) {
		b.saves(visa)
		p := b.pay(b.cart("cart-1"), jcb).Payment
		b.sweeps(time.Minute) // the live shop is recorded
		id := b.cards()[0].ID
		b.options.BaseURL = "https://staging.example"
		b.remake()
		require.ErrorIs(b, b.plugin.RemoveCard(b.Context(), "m-1", id), stripesecure.ErrCopy)
		require.ErrorIs(b, b.plugin.SetDefaultCard(b.Context(), "m-1", id), stripesecure.ErrCopy)
		require.ErrorIs(b, b.plugin.RemovePaymentCard(b.Context(), p.ID, "pm_1"), stripesecure.ErrCopy)
		assert.Len(b, b.cards(), 1)
		assert.Empty(b, b.stripe.Calls("POST /v1/payment_methods/*", "POST /v1/payment_methods/*/detach"))
		require.NoError(b, b.plugin.ConfirmSite(b.Context()))
		require.NoError(b, b.plugin.RemoveCard(b.Context(), "m-1", id), "the shop has moved")
	})
}
