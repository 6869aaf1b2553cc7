package stripesecure_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

func TestOutbox_parksAndRetries(t *testing.T) {
	with(t, nil, func(b *bench) {
		p := b.captured("cart-1")
		b.host.fails = 1000
		b.sweeps(10 * time.Minute)
		outbox, err := b.plugin.Outbox(b.Context())
		require.NoError(b, err)
		require.Len(b, outbox, 1)
		assert.Equal(b, p.ID, outbox[0].Payment)
		assert.False(b, outbox[0].Parked)

		b.sweeps(4 * 24 * time.Hour)
		outbox, err = b.plugin.Outbox(b.Context())
		require.NoError(b, err)
		assert.True(b, outbox[0].Parked)
		left := b.host.fails
		b.sweeps(24 * time.Hour)
		assert.Equal(b, left, b.host.fails, "nobody asks any more")

		b.host.fails = 0
		require.NoError(b, b.plugin.RetryNews(b.Context(), p.ID))
		assert.Equal(b, stripesecure.StateCaptured, b.host.lastTold().State)
		assert.Equal(b, outbox[0].News, b.host.lastTold().News, "the same news keeps its id")
		outbox, err = b.plugin.Outbox(b.Context())
		require.NoError(b, err)
		assert.Empty(b, outbox)
		require.ErrorIs(b, b.plugin.RetryNews(b.Context(), "cart-9.1"), stripesecure.ErrNotFound)
	})
}

// New news of a parked payment is told, and what was parked with it.
func TestOutbox_newsWakesIt(t *testing.T) {
	with(t, nil, func(b *bench) {
		p := b.captured("cart-1")
		b.host.fails = 1000
		b.sweeps(4 * 24 * time.Hour)
		b.host.fails = 0
		_, err := b.plugin.Refund(b.Context(), p.ID, stripesecure.Refund{ID: "r-1"})
		require.NoError(b, err)
		b.sweeps(time.Minute)
		assert.Equal(b, stripesecure.StateRefunded, b.host.lastTold().State)
	})
}

func TestTimeline(t *testing.T) {
	with(t, nil, func(b *bench) {
		cart := b.cart("cart-1")
		b.pay(cart, declined)
		<-time.After(time.Minute)
		p := b.place(b.pay(cart, visa).Payment).Payment
		<-time.After(time.Hour)
		_, err := b.plugin.Capture(b.Context(), p.ID, yen(1000))
		require.NoError(b, err)
		<-time.After(time.Hour)
		_, err = b.plugin.Refund(b.Context(), p.ID, stripesecure.Refund{ID: "r-1", Amount: yen(400)})
		require.NoError(b, err)
		moments, err := b.plugin.Timeline(b.Context(), p.ID)
		require.NoError(b, err)
		var lines []string
		for _, m := range moments {
			lines = append(lines, fmt.Sprintf("%s %s %s", m.What, m.Amount, m.Detail))
			assert.NotEmpty(b, m.Text(wording.English))
		}
		assert.Equal(b, []string{
			"submitted 1200 JPY ", "declined invalid amount card_declined/generic_decline", "submitted 1200 JPY ",
			"authorized 1200 JPY ", "order_placed 1200 JPY R-cart-1.1", "captured 1000 JPY ", "refund 400 JPY succeeded",
		}, lines)
		_, err = b.plugin.Timeline(b.Context(), "cart-9.1")
		require.ErrorIs(b, err, stripesecure.ErrNotFound)
	})
}

// All that happened stays, in its order, also when the order was cancelled and
// the checkout has gone on to its next payment.
func TestTimeline_nothingIsLost(t *testing.T) {
	whats := func(b *bench, id stripesecure.PaymentID) (all []string) {
		moments, err := b.plugin.Timeline(b.Context(), id)
		require.NoError(b, err)
		for _, m := range moments {
			all = append(all, strings.TrimSpace(m.What+" "+m.Detail))
		}
		return all
	}
	with(t, nil, func(b *bench) {
		p := b.held("cart-1")
		b.sweeps(28*24*time.Hour + 12*time.Hour) // two days before the hold ends there is a finding
		<-time.After(time.Minute)
		outage := b.stripe.Fail("POST *", stripetest.BadGateway).Always()
		b.withdrawn(p.ID, p.Order.Ref)
		held := []string{"submitted", "authorized", "order_placed R-cart-1.1", "finding hold_expiring"}
		assert.Equal(b, held, whats(b, p.ID), "while the release is under way")
		outage.Stop()
		b.sweeps(10 * time.Minute)
		assert.Equal(b, append(held, "released", "order_cancelled R-cart-1.1"), whats(b, p.ID))
		next := b.place(b.pay(b.cart("cart-1"), visa).Payment).Payment
		assert.Equal(b, []string{"submitted", "authorized", "order_placed R-cart-1.2"}, whats(b, next.ID), "of its own only")
		assert.Equal(b, append(held, "released", "order_cancelled R-cart-1.1"), whats(b, p.ID))
	})
	with(t, nil, func(b *bench) { // the shop hears of the capture after what was made of it
		p := b.held("cart-1")
		require.NoError(b, b.stripe.Dashboard().Capture(p.Intent, 0))
		require.NoError(b, b.stripe.Dashboard().Refund(p.Intent, 200))
		require.NoError(b, b.stripe.Dashboard().Warn(p.Intent))
		b.sweeps(3 * time.Hour)
		assert.Equal(b, []string{"submitted", "authorized", "order_placed R-cart-1.1", "captured", "refund succeeded", "fraud_warning unauthorized_use_of_card", "finding fraud_warning"}, whats(b, p.ID))
	})
}

// A clerk's void ends the payment of an order that there was; a refusal ends one
// that had none.
func TestTimeline_cancelled(t *testing.T) {
	last := func(b *bench, id stripesecure.PaymentID) string {
		moments, err := b.plugin.Timeline(b.Context(), id)
		require.NoError(b, err)
		m := moments[len(moments)-1]
		return m.Text(wording.English) + ": " + m.Detail
	}
	with(t, nil, func(b *bench) {
		p := b.held("cart-1")
		b.withdrawn(p.ID, p.Order.Ref)
		assert.Equal(b, "Order cancelled: R-cart-1.1", last(b, p.ID))
		refused := b.pay(b.cart("cart-2"), visa).Payment.ID
		b.refused(refused, stripesecure.Refusal{Reason: stripesecure.OutOfStock})
		assert.Equal(b, "Payment ended without an order: out_of_stock", last(b, refused))
	})
}
