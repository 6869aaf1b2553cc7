package checkout

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is left to be refunded, and what Stripe says of what was.

// Also what was asked for and is not sent yet: two clerks together refund no
// more than was captured.
func TestRefund_theLastYenIsRefundedOnce(t *testing.T) {
	r := paid()
	require.Equal(t, RefundTaken, r.Refund(1, Refund{Op: "op-1", Amount: 300}, noon))
	require.Equal(t, RefundTaken, r.Refund(1, Refund{Op: "op-2", Amount: 300}, noon))
	assert.Equal(t, RefundTooMuch, r.Refund(1, Refund{Op: "op-3", Amount: 601}, noon))
	require.Equal(t, RefundTaken, r.Refund(1, Refund{Op: "op-3"}, noon), "0 is all that is left")
	made, left := r.RefundOf(1, "op-3")
	assert.EqualValues(t, 600, made.Amount)
	assert.Zero(t, left)
	assert.Equal(t, RefundTooMuch, r.Refund(1, Refund{Op: "op-4"}, noon), "nothing is left")
	assert.Equal(t, RefundTooMuch, r.Refund(1, Refund{Op: "op-5", Amount: 1}, noon))
}

func TestRefund_whatStripeSaysCounts(t *testing.T) {
	say := func(r *Row, seen RefundSeen) {
		r.Untold = nil
		seen.ID, seen.Op = "re_1", "op"
		r.Reviewed("a-1", MattersSeen{Intent: Intent{ID: "pi_1", Seen: r.Attempts[0].Seen}, Refunds: []RefundSeen{seen}}, noon)
	}
	r := paid()
	require.Equal(t, RefundTaken, r.Refund(1, Refund{Op: "op", Amount: 300}, noon))
	say(r, RefundSeen{Amount: 250, State: RefundPending})
	made, _ := r.RefundOf(1, "op")
	assert.EqualValues(t, 250, made.Amount, "the money that moves, not the money that was meant")
	assert.NotEmpty(t, r.Untold)
	say(r, RefundSeen{Amount: 250, State: RefundPending})
	assert.Empty(t, r.Untold, "nothing has changed")
	say(r, RefundSeen{Amount: 250, State: RefundSucceeded})
	assert.NotEmpty(t, r.Untold)
	assert.False(t, r.found("refund_failed"))

	// RFD-05: it comes back days later, and the reason later still.
	say(r, RefundSeen{Amount: 250, State: RefundFailed})
	assert.True(t, r.found("refund_failed"))
	say(r, RefundSeen{Amount: 250, State: RefundFailed, Failure: "lost_or_stolen_card"})
	made, left := r.RefundOf(1, "op")
	assert.Equal(t, "lost_or_stolen_card", made.Failure)
	assert.EqualValues(t, 1200, left)
	assert.NotEmpty(t, r.Untold, "the host is told the reason")
}
