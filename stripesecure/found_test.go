package stripesecure_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

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
