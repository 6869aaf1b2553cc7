package stripesecure_test

import (
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

func (b *bench) offer(cart stripesecure.Cart) stripesecure.Offer {
	b.Helper()
	offer, err := b.plugin.Offer(b.Context(), cart)
	require.NoError(b, err)
	return offer
}

func TestOffer_whenItIsMade_LC03_LC06(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*stripesecure.Options, *settings.Settings)
		cart    func(*stripesecure.Cart)
		offered bool
		reason  wording.Code
	}{
		"domestic":            {offered: true},
		"LC-03 disabled":      {change: func(_ *stripesecure.Options, s *settings.Settings) { s.Enabled = false }, reason: wording.MethodUnavailable},
		"not ready":           {change: func(_ *stripesecure.Options, s *settings.Settings) { s.Test.SweepOnly = false }, reason: wording.MethodUnavailable},
		"LC-06 other country": {cart: func(c *stripesecure.Cart) { c.Country = "DE" }, reason: wording.RegionUnavailable},
		"LC-06 unknown":       {cart: func(c *stripesecure.Cart) { c.Country = "" }, reason: wording.RegionUnavailable},
		"LC-06 all regions": {
			change: func(_ *stripesecure.Options, s *settings.Settings) { s.Regions = settings.Everywhere() },
			cart:   func(c *stripesecure.Cart) { c.Country = "" }, offered: true,
		},
		"49 yen":          {cart: func(c *stripesecure.Cart) { c.Total = stripesecure.JPY(49) }, reason: wording.AmountOutOfRange},
		"50 yen":          {cart: func(c *stripesecure.Cart) { c.Total = stripesecure.JPY(50) }, offered: true},
		"99,999,999 yen":  {cart: func(c *stripesecure.Cart) { c.Total = stripesecure.JPY(99_999_999) }, offered: true},
		"100,000,000 yen": {cart: func(c *stripesecure.Cart) { c.Total = stripesecure.JPY(100_000_000) }, reason: wording.AmountOutOfRange},
		"nothing to pay":  {cart: func(c *stripesecure.Cart) { c.Total = stripesecure.JPY(0) }, offered: true},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, c.change, func(b *bench) {
				cart := b.cart("cart-1")
				if c.cart != nil {
					c.cart(&cart)
				}
				offer := b.offer(cart)
				assert.Equal(b, c.offered, offer.Available)
				assert.Equal(b, c.reason, offer.Reason.Code)
				if !c.offered {
					assert.Empty(b, offer.HTML())
					assert.Empty(b, offer.PublishableKey)
				}
				assert.Empty(b, b.stripe.Calls(), "no call to Stripe for a guest")
				assert.Zero(b, b.store.Writes(), "an offer stores nothing")
			})
		})
	}
}

func TestOffer_textsByTheirRules_LC20_LC24(t *testing.T) {
	for _, mode := range settings.SaveCards() {
		for _, member := range []bool{false, true} {
			t.Run(string(mode)+map[bool]string{true: " member", false: " guest"}[member], func(t *testing.T) {
				with(t, func(_ *stripesecure.Options, s *settings.Settings) { s.SaveCard = mode }, func(b *bench) {
					cart := b.cart("cart-1")
					if member {
						cart = b.member("cart-1")
					}
					offer := b.offer(cart)
					assert.Equal(b, "クレジットカード", offer.Name)
					assert.NotEmpty(b, offer.Description)
					assert.Equal(b, mode == settings.SaveOptional && member, offer.SaveConsent != "", "LC-23")
					assert.Equal(b, mode == settings.SaveRequired, offer.SaveNotice != "", "LC-24")
					html := string(offer.HTML())
					assert.Equal(b, offer.SaveConsent != "", strings.Contains(html, `name="stripesecure_save"`))
					assert.NotContains(b, html, `name="stripesecure_save" value="1" checked`, "LC-26: not ticked")
					_, required := offer.Elements["setupFutureUsage"]
					assert.Equal(b, mode == settings.SaveRequired, required, "must agree with the PaymentIntent")
				})
			})
		}
	}
}

func TestOffer_savedCardsOfAMember(t *testing.T) {
	required := func(_ *stripesecure.Options, s *settings.Settings) { s.SaveCard = settings.SaveRequired }
	t.Run("SAV-05 each card once, and only the member's own", func(t *testing.T) {
		with(t, required, func(b *bench) {
			b.place(b.pay(b.member("cart-1"), visa).Payment)
			b.place(b.pay(b.member("cart-2"), visa).Payment)
			offer := b.offer(b.member("cart-3"))
			require.Len(b, offer.Cards, 1)
			assert.Equal(b, "4242", offer.Cards[0].Last4)
			assert.Contains(b, string(offer.HTML()), offer.Cards[0].ID)
			assert.Empty(b, b.offer(b.cart("cart-4")).Cards, "CUS-06: a guest with the same mail sees nothing")
			other := b.member("cart-5")
			other.Buyer.Member = "m-2"
			assert.Empty(b, b.offer(other).Cards)
		})
	})
	t.Run("without cards when Stripe is slow", func(t *testing.T) {
		with(t, required, func(b *bench) {
			b.place(b.pay(b.member("cart-1"), visa).Payment)
			b.stripe.Fail("GET /v1/customers/*/payment_methods", stripetest.Slow(time.Minute))
			start := time.Now()
			offer := b.offer(b.member("cart-2"))
			assert.True(b, offer.Available)
			assert.Empty(b, offer.Cards)
			assert.Equal(b, 1500*time.Millisecond, time.Since(start))
		})
	})
	t.Run("CUS-02 a customer deleted at Stripe", func(t *testing.T) {
		with(t, required, func(b *bench) {
			b.place(b.pay(b.member("cart-1"), visa).Payment)
			b.deleteCustomer(b.stripe.Customers()[0].ID)
			assert.Empty(b, b.offer(b.member("cart-2")).Cards)
			b.stripe.ForgetCalls()
			res := b.pay(b.member("cart-2"), visa)
			assert.Equal(b, stripesecure.PlaceOrder, res.Do, "the payment goes on with a new customer")
			assert.Len(b, b.stripe.Calls("POST /v1/customers"), 1, "made once")
			assert.Equal(b, stripesecure.PlaceOrder, b.pay(b.member("cart-3"), visa).Do)
			assert.Len(b, b.stripe.Calls("POST /v1/customers"), 1, "and stored")
		})
	})
}

func TestOffer_HTMLholdsNoSecret_SEC02(t *testing.T) {
	with(t, nil, func(b *bench) {
		cart := b.cart("cart-1")
		cart.Buyer.Name = `"><script>alert(1)</script>`
		html := string(b.offer(cart).HTML())
		assert.NotContains(b, html, stripetest.TestSecretKey)
		assert.NotContains(b, html, "<script>alert")
		assert.Contains(b, html, stripetest.TestPublishableKey)
		assert.Contains(b, html, "captureMethod&#34;:&#34;manual")
	})
}

func TestOffer_messageSurvivesARedirect(t *testing.T) {
	with(t, nil, func(b *bench) {
		cart := b.cart("cart-1")
		paid := b.pay(cart, visa)
		_, err := b.plugin.OrderRefused(b.Context(), paid.Payment.ID, stripesecure.Refusal{Reason: stripesecure.OutOfStock, Items: []string{"湯呑"}})
		require.NoError(b, err)
		assert.Empty(b, b.offer(cart).Notice, "LC-33: sold out belongs on the cart's page")
		current, err := b.plugin.Current(b.Context(), cart.ID)
		require.NoError(b, err)
		assert.Contains(b, current.Notice.Text, "湯呑", "for the host's cart page")
		assert.Equal(b, stripesecure.CartPage, current.NoticePage)

		paid = b.pay(cart, visa)
		_, err = b.plugin.OrderRefused(b.Context(), paid.Payment.ID, stripesecure.Refusal{Reason: stripesecure.PriceChanged})
		require.NoError(b, err)
		assert.Equal(b, wording.AmountChanged, b.offer(cart).Notice.Code)
		<-time.After(31 * time.Minute)
		assert.Empty(b, b.offer(cart).Notice)
	})
}

// The form goes to Handler's /pay, also while the method is not offered; a host
// that takes it itself is told no address.
func TestOffer_action(t *testing.T) {
	withShop(t, nil, func(b *bench) {
		assert.Equal(b, "https://shop.example/stripesecure/pay", b.offer(b.cart("cart-1")).Action)
		abroad := b.cart("cart-2")
		abroad.Country = "DE"
		assert.Equal(b, "https://shop.example/stripesecure/pay", b.offer(abroad).Action)
	})
	with(t, nil, func(b *bench) { assert.Empty(b, b.offer(b.cart("cart-1")).Action) })
}
