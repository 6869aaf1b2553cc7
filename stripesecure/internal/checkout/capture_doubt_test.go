package checkout

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the explorer has found about clerks whose clicks meet a call in doubt.

// A replayed answer is old, and an end stays one: no part is promised of money
// that is taken.
func TestCapture_aReplayedSuccessIsTheEnd(t *testing.T) {
	r := onHold(true)
	key := settle(t, r, noon).Key
	r.Answered("a-1", key, Answer{Intent: seenAs("succeeded", 1200), Replayed: true}, noon)
	assert.Equal(t, Captured, r.Current().State)
	assert.Equal(t, CaptureOther, r.Capture(700))
	assert.Equal(t, CaptureDone, r.Capture(0))
}

// It may be captured already: the object is read before a part is promised.
func TestCapture_noPartIsPromisedInDoubt(t *testing.T) {
	r := onHold(true)
	r.Answered("a-1", settle(t, r, noon).Key, Answer{NoAnswer: true, Replayed: true}, noon)
	require.True(t, r.Current().Reread)
	assert.Equal(t, CaptureDoubt, r.Capture(700))
	assert.Zero(t, r.Current().ToCapture)
	assert.Equal(t, CaptureTaken, r.Capture(0), "all of it will be captured anyhow")

	r = onHold(true)
	r.Answered("a-1", settle(t, r, noon).Key, Answer{NoAnswer: true, Replayed: true}, noon)
	r.ReadIntent("a-1", *seenAs("requires_capture", 0), noon)
	assert.Equal(t, CaptureTaken, r.Capture(700), "read, and nothing is captured")
}

// A refusal after a lost answer says nothing about the lost one: the merchant is
// not told no, a new key asks.
func TestCapture_aRefusalAfterALostAnswerIsNoAnswer(t *testing.T) {
	r := onHold(false)
	require.Equal(t, CaptureTaken, r.Capture(700))
	first := settle(t, r, noon).Key
	r.Answered("a-1", first, Answer{NoAnswer: true}, noon)
	now := noon.Add(time.Minute)
	r.ReadIntent("a-1", *seenAs("requires_capture", 0), now)
	again := settle(t, r, now)
	require.Equal(t, first, again.Key)
	r.Answered("a-1", first, Answer{Error: "processing_error"}, now)
	assert.Zero(t, r.Current().CaptureRefusals)
	assert.EqualValues(t, 700, r.Current().ToCapture)

	now = now.Add(time.Minute)
	r.Answered("a-1", settle(t, r, now).Key, Answer{Error: "processing_error"}, now)
	assert.Equal(t, 1, r.Current().CaptureRefusals, "sent once, and refused")
	assert.Zero(t, r.Current().ToCapture)
}

// A refund that is sent again is open again, whatever its last sending was told:
// no list that is read meanwhile calls it refused.
func TestRefund_sentAgainItIsOpenAgain(t *testing.T) {
	r := paid()
	require.Equal(t, RefundTaken, r.Refund(1, Refund{Op: "op-1", Amount: 500}, noon))
	f := r.Current().Matters.Refunds[0]
	send := func(now time.Time) {
		Command{Kind: MakeRefund, Attempt: r.Current(), Gen: 1, Refund: f}.Arm("key-1", "/v1/refunds", "500", now)
	}
	send(noon)
	r.Reviewed("a-1", MattersSeen{Intent: *seenAs("succeeded", 1200)}, noon) // another server: not there yet
	send(noon)
	r.RefundAnswered("a-1", "op-1", "key-1", Answer{Error: "processing_error"}, noon)
	require.Equal(t, RefundWanted, f.State, "the first sending may still be at work")
	later := f.NextAt
	f.Call.NotDone = true
	send(later)
	r.Reviewed("a-1", MattersSeen{Intent: *seenAs("succeeded", 1200)}, later)
	assert.Equal(t, RefundWanted, f.State)
}

// A replayed answer is a hint (rule 3): what it says of an end counts, and the
// object is read all the same.
func TestCapture_aReplayedSuccessIsRead(t *testing.T) {
	r := onHold(true)
	r.Answered("a-1", settle(t, r, noon).Key, Answer{Intent: seenAs("succeeded", 1200), Replayed: true}, noon)
	cmd, ok := r.Next(Policy{}, noon, false)
	for ok && cmd.Kind == Tell {
		r.HostTold(cmd.Gen, cmd.Seq, false, noon)
		cmd, ok = r.Next(Policy{}, noon, false)
	}
	require.True(t, ok)
	assert.Equal(t, Review, cmd.Kind)
}

// The order's ref is written to captured money by a call that is sent twice: its
// answer is as old as the first sending, and takes nothing back that is known.
func TestReplayed_takesNothingBackOfCapturedMoney(t *testing.T) {
	r := paid()
	a := r.Current()
	a.Tagged = ""
	cmd, ok := r.Next(Policy{}, noon, false)
	require.True(t, ok)
	require.Equal(t, Tag, cmd.Kind)
	key := cmd.Arm("key", "/v1/payment_intents/pi_1", "ref", noon).Key
	r.Answered("a-1", key, Answer{NoAnswer: true}, noon)
	require.Equal(t, RefundTaken, r.Refund(1, Refund{Op: "op-1"}, noon))
	cmd, ok = r.Next(Policy{}, noon, false)
	require.True(t, ok)
	require.Equal(t, MakeRefund, cmd.Kind)
	cmd.Arm("refund", "/v1/refunds", "1200", noon)
	r.RefundAnswered("a-1", "op-1", "refund", Answer{Refund: &RefundSeen{ID: "re_1", Op: "op-1", Amount: 1200, State: RefundSucceeded}}, noon)
	require.Equal(t, "refunded", r.State(1))

	r.Untold = nil
	now := noon.Add(time.Minute)
	cmd, ok = r.Next(Policy{}, now, false)
	require.True(t, ok)
	require.Equal(t, Tag, cmd.Kind)
	require.Equal(t, key, cmd.Arm("other", "/v1/payment_intents/pi_1", "ref", now).Key)
	r.Answered("a-1", key, Answer{Intent: seenAs("succeeded", 1200), Replayed: true}, now)
	assert.Equal(t, "refunded", r.State(1))
	assert.Empty(t, r.Untold, "the host is not told that its refund is gone")
	assert.True(t, a.Refresh, "it is read")
}
