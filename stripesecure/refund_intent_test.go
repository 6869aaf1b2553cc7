package stripesecure_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// capturedTwice is an order whose checkout was captured twice: a create whose answer
// never came was held after all, and somebody captured it in the Dashboard.
func (b *bench) capturedTwice() (p stripesecure.Payment, duplicate string) {
	b.Helper()
	cart := b.cart("cart-1")
	late := lateCreate(b, cart)
	paid := b.pay(cart, visa).Payment
	p = b.place(paid).Payment
	_, err := b.plugin.Capture(b.Context(), p.ID, all)
	require.NoError(b, err)
	late.Release()
	for _, pi := range b.stripe.Intents() {
		if pi.Status == stripetest.StatusRequiresCapture {
			duplicate = pi.ID
		}
	}
	require.NoError(b, b.stripe.Dashboard().Capture(duplicate, 0))
	b.sweeps(2 * time.Hour)
	require.Contains(b, b.findings("cart-1"), "duplicate_capture")
	return p, duplicate
}

func (b *bench) duplicates(id stripesecure.PaymentID) []stripesecure.Duplicate {
	b.Helper()
	found, err := b.plugin.Duplicates(b.Context(), id)
	require.NoError(b, err)
	return found
}

// Money that was captured twice goes back by its PaymentIntent, once.
func TestRefundIntent_duplicate(t *testing.T) {
	with(t, nil, func(b *bench) {
		p, duplicate := b.capturedTwice()
		want := stripesecure.Duplicate{Intent: duplicate, Captured: yen(1200), Refunded: yen(0), Refundable: yen(1200)}
		assert.Equal(b, []stripesecure.Duplicate{want}, b.duplicates(p.ID))
		_, err := b.plugin.RefundIntent(b.Context(), duplicate, stripesecure.Refund{ID: "d-1", Amount: yen(1201)})
		require.ErrorIs(b, err, stripesecure.ErrTooMuch)
		for range 2 { // two clerks
			got, err := b.plugin.RefundIntent(b.Context(), duplicate, stripesecure.Refund{ID: "d-1", Reason: stripesecure.RefundDuplicate})
			require.NoError(b, err)
			assert.Equal(b, yen(0), got.Refundable)
		}
		require.Len(b, b.stripe.Refunds(), 1)
		assert.Equal(b, duplicate, b.stripe.Refunds()[0].PaymentIntent)
		assert.Equal(b, yen(0), b.duplicates(p.ID)[0].Refundable)
		order, err := b.plugin.Payment(b.Context(), p.ID)
		require.NoError(b, err)
		assert.Equal(b, stripesecure.StateCaptured, order.State, "the order's own money stays")
		assert.Empty(b, order.Refunds)
	})
	with(t, nil, func(b *bench) { // the answer is lost: it is stored, and goes on by itself
		p, duplicate := b.capturedTwice()
		outage := b.stripe.Fail("POST /v1/refunds", stripetest.LoseAnswer).Always()
		_, err := b.plugin.RefundIntent(b.Context(), duplicate, stripesecure.Refund{ID: "d-1"})
		require.NoError(b, err)
		outage.Stop()
		b.sweeps(10 * time.Minute)
		assert.Len(b, b.stripe.Refunds(), 1)
		assert.Equal(b, yen(1200), b.duplicates(p.ID)[0].Refunded)
	})
}

// The page of a payment that was given up does not call the order's own money a
// duplicate: a clerk would refund it.
func TestDuplicates_theOrdersOwnMoneyIsNone(t *testing.T) {
	with(t, nil, func(b *bench) {
		first := b.pay(b.cart("cart-1"), visa).Payment
		b.refused(first.ID, stripesecure.Refusal{Reason: stripesecure.PriceChanged})
		p := b.captured("cart-1")
		require.NotEqual(b, first.ID, p.ID)
		assert.Empty(b, b.duplicates(first.ID))
		assert.Empty(b, b.duplicates(p.ID))
	})
}

// Only what this shop has a row of, and only captured money.
func TestRefundIntent_refuses(t *testing.T) {
	with(t, nil, func(b *bench) {
		held, p, lost := b.held("cart-1"), b.captured("cart-2"), b.captured("cart-3")
		assert.Empty(b, b.duplicates(p.ID))
		_, err := b.plugin.RefundIntent(b.Context(), held.Intent, stripesecure.Refund{ID: "r-1"})
		require.ErrorIs(b, err, stripesecure.ErrNotHeld)
		_, err = b.plugin.RefundIntent(b.Context(), "pi_1", stripesecure.Refund{})
		require.ErrorIs(b, err, stripesecure.ErrInvalid)
		require.NoError(b, b.stripe.Dashboard().SetMetadata(p.Intent, "stripesecure_signature", "v1.other"))
		_, err = b.plugin.RefundIntent(b.Context(), p.Intent, stripesecure.Refund{ID: "r-1"})
		require.ErrorIs(b, err, stripesecure.ErrNotFound, "its metadata says nothing of this shop")
		foreign := b.stripe.AddIntent(stripetest.PaymentIntent{Amount: 500, Currency: "jpy", Status: stripetest.StatusSucceeded})
		row, err := b.store.Get(b.Context(), "shop", "cart-3") // ours by its signature, and no row knows it
		require.NoError(b, err)
		require.NoError(b, b.store.Delete(b.Context(), "shop", "cart-3", row.Version))
		for _, intent := range []string{"pi_none", foreign, lost.Intent} {
			_, err = b.plugin.RefundIntent(b.Context(), intent, stripesecure.Refund{ID: "r-1"})
			require.ErrorIs(b, err, stripesecure.ErrNotFound, intent)
		}
		_, err = b.plugin.Duplicates(b.Context(), lost.ID)
		require.ErrorIs(b, err, stripesecure.ErrNotFound)
		assert.Empty(b, b.stripe.Refunds())
	})
}
