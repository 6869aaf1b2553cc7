package stripesecure_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// forgotten is a payment of this shop whose checkout the store has lost, and an
// event of it.
func (b *bench) forgotten() (intent string, event func()) {
	p := b.captured("cart-1")
	require.NoError(b, b.stripe.Dashboard().Refund(p.Intent, 300))
	row, err := b.store.Get(b.Context(), "shop", "cart-1")
	require.NoError(b, err)
	require.NoError(b, b.store.Delete(b.Context(), "shop", "cart-1", row.Version))
	event = func() { require.Equal(b, 200, b.event(b.posted("charge.refunded", nil))) }
	event()
	return p.Intent, event
}

// What no stored checkout knows is an alarm for a while, and not for ever (WHK-18).
func TestInbox_earlyIsLetGo_WHK18(t *testing.T) {
	with(t, both(webhooks), func(b *bench) {
		b.forgotten()
		b.sweeps(2 * 24 * time.Hour)
		assert.True(b, b.entry().Parked)
		b.sweeps(4 * 24 * time.Hour)
		assert.Equal(b, 1, b.health().Parked, "a person has a week")
		assert.Zero(b, b.health().LetGo)
		b.sweeps(2 * 24 * time.Hour)
		h := b.health()
		assert.Zero(b, h.Inbox+h.Parked)
		assert.EqualValues(b, 1, h.LetGo, "it is counted")
		assert.Equal(b, 1, h.Unknown, "and the payment is still shown")
	})
	with(t, both(webhooks), func(b *bench) { // parked by an older version, which stored no time
		require.NoError(b, b.store.Put(b.Context(), stripesecure.Row{
			Shop: "shop", Checkout: "#pi:pi_1", Body: []byte(`{"scope":{},"tries":12,"outcome":"early","parked":true}`),
		}))
		require.NoError(b, b.store.Put(b.Context(), stripesecure.Row{
			Shop: "shop", Checkout: "#pi:pi_2", Body: []byte(`{"scope":{},"tries":12,"outcome":"no_answer","parked":true}`),
		}))
		b.sweeps(6 * 24 * time.Hour)
		assert.Equal(b, 2, b.health().Parked)
		b.sweeps(2 * 24 * time.Hour)
		assert.Equal(b, "pi_2", b.entry().Intent, "what Stripe never answered for waits for a person")
	})
}

// A dispute has a date by which the bank wants an answer, and its payment may be
// older than what is compared with Stripe: it waits for a person.
func TestInbox_aDisputeIsNotLetGo_WHK18(t *testing.T) {
	with(t, both(webhooks), func(b *bench) {
		p := b.captured("cart-1")
		<-time.After(36 * 24 * time.Hour)
		require.NoError(b, b.stripe.Dashboard().Dispute(p.Intent, "fraudulent"))
		row, err := b.store.Get(b.Context(), "shop", "cart-1")
		require.NoError(b, err)
		require.NoError(b, b.store.Delete(b.Context(), "shop", "cart-1", row.Version))
		require.Equal(b, 200, b.event(b.posted("charge.dispute.created", nil)))
		b.sweeps(9 * 24 * time.Hour)
		h := b.health()
		assert.Zero(b, h.Unknown, "too old to be listed there")
		assert.Equal(b, 1, h.Parked)
		assert.False(b, h.OK())
		require.NoError(b, b.plugin.DismissInbox(b.Context(), p.Intent))
		assert.Zero(b, b.health().Parked)
	})
}

func TestDismissInbox(t *testing.T) {
	with(t, both(webhooks), func(b *bench) {
		intent, event := b.forgotten()
		err := b.plugin.DismissInbox(b.Context(), intent)
		require.ErrorIs(b, err, stripesecure.ErrInvalid)
		assert.Equal(b, "intent not_parked", faults(err))
		b.sweeps(2 * 24 * time.Hour)
		b.stripe.ForgetCalls()
		require.NoError(b, b.plugin.DismissInbox(b.Context(), intent))
		assert.Zero(b, b.health().Inbox)
		assert.Empty(b, b.stripe.Calls())
		require.ErrorIs(b, b.plugin.DismissInbox(b.Context(), intent), stripesecure.ErrNotFound)
		event()
		assert.Equal(b, intent, b.entry().Intent, "another event brings it back")
	})
}
