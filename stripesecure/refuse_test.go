package stripesecure_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

func (b *bench) deleteCustomer(id string) {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodDelete, "https://api.stripe.com/v1/customers/"+id, nil)
	require.NoError(b, err)
	req.Header.Set("Authorization", "Bearer "+stripetest.TestSecretKey)
	answer, err := b.stripe.Client().Do(req)
	require.NoError(b, err)
	require.NoError(b, answer.Body.Close())
	require.Equal(b, http.StatusOK, answer.StatusCode)
}

// faults names field and code of every fault of an error.
func faults(err error) string {
	var e *stripesecure.Error
	if !errors.As(err, &e) {
		return ""
	}
	var list []string
	for _, f := range e.Faults {
		list = append(list, f.Field+" "+f.Code)
	}
	return strings.Join(list, ", ")
}

func TestBadInput_refusedBeforeAnyCall(t *testing.T) {
	for name, c := range map[string]struct {
		cart func(*stripesecure.Cart)
		in   stripesecure.Input
		want string
	}{
		"all faults at once": {
			cart: func(c *stripesecure.Cart) {
				c.ID, c.Country, c.Language, c.ReturnURL = "cart 1", "Japan", "fr", "https://evil.example/"
			},
			want: "cart.country malformed, cart.id malformed, cart.language unknown, cart.return_url outside_shop",
		},
		"unknown currency":  {cart: func(c *stripesecure.Cart) { c.Total.Currency = "XXX" }, want: "cart.total unknown_currency"},
		"half a yen":        {cart: func(c *stripesecure.Cart) { c.Total.Amount = decimal.New(5, -1) }, want: "cart.total not_exact"},
		"a huge amount":     {cart: func(c *stripesecure.Cart) { c.Total.Amount = decimal.New(1, 10_000_000) }, want: "cart.total not_exact"},
		"negative":          {cart: func(c *stripesecure.Cart) { c.Total = stripesecure.JPY(-1) }, want: "cart.total not_exact"},
		"control character": {cart: func(c *stripesecure.Cart) { c.Buyer.Name = "a\r\nb" }, want: "cart.buyer.name control_character"},
		"snapshot":          {cart: func(c *stripesecure.Cart) { c.Snapshot = make([]byte, 64<<10+1) }, want: "cart.snapshot too_long"},
		"no way back":       {cart: func(c *stripesecure.Cart) { c.ReturnURL = "" }, want: "cart.return_url missing"},
		"token and card":    {in: stripesecure.Input{Token: "ctoken_1", SavedCard: "pm_1"}, want: "input token_and_saved_card"},
		"a card number":     {in: stripesecure.Input{Token: visa}, want: "input.token malformed"},
		"no card id":        {in: stripesecure.Input{SavedCard: "cus_1"}, want: "input.saved_card malformed"},
		"path in a card id": {in: stripesecure.Input{SavedCard: "pm_1/../x"}, want: "input.saved_card malformed"},
		"order":             {cart: func(c *stripesecure.Cart) { c.Order = &stripesecure.Order{} }, want: "cart.order.ref malformed, cart.order.total unknown_currency"},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, nil, func(b *bench) {
				cart := b.cart("cart-1")
				if c.cart != nil {
					c.cart(&cart)
				}
				_, err := b.plugin.Pay(b.Context(), cart, c.in)
				require.ErrorIs(b, err, stripesecure.ErrInvalid)
				assert.Equal(b, stripesecure.CodeInvalid, stripesecure.CodeOf(err))
				assert.Equal(b, c.want, faults(err))
				assert.NotContains(b, err.Error(), visa)
				assert.Empty(b, b.stripe.Calls())
				assert.Zero(b, b.store.Writes())
			})
		})
	}
}

func TestReturnURL_onlyBelowTheShop_RED09(t *testing.T) {
	for url, ok := range map[string]bool{
		"https://shop.example/back": true, "https://shop.example": true, "https://SHOP.example/back?x=1": true,
		"http://shop.example/back": false, "https://evil.example/": false, "//evil.example/": false, "/back": false,
		"https://shop.example.evil.example/": false, "https://shop.example@evil.example/": false, "https://user@shop.example/": false,
		"https://shop.example\\@evil.example/": false, "javascript:alert(1)": false, "https://shop.example:444/": false,
		"https://shop.example/a/../../b": false, "https://shop.example/\r\nSet-Cookie: x": false,
	} {
		t.Run(url, func(t *testing.T) {
			with(t, nil, func(b *bench) {
				cart := b.cart("cart-1")
				cart.ReturnURL = url
				_, err := b.plugin.Pay(b.Context(), cart, stripesecure.Input{Token: b.stripe.Token(visa)})
				assert.Equal(b, ok, err == nil)
				if !ok {
					assert.Equal(b, "cart.return_url outside_shop", faults(err))
				}
			})
		})
	}
}

func TestAmountChangedBetweenPageAndSubmit_AMT(t *testing.T) {
	with(t, nil, func(b *bench) {
		cart := b.cart("cart-1")
		res := b.submit(cart, stripesecure.Input{Token: b.stripe.Token(visa), Shown: stripesecure.JPY(1000)})
		assert.Equal(b, stripesecure.Show, res.Do)
		assert.Equal(b, stripesecure.CheckoutPage, res.Page)
		assert.Equal(b, wording.AmountChanged, res.Message.Code)
		assert.Empty(b, b.stripe.Calls())
		res = b.submit(cart, stripesecure.Input{Token: b.stripe.Token(visa), Shown: stripesecure.JPY(1200)})
		assert.Equal(b, stripesecure.PlaceOrder, res.Do)
	})
}

func TestOutOfRange_beforeAnyCall(t *testing.T) {
	with(t, nil, func(b *bench) {
		cart := b.cart("cart-1")
		cart.Total = stripesecure.JPY(49)
		res := b.pay(cart, visa)
		assert.Equal(b, wording.AmountOutOfRange, res.Message.Code)
		assert.Contains(b, res.Message.Text, "50円")
		assert.Empty(b, b.stripe.Calls())
		cart.Total = stripesecure.JPY(50)
		assert.Equal(b, stripesecure.PlaceOrder, b.pay(cart, visa).Do)
	})
}

func TestNothingToPay_AMT14(t *testing.T) {
	t.Run("steps", func(t *testing.T) {
		with(t, nil, func(b *bench) {
			cart := b.cart("cart-1")
			cart.Total = stripesecure.JPY(0)
			res := b.submit(cart, stripesecure.Input{})
			require.Equal(b, stripesecure.PlaceOrder, res.Do)
			assert.Equal(b, stripesecure.StateNotNeeded, res.Payment.State)
			res = b.place(res.Payment)
			assert.True(b, res.Payment.Paid())
			assert.Equal(b, stripesecure.GoTo, res.Do)
			assert.Empty(b, b.stripe.Calls(), "no Stripe needed")
			cart.Total = stripesecure.JPY(1200)
			assert.Equal(b, stripesecure.GoTo, b.pay(cart, visa).Do, "the order exists")
		})
	})
	t.Run("then something to pay", func(t *testing.T) {
		with(t, nil, func(b *bench) {
			cart := b.cart("cart-1")
			cart.Total = stripesecure.JPY(0)
			free := b.submit(cart, stripesecure.Input{})
			cart.Total = stripesecure.JPY(1200)
			res := b.pay(cart, visa)
			assert.Equal(b, stripesecure.PaymentID("cart-1.2"), res.Payment.ID, "the key of the free order is closed first")
			_, err := b.host.commit(free.Payment)
			require.Error(b, err)
		})
	})
	t.Run("with Orders", func(t *testing.T) {
		with(t, placing, func(b *bench) {
			cart := b.cart("cart-1")
			cart.Total = stripesecure.JPY(0)
			assert.Equal(b, stripesecure.GoTo, b.submit(cart, stripesecure.Input{}).Do)
			assert.Len(b, b.host.orders, 1)
		})
	})
}

func TestTokens_usedAndExpired(t *testing.T) {
	t.Run("used in another checkout", func(t *testing.T) {
		with(t, nil, func(b *bench) {
			token := b.stripe.Token(visa)
			b.submit(b.cart("cart-1"), stripesecure.Input{Token: token})
			res := b.submit(b.cart("cart-2"), stripesecure.Input{Token: token})
			assert.Equal(b, stripesecure.Show, res.Do)
			assert.Equal(b, wording.TokenExpired, res.Message.Code)
			assert.Len(b, b.stripe.Intents(), 1, "no second PaymentIntent")
			assert.Equal(b, stripesecure.PlaceOrder, b.pay(b.cart("cart-2"), visa).Do, "the same page can pay again at once")
		})
	})
	t.Run("expired", func(t *testing.T) {
		with(t, nil, func(b *bench) {
			token := b.stripe.Token(visa)
			<-time.After(13 * time.Hour)
			res := b.submit(b.cart("cart-1"), stripesecure.Input{Token: token})
			assert.Equal(b, wording.TokenExpired, res.Message.Code)
		})
	})
	t.Run("unknown", func(t *testing.T) {
		with(t, nil, func(b *bench) {
			res := b.submit(b.cart("cart-1"), stripesecure.Input{Token: "ctoken_forged"})
			assert.Equal(b, wording.TokenExpired, res.Message.Code)
		})
	})
}

func TestSavedCard_onlyTheMembersOwn(t *testing.T) {
	with(t, func(_ *stripesecure.Options, s *settings.Settings) { s.SaveCard = settings.SaveRequired }, func(b *bench) {
		b.place(b.pay(b.member("cart-1"), visa).Payment)
		card := b.offer(b.member("cart-2")).Cards[0].ID

		thief := b.member("cart-3")
		thief.Buyer.Member = "m-2"
		res := b.submit(thief, stripesecure.Input{SavedCard: card})
		assert.Equal(b, wording.SavedCardUnavailable, res.Message.Code)
		nobody := b.submit(thief, stripesecure.Input{SavedCard: "pm_doesNotExist"})
		assert.Equal(b, res.Message, nobody.Message, "not there and not yours look the same")

		calls := len(b.stripe.Calls())
		res = b.submit(b.cart("cart-4"), stripesecure.Input{SavedCard: card})
		assert.Equal(b, wording.SavedCardUnavailable, res.Message.Code, "a guest has none")
		assert.Len(b, b.stripe.Calls(), calls)

		b.stripe.ForgetCalls()
		res = b.submit(b.member("cart-2"), stripesecure.Input{SavedCard: card, Save: true})
		require.Equal(b, stripesecure.PlaceOrder, res.Do)
		assert.Len(b, b.stripe.Calls(), 1)
		assert.NotContains(b, b.stripe.Calls()[0].Form, "setup_future_usage", "a saved card is not saved again")
		b.place(res.Payment)
		held := 0
		for _, status := range b.statuses() {
			if status == stripetest.StatusRequiresCapture {
				held++
			}
		}
		assert.Equal(b, 2, held, "only the two orders hold money")

		require.ErrorIs(b, b.plugin.RemoveCard(b.Context(), "m-2", card), stripesecure.ErrNotFound)
		require.NoError(b, b.plugin.RemoveCard(b.Context(), "m-1", card))
		assert.Empty(b, b.offer(b.member("cart-5")).Cards)
		require.ErrorIs(b, b.plugin.RemoveCard(b.Context(), "m-1", card), stripesecure.ErrNotFound)
	})
}

func TestWrongSettings_notReady(t *testing.T) {
	for name, change := range map[string]func(*settings.Settings){
		"disabled": func(s *settings.Settings) { s.Enabled = false },
		"live key in test": func(s *settings.Settings) {
			s.Test.Secret = settings.NewSecret("sk_" + "live_0123456789abcdefghij")
		},
		"no secret key":       func(s *settings.Settings) { s.Test.Secret = settings.Secret{} },
		"no webhook secret":   func(s *settings.Settings) { s.Test.SweepOnly = false },
		"unknown environment": func(s *settings.Settings) { s.Environment = "staging" },
	} {
		t.Run(name, func(t *testing.T) {
			with(t, func(_ *stripesecure.Options, s *settings.Settings) { change(s) }, func(b *bench) {
				_, err := b.plugin.Pay(b.Context(), b.cart("cart-1"), stripesecure.Input{Token: b.stripe.Token(visa)})
				require.ErrorIs(b, err, stripesecure.ErrNotReady)
				var e *stripesecure.Error
				require.ErrorAs(b, err, &e)
				assert.NotEmpty(b, e.Message(wording.Japanese).Text)
				assert.Empty(b, b.stripe.Calls())
			})
		})
	}
}

func TestOptions_allFaultsAtOnce(t *testing.T) {
	_, err := stripesecure.New(stripesecure.Options{
		BaseURL: "shop.example", ShopID: "a shop", SigningKeys: [][]byte{[]byte("short")},
		Prefix: "/pay/{x}", Pages: stripesecure.Pages{Order: "/thanks"}, Descriptor: stripesecure.Descriptor{Latin: "Café*"},
	})
	require.ErrorIs(t, err, stripesecure.ErrInvalid)
	assert.Equal(t, "options.base_url malformed, options.descriptor.latin malformed, options.host missing, "+
		"options.pages.order no_ref, options.prefix malformed, options.settings missing, options.shop_id malformed, options.signing_keys too_short, options.store missing",
		faults(err))
}

func TestForeignPayments_notFound(t *testing.T) {
	with(t, nil, func(b *bench) {
		b.pay(b.cart("cart-1"), visa)
		for _, id := range []stripesecure.PaymentID{"", "cart-1", "cart-1.0", "cart-1.01", "cart-1.2", "cart-1.x", "other.1", "cart 1.1"} {
			_, err := b.plugin.Payment(b.Context(), id)
			assert.ErrorIs(b, err, stripesecure.ErrNotFound, string(id))
		}
		_, err := b.plugin.OrderPlaced(b.Context(), "cart-1.2", stripesecure.Order{Ref: "R-1", Total: stripesecure.JPY(1200)})
		require.ErrorIs(b, err, stripesecure.ErrNotFound)
		_, err = b.plugin.OrderPlaced(b.Context(), "cart-1.1", stripesecure.Order{Ref: "", Total: stripesecure.JPY(1200)})
		require.ErrorIs(b, err, stripesecure.ErrInvalid)
	})
}

func TestNineCells_LC25_LC26_LC28(t *testing.T) {
	for _, mode := range settings.SaveCards() {
		for who, member := range map[string]bool{"guest": false, "member": true} {
			for _, consent := range []bool{false, true} {
				want := mode == settings.SaveRequired || mode == settings.SaveOptional && member && consent
				t.Run(string(mode)+" "+who+map[bool]string{true: " consents", false: " does not consent"}[consent], func(t *testing.T) {
					with(t, func(_ *stripesecure.Options, s *settings.Settings) { s.SaveCard = mode }, func(b *bench) {
						cart := b.cart("cart-1")
						if member {
							cart = b.member("cart-1")
						}
						res := b.submit(cart, stripesecure.Input{Token: b.stripe.Token(visa), Save: consent})
						require.Equal(b, stripesecure.PlaceOrder, res.Do)
						pi := b.stripe.Intents()[0]
						require.NotNil(b, pi.Customer, "LC-28: always a customer")
						attached := false
						for _, pm := range b.stripe.PaymentMethods() {
							attached = attached || pm.Customer != ""
						}
						assert.Equal(b, want, attached)
					})
				})
			}
		}
	}
}

func TestGuestsAreNeverMerged_LC29(t *testing.T) {
	with(t, nil, func(b *bench) {
		b.pay(b.cart("cart-1"), visa)
		b.pay(b.cart("cart-2"), visa)
		assert.Len(b, b.stripe.Customers(), 2, "same card and mail, two customers")
		b.pay(b.cart("cart-3"), declined)
		b.pay(b.cart("cart-3"), visa)
		assert.Len(b, b.stripe.Customers(), 3, "CUS-05: kept over the attempts of one checkout")
		assert.Empty(b, b.stripe.Calls("GET /v1/customers"), "never looked up")
	})
}

func TestFraudLostStolenReadTheSame(t *testing.T) {
	texts := map[string]bool{}
	for _, card := range []string{declined, lost, stolen, fraudster} {
		with(t, nil, func(b *bench) { texts[b.pay(b.cart("cart-1"), card).Message.Text] = true })
	}
	assert.Len(t, texts, 1)
	with(t, nil, func(b *bench) {
		assert.Equal(b, wording.DeclinedFunds, b.pay(b.cart("cart-1"), noFunds).Message.Code)
	})
}

func TestResultJSON_holdsNothingPersonal(t *testing.T) {
	with(t, nil, func(b *bench) {
		cart := b.member("cart-1")
		res := b.pay(cart, threeDS)
		data, err := json.Marshal(res)
		require.NoError(b, err)
		assert.Contains(b, string(data), res.ClientSecret.Reveal(), "the buyer's own browser needs it")
		for _, private := range []string{"hanako", "山田", "m-1", "snapshot", "cus_", stripetest.TestSecretKey} {
			assert.NotContains(b, string(data), private)
		}
		other, err := json.Marshal(map[string]any{"s": res.ClientSecret})
		require.NoError(b, err)
		assert.JSONEq(b, `{"s":"***"}`, string(other))
		assert.NotContains(b, b.log.String(), res.ClientSecret.Reveal())
		assert.NotContains(b, b.log.String(), "hanako")
	})
}

func TestSort_LC08(t *testing.T) {
	with(t, nil, func(b *bench) {
		plugin := func(id string, order int) stripesecure.PaymentPlugin {
			o := b.options
			s := settings.Default()
			s.SortOrder = order
			o.ShopID, o.Settings = id, settings.Fixed(s)
			p, err := stripesecure.New(o)
			require.NoError(b, err)
			return p
		}
		first, second, third := plugin("a", 20), plugin("b", 10), plugin("c", 10)
		list := []stripesecure.PaymentPlugin{first, second, third}
		require.NoError(b, stripesecure.Sort(b.Context(), list))
		assert.Equal(b, []stripesecure.PaymentPlugin{second, third, first}, list, "ascending, ties keep their order")
	})
}

// A page with a card form that comes by http can be changed on its way: with real
// cards nobody pays there, and whoever sets it up is told.
func TestInsecureAddress_GL02(t *testing.T) {
	live := func(s *settings.Settings) {
		s.Environment = settings.Live
		s.Live = settings.Keys{Publishable: stripetest.LivePublishableKey, Secret: settings.NewSecret(stripetest.LiveSecretKey), SweepOnly: true}
	}
	for base, good := range map[string]bool{
		"http://shop.example": false, "http://192.168.1.7": false, "http://localhost.shop.example": false,
		"https://shop.example": true, "http://127.0.0.1:8080": true, "http://[::1]:8080": true, "http://LOCALHOST.:80": true, "http://shop.localhost": true,
	} {
		t.Run(base, func(t *testing.T) {
			var s settings.Settings
			with(t, both(func(o *stripesecure.Options, _ *settings.Settings) { o.BaseURL = base }, changing(&s)), func(b *bench) {
				cart := b.cart("cart-1")
				cart.ReturnURL = base + "/back"
				offer, err := b.plugin.Offer(b.Context(), cart)
				require.NoError(b, err)
				assert.True(b, offer.Available, "⑦ test may be anywhere")

				live(&s)
				<-time.After(time.Second)
				offer, err = b.plugin.Offer(b.Context(), cart)
				require.NoError(b, err)
				assert.Equal(b, good, offer.Available)
				health, err := b.plugin.Health(b.Context())
				require.NoError(b, err)
				assert.Equal(b, good, health.Ready)
				if !good {
					_, err = b.plugin.Pay(b.Context(), cart, stripesecure.Input{Token: b.stripe.Token(visa)})
					require.ErrorIs(b, err, stripesecure.ErrNotReady)
					assert.Equal(b, "options.base_url insecure", faults(err))
					assert.Empty(b, b.stripe.Calls())
				}

				options := b.options
				options.Settings = settings.Fixed(s)
				_, err = stripesecure.New(options)
				assert.Equal(b, good, err == nil, "settings that do not change are looked at once")
				if !good {
					assert.Equal(b, "options.base_url insecure", faults(err))
				}
			})
		})
	}
}
