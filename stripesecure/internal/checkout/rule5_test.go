package checkout

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What was read is what counts, and only for what it belongs to.

func TestRule5_anotherPaymentIsReleased(t *testing.T) {
	for name, change := range map[string]func(*Intent){
		"amount": func(in *Intent) { in.Amount = 1 }, "currency": func(in *Intent) { in.Currency = "USD" },
		"customer": func(in *Intent) { in.Customer = "cus_2" }, "checkout": func(in *Intent) { in.Checkout = "other" },
		"attempt": func(in *Intent) { in.Attempt = "other" }, "signature": func(in *Intent) { in.Signed = false },
		"real money": func(in *Intent) { in.Livemode = true }, "captured at once": func(in *Intent) { in.CaptureMethod = "automatic" },
	} {
		for _, status := range []string{"requires_action", "requires_capture"} {
			s := tell(t)
			s.stands("requires_action")
			in := s.is(status)
			change(in)
			s.row.ReadIntent("id-t1", *in, s.now)
			assert.Equal(t, Cancelling, s.attempt().State, "%s, %s", name, status)
			assert.True(t, s.row.found("payment_mismatch"), "%s, %s", name, status)
		}
	}
}

func TestRule5_theBanksAnswerIsTheBuyersMessage(t *testing.T) {
	const failed = "payment_intent_authentication_failure"
	t.Run("3-D Secure failed", func(t *testing.T) {
		s := tell(t)
		s.stands("requires_action")
		in := s.is("requires_payment_method")
		in.Seen.Error = failed
		s.row.ReadIntent("id-t1", *in, s.now)
		assert.Equal(t, failed, s.row.Outcome().Decline)
	})
	t.Run("the card before this one had an error", func(t *testing.T) {
		s := tell(t)
		s.stands("requires_action")
		in := s.is("requires_action")
		in.Seen.Error = failed
		s.row.ReadIntent("id-t1", *in, s.now)
		assert.Empty(t, s.row.lastTry(s.attempt()).Decline)
	})
	t.Run("the next card is on its way", func(t *testing.T) {
		s := tell(t)
		s.stands("requires_payment_method")
		s.pays("t2")
		s.sends(Confirm)
		in := s.is("requires_payment_method")
		in.Seen.Error = failed
		s.row.Observe(s.attempt(), *in, s.now)
		assert.Empty(t, s.row.lastTry(s.attempt()).Decline)
	})
}

// The host hears of captured money once, and again when it has changed.
func TestRule5_theSameReadTwiceIsNoNews(t *testing.T) {
	r := paid()
	in := Intent{ID: "pi_1", Seen: r.Current().Seen}
	r.ReadIntent("a-1", in, noon)
	assert.Empty(t, nextOf(r, noon))
	in.Seen.Refunded = 300
	r.ReadIntent("a-1", in, noon)
	assert.NotEmpty(t, r.Untold)
}
