package checkout

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func nextOf(r *Row, now time.Time) Kind {
	cmd, _ := r.Next(Policy{}, now, false)
	return cmd.Kind
}

// The merchant is told and decides; nothing is sent of itself.
func TestCapture_afterARefusalNothingIsSent(t *testing.T) {
	r := onHold(false)
	require.Equal(t, CaptureTaken, r.Capture(700))
	r.Answered("a-1", settle(t, r, noon).Key, Answer{Error: "amount_too_large"}, noon)
	require.NotEmpty(t, r.Untold)
	r.Untold = nil
	assert.Empty(t, nextOf(r, noon.Add(time.Hour)))
}

// With automatic capture the whole is due, whatever the merchant has tried.
func TestCapture_afterARefusedPartTheAutomaticOneGoesOn(t *testing.T) {
	r := onHold(true)
	require.Equal(t, CaptureTaken, r.Capture(700))
	r.Answered("a-1", settle(t, r, noon).Key, Answer{Error: "amount_too_large"}, noon)
	assert.Equal(t, Settle, nextOf(r, noon.Add(time.Hour)))
}

// Only what a merchant has asked for can be refused to the merchant.
func TestCapture_theAutomaticOneIsTriedAgain(t *testing.T) {
	r := onHold(true)
	r.Answered("a-1", settle(t, r, noon).Key, Answer{Error: "processing_error"}, noon)
	assert.Empty(t, r.Current().CaptureError)
	assert.Zero(t, r.Current().CaptureRefusals)
	assert.Empty(t, nextOf(r, noon), "after a pause")
	assert.Equal(t, Settle, nextOf(r, noon.Add(time.Second)))
}

// The hold is not what it was: the merchant's wish stands until it is read.
func TestCapture_anUnexpectedStateIsNoRefusal(t *testing.T) {
	r := onHold(false)
	require.Equal(t, CaptureTaken, r.Capture(700))
	r.Answered("a-1", settle(t, r, noon).Key, Answer{Error: "payment_intent_unexpected_state"}, noon)
	assert.EqualValues(t, 700, r.Current().ToCapture)
	assert.Equal(t, Read, nextOf(r, noon.Add(time.Second)))
}

// A click that comes while the ref is being written is not lost.
func TestCapture_whileTheRefIsWritten(t *testing.T) {
	for click, want := range map[bool]Kind{true: Settle, false: ""} {
		r := onHold(false)
		r.Current().Settled, r.Current().Tagged = false, ""
		cmd, _ := r.Next(Policy{}, noon, false)
		call := cmd.Arm("key", "/v1/payment_intents/pi_1", "ref", noon)
		if click {
			require.Equal(t, CaptureTaken, r.Capture(700))
		}
		r.Answered("a-1", call.Key, Answer{Intent: seenAs("requires_capture", 0)}, noon)
		assert.Equal(t, want, nextOf(r, noon), "click: %v", click)
	}
}
