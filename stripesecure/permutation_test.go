package stripesecure_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// weeks is a payment with everything that can happen to it in the Dashboard
// behind our back, and the six events that tell of it.
func weeks(t *testing.T) (*bench, stripesecure.PaymentID, []stripetest.Event) {
	b := newBench(t, webhooks)
	p := b.held("cart-1")
	d := b.stripe.Dashboard()
	require.NoError(b, d.Capture(p.Intent, 1000))
	require.NoError(b, d.Refund(p.Intent, 200))
	require.NoError(b, d.Dispute(p.Intent, "product_not_received"))
	events := b.stripe.Events("payment_intent.amount_capturable_updated", "charge.captured", "payment_intent.succeeded",
		"charge.refunded", "charge.dispute.created", "charge.dispute.funds_withdrawn")
	require.Len(b, events, 6)
	return b, p.ID, events
}

// end is what the host knows at last; how many changes led there is not.
func (b *bench) end(id stripesecure.PaymentID) stripesecure.Payment {
	b.Helper()
	b.sweeps(time.Minute)
	p, err := b.plugin.Payment(b.Context(), id)
	require.NoError(b, err)
	p.Version = 0
	for i := range p.Findings {
		p.Findings[i].At = time.Time{}
	}
	return p
}

// permutations calls do with every order of 0 to n-1.
func permutations(n int, do func([]int)) {
	order := make([]int, 0, n)
	var extend func()
	extend = func() {
		if len(order) == n {
			do(order)
			return
		}
		for i := range n {
			if !slices.Contains(order, i) {
				order = append(order, i)
				extend()
				order = order[:len(order)-1]
			}
		}
	}
	extend()
}

// Six events in each of their 720 orders end as they do in the order in which
// they happened.
func TestWebhook_everyPermutation_WHK01(t *testing.T) {
	inOrder := deliverAs(t, 0, []int{0, 1, 2, 3, 4, 5})
	assert.Equal(t, yen(1000), inOrder.Captured)
	assert.Equal(t, yen(200), inOrder.Refunded)
	assert.True(t, inOrder.Disputed)
	assert.Len(t, inOrder.Refunds, 1)
	for first := range 6 {
		t.Run(fmt.Sprint("first ", first), func(t *testing.T) {
			t.Parallel()
			tried := 0
			permutations(6, func(order []int) {
				if order[0] != first {
					return
				}
				if tried++; tried%stripesecure.RaceEvery == 0 {
					require.Equal(t, inOrder, deliverAs(t, 0, order), "%v", order)
				}
			})
			assert.Equal(t, 120, tried)
		})
	}
}

func TestWebhook_aHundredTimes(t *testing.T) {
	hundred := slices.Repeat([]int{4, 0, 5, 1, 3, 2}, 100)
	assert.Equal(t, deliverAs(t, 0, []int{0, 1, 2, 3, 4, 5}), deliverAs(t, 0, hundred))
}

func TestWebhook_threeDaysLate(t *testing.T) {
	inOrder := deliverAs(t, 0, []int{0, 1, 2, 3, 4, 5})
	late := deliverAs(t, 72*time.Hour, []int{5, 4, 3, 2, 1, 0})
	assert.Equal(t, inOrder, late)
}

func deliverAs(t *testing.T, late time.Duration, order []int) (p stripesecure.Payment) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b, id, events := weeks(t)
		<-time.After(late)
		for _, i := range order {
			require.NoError(b, b.deliver(events[i]))
		}
		p = b.end(id)
	})
	return p
}
