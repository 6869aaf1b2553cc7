package checkout

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// Paid but gone.

func TestRule13_theTimesCountFromTheAuthorisation(t *testing.T) {
	for name, c := range map[string]struct {
		charged, found time.Duration // after the try; 0: Stripe does not say
		policy         Policy
		want           time.Duration
	}{
		"found soon, the buyer's own browser is first": {10 * time.Second, 30 * time.Second, Policy{Orders: true}, 40 * time.Second},
		"found late":                                      {10 * time.Second, 5 * time.Minute, Policy{Orders: true}, 40 * time.Second},
		"Stripe does not say":                             {0, time.Minute, Policy{Orders: true}, 90 * time.Second},
		"Stripe's clock is behind ours":                   {-5 * time.Minute, time.Minute, Policy{Orders: true}, 30 * time.Second},
		"Stripe's clock is ahead":                         {5 * time.Minute, time.Minute, Policy{Orders: true}, 90 * time.Second},
		"without Orders":                                  {10 * time.Second, time.Minute, Policy{}, 30*time.Minute + 10*time.Second},
		"without Orders, at the end of the hour (rule 9)": {45 * time.Minute, 50 * time.Minute, Policy{}, 59 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t)
			s.stands("requires_action")
			s.present = false
			s.after(c.found)
			in := s.is("requires_capture")
			if c.charged != 0 {
				in.Seen.ChargedAt = t0.Add(c.charged)
			}
			s.row.ReadIntent("id-t1", *in, s.now)
			assert.Equal(t, Offered, s.attempt().State)
			assert.Equal(t, t0.Add(c.want), s.row.Due(c.policy, false))
		})
	}
}
