package checkout

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// Holds end.

func TestRule9_withoutAnOrderEverythingEndsWithinAnHour(t *testing.T) {
	for name, c := range map[string]struct {
		stands string
		policy Policy
		after  time.Duration
		want   Kind
	}{
		"declined":                               {"requires_payment_method", Policy{}, 59 * time.Minute, Cancel},
		"3-D Secure abandoned":                   {"requires_action", Policy{}, 59 * time.Minute, Cancel},
		"held, the host places orders itself":    {"requires_capture", Policy{}, 30 * time.Minute, CloseKey},
		"held, the host is asked and can answer": {"requires_capture", Policy{Orders: true}, 30 * time.Second, PlaceOrder},
		"held, the host never answers":           {"requires_capture", Policy{Orders: true}, 59 * time.Minute, CloseKey},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t)
			s.stands(c.stands)
			s.present, s.policy = false, c.policy
			s.after(c.after - time.Second)
			assert.NotEqual(t, c.want, s.next())
			s.after(time.Second)
			assert.False(t, s.row.Due(c.policy, false).After(s.now))
			assert.Equal(t, c.want, s.next())
		})
	}
}

func TestRule9_theSweepLooksWhoeverElseDoes(t *testing.T) {
	s := tell(t)
	s.stands("requires_action")
	for range 20 { // the browser polls
		s.after(time.Second)
		s.reads("requires_action")
	}
	s.present = false
	assert.Equal(t, t0.Add(30*time.Second), s.row.Due(Policy{}, false))
	s.after(4 * time.Minute)
	s.reads("requires_action")
	assert.Equal(t, t0.Add(5*time.Minute), s.row.Due(Policy{}, false), "what is over is over")
}

func TestRule9_anUncapturedHoldIsReportedAndItsEndIsSeen(t *testing.T) {
	s := tell(t)
	s.stands("requires_capture")
	ends := t0.AddDate(0, 0, 7)
	s.attempt().Seen.CaptureBefore = ends
	s.attempt().Automatic = false
	s.row.Place(order("R1"), false, s.now)
	s.attempt().Settled = true
	s.row.Untold, s.present = nil, false

	assert.Equal(t, ends.Add(-48*time.Hour), s.row.Due(Policy{}, false), "two days before")
	s.now = ends.Add(-48 * time.Hour)
	s.next()
	assert.True(t, s.row.found("hold_expiring"))
	s.row.Untold = nil

	s.now = ends.Add(5 * time.Minute)
	for range 5 { // Stripe is late: it is asked with pauses
		assert.Equal(t, Read, s.next())
		late := s.is("requires_capture")
		late.Seen.CaptureBefore = ends
		s.row.ReadIntent("id-t1", *late, s.now)
		assert.Empty(t, s.next(), "not again at once")
		s.now = s.row.Due(Policy{}, false)
	}
	gone := s.is("canceled")
	gone.Cancelled = "automatic"
	s.row.ReadIntent("id-t1", *gone, s.now)
	s.state(Expired)
	assert.Equal(t, "expired", s.row.State(1))
	assert.Equal(t, Tell, s.next(), "the host is told")
}

func TestRule9_withAnOrderTheHostIsToldAndItMayBePaidAgain(t *testing.T) {
	s := tell(t)
	s.row.Place(order("R1"), true, s.now)
	s.stands("requires_action")
	s.present = false
	s.after(time.Hour)
	s.cancelled()
	assert.Equal(t, Tell, s.next(), "within 60 minutes of the last try")
	assert.Equal(t, "failed", s.row.State(1))
	s.row.HostTold(1, s.row.Untold[0].Seq, false, s.now)
	assert.Zero(t, s.row.Due(Policy{}, false))

	s.present = true
	assert.Equal(t, Taken, s.pays("t2"))
	s.does(CreateIntent, Answer{Intent: s.is("requires_capture")})
	assert.Equal(t, 1, s.attempt().Gen, "in the same generation")
	s.does(Settle, Answer{Intent: s.is("succeeded")})
	assert.Equal(t, "captured", s.row.State(1))
	assert.Equal(t, Tell, s.next())
}
