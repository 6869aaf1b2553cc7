package checkout

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Orders without money, and holds whose time runs out.

func TestRule9_anOrderThatNobodyPaysIsToldAfter59Minutes(t *testing.T) {
	r := New("shop", "c")
	r.Place(order("R1"), true, noon)
	ends := noon.Add(59 * time.Minute)
	assert.Equal(t, ends, r.Due(Policy{}, false))
	r.Next(Policy{}, ends.Add(-1), false)
	assert.NotEqual(t, "failed", r.State(1))
	cmd, _ := r.Next(Policy{}, ends, false)
	assert.Equal(t, Tell, cmd.Kind)
	assert.Equal(t, "failed", r.State(1))
}

func TestRule9_aCapturedOrderIsNeverUnpaid(t *testing.T) {
	r := paid()
	r.OrderAt = noon
	assert.Zero(t, r.Due(Policy{}, false))
	_, due := r.Next(Policy{}, noon.AddDate(1, 0, 0), false)
	assert.False(t, due)
	assert.Equal(t, "captured", r.State(1))
}

// Stripe needs some minutes to release a hold whose time is over.
func TestRule9_theEndOfAHoldIsReadFiveMinutesLater(t *testing.T) {
	r := onHold(false)
	r.find("hold_expiring", noon)
	r.Untold = nil
	r.Current().Seen.CaptureBefore = noon
	assert.Equal(t, noon.Add(5*time.Minute), r.Due(Policy{}, false))
}

// Stripe's Radar holds an automatic capture back until a person has looked.
func TestRule9_aReviewIsLookedAtEveryHour(t *testing.T) {
	r := onHold(true)
	a := r.Current()
	a.Settled = true
	a.Seen.InReview, a.Seen.CaptureBefore = true, noon.AddDate(0, 0, 7)
	for _, c := range []struct{ read, next time.Duration }{
		{0, time.Hour}, {time.Hour, 2 * time.Hour}, {150 * time.Minute, 3 * time.Hour},
	} {
		in := seenAs("requires_capture", 0)
		in.Seen.InReview, in.Seen.CaptureBefore = true, a.Seen.CaptureBefore
		r.ReadIntent("a-1", *in, noon.Add(c.read))
		assert.Equal(t, noon.Add(c.next), r.Due(Policy{}, false))
	}
	closed := seenAs("requires_capture", 0)
	r.ReadIntent("a-1", *closed, noon.Add(3*time.Hour))
	cmd, _ := r.Next(Policy{}, noon.Add(3*time.Hour), false)
	assert.Equal(t, Settle, cmd.Kind, "the review is closed: captured now")
}

// A person has to look where money is held or owed and Stripe goes on refusing.
func TestRule9_tenRefusalsAreAFinding(t *testing.T) {
	refused := Answer{Error: "some_refusal"}
	t.Run("a cancel", func(t *testing.T) {
		s := tell(t)
		s.stands("requires_action")
		s.pays("t2")
		for range 10 {
			assert.False(t, s.row.found("stuck"))
			s.after(10 * time.Minute)
			s.does(Cancel, refused)
		}
		assert.True(t, s.row.found("stuck"))
	})
	t.Run("a capture", func(t *testing.T) {
		for _, shown := range []*Intent{nil, seenAs("requires_capture", 0)} { // the PaymentIntent beside the refusal
			r := onHold(true)
			refused.Intent = shown
			for n := range 10 {
				assert.False(t, r.found("stuck"))
				r.Untold = nil
				now := noon.Add(time.Duration(n) * 10 * time.Minute)
				r.Answered("a-1", settle(t, r, now).Key, refused, now)
			}
			assert.True(t, r.found("stuck"))
		}
	})
	refused.Intent = nil
	t.Run("the order's ref on captured money: it is only written for people", func(t *testing.T) {
		r := paid()
		a := r.Current()
		a.Tagged, a.Failures = "", 9
		cmd, _ := r.Next(Policy{}, noon, false)
		require.Equal(t, Tag, cmd.Kind)
		r.Answered("a-1", cmd.Arm("key", "/pi_1", "body", noon).Key, refused, noon)
		assert.False(t, r.found("stuck"))
	})
}

// What never was authorised is no news for the host.
func TestRule9_anAbandonedTryIsNoNews(t *testing.T) {
	for status, want := range map[string]Kind{"requires_action": "", "requires_capture": Tell} {
		s := tell(t)
		s.stands(status)
		s.reads("canceled")
		if s.row.End != nil {
			s.row.KeyAnswer(1, nil, false, s.now)
		}
		assert.Equal(t, want, s.next(), status)
	}
}

// What Stripe releases by itself was a hold; a try that never was one is only over.
func TestRule9_onlyAHoldExpires(t *testing.T) {
	for status, want := range map[string]State{"requires_action": Cancelled, "requires_capture": Expired} {
		s := tell(t)
		s.stands(status)
		gone := s.is("canceled")
		gone.Cancelled = "automatic"
		s.row.ReadIntent("id-t1", *gone, s.now)
		assert.Equal(t, want, s.attempt().State, status)
	}
}
