package dbtest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// One Pay is one try. When the host refuses its order, the generation ends, and
// the same call must not begin another payment in the next one. Found by
// TestCrash: the attempt of the next generation had the same id, so its answer
// was given to the first one, and with a saved card its hold stayed for ever.
func TestRefusedPayIsNotPaidAgain(t *testing.T) {
	t.Parallel()
	for name, saved := range map[string]bool{"new card": false, "saved card": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stripe := stripetest.New()
			e := openEngine(t, dbtest.SQLite(t), engineConfig{
				shop: "shop", orders: true, transport: stripe.Transport(),
				refuse: func(stripesecure.Payment) *stripesecure.Refusal {
					return &stripesecure.Refusal{Reason: stripesecure.OutOfStock}
				},
			})
			cart := cartOf("c1", 1200, "m")
			in := stripesecure.Input{Token: stripe.Token(visa)}
			if saved {
				_, err := e.plugin.Pay(t.Context(), cartOf("c0", 1200, "m"), in)
				require.NoError(t, err)
				in = stripesecure.Input{SavedCard: stripe.AddCard(stripe.Customers()[0].ID, visa, "")}
			}
			before := len(stripe.Calls("POST /v1/payment_intents"))
			res, err := e.plugin.Pay(t.Context(), cart, in)
			require.NoError(t, err)
			require.Len(t, stripe.Calls("POST /v1/payment_intents")[before:], 1, "asked once, sent once")
			require.Equal(t, stripesecure.Show, res.Do)
			require.Equal(t, stripesecure.CartPage, res.Page)
			for _, intent := range stripe.Intents() {
				require.Equal(t, stripetest.StatusCanceled, intent.Status)
			}
		})
	}
}
