package stripesecure_test

import (
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

// Failures of real shops: another amount than the order's (AMT), another unit
// of the currency (CUR), what Stripe's fields do not take (LIM).

func TestAMT01_loweredAfterADecline(t *testing.T) {
	with(t, both(placing, automatic), func(b *bench) {
		cart := b.cart("cart-1")
		cart.Total = yen(1800)
		b.pay(cart, declined)
		cart.Total = yen(1000)
		b.pay(cart, visa)
		current, err := b.plugin.Current(b.Context(), cart.ID)
		require.NoError(b, err)
		assert.Equal(b, yen(1000), current.Captured)
		assert.ElementsMatch(b, []string{stripetest.StatusCanceled, stripetest.StatusSucceeded}, b.statuses())
	})
}

// The buyer adds an item in another tab while the bank asks: the order is made
// of what was paid.
func TestAMT02_cartChangedDuringThePayment(t *testing.T) {
	with(t, both(placing, automatic), func(b *bench) {
		cart := b.cart("cart-1")
		b.pay(cart, threeDS)
		more := cart
		more.Total, more.Snapshot = yen(2400), []byte("two items")
		_, err := b.plugin.Offer(b.Context(), more)
		require.NoError(b, err)
		b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
		b.sweeps(2 * time.Minute)
		require.Len(b, b.host.orders, 1)
		assert.Equal(b, yen(1200), b.host.orders[0].Total)
		current, err := b.plugin.Current(b.Context(), cart.ID)
		require.NoError(b, err)
		assert.Equal(b, "snapshot of cart-1", string(current.Snapshot))
	})
}

func TestAMT03_cheapCartExpensiveOrder(t *testing.T) {
	with(t, automatic, func(b *bench) {
		p := b.pay(b.cart("cart-1"), visa).Payment
		_, err := b.plugin.OrderPlaced(b.Context(), p.ID, stripesecure.Order{Ref: "R-900", Total: yen(90_000)})
		require.NoError(b, err)
		b.sweeps(2 * time.Hour)
		assert.Zero(b, b.captures(), "nothing is captured for an order of another total")
		told := b.host.lastTold()
		require.NotEmpty(b, told.Findings)
		assert.Equal(b, "amount_mismatch", told.Findings[0].Code)
	})
}

func TestAMT05_anOldPaymentForANewOrder(t *testing.T) {
	with(t, automatic, func(b *bench) {
		p := b.place(b.pay(b.cart("cart-1"), visa).Payment).Payment
		require.Equal(b, stripesecure.StateCaptured, p.State)
		_, err := b.plugin.OrderPlaced(b.Context(), p.ID, stripesecure.Order{Ref: "R-2", Total: yen(1200)})
		require.ErrorIs(b, err, stripesecure.ErrOrderConflict)
		other, err := b.plugin.Current(b.Context(), "cart-2")
		require.NoError(b, err)
		assert.Equal(b, stripesecure.StateOpen, other.State)
	})
}

// The form was drawn at ¥1200, the quantity changed, the buyer pays: before any
// call the buyer reads the new amount. A wallet's sheet shows the form's amount.
func TestAMT07_AMT09_AMT10_theFormShowsAnotherAmount(t *testing.T) {
	with(t, both(placing, automatic), func(b *bench) {
		cart := b.cart("cart-1")
		cart.Total = yen(4500)
		res := b.submit(cart, stripesecure.Input{Token: b.stripe.Token(visa), Shown: yen(3000)})
		assert.Equal(b, wording.AmountChanged, res.Message.Code)
		assert.Empty(b, b.stripe.Calls("POST *"))
		b.submit(cart, stripesecure.Input{Token: b.stripe.Token(visa), Shown: yen(4500)})
		require.Len(b, b.stripe.Intents(), 1)
		assert.EqualValues(b, 4500, b.stripe.Intents()[0].AmountReceived)
	})
}

func TestAMT08_sixChangesOfTheCart(t *testing.T) {
	with(t, placing, func(b *bench) {
		cart := b.cart("cart-1")
		for i := range int64(6) {
			cart.Total = yen(1000 + i)
			_, err := b.plugin.Offer(b.Context(), cart)
			require.NoError(b, err)
		}
		assert.Empty(b, b.stripe.Calls("*"), "nothing at Stripe until the buyer submits")
		for i := range int64(6) {
			cart.Total = yen(1000 + i)
			b.pay(cart, threeDS)
		}
		open := 0
		for _, status := range b.statuses() {
			if status != stripetest.StatusCanceled {
				open++
			}
		}
		assert.Equal(b, 1, open)
		assert.Len(b, b.stripe.Customers(), 1)
	})
}

// A second payment for the same order is a checkout of its own.
func TestAMT18_aSecondPaymentForOneOrder(t *testing.T) {
	with(t, automatic, func(b *bench) {
		order := stripesecure.Order{Ref: "R-1", Total: yen(1200)}
		for _, id := range []stripesecure.CheckoutID{"cart-1", "cart-1:rest"} {
			res := b.pay(b.cart(id), visa)
			_, err := b.plugin.OrderPlaced(b.Context(), res.Payment.ID, order)
			require.NoError(b, err)
		}
		assert.Equal(b, []string{stripetest.StatusSucceeded, stripetest.StatusSucceeded}, b.statuses())
		creates := b.creates()
		assert.NotEqual(b, creates[0].IdempotencyKey, creates[1].IdempotencyKey)
	})
}

// paid is what Stripe is asked for when a cart of this total is paid.
func (b *bench) paid(id stripesecure.CheckoutID, total stripesecure.Money) stripetest.Call {
	b.Helper()
	cart := b.cart(id)
	cart.Total = total
	res := b.pay(cart, visa)
	require.Equal(b, stripesecure.PlaceOrder, res.Do, "%s %v", total, res.Message)
	creates := b.creates()
	return creates[len(creates)-1]
}

func money(amount, currency string) stripesecure.Money {
	return stripesecure.Money{Amount: decimal.RequireFromString(amount), Currency: currency}
}

func TestCUR01_CUR04_CUR06_unitsOfCurrencies(t *testing.T) {
	with(t, nil, func(b *bench) {
		for i, c := range []struct{ amount, currency, minor string }{
			{"500", "JPY", "500"}, {"5000", "KRW", "5000"}, {"50000", "VND", "50000"}, {"5000", "CLP", "5000"}, {"5000", "XAF", "5000"},
			{"5000", "UGX", "500000"}, {"35.200", "BHD", "35200"}, {"18.60", "KWD", "18600"}, {"12.34", "EUR", "1234"},
		} {
			create := b.paid(stripesecure.CheckoutID("cart-"+string(rune('a'+i))), money(c.amount, c.currency))
			assert.Equal(b, c.minor, create.Form["amount"], c.currency)
			assert.Equal(b, strings.ToLower(c.currency), create.Form["currency"])
			shown, err := b.plugin.Current(b.Context(), stripesecure.CheckoutID("cart-"+string(rune('a'+i))))
			require.NoError(b, err)
			assert.True(b, shown.Total.Equal(money(c.amount, c.currency)), "what is stored is what is charged")
		}
		for _, inexact := range []stripesecure.Money{money("5.124", "KWD"), money("5.5", "UGX"), money("0.5", "JPY"), money("1.001", "USD")} {
			_, err := inexact.Minor()
			require.Error(b, err, "%s: refused, never rounded", inexact.Amount)
		}
	})
}

func TestCUR02_onTheWayBack(t *testing.T) {
	with(t, webhooks, func(b *bench) {
		cart := b.cart("cart-1")
		cart.Total = yen(500)
		p := b.place(b.pay(cart, visa).Payment).Payment
		_, err := b.plugin.Capture(b.Context(), p.ID, all)
		require.NoError(b, err)
		require.NoError(b, b.stripe.Dashboard().Refund(p.Intent, 200))
		require.NoError(b, b.deliver())
		p, err = b.plugin.Payment(b.Context(), p.ID)
		require.NoError(b, err)
		assert.Equal(b, yen(500), p.Captured)
		assert.Equal(b, yen(200), p.Refunded)
		assert.Equal(b, yen(300), p.Refundable())
	})
}

// The order's currency counts, whatever is chosen in the session meanwhile.
func TestCUR09_CUR10_theOrdersCurrency(t *testing.T) {
	with(t, both(automatic), func(b *bench) {
		create := b.paid("cart-1", money("100", "EUR"))
		assert.Equal(b, "10000", create.Form["amount"])
		assert.Equal(b, "eur", create.Form["currency"])

		cart := b.cart("cart-2")
		cart.Total = money("100", "EUR")
		order := stripesecure.Order{Ref: "R-2", Total: cart.Total}
		cart.Order = &order
		b.pay(cart, declined)
		cart.Total = money("100", "JPY") // somebody switches on the order's pay page
		res, err := b.plugin.Pay(b.Context(), cart, stripesecure.Input{Token: b.stripe.Token(visa)})
		if err == nil {
			assert.NotEqual(b, "JPY", res.Payment.Total.Currency)
		}
		for _, c := range b.creates() {
			assert.Equal(b, "eur", c.Form["currency"])
		}
	})
}

func TestCUR12_LIM03_LIM07_onlyWhatEveryCardTakes(t *testing.T) {
	with(t, func(o *stripesecure.Options, _ *settings.Settings) {
		o.Descriptor = stripesecure.Descriptor{Latin: "UTSUWA", Kana: "ウツワ", Kanji: "うつわ"}
	}, func(b *bench) {
		create := b.paid("cart-1", money("12.50", "USD"))
		assert.Equal(b, "card", create.Form["payment_method_types[0]"])
		for field := range create.Form {
			assert.NotEqual(b, "statement_descriptor", field, "refused for cards; the suffix is taken")
			assert.False(b, strings.HasPrefix(field, "shipping"), field)
		}
	})
}

func TestLIM02_descriptorTooLong(t *testing.T) {
	options := newBench(t, nil).options
	options.Descriptor = stripesecure.Descriptor{Latin: "TWENTY FOUR CHARACTERS!!"}
	_, err := stripesecure.New(options)
	require.ErrorIs(t, err, stripesecure.ErrInvalid)
}
