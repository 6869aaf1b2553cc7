package checkout

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// onHold is an order of 1200 with its hold, and its ref at Stripe.
func onHold(automatic bool) *Row {
	r := New("shop", "cart-1")
	r.Order = &Order{Ref: "R-1", Total: 1200, Currency: "JPY"}
	r.Attempts = []*Attempt{{
		ID: "a-1", Gen: 1, State: Placed, Amount: 1200, Currency: "JPY", Customer: "cus_1", Intent: "pi_1", Tagged: "R-1",
		Automatic: automatic, Settled: !automatic,
		Seen: Seen{Status: "requires_capture"}, Tries: []Try{{ID: "t-1", At: noon}}, AuthorizedAt: noon,
	}}
	return r
}

func seenAs(status string, received int64) *Intent {
	return &Intent{
		ID: "pi_1", Amount: 1200, Currency: "JPY", Customer: "cus_1", Attempt: "a-1", Checkout: "cart-1", Signed: true,
		CaptureMethod: "manual", Ref: "R-1", Seen: Seen{Status: status, Received: received},
	}
}

// settle arms the capture that is due.
func settle(t *testing.T, r *Row, now time.Time) *Call {
	t.Helper()
	cmd, ok := r.Next(Policy{}, now, false)
	require.True(t, ok)
	require.Equal(t, Settle, cmd.Kind)
	return cmd.Arm("key", "/v1/payment_intents/pi_1/capture", "amount", now)
}

func TestCapture_aDefiniteRefusalLeavesTheHold(t *testing.T) {
	r := onHold(false)
	require.Equal(t, CaptureTaken, r.Capture(700))
	call := settle(t, r, noon)
	r.Answered("a-1", call.Key, Answer{Error: "amount_too_large"}, noon)
	a := r.Current()
	assert.Zero(t, a.ToCapture)
	assert.Equal(t, 1, a.CaptureRefusals)
	_, due := r.Next(Policy{}, noon.Add(time.Hour), false)
	assert.True(t, due, "the host is told")
	assert.Equal(t, Placed, a.State)
	require.Equal(t, CaptureTaken, r.Capture(600), "and may ask again")
}

func TestCapture_oneAmountWins(t *testing.T) {
	r := onHold(false)
	require.Equal(t, CaptureTaken, r.Capture(700))
	assert.Equal(t, CaptureTaken, r.Capture(700), "two clerks are one")
	assert.Equal(t, CaptureOther, r.Capture(800))
	assert.Equal(t, CaptureOther, r.Capture(0))
	call := settle(t, r, noon)
	r.Answered("a-1", call.Key, Answer{Intent: seenAs("succeeded", 700)}, noon)
	assert.Equal(t, CaptureDone, r.Capture(700))
	assert.Equal(t, CaptureDone, r.Capture(0))
	assert.Equal(t, CaptureOther, r.Capture(800))
}

// The automatic capture is under way, and nobody knows how it went.
func TestCapture_besideTheAutomaticOne(t *testing.T) {
	r := onHold(true)
	call := settle(t, r, noon)
	r.Answered("a-1", call.Key, Answer{NoAnswer: true}, noon)
	assert.Equal(t, CaptureOther, r.Capture(700))
	assert.Equal(t, CaptureTaken, r.Capture(1200), "the same amount")
}

func TestCapture_orVoid_oneOfThem(t *testing.T) {
	for name, won := range map[string]bool{"the capture wins": true, "the void wins": false} {
		t.Run(name, func(t *testing.T) {
			r := onHold(false)
			require.Equal(t, CaptureTaken, r.Capture(700))
			call := settle(t, r, noon)
			require.Equal(t, OrderTaken, r.Refuse(Refusal{Reason: "cancelled", Ref: "R-1"}, noon))
			assert.Equal(t, CaptureNotHeld, r.Capture(700), "nothing new is captured of an order that is withdrawn")
			if won {
				r.Answered("a-1", call.Key, Answer{Intent: seenAs("succeeded", 700)}, noon)
				assert.Equal(t, "captured", r.State(1))
				require.NotNil(t, r.Order, "the order has its place back")
				assert.Equal(t, RefundTaken, r.Refund(1, Refund{Op: "op"}, noon))
				return
			}
			r.ReadIntent("a-1", *seenAs("canceled", 0), noon)
			assert.Equal(t, "voided", r.State(1))
			assert.Equal(t, CaptureNotHeld, r.Capture(700))
		})
	}
}

func TestCapture_neverMoreThanTheOrder(t *testing.T) {
	r := onHold(false)
	r.Order.Total = 1000 // lowered before it was reported
	assert.Equal(t, CaptureTooMuch, r.Capture(0), "all of the hold is more than the order")
	assert.Equal(t, CaptureTooMuch, r.Capture(1001))
	require.Equal(t, CaptureTaken, r.Capture(1000))
	assert.True(t, r.MayCapture(r.Current()))
	r.find("payment_mismatch", noon)
	assert.False(t, r.MayCapture(r.Current()), "not a payment that may be another's")
}

// Stripe may refuse with 402 and show the PaymentIntent beside it: that is no
// success, and not to be tried again at once.
func TestCapture_refusedWithThePaymentBesideIt(t *testing.T) {
	for _, automatic := range []bool{false, true} {
		r := onHold(automatic)
		if !automatic {
			require.Equal(t, CaptureTaken, r.Capture(700))
		}
		call := settle(t, r, noon)
		r.Answered("a-1", call.Key, Answer{Error: "card_declined", Intent: seenAs("requires_capture", 0)}, noon)
		a := r.Current()
		assert.Equal(t, Placed, a.State)
		assert.Zero(t, a.ToCapture)
		if automatic {
			cmd, _ := r.Next(Policy{}, noon, false)
			assert.NotEqual(t, Settle, cmd.Kind, "later")
			continue
		}
		assert.Equal(t, 1, a.CaptureRefusals, "the merchant is told")
		require.Equal(t, CaptureTaken, r.Capture(600), "and may ask again")
	}
}

// An outage that lasts must not hide that the hold ends.
func TestCapture_theEndOfTheHoldIsToldWhileItIsTried(t *testing.T) {
	ends := noon.Add(7 * 24 * time.Hour)
	for name, ans := range map[string]Answer{"rate limit": {NotDone: true}, "no answer": {NoAnswer: true}, "refused": {Error: "x"}} {
		t.Run(name, func(t *testing.T) {
			r := onHold(true)
			r.Current().Seen.CaptureBefore = ends
			call := settle(t, r, noon)
			r.Answered("a-1", call.Key, ans, noon)
			r.Next(Policy{}, ends.Add(-warnBefore-time.Second), false)
			assert.False(t, r.found("hold_expiring"))
			r.Next(Policy{}, ends.Add(-warnBefore), false)
			assert.True(t, r.found("hold_expiring"))
		})
	}
}
