package stripesecure_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/wording"
)

// What the simulation has found, each as the shortest story that shows it.

// Pay asks its wish again after every step; when the host refused meanwhile it
// began the same purchase once more, in the next generation.
func TestFound_refusedInPayIsNotPaidAgain(t *testing.T) {
	with(t, placing, func(b *bench) {
		b.host.refusal = &stripesecure.Refusal{Reason: stripesecure.OutOfStock, Items: []string{"湯呑"}}
		res := b.pay(b.cart("cart-1"), visa)
		assert.Len(b, b.stripe.Calls("POST /v1/payment_intents"), 1)
		assert.Equal(b, wording.OutOfStock, res.Message.Code)
		assert.Equal(b, []string{"canceled"}, b.statuses())
	})
}

// The order was committed, the server died before OrderPlaced, and somebody
// captured in the Dashboard: the key tells of the order.
func TestFound_capturedByHandBeforeTheOrderWasReported(t *testing.T) {
	with(t, nil, func(b *bench) {
		paid := b.pay(b.cart("cart-1"), visa).Payment
		_, err := b.host.commit(paid)
		require.NoError(b, err)
		require.NoError(b, b.stripe.Dashboard().Capture(b.stripe.Intents()[0].ID, 0))
		b.sweeps(3 * time.Hour)
		current, err := b.plugin.Current(b.Context(), "cart-1")
		require.NoError(b, err)
		require.NotNil(b, current.Order)
		assert.True(b, current.Paid())
		assert.Empty(b, current.Findings)
		assert.Equal(b, "R-cart-1.1", b.stripe.Intents()[0].Metadata["order_id"])
		assert.Equal(b, stripesecure.StateCaptured, b.host.lastTold().State)
	})
}
